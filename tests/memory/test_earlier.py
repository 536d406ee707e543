"""What earlier sessions hold: found however many lie between, by the time that is named, beside an anchor of theirs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from memory.backends.fake import FakeOptions, FakeTextEncoder
from memory.earlier import LOG_LIMIT
from memory.events import Event, row_id
from memory.keeper import Keeper
from memory.query import Query
from memory.recall import LIMIT, Recalled
from memory.timeline import Step
from wire.civil import civil
from wire.messages import Cues, Evidence, Mention

pytestmark = pytest.mark.unit

S = 10**9
DAY = 86_400
ENCODER = FakeTextEncoder(FakeOptions(dim=1024))
NOON = 1_700_000_000.0


class Diary:
    """A memory folder with one session after the other."""

    def __init__(self, folder: Path) -> None:
        self.keeper = Keeper(str(folder), ENCODER.dim, ENCODER.dim)

    def live(self, start_unix_s: float, seen: dict[float, str], *, lasts_s: int = 600, track: int = 0) -> int:
        """A session with these signs, each for two seconds. Gives its number."""
        row = self.keeper.open_session(f"s{start_unix_s:.0f}", "live", start_unix_s, resume=False).row
        events = [
            Event(
                id=row_id(row.no, n), session=row.no, kind="text", start_ns=round(at * S), end_ns=round(at * S) + 2 * S,
                text=f"A sign reads {text}.", subject=text, track=track,
            )
            for n, (at, text) in enumerate(seen.items(), start=1)
        ]  # fmt: skip
        self.keeper.write(row, Step(tuple(events)), start_unix_s)
        while rows := self.keeper.unembedded(64):
            self.keeper.embedded([i for i, _ in rows], encoded(*(text for _, text in rows)))
        self.keeper.commit(row.no, None, lasts_s * S, 0, len(events) + 1, 1)
        return row.no

    def ask(self, no: int, text: str, *, t_s: float = 500, visible_from_ns: int = 0, **cues: object) -> Recalled:
        asked = Cues(kinds=("text",), **cues)  # type: ignore[arg-type]
        query = Query(
            session=no, t_ns=round(t_s * S), cues=asked, texts=(text,), vectors=encoded(text),
            visible_from_ns=visible_from_ns, anchor=encoded(asked.anchor) if asked.anchor else None,
        )  # fmt: skip
        return self.keeper.recall(query)


def encoded(*texts: str) -> NDArray[np.float32]:
    return ENCODER.encode(list(texts))


def told(items: tuple[Evidence, ...]) -> list[str]:
    return [one.subject for one in items]


@pytest.fixture
def diary(tmp_path: Path) -> Diary:
    return Diary(tmp_path)


def test_a_fact_of_a_week_ago_is_found_though_many_sessions_lie_between(diary: Diary) -> None:
    diary.live(NOON, {5: "kettle repair tuesday"})
    for n in range(1, 40):
        diary.live(NOON + n * DAY / 5, {5: "bicycle lane", 9: f"platform {n}"})
    now = diary.live(NOON + 8 * DAY, {5: "harbour office"})
    (found,) = diary.ask(now, "kettle repair").evidence
    assert found.subject == "kettle repair tuesday"
    assert found.attrs == {"date": civil(NOON + 5), "session": f"s{NOON:.0f}"}
    assert found.start_ns == (5 - 8 * DAY) * S
    assert diary.ask(now, "kettle repair", now=True).evidence == ()
    assert diary.ask(now, "kettle repair", visible_from_ns=1).evidence == ()
    assert told(diary.ask(now, "harbour office").evidence) == ["harbour office"]


def test_later_sessions_are_not_looked_into(diary: Diary) -> None:
    first = diary.live(NOON, {5: "harbour office"})
    diary.live(NOON + DAY, {5: "kettle repair tuesday"})
    assert diary.ask(first, "kettle repair").evidence == ()


def test_of_all_earlier_sessions_the_first_is_found_where_it_is_asked_for(diary: Diary) -> None:
    for n in range(20):
        diary.live(NOON + n * DAY, {5: "kettle repair"})
    now = diary.live(NOON + 30 * DAY, {5: "harbour office"})
    assert diary.ask(now, "kettle repair", order="first").evidence[0].start_ns == (5 - 30 * DAY) * S
    assert diary.ask(now, "kettle repair", order="last").evidence[0].start_ns == (5 - 11 * DAY) * S


def test_a_span_before_this_session_is_answered_from_the_sessions_that_touch_it(diary: Diary) -> None:
    diary.live(NOON - 2 * DAY, {5: "kettle repair monday"})
    diary.live(NOON - DAY, {5: "kettle repair tuesday", 300: "bicycle lane"})
    now = diary.live(NOON, {5: "kettle repair wednesday"})
    span = {"spanned": True, "start_ns": (-DAY - 100) * S, "end_ns": (-DAY + 100) * S}
    yesterday = diary.ask(now, "kettle repair", **span)
    assert told(yesterday.evidence) == ["kettle repair tuesday"]
    assert told(yesterday.log) == ["kettle repair tuesday"]  # at 300 s it was over
    assert all(e.attrs["date"].startswith("2023-11-13") for e in (*yesterday.evidence, *yesterday.log))
    assert not yesterday.log_truncated
    assert diary.ask(now, "kettle repair", visible_from_ns=1, **span) == Recalled(yesterday.cues)
    long_ago = {"spanned": True, "start_ns": -9 * DAY * S, "end_ns": -8 * DAY * S}
    assert diary.ask(now, "kettle repair", **long_ago).evidence == ()


def test_a_span_that_ends_as_this_session_begins_does_not_reach_into_it(diary: Diary) -> None:
    diary.live(NOON - 3600, {5: "kettle repair tuesday"})
    now = diary.live(NOON, {5: "kettle repair wednesday"})
    found = diary.ask(now, "kettle repair", spanned=True, start_ns=-DAY * S, end_ns=0)
    assert told(found.evidence) == told(found.log) == ["kettle repair tuesday"]


def test_a_span_that_begins_before_this_session_is_answered_from_both(diary: Diary) -> None:
    diary.live(NOON - 1000, {5: "kettle repair tuesday"})
    now = diary.live(NOON, {5: "kettle repair wednesday"})
    both = diary.ask(now, "kettle repair", spanned=True, start_ns=-3600 * S, end_ns=500 * S)
    assert set(told(both.evidence)) == {"kettle repair tuesday", "kettle repair wednesday"}
    assert told(both.log) == ["kettle repair tuesday", "kettle repair wednesday"]
    at = diary.ask(now, "kettle repair", spanned=True, start_ns=-3600 * S, end_ns=500 * S, at_ns=250 * S)
    assert told(at.log) == told(both.log)
    here = diary.ask(now, "kettle repair", spanned=True, start_ns=0, end_ns=500 * S)
    assert told(here.evidence) == told(here.log) == ["kettle repair wednesday"]


def test_of_many_sessions_in_a_span_only_as_much_is_told_as_fits(diary: Diary) -> None:
    for n in range(20):
        diary.live(NOON + n * 1000, {at: f"platform {at} of {n}" for at in range(0, 500, 10)})
    now = diary.live(NOON + DAY, {at: f"gate {at}" for at in range(400)})
    both = diary.ask(now, "platform", t_s=400, spanned=True, start_ns=-DAY * S, end_ns=400 * S)
    assert both.log_truncated
    assert len(both.log) == LOG_LIMIT
    assert both.log[-1].subject == "gate 399"
    assert any("platform" in one.subject for one in both.log)
    assert len(both.evidence) <= LIMIT


def test_an_anchor_that_only_an_earlier_session_holds_is_found_there(diary: Diary) -> None:
    diary.live(NOON, {5: "kettle repair monday", 50: "zebra crossing ahead", 90: "kettle repair tuesday"})
    diary.live(NOON + DAY, {5: "kettle repair wednesday"})
    now = diary.live(NOON + 2 * DAY, {5: "harbour office"})
    for relation, expected in (("before", "kettle repair monday"), ("after", "kettle repair tuesday")):
        found = diary.ask(now, "kettle repair", anchor="zebra crossing ahead", relation=relation)
        assert told(found.evidence) == [expected]
        assert found.evidence[0].attrs["session"] == f"s{NOON:.0f}"
        assert found.cues.anchor_ns == (50 - 2 * DAY) * S
        assert "zebra crossing ahead" in told(found.log)  # by which an answerer knows it
        assert told(found.log)[-1] == "harbour office"
    assert diary.ask(now, "kettle repair", anchor="zebra crossing", relation="before", visible_from_ns=1).evidence == ()


def test_before_something_of_this_session_that_nothing_precedes_lies_the_session_before(diary: Diary) -> None:
    diary.live(NOON, {5: "kettle repair monday"})
    now = diary.live(NOON + DAY, {5: "zebra crossing ahead", 60: "harbour office"})
    zebra = "zebra crossing ahead"
    before = diary.ask(now, "kettle repair", relation="before", anchor=zebra)
    assert told(before.evidence) == ["kettle repair monday"]
    assert diary.ask(now, "kettle repair", relation="after", anchor=zebra).evidence == ()


def test_an_anchor_is_looked_for_in_the_earlier_time_that_is_named_with_it(diary: Diary) -> None:
    zebra = "zebra crossing ahead"
    diary.live(NOON - 2 * DAY, {5: "kettle repair sunday", 50: zebra, 90: "kettle repair evening"})
    diary.live(NOON - DAY, {5: "kettle repair monday", 50: zebra, 90: "kettle repair tuesday"})
    diary.live(NOON - DAY + 1000, {5: "kettle repair wednesday"})
    now = diary.live(NOON, {5: "kettle repair thursday", 50: zebra, 90: "kettle repair friday"})
    span = {"spanned": True, "start_ns": (-DAY - 100) * S, "end_ns": (-DAY + 5000) * S}
    after = diary.ask(now, "kettle repair", relation="after", anchor=zebra, **span)
    assert told(after.evidence) == ["kettle repair tuesday", "kettle repair wednesday"]
    before = diary.ask(now, "kettle repair", relation="before", anchor=zebra, **span)
    assert told(before.evidence) == ["kettle repair monday"]
    assert zebra in told(before.log)  # by which an answerer knows it
    assert {found.cues.anchor_ns for found in (before, after)} == {(50 - DAY) * S}
    none = diary.ask(now, "kettle repair", relation="after", anchor="harbour office", **span)
    assert none.cues.anchor_ns == -1


def test_a_track_of_an_earlier_session_is_none_of_this_one(diary: Diary) -> None:
    diary.live(NOON, {5: "kettle repair"}, track=3)
    now = diary.live(NOON + DAY, {5: "harbour office"}, track=3)
    (before,) = diary.ask(now, "kettle repair").evidence
    (here,) = diary.ask(now, "harbour office").evidence
    assert here.track == 3
    assert before.track not in (0, 3)


def test_a_session_without_pictures_reaches_as_far_as_it_was_heard(diary: Diary) -> None:
    diary.live(NOON, {300: "kettle repair tuesday"}, lasts_s=0)
    no = diary.live(NOON + 20, {5: "bicycle lane"})  # the other was read at once, and began 20 s before
    found = diary.ask(no, "kettle repair tuesday", t_s=30)
    assert told(found.evidence) == ["kettle repair tuesday"]
    assert found.evidence[0].end_ns < 0
    assert found.evidence[0].attrs["date"].startswith("2023-11-14")
    later = diary.live(NOON + 3600, {5: "bicycle lane"})
    span = {"spanned": True, "start_ns": -3400 * S, "end_ns": -3200 * S}
    assert told(diary.ask(later, "kettle repair tuesday", **span).log) == ["kettle repair tuesday"]


@pytest.mark.parametrize(("order", "text", "at"), [("first", "TULIP", NOON + 10), ("last", "ROSE", NOON + DAY + 70)])
def test_the_first_or_the_last_of_a_kind_is_that_of_an_earlier_session_where_this_one_has_none(
    tmp_path: Path, order: str, text: str, at: float
) -> None:
    diary = Diary(tmp_path)
    diary.live(NOON, {10: "TULIP", 50: "DAISY"})
    diary.live(NOON + DAY, {20: "LILY", 70: "ROSE"})
    diary.live(NOON + 2 * DAY, {})
    no = diary.live(NOON + 3 * DAY, {})
    about = Mention(words=f"{order} sign", kind="text", order=order)  # type: ignore[arg-type]
    found = diary.ask(no, f"{order} sign", order=order, about=about)
    told = found.log[0 if order == "first" else -1]
    assert (told.subject, told.attrs["date"]) == (text, civil(at))
    assert found.evidence[0].subject == text
    other = replace(about, content=("sign", "trains"))
    assert diary.ask(no, "first sign about trains", order=order, about=other).log == ()


def test_the_first_of_a_kind_is_that_of_this_session_where_it_has_one(tmp_path: Path) -> None:
    diary = Diary(tmp_path)
    diary.live(NOON, {10: "TULIP"})
    no = diary.live(NOON + DAY, {20: "LILY"})
    about = Mention(words="first sign", kind="text", order="first")
    assert [one.subject for one in diary.ask(no, "first sign", order="first", about=about).log] == ["LILY"]
