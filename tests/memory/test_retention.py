"""Limits of what is kept, in a running memory: what is too old goes for good, what is still there goes on."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from desk_tools import Memory, S, memory, sign

from memory.album import Album
from memory.check import problems
from memory.erase import find_traces
from memory.events import OPEN, Event
from wire.messages import Observation, SessionClosed, SoundHeard

pytestmark = pytest.mark.unit

HALF_AN_HOUR = "memory.keep_hours=0.5"


def _kept(folder: Path, kind: str, session: int = 1) -> list[Event]:
    """What is on disk, as anybody sees it beside the owner. The memory must be whole."""
    with Album(folder) as album:
        assert list(problems(folder, album.store, album.archive)) == []
        return [found.event for found in album.store.overlapping(session, -OPEN, OPEN, (kind,), limit=9999)]


async def _watch(m: Memory, seconds: range, *seen: Observation, session: str = "s") -> None:
    for t in seconds:
        await m.see(t, *seen, look=t // 200, session=session, jpeg=f"picture {t}".encode())
        await m.mark(t, session=session)


async def test_what_is_in_view_throughout_is_still_there_and_ends_once(tmp_path: Path) -> None:
    async with memory(HALF_AN_HOUR) as m:
        await m.open(tmp_path, mode="live")
        await _watch(m, range(0, 7200, 60), sign("Lasting door"))
        (door,) = _kept(tmp_path, "text")
        assert door.open
        assert 7140 - 1800 - 600 < door.start_ns / S <= 7140 - 1800
        question = await m.ask(7181, "What does the sign say now?")
        assert [e.subject for e in question.evidence][:1] == ["Lasting door"]
        assert [(e.start_ns, e.end_ns / S) for e in question.log if e.kind == "text"] == [(door.start_ns, 7181)]
        await _watch(m, range(7200, 7300, 20))
        (left,) = _kept(tmp_path, "text")
        assert (left.id, left.start_ns, left.end_ns) == (door.id, door.start_ns, 7140 * S)
        assert left.key_frame
        await m.mark(7300, final=True)
    assert len(_kept(tmp_path, "text")) == 1
    assert find_traces(tmp_path, ["picture 1200", "picture 3000"], []) == []


async def test_a_state_that_is_missing_for_a_moment_goes_on_too(tmp_path: Path) -> None:
    async with memory(HALF_AN_HOUR) as m:
        await m.open(tmp_path, mode="live")
        for t in (*range(0, 2340, 60), *range(2340, 2700, 4)):
            missing = t > 2340 and t % 60 == 0  # when the limits are looked at
            await m.see(t, *([] if missing else [sign("Lasting door")]), look=t // 200)
            await m.mark(t)
        (door,) = _kept(tmp_path, "text")
        assert door.start_ns > 500 * S
        assert door.open


async def test_what_another_session_sees_goes_on_as_well(tmp_path: Path) -> None:
    async with memory(HALF_AN_HOUR) as m:
        for name in ("s", "two"):
            await m.open(tmp_path, name, mode="live")
        for t in range(0, 5400, 60):
            await m.see(t, sign("Door of the first"), look=t // 200)
            await m.see(t, sign("Door of the second"), sign(f"Minute {t // 60}"), look=t // 200, session="two")
            await m.mark(t)  # the second one's watermarks are late
        await m.mark(5400, session="two")
        (door,) = [e for e in _kept(tmp_path, "text", 2) if e.subject == "Door of the second"]
        assert door.open
        assert door.start_ns > 2400 * S
        minutes = [e.subject for e in _kept(tmp_path, "text", 2) if e.subject != "Door of the second"]
        assert 50 <= 90 - len(minutes) <= 60
        assert minutes == [f"Minute {n}" for n in range(90 - len(minutes), 90)]  # none is written over
        await _watch(m, range(5400, 5500, 20), session="two")
        (left,) = [e for e in _kept(tmp_path, "text", 2) if e.subject == "Door of the second"]
        assert (left.id, left.start_ns, left.end_ns) == (door.id, door.start_ns, 5340 * S)


async def test_what_an_earlier_session_kept_too_long_is_gone_when_the_next_one_begins(tmp_path: Path) -> None:
    for day in (0, 1):
        async with memory(HALF_AN_HOUR) as m:
            await m.open(tmp_path, f"day {day}", mode="live", start_unix_s=1_700_000_000.0 + day * 86400)
            if day == 0:
                await m.see(2, sign("Lost key"), session="day 0")
                await m.mark(3, session="day 0", final=True)
            else:
                question = await m.ask(2, "What did the sign say yesterday?", session="day 1")
                assert question.evidence == ()
                assert _kept(tmp_path, "text") == []


async def test_words_alone_grow_old_too(tmp_path: Path) -> None:
    async with memory(HALF_AN_HOUR) as m:
        await m.open(tmp_path, mode="live")
        for t in range(60, 7200, 60):
            await m.say(t, f"remark number {t} of the guide")
            await m.mark(t)
        kept = [e.end_ns // S for e in _kept(tmp_path, "speech")]
        assert 7140 - 1800 - 600 <= kept[0] <= 7140 - 1800
        assert kept[-1] == 7140
        for t in range(7200, 10000, 60):  # nobody says anything any more
            await m.mark(t)
        assert _kept(tmp_path, "speech") == []


async def test_a_sound_that_lasted_longer_is_kept_from_then_on(tmp_path: Path) -> None:
    async with memory(HALF_AN_HOUR) as m:
        await m.open(tmp_path, mode="live")
        for t in range(60, 3600, 60):
            await m.say(t, f"remark number {t} of the guide")
            await m.mark(t)
        await m.service.handle(SoundHeard(session="s", t_ns=3600 * S, start_ns=0, end_ns=3600 * S, label="music"))
        await m.mark(3600)
        (music,) = _kept(tmp_path, "sound")
        assert music.start_ns >= 1200 * S
        for t in range(3660, 5400, 60):
            await m.mark(t)
        (later,) = _kept(tmp_path, "sound")
        assert (later.id, later.end_ns) == (music.id, 3600 * S)
        assert later.start_ns > music.start_ns


async def test_an_answer_goes_with_the_last_of_what_it_quotes(tmp_path: Path) -> None:
    async with memory(HALF_AN_HOUR) as m:
        await m.open(tmp_path, mode="live")
        for t in range(0, 3600, 40):
            seen = [sign("Main exit")] if t % 200 == 0 else [sign("Lost key")] if t == 320 else []
            await m.see(t, *seen, look=t // 40)
            await m.mark(t)
            if t == 2000:
                for n, heard in enumerate(("It says Main exit.", "It says Lost key.")):
                    question = await m.ask(t + 1 + 3 * n, f"What is sign {n}?")
                    await m.play(question, heard, t + 3 + 3 * n)
        assert [e.subject for e in _kept(tmp_path, "answer")] == ["It says Main exit."]  # that sign is still seen
        question = await m.ask(3601, "What did you say?")
        assert [turn.heard for turn in question.history] == ["It says Main exit."]
        assert find_traces(tmp_path, ["Main exit"], [])
    assert find_traces(tmp_path, ["Lost key"], []) == []


async def test_an_unanswered_question_outlives_what_it_carries(tmp_path: Path) -> None:
    async with memory(HALF_AN_HOUR) as m:
        await m.open(tmp_path, mode="live")
        await _watch(m, range(0, 3000, 60), sign("Lasting door"))
        question = await m.ask(3000, "What does the sign say?")
        await _watch(m, range(3001, 3700, 60), sign("Another door"))
        assert _kept(tmp_path, "text")[0].start_ns > 1000 * S
        sent = len(m.out.questions())
        await m.open(tmp_path, mode="live", restarted="reasoning")
        assert m.out.questions()[sent:] == [question]
        await m.play(question, "It says Lasting door.", 3700)
        await m.mark(3701)
        with Album(tmp_path) as album:
            assert [asked.message for asked in album.archive.questions(1)] == [b""]


async def test_two_sessions_leave_each_other_their_present(tmp_path: Path) -> None:
    async with memory("memory.keep_mb=0.2") as m:
        for name in ("s", "two"):
            await m.open(tmp_path, name, mode="live")
        for t in range(0, 4000, 8):
            for name in ("s", "two"):
                await m.see(t, sign(f"Sign {t // 10} {name}"), look=t // 10, session=name, jpeg=bytes(400))
                await m.mark(t, session=name)
        firsts = [_kept(tmp_path, "text", no)[0].start_ns / S for no in (1, 2)]
        assert all(600 < first <= 3400 for first in firsts)
        assert abs(firsts[0] - firsts[1]) <= 600


async def test_two_sessions_at_their_limits_at_once_wait_for_each_other_in_order(tmp_path: Path) -> None:
    async with memory(HALF_AN_HOUR) as m:
        names = ("s", "two", "three")
        for name in names:
            await m.open(tmp_path, name, mode="live")

        async def live(name: str) -> None:
            for t in range(0, 3600, 60):
                await m.see(t, sign(f"Door of {name}"), look=t // 200, session=name)
                await m.mark(t, session=name)
            await m.service.handle(SessionClosed(session=name, t_ns=3600 * S))

        async with asyncio.timeout(60):
            await asyncio.gather(*map(live, names))
        assert [len(_kept(tmp_path, "text", no)) for no in (1, 2, 3)] == [1, 1, 1]
