"""Spans of time (from, to), both ends in it: joined, and as few as a bounded list may hold. Pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

Span = tuple[int, int]

FEW = 16  # spans that are remembered against what comes late


def joined(spans: Iterable[Span]) -> list[Span]:
    """Spans that touch or overlap as one, in order; those that end before they begin are none."""
    found: list[Span] = []
    for start, end in sorted(span for span in spans if span[0] <= span[1]):
        if found and start <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def touched(spans: Sequence[Span], one: Span) -> Sequence[Span]:
    """Those of the spans, which are in order and apart, that it touches."""
    first = bisect_left(spans, one[0], key=lambda span: span[1])
    return spans[first : bisect_right(spans, one[1], key=lambda span: span[0])]


def covering_sides(spans: Iterable[Span], limit: int = FEW) -> list[Span]:
    """The same of those that end before 0, which is what earlier sessions told, and of the others: each for itself."""
    every = joined(spans)
    return [
        *covering((span for span in every if span[1] < 0), limit),
        *covering((span for span in every if span[1] >= 0), limit),
    ]


def covering(spans: Iterable[Span], limit: int = FEW) -> list[Span]:
    """At most `limit` spans in order, in which all of these lie: where there are more, the shortest gaps are closed."""
    every = joined(spans)
    widest = sorted(range(1, len(every)), key=lambda n: every[n - 1][1] - every[n][0])[: limit - 1]
    apart = {0, *widest}
    found: list[Span] = []
    for n, (start, end) in enumerate(every):
        if n in apart:
            found.append((start, end))
        else:
            found[-1] = (found[-1][0], end)
    return found
