"""Which words of a caption stand, while a recogniser reads a growing stretch of sound again and again. Pure.

Words on which two readings in a row agree are committed: every later caption begins with them as they were shown. The
last word of a reading is never committed, for more sound may belong to it. Chinese and Japanese characters count as
words.
"""

from __future__ import annotations

import re

_CJK = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_PIECE = re.compile(rf"\s*(?:[{_CJK}][^\w\s]*|[^\s{_CJK}]+)")
_MARKS = re.compile(r"[\W_]+")


def pieces_of(text: str) -> list[str]:
    """Words with the spaces before them; joined they are the text without its trailing spaces."""
    return _PIECE.findall(text)


def key_of(piece: str) -> str:
    """What two readings of one word share: capitals and marks come and go."""
    return _MARKS.sub("", piece).casefold() or piece.strip()


def joined(first: str, second: str) -> str:
    """Two stretches of text as one: no space between Chinese characters."""
    first, second = first.strip(), second.strip()
    if not first or not second or re.fullmatch(rf"[{_CJK}]", first[-1]) or re.fullmatch(rf"[{_CJK}]", second[0]):
        return first + second
    return f"{first} {second}"


class Agreement:
    """One utterance, or one window of it. `committed`: the text that stands."""

    def __init__(self) -> None:
        self._committed: list[str] = []
        self._keys: list[str] = []  # of what is committed
        self._before: list[str] = []  # keys of what the reading before had behind it

    @property
    def committed(self) -> str:
        return "".join(self._committed)

    def take(self, reading: str) -> str:
        """The caption after another reading of all the sound so far."""
        pieces = pieces_of(reading)
        rest = pieces[_end_of(self._keys, [key_of(piece) for piece in pieces]) :]
        keys = [key_of(piece) for piece in rest]
        agreed = min(_common(self._before, keys), max(0, len(rest) - 1))
        self._committed += rest[:agreed]
        self._keys += keys[:agreed]
        self._before = keys[agreed:]
        return (self.committed + "".join(rest[agreed:])).strip()

    def settle(self, reading: str) -> str:
        """The caption after a reading that is better than those before: all of its words stand from now on."""
        self._committed, self._before = pieces_of(reading), []
        self._keys = [key_of(piece) for piece in self._committed]
        return self.committed.strip()


def _common(a: list[str], b: list[str]) -> int:
    """Length of the longest common prefix."""
    return next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))


def _end_of(committed: list[str], keys: list[str]) -> int:
    """How many words of a reading are those committed, though it may read some of them differently now: the prefix
    with the fewest edits between the two, of several one with the same last word, then the one nearest in length."""
    if not committed:
        return 0
    costs = list(range(len(keys) + 1))  # edits between what is committed so far and each prefix
    for n, word in enumerate(committed, start=1):
        row = [n]
        for i, key in enumerate(keys, start=1):
            row.append(min(row[-1] + 1, costs[i] + 1, costs[i - 1] + (word != key)))
        costs = row
    ends = [False, *(key == committed[-1] for key in keys)]
    return min(range(len(costs)), key=lambda i: (costs[i], not ends[i], abs(i - len(committed))))
