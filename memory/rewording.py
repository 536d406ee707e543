"""Turns a question round so that it stands in one clause: "the wall, what colour is it" asks "what colour is the wall".

Pure text over repaired tokens joined by spaces; knows no memory and no kinds of question.
"""

from __future__ import annotations

import re

_WH = r"(?:what|which|where|how|when|who|did|was|is|does|has)"
_IT = r"\b(?:it|that|this|they|them|one|he|she)\b"
_SURFACE = r"(?:slide|sign|board|poster|screen|page|card|menu|notice|ticket)"
_TAIL = re.compile(r" (?:(?:that|which) (?:we|you|i) (?:saw|have seen|could see|just saw)|earlier|before|just now|a while ago)$")

_TOPIC_FIRST = re.compile(
    rf"(?:there (?:was|is|were|are) )?(?P<np>(?:the|a|an|my|our|that|this|some) .+?) (?P<q>{_WH}\b(?: \w+){{1,5}})"
)
_GAVE = re.compile(
    rf"(?P<on>(?:the|that|a) (?:\w+ )?{_SURFACE}) (?:had|has|gave|gives|showed|shows|said|says|listed) (?P<np>.+?) "
    r"(?:which one|what one|which|which was it|what was it|which number|what number)"
)
_SIDE_FIRST = re.compile(r"(?:on|at) the (?P<side>left|right|top|bottom)(?: side)? (?P<q>(?:what|which) colours?)\b.*")
_BEFORE_FIRST = re.compile(
    rf"before (?P<np>(?:the|a) \w+(?: \w+)?) (?:became|turned|was|changed to|got|went|was painted) (?P<state>\w+) (?P<q>{_WH} .+)"
)


def reworded(text: str) -> str:
    """The question in one clause; `text` itself where it is one already."""
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
