"""Texts within a number of tokens: about how many one has, how many of several fit, and a part of one around the words
that matter. Pure; the estimate stands for the tokenizers of all models.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence

from wire.words import STOPWORDS, stem, tokens

CUT = "…"
LETTERS_A_TOKEN = 4
# Chinese, Japanese and Korean characters, each about a token.
_WIDE = "\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff"
_WIDE_ONE = re.compile(rf"[{_WIDE}]")
_PIECE = re.compile(rf"\s*(?:[{_WIDE}]|[^\s{_WIDE}]{{1,40}})")  # a word with the space before it; a long one in parts
_NO_LETTER = re.compile(r"[\W_]+")


def estimate(text: str) -> int:
    """About how many tokens a text has."""
    return math.ceil(_weight(text))


def _weight(text: str) -> float:
    wide = len(_WIDE_ONE.findall(text))
    return wide + (len(text) - wide) / LETTERS_A_TOKEN


def wanted(question: str) -> frozenset[str]:
    """What of a question is looked for in a text: stems of its words, and characters of scripts without spaces."""
    words = {stem(word) for word in tokens(question) if word not in STOPWORDS}
    return frozenset(words) | frozenset(_WIDE_ONE.findall(question))


def level(costs: Iterable[int], budget: int) -> int:
    """The most that each may cost so that all together cost no more than the budget; only the dearest are cut."""
    ordered = sorted(costs)
    left = budget
    for n, cost in enumerate(ordered):
        share = left // (len(ordered) - n)
        if cost > share:
            return max(0, share)
        left -= cost
    return max(ordered, default=0)


def cut(text: str, most: int, words: frozenset[str]) -> str:
    """The part of a text of at most that many tokens, or so, that holds most of the words, between ellipses where
    something is missing; its beginning, if it holds none. See `wanted`."""
    if estimate(text) <= most:
        return text
    pieces = _PIECE.findall(text)
    weights = [_weight(piece) for piece in pieces]
    hits = [hit if (hit := _plain(piece)) in words else "" for piece in pieces]
    room = max(0.0, most - 2.0 * _weight(f" {CUT}"))
    first, last = _around(weights, hits, room)
    shown = "".join(pieces[first:last]).strip()
    return f"{f'{CUT} ' if first else ''}{shown}{f' {CUT}' if last < len(pieces) else ''}"


def _plain(piece: str) -> str:
    bare = _NO_LETTER.sub("", piece).lower()
    return bare if _WIDE_ONE.search(bare) else stem(bare)


def _around(weights: Sequence[float], hits: Sequence[str], room: float) -> tuple[int, int]:
    """(first, end) of pieces that fit: around as many different hits as can be shown together, the earliest such."""
    start, end = _richest(weights, hits, room)
    marked = [i for i in range(start, end) if hits[i]]
    if not marked:
        return start, end
    first, last = marked[0], marked[-1] + 1
    left = room - sum(weights[first:last])
    while True:
        before = first > 0 and weights[first - 1] <= left
        if before:
            first -= 1
            left -= weights[first]
        after = last < len(weights) and weights[last] <= left
        if after:
            left -= weights[last]
            last += 1
        if not (before or after):
            return first, last


def _richest(weights: Sequence[float], hits: Sequence[str], room: float) -> tuple[int, int]:
    """(first, end) of the first longest run that fits with the most different hits."""
    best, most = (0, 0), -1
    inside: Counter[str] = Counter()
    start, weight = 0, 0.0
    for end, own in enumerate(weights, start=1):
        weight += own
        inside[hits[end - 1]] += 1
        while weight > room and start < end:
            weight -= weights[start]
            inside[hits[start]] -= 1
            start += 1
        different = sum(1 for hit, n in inside.items() if hit and n)
        if different > most or (start == 0 and different == most):
            best, most = (start, end), different
    return best
