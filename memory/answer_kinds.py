"""What kind of thing a question asks for (a number, a weight, a colour, a time...), and whether a sentence holds one.

Pure; by words alone. Who, why and what kinds are left out: no word tells whether a sentence holds those.
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set

from memory.lexicon import COLOURS
from memory.terms import root


def _roots(words: str) -> frozenset[str]:
    return frozenset(root(word) for word in words.split())


_NUMBERS = _roots("half dozen once twice")  # others are digits among stems
_TIMES = _roots(
    "monday tuesday wednesday thursday friday saturday sunday january february march april june july august september"
    " october november december spring summer autumn winter noon midnight morning afternoon evening night dawn dusk"
    " today tomorrow yesterday year month week day hour minute century easter christmas am pm until"
)
_PLACES = _roots("in at under on behind near beside upstairs downstairs into next above below to from inside outside")
_COLOURS = frozenset(root(colour) for colour in COLOURS)
_AGES = _roots("year month week day century born birthday aged old since built founded")
_OFTEN = _roots("every each daily weekly monthly yearly hourly always never") | _TIMES
_UNITS = {
    "weight": _roots("kg kilo kilos kilogram g gram ton tonne tonnes pound ounce stone lbs"),
    "length": _roots("metre meter m cm mm centimetre millimetre feet foot ft inch km kilometre mile storey floor"),
    "speed": _roots("km kmh kph mph mile knot metre second hour minute"),
}
_ASKED = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        ("colour", r"\b(?:what|which) colou?rs?\b"),
        ("age", r"\bhow old\b|\b(?:what|which) age\b|\bage of\b"),
        ("weight", r"\bhow heavy\b|\bweighs?\b|\bweight\b"),
        ("length", r"\bhow (?:tall|high|deep|wide)\b"),
        ("speed", r"\bhow fast\b|\bspeed\b"),
        ("often", r"\bhow (?:often|frequently)\b"),
        (
            "number",
            r"\bhow (?:much|many|long|far|expensive|strong|cold|big)\b|"
            r"\b(?:price|costs?|number|score|result|code|postcode|phone|fee|fare|rent|temperature|maximum)\b",
        ),
        ("time", r"\bwhen\b|\b(?:what|which) (?:time|day|month|year|hour|evening|morning)\b|\buntil\b"),
        ("place", r"\bwhere\b|\b(?:which|what) (?:city|town|country|place|room|floor|street)\b"),
    )
)
_HELD = {"colour": _COLOURS, "time": _TIMES, "place": _PLACES, "age": _AGES, "often": _OFTEN}


def kind_asked(question: str) -> str:
    """ "" if a question asks for none of these kinds."""
    lower = question.lower()
    return next((kind for kind, pattern in _ASKED if pattern.search(lower)), "")


def holds(kind: str, stems: Sequence[str]) -> float:
    """1 if a sentence with these stems holds something of that kind, -1 if not, 0 if that cannot be told."""
    if not kind:
        return 0.0
    if not _HELD.get(kind, frozenset()).isdisjoint(stems):
        return 1.0
    if kind in ("colour", "place"):
        return -1.0
    if not _numbered(stems):
        return -1.0
    units: Set[str] | None = _UNITS.get(kind)
    return 1.0 if units is None or not units.isdisjoint(stems) else 0.0


def _numbered(stems: Sequence[str]) -> bool:
    return not _NUMBERS.isdisjoint(stems) or any(word[0].isdigit() for word in stems)
