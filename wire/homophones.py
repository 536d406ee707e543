"""Words that sound the same: a recogniser writes "sales" where somebody spoke of sails.

The list is made by `bench.homophones` out of the CMU Pronouncing Dictionary (homophones.LICENSE).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from wire.words import alike

SAME_SOUND = 0.95  # as likely as the same stem


def heard_alike(a: str, b: str) -> float:
    """0..1: how likely two words are one, one of them misheard or misread."""
    known = _groups()
    if a != b and known.get(a, _NONE) & known.get(b, _NONE):
        return SAME_SOUND
    return alike(a, b)


_NONE: frozenset[int] = frozenset()


@cache
def _groups() -> dict[str, frozenset[int]]:
    """Which groups of homophones a word is in."""
    found: dict[str, frozenset[int]] = {}
    text = Path(__file__).with_name("homophones.txt").read_text(encoding="utf-8")
    for number, line in enumerate(text.splitlines()):
        for word in line.split():
            found[word] = found.get(word, _NONE) | {number}
    return found
