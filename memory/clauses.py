"""The question in what somebody said: "the car: which colour?", "Sorry, I missed it. Who won?" become one clause.

Works on text with its commas and stops, where it has any; `memory.rewording` does what words alone allow. Pure; knows
no memory and no kinds of question.
"""

from __future__ import annotations

import re

_CUTS = re.compile(r"(?<=[a-z0-9\"')])(?:[.!?;:]+(?=\s|$)|,(?=\s)|\s+-+(?=\s))", re.I)
_MISSED = r"(?:catch|get|see|hear)(?: it| that| this)?"
_LEAD_IN = re.compile(
    r"(?:(?:and|so|but|or|okay|ok|well|hey|hello|hi|there|um|uh|er|ah|oh|now|then|right|alright|all right|yes|no|"
    r"please|sorry|pardon|excuse me|by the way|hang on|hold on|wait|listen|look|omni|computer|assistant|thanks|"
    r"thank you|also|actually|finally|lastly|honestly|quickly|anyway|just|again|maybe|perhaps|let me see|let us see|"
    r"let's see|(?:just )?(?:one|a|my|another) (?:last|more|final|quick|small|next|other)? ?(?:thing|question)|"
    r"quick question|"
    r"(?:just |i am |i'm )?(?:checking|curious|wondering|interested)|remind me|tell me|help me|do tell|say|"
    r"i'm not sure|"
    rf"i (?:forgot|forget|missed (?:it|that|this)|did not {_MISSED}|didn't {_MISSED}|was not listening|do not remember|"
    r"wasn't (?:listening|looking|there)|am not sure|don't remember|was wondering|wonder|have a question)|"
    r"if i may(?: ask)?|if you (?:do not|don't) mind|good (?:morning|evening|afternoon)|out of curiosity|one moment|"
    r"my question is|before (?:i|we) (?:go|leave|forget|finish|end)|to finish|just to be sure|to be sure|"
    r"if (?:you can|possible)|can you help me|could you help me|for the record)\b\s*)+",
    re.I,
)
_WH = r"(?:what|which|who|whom|whose|when|where|whereabouts|why|how|whats|whos|wheres|whens|hows)"
_ASKS = re.compile(
    rf"(?:(?:and|so|but|or|then|now) )*(?:(?:in|on|at|to|from|of|for|by|with|until|till|since|about|into|during|after|"
    rf"before|around|towards?|under|behind) {_WH}\b|{_WH}\b(?!'?s (?:a|an|the) \w+ (?:i|we|you)\b)|"
    r"(?:did|do|does|was|were|is|are|has|have|had|can|could|will|would|should|am|isn't|wasn't|weren't|"
    r"didn't|doesn't|don't|aren't) \w+|"
    r"(?:name|list|count|describe|read|tell|give|show|sum|summari[sz]e|recap|repeat|quote|remind|spell) "
    r"(?:me|us|the|all|every|out|up|what|that|it|how|who|where|when|which|a|your)\b|"
    rf"(?:any idea|any clue|no idea) {_WH}\b|"
    r"i(?:'d| would)? (?:wonder|was wondering|am wondering|like to know|want to know|need to know)|"
    r"(?:do|can|could|would|will) you\b)",
    re.I,
)
_TAG = re.compile(
    r"(?:(?:do|did|can|could|would|will) you (?:still |happen to |perhaps |please |maybe )?(?:know|remember|recall|"
    r"notice|see (?:it|that)|hear (?:it|that)|tell(?: me)?|say|help(?: me)?(?: out)?|repeat (?:it|that)|"
    r"catch (?:it|that)|have any idea|mind)|(?:did|do|does) (?:he|she|they|anyone|anybody|someone) (?:mention|say|tell)"
    r"(?: it| that| so)?|(?:is|was) (?:it|that)(?: right| so| true| correct)?|"
    r"(?:is|was|did|does|do|has|were|are|have)n'?t (?:it|he|she|they|there|you|that|we|i)|"
    r"(?:am i|are you) (?:right|sure)|can (?:you|we) say|if you (?:can|know|"
    r"remember)|(?:any|do you have any) (?:idea|clue)|could you (?:tell|say|repeat) (?:it|that|me)(?: again)?)",
    re.I,
)
_BARE = re.compile(
    rf"(?:and )?(?P<wh>(?:in |of |to |at |on |by |for |from )?{_WH}(?: (?:exactly|one|ones|colour|color|way|direction|"
    r"shape|number|time|day|side|else|many|much|long|long ago|often|old|kind|sort))?(?: exactly| again| precisely)?)",
    re.I,
)
_PRONOUN = re.compile(
    r"\b(?:(?:it|they|them|that one|this one|he|she|him)\b(?! (?:of|was it|is it|since|that|when|for|how)\b)|"
    r"(?:that|this)(?=$| (?:is|was|were|are|do|does|did|has|had|happen\w*|in|on|for|from|come|go|mean|"
    r"say|again|told|said|mentioned|shown|seen|there)\b))",
    re.I,
)
_POSSESSIVE = re.compile(r"\b(?:its|their|his|her)\b(?= \w)", re.I)
# What something has, so that "the person who left, what colour was the jacket" asks for that one's.
_PART = re.compile(
    r"\bthe (?:jacket|coat|shirt|jumper|sweater|dress|top|hat|clothes|colour|color|price|cost|name|number|shape|size|"
    r"colours|direction|writing|text|wording)\??$",
    re.I,
)
_DETERMINER = r"(?:the|a|an|that|this|those|these|some|my|our|your|his|her|their|all)"
_NOUN_PHRASE = re.compile(
    rf"(?:about |as for |regarding |concerning |at first |first |earlier |just now |before )?(?P<np>{_DETERMINER} .+)",
    re.I,
)
_THERE_WAS = re.compile(
    rf"there (?:was|is|were|are|came|went) (?:also )?(?P<np>(?:{_DETERMINER}|one|two|three|someone|somebody) .+)", re.I
)
_NAME = re.compile(r"(?:(?:[Aa]nd|[Ss]o|[Bb]ut) )?(?P<np>[A-Z][a-z]+(?: [A-Z][a-z]+)?)")
_AMONG = re.compile(r"(?:out of|of|among|from) (?:all )?(?:the|these|those) (?P<noun>\w+)", re.I)
_I_NEED = re.compile(rf"(?:i|we|i'm|we're) .*\b(?P<np>{_DETERMINER} \w+(?: \w+)?)$", re.I)
_VERB = re.compile(
    r"^(?P<np>.+?) (?:was|were|is|are|has|had|have|said|says|just|became|turned|changed|came|went|moved|started|"
    r"stopped|did|does|went|got|looked|stood)\b(?! \w+ing by)",
    re.I,
)
_RELATIVE = re.compile(r"\b(?:who|that|which|where)\b", re.I)
_CHANGED = re.compile(
    r"(?:something|things?) (?:has |just |has just )*(?P<verb>changed|happened|moved)\b(?P<rest>.*)", re.I
)
_DIFFERENT = re.compile(r"(?:and )?what (?:is|was|has|did|exactly)? ?(?:different|new|changed?)(?: now)?", re.I)
_OF_TWO = re.compile(
    r" of (?:the|these|those) (?:two|2|three|following|both)\b(?: things| events| ones)?| of the (?:things|events)\b",
    re.I,
)
_LONGEST_TOPIC = 14  # words


