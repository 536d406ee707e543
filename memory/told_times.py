"""Whether a day or a clock time is part of what was said or written, not when it was: "who said they open at 9". Pure.

Where it may be either, it is taken as said: a search without a span still finds it, one in a wrong span does not.
"""

from __future__ import annotations

import re

_TELLING = re.compile(
    r"(?<!\bthe )(?<!\ba )\b(?:(?P<heard>hear|heard|hears|reads?|shows?|showed|shown)|says?|said|saying|reading|"
    r"mention(?:s|ed)?|announced?|announces|writes?|wrote|written|tells?|told|states?|stated|stating|promised?)\b"
)
_DET = r"(?:the|an?|my|your|our|his|her|their|any|some|this|that|these|those)"
_OBJECT = re.compile(  # of what was told, or to whom
    r"(?:it|that|this|so|yes|no|hello|hi|goodbye|thanks|thank you|(?:some|any|no|every)thing|nothing|me|us|him|them|"
    r"you|her)?(?: ?(?:to|with|by|on|in|over|from) "
    r"(?:me|us|you|him|her|them|any\w+|some\w+|(?:the|an?|my|your|our|his) \w+))?"
    r"(?: ?(?:again|exactly|aloud|first|last|out loud))?"
)
_THING = re.compile(rf"{_DET} \w+(?<!s)")
_AN_OBJECT = re.compile(r"\b(?:what|who|whom|which|how|(?:some|any|every|no)thing|nothing|words?)\b")
_ON = re.compile(
    r"(?:in|on|at|during|between|since|after|before|until|till|around|from|this|last|within|by|near|"
    r"just|shortly|right|soon|prior|up|later|earlier)\b"
)
_NAME_BEFORE = re.compile(
    r"\b(?:words?|name|label|text|title|letters|called|named|labell?ed|titled|with|or|"
    r"(?:moved|postponed|changed|shifted|rescheduled|delayed|brought forward|put off|pushed)(?: \w+)? (?:to|from))"
    r" (?:on )?$"
)
_LASTING = re.compile(
    r"\b(?:closed|open|opens|opened|shut|valid|available|moved|away|postponed|free|booked|reserved)(?: (?:from|up))? $"
)


def is_told(before: str, time: str, *, is_sure: bool) -> bool:
    """Whether the time, with the words before it in the sentence, belongs to what was told. is_sure: it is a day that
    rarely stands on a sign, as "yesterday"."""
    before = f"{before.rstrip()} " if before.strip() else ""
    if not is_sure and (_NAME_BEFORE.search(before) or (_LASTING.search(before) and _ON.match(time))):
        return True
    tellings = [*_TELLING.finditer(before)]
    if not tellings:
        return False
    telling = tellings[-1]
    between = before[telling.end() :].strip()
    has_object = _AN_OBJECT.search(before[: telling.start()]) is not None
    if not between:
        return not (has_object and (is_sure or _ON.match(time)))
    if is_sure:
        return False
    thing = telling["heard"] is not None and _THING.fullmatch(between)
    return not (thing or _OBJECT.fullmatch(between))
