"""A question without polite words and in one clause: "the wall, what colour is it" is "what colour is the wall".

Pure text over repaired tokens; knows no memory and no kinds of question.
"""

from __future__ import annotations

import re

_ADDRESS = (
    "and|so|okay|well|hey|hello|hi|um|uh|er|ah|oh|then|but|please|omni|computer|assistant|excuse me|sorry|by the way|"
    "one more question|question|my question is|listen|alright|all right|thanks|thank you|maybe|also|right|yes|no|"
    "good (?:morning|evening|afternoon)|i have a question|quick question|actually|finally|and now|now|"
    r"roughly|approximately|precisely|exactly"
)
_POLITE = tuple(
    re.compile(rf"^{pattern} (?=\S)")
    for pattern in (
        rf"(?:{_ADDRESS})",
        r"(?:can|could|would|will) (?:you|we|i) (?:please |kindly )?(?:tell|remind|give|show)(?: me| us)?(?: again)?"
        r"(?: please)?(?: about)?",
        r"(?:can|could|would|will) you(?: please| kindly)?(?= (?:read|describe|say|repeat|sum|summarise|list|count|"
        r"name|"
        r"recap|explain)\b)",
        r"(?:may|can|could|might) i ask(?: you)?",
        r"(?:(?:would |do )?you )?(?:mind telling|care to tell) (?:me|us)",
        r"(?:please )?(?:tell|remind|inform) (?:me|us)(?! (?:if|whether|everything|all)\b)(?: again)?(?: please)?(?: "
        r"about)?",
        r"(?:do|did|can|could) you (?:still |happen to |perhaps )?(?:know|remember|recall|notice|say|tell|see|hear)(?= "
        r"(?:what|which|who|when|where|how|if|whether)\b)",
        r"(?:i (?:want|would like|like(?= to)|d like|would love|need|wonder|am wondering|was wondering)(?: you)?"
        r"(?: to (?:know|hear|tell me|see))?)"
        r"(?= (?:what|which|who|when|where|how|if|whether|the)\b)",
        r"(?:let me know|any idea|i forgot|i have forgotten|i do not remember|do you have any idea|say)"
        r"(?= (?:what|which|who|when|where|how|if|whether)\b)",
        r"(?:do|did|can|could) you (?:still |perhaps )?(?:remember|recall)(?= (?:the|a|an|my|our|his|her)\b)",
        r"(?:please|the question is|according to (?:the )?\w+|as far as you \w+)",
    )
)
_TRAILING = re.compile(r" (?:exactly|precisely|please|thanks|thank you|again|for me|then|though|if you can|do you know|"
                       r"do you remember|you know)$")  # fmt: skip
_WH = r"(?:what|which|where|how|when|who|did|was|is|does|has)"
_IT = r"\b(?:it|that|this|they|them|one|he|she)\b"
_SURFACE = r"(?:slide|sign|board|poster|screen|page|card|menu|notice|ticket)"
_TAIL = re.compile(
    r" (?:(?:that|which) (?:we|you|i) (?:saw|have seen|could see|just saw)|earlier|before|just now|a while ago)$"
)

_TOPIC_FIRST = re.compile(
    rf"(?:there (?:was|is|were|are) )?(?P<np>(?:the|a|an|my|our|that|this|some) .+?) (?P<q>{_WH}\b(?: \w+){{1,9}})"
)
_GAVE = re.compile(
    rf"(?P<on>(?:the|that|a) (?:\w+ )?{_SURFACE}) (?:had|has|gave|gives|showed|shows|said|says|listed) (?P<np>.+?) "
    r"(?:which one|what one|which|which was it|what was it|which number|what number)(?: \w+)?"
)
_SIDE_FIRST = re.compile(r"(?:on|at) the (?P<side>left|right|top|bottom)(?: side)? (?P<q>(?:what|which) colours?)\b.*")
_BEFORE_FIRST = re.compile(
    r"before (?P<np>(?:the|a) \w+(?: \w+)?) (?:became|turned|was|changed to|got|went|was painted) (?P<state>\w+) "
    rf"(?P<q>{_WH} .+)"
)


def plain(words: list[str]) -> list[str]:
    """The words without greetings, "can you tell me", "please"."""
    text = " ".join(words)
    for _ in range(4):
        before = text
        for pattern in _POLITE:
            text = pattern.sub("", text)
        text = _TRAILING.sub("", text)
        if text == before:
            break
    return text.split()