def one_clause(text: str) -> str:
    """The question that `text` asks, its topic put where it belongs; `text` itself where it is one clause already."""
    text = text.replace("\u2019", "'")
    parts = [p for part in _CUTS.split(text) if (p := part.strip(" \"'"))]
    ends_asking = text.rstrip().endswith("?")
    kept = [without for p in parts if (without := _without_lead_in(p))]
    kept = [p for p in kept if not _TAG.fullmatch(p)] or kept
    asking = [n for n, p in enumerate(kept) if _ASKS.match(p)]
    if not kept or kept == parts[:1] == parts or (len(kept) > 1 and not asking):
        return _OF_TWO.sub("", text)
    if not asking:
        return _OF_TWO.sub("", kept[0])
    at = _the_question(kept, asking)
    question, before, after = kept[at], kept[:at], kept[at + 1 :]
    joined = _joined(question, before, after)
    return _OF_TWO.sub("", joined) + ("?" if ends_asking else "")


def _without_lead_in(part: str) -> str:
    found = _LEAD_IN.match(part)
    if not found:
        return part
    rest = part[found.end() :]
    if not rest.strip():
        return ""
    # "there was a sign", "just now", "say it" begin with such words and mean something.
    starts = _ASKS.match(rest) or _NOUN_PHRASE.match(rest) or _THERE_WAS.match(rest)
    return rest if starts and not re.match(r"(?:there|now|say|just|tell me|remind me)\b", found[0], re.I) else part


