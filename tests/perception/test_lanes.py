"""What was seen, heard and asked comes out by media time, however the lanes run; live at once."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from perception.lanes import Merger, Rank

pytestmark = pytest.mark.unit


def told(merger: Merger[str]) -> list[str]:
    return [item for _, item in merger.ready()]


def test_nothing_is_told_before_both_lanes_passed_it() -> None:
    merger: Merger[str] = Merger(live=False)
    merger.put(Rank.HEARD, 5, "heard")
    merger.passed(Rank.HEARD, 6)
    assert told(merger) == []
    merger.passed(Rank.SEEN, 5)
    assert told(merger) == []
    merger.passed(Rank.SEEN, 6)
    assert told(merger) == ["heard"]
    assert len(merger) == 0


def test_at_one_time_the_order_is_seen_heard_asked_mark() -> None:
    merger: Merger[str] = Merger(live=False)
    for rank in reversed(Rank):
        merger.put(rank, 1, rank.name)
    merger.passed(Rank.SEEN, 2)
    merger.passed(Rank.HEARD, 2)
    assert told(merger) == ["SEEN", "HEARD", "ASKED", "MARK"]


def test_what_comes_late_counts_from_the_promised_time() -> None:
    merger: Merger[str] = Merger(live=False)
    merger.passed(Rank.HEARD, 10)
    merger.put(Rank.HEARD, 3, "late")
    merger.passed(Rank.SEEN, 11)
    merger.passed(Rank.HEARD, 11)
    assert merger.ready() == [(10, "late")]


def test_an_old_question_after_a_restart_comes_in_its_turn() -> None:
    merger: Merger[str] = Merger(live=False)
    merger.put(Rank.MARK, 20, "mark")
    for lane in (Rank.SEEN, Rank.HEARD):
        merger.passed(lane, 21)
    assert told(merger) == ["mark"]
    merger.put(Rank.ASKED, 7, "old")
    assert told(merger) == ["old"]


def test_the_last_comes_behind_all_that_waits() -> None:
    merger: Merger[str] = Merger(live=False)
    merger.put(Rank.HEARD, 50, "beyond the end")
    last_ns = merger.put_last(Rank.MARK, 40, "final")
    for lane in (Rank.SEEN, Rank.HEARD):
        merger.passed(lane, last_ns + 1)
    assert told(merger) == ["beyond the end", "final"]


def test_live_only_a_mark_waits() -> None:
    merger: Merger[str] = Merger(live=True)
    merger.put(Rank.HEARD, 90, "heard")
    merger.put(Rank.SEEN, 10, "seen")
    merger.put(Rank.MARK, 50, "mark")
    assert told(merger) == ["heard", "seen"]
    merger.passed(Rank.SEEN, 51)
    assert told(merger) == []
    merger.passed(Rank.HEARD, 51)
    assert told(merger) == ["mark"]


@pytest.mark.parametrize("live", [True, False])
def test_what_is_forgotten_is_not_told(live: bool) -> None:
    merger: Merger[str] = Merger(live=live)
    merger.put(Rank.HEARD, 1, "secret")
    merger.put(Rank.HEARD, 2, "kept")
    merger.drop(lambda item: item == "secret")
    for lane in (Rank.SEEN, Rank.HEARD):
        merger.passed(lane, 9)
    assert told(merger) == ["kept"]


@given(
    seen=st.lists(st.integers(0, 50), max_size=8).map(sorted),
    heard=st.lists(st.integers(0, 50), max_size=8).map(sorted),
    choices=st.lists(st.booleans(), min_size=16, max_size=16),
)
def test_the_order_does_not_depend_on_how_fast_the_lanes_are(
    seen: list[int], heard: list[int], choices: list[bool]
) -> None:
    merger: Merger[tuple[int, Rank, int]] = Merger(live=False)
    lanes = {Rank.SEEN: list(enumerate(seen)), Rank.HEARD: list(enumerate(heard))}
    found: list[tuple[int, Rank, int]] = []
    for choice in choices:
        rank = Rank.SEEN if choice else Rank.HEARD
        rank = rank if lanes[rank] else (Rank.HEARD if choice else Rank.SEEN)
        if not lanes[rank]:
            break
        n, t_ns = lanes[rank].pop(0)
        merger.put(rank, t_ns, (t_ns, rank, n))
        merger.passed(rank, t_ns)  # more of the same time may come
        found += [item for _, item in merger.ready()]
    for lane in (Rank.SEEN, Rank.HEARD):
        merger.passed(lane, 1_000)
    found += [item for _, item in merger.ready()]
    everything = [(t, Rank.SEEN, n) for n, t in enumerate(seen)] + [(t, Rank.HEARD, n) for n, t in enumerate(heard)]
    assert found == sorted(everything)
