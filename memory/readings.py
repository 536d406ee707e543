"""When two readings of a line of text are the same line: OCR misses a letter or two, drops spaces, confuses 0 and O.

Pure rules on strings. Different numbers and different short words are different lines ("Room 101", "Room 102").
"""

from __future__ import annotations

import re

_CONFUSED = str.maketrans({"0": "o", "1": "l", "i": "l", "|": "l", "!": "l", "5": "s", "8": "b", "2": "z"})
_WORD = re.compile(r"[^\W_]+")
_ONE_LETTER_FROM = 5  # in a word of that length one letter may be misread
_TWO_LETTERS_FROM = 9


def same_line(a: str, b: str) -> bool:
    """True if both are readings of one line."""
    if a == b:
        return True
    words_a, words_b = _WORD.findall(a.casefold()), _WORD.findall(b.casefold())
    if _numbers_differ(words_a, words_b):
        return False
    if len(words_a) == len(words_b):
        return all(_same_word(x, y) for x, y in zip(words_a, words_b, strict=True))
    return _same_word("".join(words_a), "".join(words_b))  # spaces lost or invented


def folded(text: str) -> str:
    """The letters of a line without case, spaces and what OCR confuses; equal for equal lines."""
    return "".join(_WORD.findall(text.casefold())).translate(_CONFUSED)


def _same_word(a: str, b: str) -> bool:
    if a.isdigit() and b.isdigit():
        return a == b
    x, y = a.translate(_CONFUSED), b.translate(_CONFUSED)
    if x == y:
        return True
    shorter = min(len(x), len(y))
    allowed = 2 if shorter >= _TWO_LETTERS_FROM else 1 if shorter >= _ONE_LETTER_FROM else 0
    return abs(len(x) - len(y)) <= allowed and edits(x, y, allowed) <= allowed


def _numbers_differ(a: list[str], b: list[str]) -> bool:
    """True if both hold as many digits but others: a changed number, not a misread letter."""
    digits_a, digits_b = ("".join(c for word in words for c in word if c.isdigit()) for words in (a, b))
    return len(digits_a) == len(digits_b) and digits_a != digits_b


def edits(a: str, b: str, enough: int) -> int:
    """Edit distance between a and b; some number above `enough` as soon as it must be larger."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        above, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            above, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, above + (x != y))
        if min(row) > enough:
            return enough + 1
    return row[-1]