def _the_question(kept: list[str], asking: list[int]) -> int:
    """The clause that asks most: not one that only points back, unless there is no other."""
    full = [n for n in asking if not _BARE.fullmatch(kept[n])]
    return (full or asking)[0] if full else asking[-1]


def _joined(question: str, before: list[str], after: list[str]) -> str:
    """The question with the topic that stands before or after it."""
    if after and " or " in f" {after[-1]} " and not _ASKS.match(after[-1]):
        whole = _joined(question, before, []) if before else question
        return f"{whole} {' '.join(after)}"  # "which came first: the red or the blue one"
    rest = [p for p in after if not _ASKS.match(p)]
    if before and (among := _AMONG.fullmatch(before[-1])) and re.match(r"(?:which|what) (?!of\b)", question, re.I):
        return re.sub(r"^(which|what)(?: one)?", rf"\1 {among['noun']}", question, count=1, flags=re.I)
    if bare := _BARE.fullmatch(question):
        return _filled(bare, before, rest)
    topic = next((t for p in (*reversed(before), *rest) if (t := _topic(p))), "")
    if topic and _DIFFERENT.fullmatch(question):
        return f"{question} about {topic}"
    if topic and (found := _POSSESSIVE.search(question)):
        return f"{question[: found.start()]}{topic}'s{question[found.end() :]}"
    if topic and (found := _PRONOUN.search(question)):
        return f"{question[: found.start()]}{topic}{question[found.end() :]}"
    if topic and _PART.search(question):
        return f"{question.rstrip('?')} of {topic}"
    if rest and not topic and _runs_on(rest[0]):
        return f"{question} {' '.join(rest)}"
    question = " ".join((question, *(p for p in rest if not _topic(p) and len(p.split()) < 4)))
    if before and re.match(r"(?:before|after|while|when|during|if|once|since|until)\b", before[-1], re.I):
        return f"{before[-1]} {question}"
    if before and re.match(r"(?:at|in|on)\b", before[-1], re.I) and not _VERB.match(before[-1]):
        return f"{before[-1]} {question}"
    return question


def _runs_on(part: str) -> bool:
    """ "..., at the end", "..., the red one or the blue one" belong to the question."""
    begins = r"(?:at|in|on|before|after|during|while|when|since|until|from|to|right|just|next|with|between)\b"
    return bool(re.match(begins, part, re.I))


def _filled(bare: re.Match[str], before: list[str], rest: list[str]) -> str:
    """ "which colour" and "the car"; "what exactly" and "something changed about the wall"."""
    wh = re.sub(r"\s+(?:exactly|again|precisely)$", "", bare["wh"], flags=re.I)
    for part in (*reversed(before), *rest):
        if found := _CHANGED.match(part):
            return f"what {found['verb']}{found['rest']}"
        if _ASKS.match(part):
            return part
        if topic := _topic(part):
            counts = wh.lower().endswith("many")
            return f"{wh} {re.sub(rf'^{_DETERMINER} ', '', topic)}" if counts else f"{wh} was {topic}"
    return " ".join((*before, bare[0], *rest))


def _topic(part: str) -> str:
    """The thing that a clause puts in front: "that blue car", "the wall" of "the wall was white"."""
    found = _THERE_WAS.match(part) or _NOUN_PHRASE.match(part) or _I_NEED.match(part) or _NAME.fullmatch(part)
    if not found or len(part.split()) > _LONGEST_TOPIC:
        return ""
    phrase = str(found["np"])
    if found.re is _NOUN_PHRASE and (verb := _VERB.match(phrase)) and not _RELATIVE.search(verb["np"]):
        phrase = verb["np"]
    return phrase