_CLEFT = re.compile(
    r"^(?P<wh>(?:what|which|who|when|where)(?: \w+)?) (?:is|was) (?:it that(?: is\b(?= in\b))?|"
    r"that(?= (?:the|he|she|they) ))"
)
_SAME_AS = tuple(
    (re.compile(pattern), plainer)
    for pattern, plainer in (
        (r"\bfrom when(?: on)?\b", "when"),
        (r"\bearliest\b|\bfirst of all\b", "first"),
        (r"\b(?:most recent|very last)\b", "last"),
        (r"^what (?:is|was) the head ?count\b", "how many people are there"),
        (r"^how many of (?:us|them|you)\b", "how many people"),
        (r"\bset (?:me|you|us|one) back\b", "cost"),
        (r"\b(?:right|directly|immediately|shortly) (before|after)\b", r"\1"),
        (r"\bbackground colou?r (?=of the (?:\w+ ){0,2}(?:sign|board|poster|notice|plate|card)\b)", "colour "),
        (r"^(?:(?:would|do) )?you mind reading (?:(?:me|us|out|aloud|to me) )*", "read "),
        (r"\b(?:through|across) the (?:picture|screen|frame|image|view|shot)\b", "past"),
        (
            r"^(?!.*\b(?:did|was|were|had)\b).* according to (?:the|that|this) (sign|board|poster|notice|plate)$",
            r"what does the \1 say",
        ),
        (
            r"\b(?:lady|man|woman|person|guy|one) (?:who|that) (?:shows|is showing|showed|guides|is guiding|"
            r"leads|is leading|takes|is taking) (?:us|me|everybody)(?: around| round)?$",
            "guide",
        ),
        (
            r"^(what|which)( one)? did (we|you|i) (?:get to|come to|come past|come across|reach|visit|go to|arrive at|"
            r"pass|encounter|notice|spot|meet) (?=(?:first|last)\b.* or )",
            r"which did \3 see ",
        ),
        (r"^who is (?:our|the|your|this) (guide|narrator|speaker|presenter|host)$", r"what is the name of the \1"),
        (
            r"^(?:what|how) is (?:our|the|your|this) (guide|narrator|speaker|presenter|host) (?:called|named)$",
            r"what is the name of the \1",
        ),
        (
            r"^what does it say (?:above|over|beside|behind|near|next to|by|at|under|below) (?:the|that) .+",
            "what does the sign say",
        ),
        (
            r"\b(sign|slide|board|poster|notice|banner|screen|card|page|car|shape|ball|circle|square)\b(.*) "
            r"(the|that) one (?=with|about|of|on|from|that)",
            r"\1\2 \3 \1 ",
        ),
        (r"^(?:out )?of (?:those|these|them)(?: (?:two|three|four|people|persons))? who\b", "who"),
        (
            r"^which (?:one |person )?of (?:them|those|these|the)(?: (?:two|three|four|people|persons))?"
            r" (?=(?:came|walked|stepped|went|got|entered|arrived|left)\b)",
            "who ",
        ),
    )
)
_LAST_WH = re.compile(
    r"(?P<np>(?!(?:what|which|who|where|when|how|is|are|was|were|did|do|does)\b).+) (?P<be>is|was|are|were) "
    r"(?P<wh>what(?: \w+)?|who|where|which \w+|how \w+)"
)
_MONEY_FIRST = re.compile(
    r"how many (?:dollars?|euros?|pounds?|cents?|francs?|bucks) (?P<rest>(?:is|are|was|were|for|does|do|did)\b.*)"
)


def reworded(text: str) -> str:
    """The question in one clause; `text` itself where it is one already."""
    for pattern, plainer in _SAME_AS:
        text = pattern.sub(plainer, text)
    if found := _LAST_WH.fullmatch(text):
        text = f"{found['wh']} {found['be']} {found['np']}"
    text = _CLEFT.sub(r"\g<wh>", text)
    if found := _MONEY_FIRST.fullmatch(text):
        return f"how much {found['rest']}"
    if found := _BEFORE_FIRST.fullmatch(text):
        question, n = re.subn(_IT, found["np"], found["q"], count=1)
        return f"{question} before it was {found['state']}" if n else text
    if found := _SIDE_FIRST.fullmatch(text):
        return f"{found['q']} was the thing on the {found['side']}"
    if found := _GAVE.fullmatch(text):
        return f"what was the {_bare(found['np'])} on {found['on']}"
    if found := _TOPIC_FIRST.fullmatch(text):
        noun = _TAIL.sub("", found["np"])
        question, n = re.subn(_IT, f"the {_bare(noun)}", found["q"], count=1)
        return question if n else text
    return text


def _bare(noun: str) -> str:
    return re.sub(r"^(?:the|a|an|that|this|some) ", "", noun)
