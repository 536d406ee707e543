"""Spans joined, and covered by as few as fit."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from wire.spans import Span, covering, covering_sides, joined

pytestmark = pytest.mark.unit

SPANS = st.lists(st.tuples(st.integers(-99, 99), st.integers(-99, 99)), max_size=40)


def test_spans_that_touch_are_one() -> None:
    assert joined([(7, 9), (1, 3), (4, 5), (8, 12), (6, 2)]) == [(1, 5), (7, 12)]


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        (3, [(0, 1), (3, 4), (20, 30)]),
        (2, [(0, 4), (20, 30)]),
        (1, [(0, 30)]),
    ],
)
def test_the_shortest_gaps_are_closed(limit: int, expected: list[Span]) -> None:
    assert covering([(20, 30), (0, 1), (3, 4)], limit) == expected


@given(spans=SPANS, limit=st.integers(1, 20))
def test_nothing_is_left_out_and_there_are_no_more(spans: list[Span], limit: int) -> None:
    found = covering(spans, limit)
    assert len(found) <= limit
    assert found == joined(found)
    assert all(any(a <= start and end <= b for a, b in found) for start, end in spans if start <= end)
    ends = {edge for span in joined(spans) for edge in span}
    assert {edge for span in found for edge in span} <= ends  # no wider than they are together


def test_no_gap_is_closed_between_earlier_sessions_and_this_one() -> None:
    assert covering_sides([(-90, -80), (-3, -1), (2, 3), (50, 60)], 1) == [(-90, -1), (2, 60)]
    assert covering_sides([(-90, -80), (-70, 5)], 1) == [(-90, -80), (-70, 5)]
