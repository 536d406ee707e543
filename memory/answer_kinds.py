"""What kind of thing a question asks for (a number, a weight, a colour, a time...), and whether a sentence holds one.

Pure; by words alone. Who, why and what kinds are left out: no word tells whether a sentence holds those.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from memory.lexicon import COLOURS
from memory.terms import root


def _roots(words: str) -> frozenset[str]:
    return frozenset(root(word) for word in words.split())


_NUMBERS = _roots("half dozen once twice double triple both twins couple pair free")  # others are digits among stems
_TIMES = _roots(
    "monday tuesday wednesday thursday friday saturday sunday january february march april june july august september"
    " october november december spring summer autumn winter noon midnight midday morning afternoon evening night"
    " tonight dawn dusk sunrise sunset today tomorrow yesterday year month week weekend weekday day hour minute"
    " century easter christmas until"
)
_PLACES = _roots(
    "in at under on behind near beside upstairs downstairs into next above below to from inside outside opposite"
    " between beneath across over"
)
_COLOURS = frozenset(root(colour) for colour in COLOURS) | _roots(
    "lilac maroon blond blonde ginger brunette khaki indigo ivory cream tan bronze copper"
)
_AGES = _roots("born birthday century aged old")
_OFTEN = _roots("every each daily weekly monthly yearly hourly always never")
_UNITS = {
    "weight": _roots("kg kilo kilos kilogram g gram ton tonne tonnes pound ounce lb lbs"),
    "length": _roots(
        "metre meter m cm mm centimetre millimetre feet foot ft inch km kilometre mile yard fathom storey"
    ),
    "speed": _roots("km kmh kph mph mile knot metre second hour minute"),
}
_HELD = {  # what does for a number of a kind
    "colour": _COLOURS, "place": _PLACES, "spot": _PLACES, "time": _TIMES, "duration": _TIMES, "age": _AGES,
    "often": _OFTEN | _TIMES, "number": frozenset[str](),
}  # fmt: skip
_NO_NUMBER = ("colour", "place")
# By the first word that asks: kinds and what follows that word.
_WORD = re.compile(r"\b(?:who|whose|whom|why|where|when|how|what|which)\b")
_SEEN = re.compile(r"\b(?:see|saw|seen|hear|heard|appear(?:ed)?|said|say|talk(?:ed|ing)?|mention(?:ed)?|shown?)\b")
_HOW = (
    ("age", r"old\b"),
    ("weight", r"heavy\b|much .*\bweigh"),
    ("number", r"(?:high|deep|low) .*\b(?:fee|price|rent|score|temperature|fever|discount|salary|bill|fine|tax)\b"),
    ("length", r"(?:tall|high|deep|wide)\b"),
    ("speed", r"fast\b"),
    ("often", r"(?:often|frequently)\b"),
    ("duration", r"long\b"),
    ("time", r"(?:late|soon)\b"),
    ("number", r"(?:much|many|far|expensive|strong|cold|hot|warm|big|large|thick)\b"),
)
_WHAT = (  # of the thing itself: at most two words before
    ("colour", r"colou?rs?\b(?! code)"),
    ("age", r"age\b"),
    ("weight", r"weight\b"),
    ("speed", r"speed\b"),
    ("time", r"(?:time|day|date|week|month|year|season|hour|evening|morning)\b"),
    ("spot", r"(?:room|floor|platform|gate|track|deck|aisle|row)\b"),
    ("place", r"(?:city|town|village|country|place|street)\b"),
    ("number", r"(?:price|cost|number|score|result|code|postcode|phone|fee|fare|rent|temperature|maximum)\b"),
    ("number", r"(?:percentage|size|distance)\b"),
)  # fmt: skip
_DOES = (("weight", r".*\bweighs?\b"), ("number", r".*\bcosts?\b"))
_BEFORE = r"(?:'s|\s+(?:is|was|are|were|will be))?(?:\s+(?:the|his|her|its|my|our|your|their))?(?:\s+\w+)?\s+"
_KINDS = {
    "how": tuple((kind, re.compile(rf"\s+(?:{after})")) for kind, after in _HOW),
    "what": (
        *((kind, re.compile(_BEFORE + after)) for kind, after in _WHAT),
        *((kind, re.compile(after)) for kind, after in _DOES),
    ),
}
_KINDS["which"] = _KINDS["what"]


def kind_asked(question: str) -> str:
    """The name of the kind; "" if a question asks for none of them."""
    lower = question.lower()
    asks = _WORD.search(lower)
    if asks is None:
        return ""
    word, after = asks.group(), lower[asks.end() :]
    if word == "when":
        return "" if _SEEN.search(after) else "time"  # when it was seen is not among the words that were
    if word == "where":
        return "place"
    return next((kind for kind, pattern in _KINDS.get(word, ()) if pattern.match(after)), "")


def holds(kind: str, stems: Sequence[str]) -> float:
    """1 if a sentence with these stems holds something of that kind, -1 if not, 0 if that cannot be told."""
    if not kind:
        return 0.0
    units = _UNITS.get(kind)
    if units is not None:
        return float(_numbered(stems)) + float(not units.isdisjoint(stems)) - 1.0
    held = not _HELD[kind].isdisjoint(stems) or (kind not in _NO_NUMBER and _numbered(stems))
    return 1.0 if held else -1.0


def _numbered(stems: Sequence[str]) -> bool:
    return not _NUMBERS.isdisjoint(stems) or any(word[0].isdigit() for word in stems)
