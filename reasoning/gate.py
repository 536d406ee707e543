"""Decides whether words are a question or a request, which get an answer, or a statement or filler, which do not.

Works on what a recogniser gives: lower case, no punctuation, words misheard. Pure; knows no memory.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from reasoning.chinese import chinese_form, is_chinese
from wire.messages import Question
from wire.words import alike, tokens, word_set

Form = Literal["question", "request", "statement", "filler", "greeting"]

_FILLERS = word_set(
    "mm mmm hm hmm mhm uh um er ah oh okay yes yeah yep no nope right well so and but the a i see sure fine good great"
    " nice thanks thank you alright all cool aha huh wow really exactly indeed please hey like then that it is of in"
    " fantastic excellent perfect sorry pardon be had to one"
)
_GREETINGS = word_set("hello hi hey good morning afternoon evening there omni everybody everyone goodbye bye night")
_OPENERS = re.compile(
    r"^(?:(?:and|so|okay|well|hey|hello|hi|um|uh|er|ah|oh|now|then|but|please|omni|computer|assistant|excuse me|sorry|"
    r"by the way|one more question|my question is|listen|alright|all right|thanks|thank you|also|right|yes|no|the|a|"
    r"good (?:morning|evening|afternoon)|i have a question|quick question|actually|finally|in|or|her|for) )+(?=\S)"
)
_AUX = r"(?:did|does|do|was|were|is|are|has|have|had|can|could|will|would|should|am|may)"
_BE_DO = r"(?:did|does|do|was|were|is|are|has|had|have|can|could|will|would)"
_SUBJECT = (
    r"(?:you|we|i|he|she|it|they|there|the|a|an|any|anyone|anybody|anything|someone|somebody|something|that|this|these|"
    r"those|everyone|everybody|my|your|our|his|her|their|people|all|some|one|nobody|no|both|either|music)"
)
_NOUNISH = r"(?:\w+ ){0,3}?"
_QUESTIONS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"^(?:what|which|who|whom|whose|where|how) {_AUX}\b(?! not all\b)",
        rf"^why {_AUX} {_SUBJECT}\b",
        r"^(?:what|which) (?:is )?(?:changed|happened|came|followed|preceded|else|about|colour|number|way|direction|"
        r"time|"
        r"shape|words?|text|sign|slide|kind|sort|sound|sounds|noise)\b",
        r"^(?:what|who) \w+ed\b(?! (?:is|was)\b)",
        r"^which \w+(?: \w+)? (?:\w+ed|came|went|left) (?:first|last|before|after|in|out|next|the|most|earlier|"
        r"later)\b",
        r"^how (?:many|much|long|often|far|old|tall|big|high|heavy|fast|deep|wide|large|small|about|bright|dark|come|"
        r"late|early|"
        r"hot|cold|strong|soon|expensive|cheap)\b",
        rf"^(?:what|which|whose) \w+(?: \w+)? {_BE_DO} ",
        r"^who (?:came|left|said|was|is|built|wrote|made|entered|spoke|mentioned|painted|sells|lives|owns|runs|wins|"
        r"won|"
        r"sang|plays|played|works|else|discovered|invented|designed|founded|found|opened|leads|led|took|stood)\b",
        rf"^when {_BE_DO} {_SUBJECT}\b",
        r"^when (?:did|was|were|does|do|is|will|are) \w+",
        rf"^(?:did|does|do|was|were|is|are|has|have|had|am) (?:not )?{_SUBJECT}\b",
        r"^(?:can|could|would|will) (?:you|we|i|one|anybody|anyone|somebody|it|the|there)\b",
        r"^(?:is|are|was|were|did|do|does|has|have) (?:\w+ ){1,4}(?:visible|there|open|closed|dark|bright|or|before|"
        r"after|"
        r"appear|come|move|shown|mention|say|said|playing|heard|moving|seen)\b",
        r"^(?:at|in|on|for|to|from|by|about|since|until|with|of|during|into) (?:what|which|how|whose) ",
        r".+ (?:left or (?:to )?(?:the )?right|right or (?:to )?(?:the )?left|up or down)$",
        rf"^(?:before|after|while|during|when) .+ (?:what|which|who|where|how) {_AUX} {_SUBJECT}\b",
        r".+ (?:what|which|who|where|how) (?:did|was|were|is|are|does) (?:you|the|it|there|he|she|they|we|i) .+",
        rf".+ (?:what|which) (?:colour|number|one|way|direction|shape|words?) {_BE_DO}\b",
        r"^(?:the|there|on the|that|slide|sign|board) .+ (?:what|which) (?:colour|number|one)(?: do you see| \w+)?$",
        r".+ (?:what|where|when|who|how) (?:was|is|did|does) (?:it|that|they|he|she)(?: \w+)?$",
        r".+ (?:which|what) (?:one )?(?:came|was) (?:first|last|earlier|later)$",
        r".* how many \w+ (?:did|were|are|came|was|is|have|has|do|left|entered)\b(?! not\b)",
        r"^(?:and |what |how )?(?:what|how) about ",
        r"^(?:what came|what happened|and|right|just)? ?(?:before|after)(?: that| this| it| then)$",
        r"^any (?:\w+ )?(?:text|people|music|sound|sign|idea|signs|chance)\b.*",
    )
)
# Openings that look like a question but state something: "when the sun sets", "what you see here is the harbour".
_STATEMENTS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"^(?:what|where|how|who) (?!{_AUX}\b)(?:we|you|i|they|he|she|it|the \w+|this|that|these|those) .+ (?:is|"
        r"was|are|were|will) ",
        r"^(?:what|how) (?:a|an|very|beautiful|lovely|nice|wonderful)\b",
        rf"^(?:when|where|while|as|if|after|before|since|until|although|because|once) (?!{_BE_DO}\b)(?:the|a|an|we|"
        r"you|i|he|she|it|"
        r"they|this|that|there|our|his|her|their|people)\b(?!.* (?:what|which|who|how|did|does) )",
        r"^which (?:is|was|are|were) (?:why|how|where|when|what|a|an|the reason|not|also|very|now)\b",
        r"^which \w+s (?:us|me|you|to)\b",
        r"^who (?:knows|cares|would have)\b",
        r"^(?:did you know|have you ever|can you (?:believe|imagine)|do (?:come|not|let|have|be|take|enjoy)|have "
        r"an?)\b",
        r"^(?!i (?:just |do )?wonder\b)(?:we|i|they|he|she|it|you|nobody|no one|everyone) (?:\w+ )?(?:not )?"
        r"(?:know|knows|knew|wonder|see|saw|"
        r"count|counted|told|"
        r"tell|remember|show|showed|asked|ask|learn|learned)\b.* (?:how|what|who|where|when|which)\b(?! (?:did|does|"
        r"do|was|is) )",
        r"^(?:will|may|might) (?:the|be)\b.* (?:and|then)\b.*",
    )
)
_REQUESTS = tuple(
    re.compile(pattern)
    for pattern in (
        r"^(?:tell|remind|inform|show|give) (?:me|us)\b",
        r"^(?:read|spell|repeat|quote)\b(?: (?:me|us|it|that|the|out|what|again|aloud|this|to|all|please|from|your|"
        r"every))",
        r"^read (?:\w+ ){0,2}(?:sign|slide|board|poster|text|words|card|screen)\b",
        r"^(?:read|repeat|recap|summari[sz]e|describe)$",
        r"^(?:describe|summari[sz]e|sum up|recap|recount|outline|list|name|count|identify|explain|compare)\b(?! of\b|"
        r" is\b| was\b| are\b)",
        r"^(?:some|sum|some of|summer|the sum) (?:up|look|of)? ?what (?:you|happened|i|we)\b",
        r"^(?:just )?(?:i am |i'm )?(?:curious|interested)(?: to know| about)? "
        r"(?:what|which|who|whose|when|where|why|how|if)\b",
        r"^(?:let me know|i (?:want|would like|like|d like|need|wish|wonder|am wondering|was wondering) (?:to (?:know|"
        r"hear)|what|which|who|whose|"
        r"when|where|why|how|if|whether|you to))\b",
        r"^(?:a |the )?(?:short |brief |quick )?(?:summary|recap|overview)(?: of)? .*",
        r"^(?:make|write|provide) (?:me |us )?(?:a |an )?(?:short |brief )?(?:summary|list|recap|overview)\b",
        r"^(?:say (?:that|it|again)|say what)\b",
        r"^(?:sorry )?i (?:have |just )?(?:forgot|forget|forgotten|missed|did not (?:catch|get)) "
        r"(?:what|which|who|whose|when|where|why|how)\b",
        r"^do (?:tell|you)\b",
    )
)
# A short sentence with such an opening is a question whose other words were misheard.
_LIKE_A_QUESTION = re.compile(
    r"^(?:what|which|how many|how long|how much|who|did you|do you|have you|can you)\b(?! (?:a|an|not)\b)"
)
_BEGINS_ASKING = re.compile(
    r"(?:(?:at|in|on|for|to|from|by|about|until|with|of) )?(?:what|which|who|whose|when|where|why|how)\b|"
    rf"{_AUX} {_SUBJECT}\b"
)
_SHORT = 9  # words
_LEAD_WORDS = 8  # before a comma that lead in a question
_NOT_REQUESTS = re.compile(
    r"^(?:list|name|count|outline|show|read|describe|repeat)(?:s|ed|ing)?$|^name (?:is|was)\b|^names\b|"
    r"^(?:tell|show) (?:me|us) (?:your|the) (?:friends|world)\b"
)
_PRECISELY = re.compile(r"^(what|which|where|who|when|why|how) (?:exactly|precisely|again)\b")
_WH = ("what", "which", "where", "who", "when", "how")
_MISHEARD_WH = {"why", "wow", "watch", "walk", "white", "whats", "wit", "wore"}


@dataclass(frozen=True)
class Verdict:
    """answer: whether to answer; form and reason say why (the reason names no words)."""

    answer: bool
    form: Form
    reason: str = ""


def judge(question: Question) -> Verdict:
    """Whether a question gets an answer. Typed words do unless they are mere filler; spoken ones must ask."""
    shape = form(question.text)
    if question.options or question.images:
        return Verdict(True, "question")
    if not question.text.strip():
        return Verdict(False, "filler", "not understood")
    if question.source == "typed":
        silent = shape == "filler" and "?" not in question.text
        return Verdict(not silent, shape, "filler" if silent else "")
    if (
        question.cues.follow_up
        and shape == "statement"
        and len(tokens(question.text)) <= 6
        and _starts_with_and(question.text)
    ):
        return Verdict(True, "question")
    answer = shape in ("question", "request")
    return Verdict(answer, shape, "" if answer else shape)


@lru_cache(maxsize=4_096)  # the answerer asks again for each utterance it may quote
def form(text: str) -> Form:
    """What kind of sentence `text` is."""
    if is_chinese(text):
        return chinese_form(text)
    words = tokens(text)
    if not words or all(word in _FILLERS for word in words):
        return "filler" if "?" not in text or not words else "question"
    if all(word in _GREETINGS or word in _FILLERS for word in words) and len(words) <= 5:
        return "greeting"
    if text.rstrip().endswith("?"):
        return "question"
    if re.match(r"(\w+)(?: \1){2,}\b|(?!what|which|how|who|when|where|did|is|was)(\w+) \2\b", " ".join(words)):
        return "statement"  # noise, heard as one word again and again
    plain = _PRECISELY.sub(r"\1", _OPENERS.sub("", " ".join(words)))
    last = _last_clause(text)
    for sentence in dict.fromkeys((*((last,) if last else ()), plain, _mended(plain))):
        if any(pattern.search(sentence) for pattern in _STATEMENTS):
            return "statement"
        if any(pattern.search(sentence) for pattern in _QUESTIONS):
            return "question"
        if _LIKE_A_QUESTION.search(sentence) and len(sentence.split()) <= _SHORT:
            return "question"
        if any(pattern.search(sentence) for pattern in _REQUESTS) and not _NOT_REQUESTS.search(sentence):
            return "request"
    return "statement"


def _last_clause(text: str) -> str:
    """What follows a few words and a comma: "one last thing, who opened the show"."""
    before, comma, after = text.lower().rpartition(", ")
    words = tokens(after)
    few = len(tokens(before)) <= _LEAD_WORDS and len(words) > 2
    return " ".join(words) if comma and few and _BEGINS_ASKING.match(" ".join(words)) else ""


def _mended(text: str) -> str:
    """The sentence with its first word read as the question word that it sounds like, where what follows asks."""
    words = text.split()
    if len(words) < 3:
        return text
    first, second = words[0], words[1]
    asks_next = second in (
        "did",
        "does",
        "was",
        "were",
        "is",
        "are",
        "do",
        "colour",
        "many",
        "long",
        "number",
        "changed",
    )
    if not asks_next or first in _WH or (first == "why" and second in ("does", "did", "do")):
        return text
    if first in ("q", "hue", "hoo") and second in ("is", "was", "are"):
        return " ".join(["who", *words[1:]])
    if first in _MISHEARD_WH and second not in ("is", "do", "does"):
        return " ".join(["what", *words[1:]])
    best = max(_WH, key=lambda wh: alike(first, wh))
    return (
        " ".join([best, *words[1:]])
        if alike(first, best) >= 0.75 and second in ("did", "does", "many", "long")
        else text
    )


def _starts_with_and(text: str) -> bool:
    return tokens(text)[:1] in (["and"], ["before"], ["after"], ["then"], ["now"])
