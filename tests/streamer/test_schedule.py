"""What is sent when: by media time, and a question sees everything up to its time and nothing after it."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, strategies as st

from streamer.decoding import Trouble
from streamer.media import Item, Picture
from streamer.pictures import Pixels
from streamer.questions import Scripted
from streamer.sampling import Stamped, at_ticks
from streamer.schedule import Asked, Mark, Schedule, Step, due_ns
from streamer.sound import SAMPLE_NS, Chunk
from streamer.times import clock_text, parse_clock

pytestmark = pytest.mark.unit

MS = 1_000_000
S = 1000 * MS
PIXELS = Pixels(1, 1, b"\0\0\0")


def film(until_ms: int) -> list[Item]:
    items: list[Item] = [Chunk(t * MS, bytes(3200)) for t in range(0, until_ms, 100)]
    items += [Picture(t * MS, PIXELS) for t in range(0, until_ms, 1000)]
    return sorted(items, key=lambda i: i.t_ns if isinstance(i, Trouble) else i.end_ns)


def steps(items: list[Item], questions: list[Scripted], end_ns: int = 0) -> list[Step]:
    schedule = Schedule(questions, S)
    found = [step for item in items for step in schedule.feed(item)]
    return found + list(schedule.finish(end_ns))


def test_a_question_comes_after_all_of_its_past_and_is_followed_by_a_watermark() -> None:
    found = steps(film(3000), [Scripted("a", 1234 * MS, "?")])
    at = next(i for i, step in enumerate(found) if isinstance(step, Asked))
    assert max(due_ns(step) for step in found[:at]) <= 1234 * MS
    before = found[at - 1]
    assert isinstance(before, Chunk)
    assert 1234 * MS - before.end_ns < SAMPLE_NS
    assert found[at + 1] == Mark(1234 * MS)
    rest = found[at + 2]
    assert isinstance(rest, Chunk)
    assert rest.t_ns == before.end_ns


def test_at_one_time_media_then_questions_in_file_order_then_the_watermark() -> None:
    found = steps(film(2000), [Scripted("b", S, "?"), Scripted("a", S, "?")])
    at = next(i for i, step in enumerate(found) if isinstance(step, Asked))
    assert found[at - 1] == Picture(S, PIXELS)
    assert [type(step) for step in found[at : at + 3]] == [Asked, Asked, Mark]
    assert [step.question.id for step in found[at : at + 2] if isinstance(step, Asked)] == ["b", "a"]


def test_a_question_after_the_end_is_asked_at_the_end() -> None:
    *_, asked, last = steps(film(2000), [Scripted("a", 99 * S, "?")], end_ns=2 * S)
    assert asked == Asked(2 * S, Scripted("a", 99 * S, "?"), late=True)
    assert last == Mark(2 * S, final=True)


def test_a_stream_without_sound_has_watermarks_too() -> None:
    found = steps([Picture(0, PIXELS), Picture(4 * S, PIXELS)], [], end_ns=5 * S)
    assert [step.t_ns // S for step in found if isinstance(step, Mark)] == [1, 2, 3, 4, 5, 5]


def test_trouble_is_passed_on_at_once() -> None:
    assert list(Schedule([], S).feed(Trouble(5, "x"))) == [Trouble(5, "x")]


@given(st.lists(st.integers(0, 3500 * MS), max_size=6))
def test_nothing_is_lost_or_out_of_order(asked_ns: list[int]) -> None:
    items = film(3000)
    found = steps(items, [Scripted(str(i), t, "?") for i, t in enumerate(asked_ns)])
    dues = [due_ns(step) for step in found]
    assert dues == sorted(dues)
    pcm = b"".join(step.pcm for step in found if isinstance(step, Chunk))
    assert len(pcm) == 30 * 3200
    chunks = [step for step in found if isinstance(step, Chunk)]
    assert all(a.end_ns == b.t_ns for a, b in itertools.pairwise(chunks))
    assert sorted(step.question.id for step in found if isinstance(step, Asked)) == sorted(
        map(str, range(len(asked_ns)))
    )
    assert sum(isinstance(step, Mark) and step.final for step in found) == 1


@given(st.lists(st.integers(0, 100), min_size=1, max_size=20), st.integers(1, 10))
def test_the_newest_picture_at_each_tick(stamps: list[int], period: int) -> None:
    pictures = [Stamped(t, n) for n, t in enumerate(stamps)]
    got = list(at_ticks(pictures, period, 120))
    first_ns = stamps[0]
    assert got[0] == (first_ns, 0)
    rising = [(t, n) for n, t in enumerate(stamps) if t == max(stamps[: n + 1])]
    for tick, picture in got[1:]:
        assert tick % period == 0
        assert picture == max((t, n) for t, n in rising if t <= tick)[1]
    assert [tick for tick, _ in got[1:]] == list(
        range((first_ns // period + 1) * period, max(120, rising[-1][0] + 1), period)
    )


def test_no_picture_where_it_is_missing() -> None:
    pictures: list[Stamped[str]] = [Stamped(0, "a"), Stamped(15, None), Stamped(35, "b")]
    assert list(at_ticks(pictures, 10, 60)) == [(0, "a"), (10, "a"), (40, "b"), (50, "b")]


def test_clock_text_reads_back() -> None:
    for text in ("0:00", "0:42", "59:59", "1:02:03", "10:00:00"):
        assert clock_text(round(parse_clock(text) * S)) == text
