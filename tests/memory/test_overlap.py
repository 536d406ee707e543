"""What touches a span of time, of some sentences: it is what looking at every event finds, and the reading is bound by
the span, not by how often a sentence was true."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from memory.events import OPEN, Event, row_id
from memory.store import Store

pytestmark = pytest.mark.unit

S = 10**9
TEXTS = ("a toy museum", "the toy museum of the town", "a toy shop", "rain")
KINDS = ("text", "light", "sound")
COLOURS = ("red", "blue")
LASTS_S = (0, 5, 59, 60, 61, 300, 600, 601, 3000, 6000, 6001, 40_000, None)  # about the borders of every class
SHIFTS_NS = (-60 * S, -S, -1, 0, 1, S, 60 * S, 700 * S, 30_000 * S)
WHOLE = (0, 2**60)


@contextmanager
def _holding(events: Iterable[Event]) -> Iterator[Store]:
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        for name in ("s", "t"):
            store.new_session(name, "replay", 1000.0)
        store.put(events, start_unix_s=1000.0, recorded_at=5.0)
        yield store
        store.close()


def _event(n: int, text: str, start_ns: int, end_ns: int, *, kind: str, colour: str, session: int = 1) -> Event:
    return Event(
        id=row_id(session, n), session=session, kind=kind, start_ns=start_ns, end_ns=end_ns, text=text,
        attrs={"colour": colour},
    )  # fmt: skip


@st.composite
def _logs(draw: st.DrawFn) -> list[Event]:
    events = []
    for n in range(1, draw(st.integers(1, 40)) + 1):
        start_ns = draw(st.integers(0, 20_000) | st.integers(0, 70)) * S + n  # no two at once
        lasts_s = draw(st.sampled_from(LASTS_S))
        end_ns = OPEN if lasts_s is None else start_ns + lasts_s * S
        text, kind, colour = (draw(st.sampled_from(some)) for some in (TEXTS, KINDS, COLOURS))
        session = draw(st.sampled_from((1, 1, 1, 2)))
        events.append(_event(n, text, start_ns, end_ns, kind=kind, colour=colour, session=session))
    return events


@st.composite
def _spans(draw: st.DrawFn, events: list[Event]) -> tuple[int, int]:
    """Anywhere, or at the edges of events; the one that ends before it begins too."""
    edges = sorted({min(at, 80_000 * S) for e in events for at in (e.start_ns, e.end_ns)})
    border = st.sampled_from(edges) | st.integers(-100, 90_000).map(lambda at: at * S)
    from_ns = draw(border) + draw(st.sampled_from((0, 0, -1, 1)))
    to_ns = draw(border | st.sampled_from(SHIFTS_NS).map(lambda shift: from_ns + shift))
    return from_ns, to_ns


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_of_sentences_is_found_what_looking_at_every_event_finds(data: st.DataObject) -> None:
    events = data.draw(_logs())
    limit, oldest = data.draw(st.integers(1, 5)), data.draw(st.booleans())
    kinds = data.draw(st.sets(st.sampled_from(KINDS), min_size=1))
    with _holding(events) as store:
        number = {str(text): int(i) for i, text in store.database.execute("SELECT id, text FROM phrases")}
        for from_ns, to_ns in data.draw(st.lists(_spans(events), min_size=1, max_size=6)):
            there = [e for e in events if e.session == 1 and e.start_ns <= to_ns and e.end_ns >= from_ns]
            there.sort(key=lambda e: e.start_ns, reverse=not oldest)

            def of(texts: Iterable[str], fits: Callable[[Event], bool], most: int) -> list[list[Event]]:
                return [[e for e in there if e.text == text and fits(e)][:most] for text in texts]  # noqa: B023

            asked = data.draw(st.permutations(sorted(number)))
            numbers = [*(number[text] for text in asked), 999]
            found = store.of_phrases(numbers, 1, from_ns, to_ns, limit=limit, oldest=oldest)
            every = of(asked, lambda e: True, limit)
            assert [f.event for f in found] == [e for some in every for e in sorted(some, key=lambda e: e.id)]
            red = store.of_colour("red", numbers, 1, from_ns, to_ns, limit=limit, oldest=oldest)
            every = of(asked, lambda e: e.attrs["colour"] == "red", limit)
            assert [f.event for f in red] == [e for some in every for e in sorted(some, key=lambda e: e.id)]
            assert store.present(numbers, 1, from_ns, to_ns) == {number[e.text] for e in there}
            assert store.any_of_phrases(numbers, 1, from_ns, to_ns) is bool(there)
            worded = store.with_all(["toy", "museum"], 1, from_ns, to_ns, kinds, limit=limit, oldest=oldest)
            best = of([t for t in asked if "museum" in t], lambda e: e.kind in kinds, 1)
            chosen = sorted((e for some in best for e in some), key=there.index)[:limit]
            assert [f.event for f in worded] == chosen


@pytest.mark.parametrize("oldest", [False, True])
def test_how_often_a_sentence_was_true_makes_no_search_of_a_span_longer(oldest: bool) -> None:
    def steps(n_events: int) -> dict[tuple[str, str], int]:
        """Of SQLite, in tens, for each search in each span."""
        events = [
            _event(n + 1, TEXTS[n % 2], 10 * n * S, (10 * n + (7000 if n % 400 == 0 else 3)) * S, kind="text",
                   colour="blue")
            for n in range(n_events)
        ]  # fmt: skip
        end_ns, minute_ns = 10 * n_events * S, 60 * S
        middle_ns = end_ns // 2
        spans = {
            "start": (0, minute_ns), "middle": (middle_ns, middle_ns + minute_ns), "end": (end_ns - minute_ns, end_ns),
            "pause": (middle_ns + 4 * S, middle_ns + 5 * S), "after": (end_ns + minute_ns, WHOLE[1]), "whole": WHOLE,
        }  # fmt: skip
        taken: dict[tuple[str, str], int] = {}
        with _holding(events) as store:
            searches: dict[str, Callable[[int, int], object]] = {
                "of_phrases": lambda a, b: store.of_phrases([1, 2], 1, a, b, limit=6, oldest=oldest),
                "of_colour": lambda a, b: store.of_colour("red", [1, 2], 1, a, b, limit=6, oldest=oldest),
                "present": lambda a, b: store.present([1, 2], 1, a, b),
                "any_of_phrases": lambda a, b: store.any_of_phrases([1, 2], 1, a, b),
                "with_all": lambda a, b: store.with_all(["museum"], 1, a, b, ["text"], limit=9, oldest=oldest),
                "of another kind": lambda a, b: store.with_all(["museum"], 1, a, b, ["code"], limit=9, oldest=oldest),
                "witnessed": lambda a, b: store.witnessed(1, a, b, ("text",), b, limit=50, oldest=oldest),
                "count": lambda a, b: store.count(1, a, b, ("text",), limit=50),
            }
            counted = [0]

            def count() -> int:
                counted[0] += 1
                return 0

            store.vocabulary()
            store.database.set_progress_handler(count, 10)
            for name, search in searches.items():
                for where, span in spans.items():
                    counted[0] = 0
                    search(*span)
                    taken[name, where] = counted[0]
        return taken

    few, many = steps(2000), steps(16_000)
    longer = {at: (few[at], many[at]) for at in few if many[at] > 2 * few[at] + 20}
    assert not longer
