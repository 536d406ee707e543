"""Where erased moments of earlier sessions are sought on the time line of a later one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from memory.placing import EARLIER, beside, told
from memory.rows import SessionRow

pytestmark = pytest.mark.unit

S = 10**9
DAY = 86_400


def row(no: int, start_s: float, reach_s: float) -> SessionRow:
    return SessionRow(no, f"s{no}", "live", start_s, True, -1, 0, 0, 0, round(reach_s * S))


def rows(*every: SessionRow) -> dict[int, SessionRow]:
    return {one.no: one for one in every}


def test_a_moment_lies_where_the_calendar_has_it() -> None:
    known = rows(row(1, 0, 600), row(2, 8 * DAY, 100), row(3, 9 * DAY, 5))
    gone = [(1, 10 * S, 12 * S), (2, 20 * S, 21 * S), (2, 21 * S, 30 * S), (3, S, 2 * S)]
    assert told(gone, 2, known, {}) == [((10 - 8 * DAY) * S, (12 - 8 * DAY) * S)]
    assert told(gone, 3, known, {}) == [
        ((10 - 9 * DAY) * S, (12 - 9 * DAY) * S), ((20 - DAY) * S, (30 - DAY) * S)
    ]  # fmt: skip
    assert told(gone, 1, known, {}) == []


def test_what_was_read_faster_than_filmed_lies_in_two_places() -> None:
    known = rows(row(1, 0, 600), row(2, 100, 5))
    assert told([(1, 10 * S, 12 * S)], 2, known, {}) == [(-591 * S, -589 * S), (-90 * S, -88 * S)]
    assert told([(1, 590 * S, 2**61)], 2, known, {}) == [(-11 * S, -S)]


def test_beside_a_session_that_went_on_it_may_lie_anywhere_between() -> None:
    known = rows(row(1, 0, 600), row(2, 100, 5))
    assert told([(1, 10 * S, 12 * S)], 2, known, {1: 100 * S}) == [(-591 * S, -88 * S)]
    far = rows(row(1, 0, 600), row(2, DAY, 5))
    assert told([(1, 10 * S, 12 * S)], 2, far, {1: 0}) == [((10 - DAY) * S, (12 - DAY) * S)]


def test_what_cannot_be_placed_may_be_anything_before() -> None:
    assert told([(1, 10 * S, 12 * S)], 2, rows(row(2, 100, 5)), {}) == [EARLIER]


def test_live_sessions_that_overlap_by_the_calendar_went_on_beside_each_other() -> None:
    known = rows(
        row(1, 0, 600), row(2, 100, 5), row(3, 300, 9), replace(row(4, 400, 900), mode="replay"), row(5, 700, 9)
    )
    assert beside(3, known) == {1: 300 * S}
    assert beside(5, known) == {}
