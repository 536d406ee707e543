"""The memory process on scripted models: what it keeps, what it brings to questions, and nothing later than them."""

from __future__ import annotations

import asyncio
import errno
import os
import sqlite3
from contextlib import closing as closing_of
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from desk_tools import Memory, S, memory, sign, words

from memory.keeper import Keeper
from wire.codec import encode
from wire.messages import (
    FrameKept,
    MemoryReply,
    MemoryRequest,
    Observation,
    Question,
    SessionClosed,
    SoundHeard,
    Warned,
    Watermark,
)

pytestmark = pytest.mark.unit


async def _short_film(m: Memory, folder: Path) -> None:
    """A sign, a person, words; watermarks every second."""
    await m.open(folder)
    for t in range(20):
        seen = []
        if 3 <= t < 8:
            seen.append(sign("EXIT 12", colour="red"))
        if 10 <= t < 15:
            seen.append(Observation(kind="people", value=1))
        if t == 10:
            seen.append(Observation(kind="entered", value=1, track=1))
        await m.see(t, *seen, look=t // 5)
        if t == 12:
            await m.say(12, "the harbour opens at nine")
        await m.mark(t)


def _spans(question: Question, kind: str) -> list[tuple[str, float, float]]:
    return [(e.subject, e.start_ns / S, e.end_ns / S) for e in question.evidence if e.kind == kind]


async def test_evidence_has_the_thing_and_its_span(tmp_path: Path) -> None:
    async with memory() as m:
        await _short_film(m, tmp_path)
        question = await m.ask(20, "What did the red sign say about the exit?")
        assert _spans(question, "text")[0] == ("EXIT 12", 3, 7)
        assert question.evidence[0].key_frame
        assert [e.subject for e in question.log if e.kind == "text"] == ["EXIT 12"]
        assert question.frames_seen == 20
        assert question.newest[-1].t_ns == 19 * S


async def test_words_are_found(tmp_path: Path) -> None:
    async with memory() as m:
        await _short_film(m, tmp_path)
        question = await m.ask(20, "When does the harbour open?")
        assert question.evidence[0].kind == "speech"
        assert question.evidence[0].subject == "the harbour opens at nine"


async def test_nothing_found_means_no_evidence(tmp_path: Path) -> None:
    async with memory() as m:
        await _short_film(m, tmp_path)
        question = await m.ask(20, "Quantum zebra parliament?")
        assert question.evidence == ()


async def test_nothing_is_later_than_the_question(tmp_path: Path) -> None:
    async with memory() as m:
        await m.open(tmp_path)
        for t in range(5):
            await m.see(t, sign("EXIT 12"))
        question = await m.ask(4.5, "What does the exit sign say?")
        await m.see(5, sign("EXIT 12"), sign("SECRET CODE"))
        assert _spans(question, "text") == [("EXIT 12", 0, 4.5)]
        await m.play(question, "It says exit 12.", 5)
        later = await m.ask(5.5, "What was the secret code?")
        assert _spans(later, "text")[0] == ("SECRET CODE", 5, 5.5)
        await m.play(later, "", 5.5)
        early = await m.ask(5.6, "What was the secret code?", visible_from_ns=round(5.55 * S))
        assert all(e.end_ns >= 5.55 * S for e in early.evidence)


async def test_frames_that_came_after_the_question_are_not_among_the_newest(tmp_path: Path) -> None:
    async with memory() as m:
        await m.open(tmp_path, mode="live")
        await m.see(1)
        await m.see(2)
        question = await m.ask(1.5, "What is there?")
        assert [p.t_ns for p in question.newest] == [1 * S]


async def test_a_sign_in_view_for_a_moment_is_evidence(tmp_path: Path) -> None:
    async with memory() as m:
        await m.open(tmp_path)
        await m.see(0, sign("WELCOME"), Observation(kind="people", value=2))
        question = await m.ask(0.4, "How many people are there now?")
        assert [e.value for e in question.log if e.kind == "people"] == [2]
        assert all(e.end_ns <= 0.4 * S for e in question.log)


async def test_history_is_what_was_heard(tmp_path: Path) -> None:
    async with memory() as m:
        await _short_film(m, tmp_path)
        first = await m.ask(20, "What did the sign say?")
        await m.play(first, "It said exit", 22)
        second = await m.ask(23, "When does the harbour open?")
        assert [(t.question, t.heard) for t in second.history] == [("What did the sign say?", "It said exit")]
        await m.play(second, "", 24)
        third = await m.ask(25, "And who came in?")
        assert len(third.history) == 1


async def test_what_was_asked_and_answered_is_no_evidence(tmp_path: Path) -> None:
    async with memory() as m:
        await _short_film(m, tmp_path)
        first = await m.ask(20, "Did the purple dragon appear?")
        await m.play(first, "I did not see a purple dragon.", 22)
        second = await m.ask(23, "Did the purple dragon appear?")
        assert second.evidence == ()


async def test_a_statement_is_remembered(tmp_path: Path) -> None:
    async with memory() as m:
        await _short_film(m, tmp_path)
        told = await m.ask(20, "My bicycle is locked behind the bakery.")
        await m.play(told, "", 21)
        question = await m.ask(22, "Where is my bicycle?")
        assert question.evidence[0].subject == "My bicycle is locked behind the bakery."


async def test_in_a_replay_a_question_waits_for_the_earlier_reply(tmp_path: Path) -> None:
    async with memory() as m:
        await _short_film(m, tmp_path)
        first = await m.ask(20, "What did the sign say?")
        asking = asyncio.create_task(m.ask(20.5, "And when?"))
        for _ in range(20):
            await asyncio.sleep(0)
        assert len(m.out.questions()) == 1
        await m.play(first, "It said exit 12.", 22)
        second = await asking
        assert second.history[0].heard == "It said exit 12."


async def test_a_question_is_encoded_while_it_waits_for_its_turn(tmp_path: Path) -> None:
    async with memory() as m:
        await _short_film(m, tmp_path)
        first = await m.ask(20, "What did the sign say?")
        asking = asyncio.create_task(m.ask(20.5, "Who lost the kettle?"))
        parts: Any = m.service
        for _ in range(20):
            await asyncio.sleep(0)
        await parts._embedder.call("dimensions")  # comes after what was asked of it before
        assert "Who lost the kettle?" in parts._embedder._target._encoder._cache
        assert len(m.out.questions()) == 1
        await m.play(first, "Exit 12.", 22)
        await asking
        assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_what_turns_out_to_be_no_new_question_leaves_nothing_behind(tmp_path: Path) -> None:
    async with memory() as m:
        await _short_film(m, tmp_path)
        before = asyncio.all_tasks()
        first = await m.ask(20, "What did the sign say?", identity="q1")
        await m.ask(20, "What did the sign say?", identity="q1")
        await m.play(first, "Exit 12.", 21)
        await m.ask(22, "Forget the last five seconds.")
        assert asyncio.all_tasks() == before


async def test_closing_lets_a_waiting_question_go(tmp_path: Path) -> None:
    async with memory() as m:
        await _short_film(m, tmp_path)
        await m.ask(20, "What did the sign say?")
        asking = asyncio.create_task(m.ask(20.5, "And when?"))
        for _ in range(20):
            await asyncio.sleep(0)
        await m.service.handle(SessionClosed(session="s", t_ns=21 * S))
        asking.cancel()


async def test_a_session_is_closed_on_disk_though_the_process_ends_meanwhile(tmp_path: Path) -> None:
    async with memory() as m:
        await _short_film(m, tmp_path)
        closing = asyncio.create_task(m.service.handle(SessionClosed(session="s", t_ns=21 * S)))
        await asyncio.sleep(0)
        closing.cancel()
    with closing_of(sqlite3.connect(tmp_path / "memory.db")) as database:
        assert database.execute("SELECT closed FROM sessions").fetchall() == [(1,)]


async def test_the_same_words_again_are_the_same_question(tmp_path: Path) -> None:
    async with memory() as m:
        await _short_film(m, tmp_path)
        first = await m.ask(20, "What did the sign say?", identity="q1")
        again = await m.ask(20, "What did the sign say?", identity="q1")
        assert encode(first) == encode(again)


async def test_the_same_words_again_after_their_answer_was_heard_ask_nothing(tmp_path: Path) -> None:
    async with memory() as m:
        await _short_film(m, tmp_path)
        first = await m.ask(20, "What did the sign say?", identity="q1")
        await m.play(first, "Exit 12.", 22)
        again = words(20, "What did the sign say?", asks=True, identity="q1")
        await m.service.handle(again)
        assert len(m.out.questions()) == 1
        await m.service.handle(replace(again, id="q2"))
        assert len(m.out.questions()) == 2


async def test_pending_questions_are_sent_again_to_a_new_reasoner(tmp_path: Path) -> None:
    async with memory() as m:
        await _short_film(m, tmp_path)
        first = await m.ask(20, "What did the sign say?")
        await m.open(tmp_path, restarted="reasoning")
        assert [encode(q) for q in m.out.questions()] == [encode(first)] * 2
        await m.play(first, "Exit 12.", 22)
        await m.open(tmp_path, restarted="reasoning")
        assert len(m.out.questions()) == 2


async def test_a_played_question_takes_no_room(tmp_path: Path) -> None:
    picture = bytes(range(256)) * 400
    async with memory() as m:
        await m.open(tmp_path)
        await m.see(0, sign("EXIT 12"), jpeg=picture)
        for n in range(20):
            question = await m.ask(1 + n, f"What did the sign say, number {n}?")
            await m.play(question, "Exit 12.", 1 + n)
        await m.mark(30)
    assert (tmp_path / "memory.db").stat().st_size < 5 * len(picture)


async def test_two_runs_give_the_same_questions(tmp_path: Path) -> None:
    runs = []
    for run in ("a", "b"):
        async with memory() as m:
            await _short_film(m, tmp_path / run)
            for t, text in ((20, "What did the sign say?"), (30, "Who came in?"), (40, "When does the harbour open?")):
                question = await m.ask(t, text)
                await m.play(question, "An answer.", t + 2)
            runs.append([encode(q) for q in m.out.questions()])
    assert runs[0] == runs[1]


async def test_watermark_goes_on_when_all_is_on_disk(tmp_path: Path) -> None:
    async with memory() as m:
        await _short_film(m, tmp_path)
        marks = [x for x in m.out.sent if isinstance(x, Watermark)]
        assert [w.t_ns for w in marks] == [t * S for t in range(20)]


async def test_key_frames_are_kept_and_told(tmp_path: Path) -> None:
    async with memory() as m:
        await _short_film(m, tmp_path)
        kept = [x for x in m.out.sent if isinstance(x, FrameKept)]
        assert [k.t_ns // S for k in kept][:2] == [0, 3]
        request = MemoryRequest(session="s", t_ns=20 * S, request_id="r", what="picture", argument=kept[0].key_frame)
        await m.service.handle(request)
        reply = m.out.sent[-1]
        assert isinstance(reply, MemoryReply)
        assert reply.evidence[0].jpeg == b"jpeg"


@pytest.mark.parametrize("name", ["nothing", "../../etc/passwd", "", "1-x"])
async def test_a_picture_that_is_not_kept_is_an_error_in_words(tmp_path: Path, name: str) -> None:
    async with memory() as m:
        await _short_film(m, tmp_path)
        request = MemoryRequest(session="s", t_ns=20 * S, request_id="r", what="picture", argument=name)
        await m.service.handle(request)
        reply = m.out.sent[-1]
        assert isinstance(reply, MemoryReply)
        assert "is kept" in reply.error


async def test_timeline_search_and_numbers(tmp_path: Path) -> None:
    async with memory() as m:
        await _short_film(m, tmp_path)
        answers = {}
        for what, argument in (("timeline", ""), ("search", "harbour"), ("stats", "")):
            request = MemoryRequest(session="s", t_ns=20 * S, request_id=what, what=what, argument=argument)  # type: ignore[arg-type]
            await m.service.handle(request)
            reply = m.out.sent[-1]
            assert isinstance(reply, MemoryReply)
            answers[what] = reply
        assert [e.start_ns // S for e in answers["timeline"].evidence] == [0, 5, 10, 15]
        assert answers["search"].evidence[0].subject == "the harbour opens at nine"
        assert answers["stats"].numbers["clips"] == 4


async def test_sounds_are_kept(tmp_path: Path) -> None:
    async with memory() as m:
        await m.open(tmp_path)
        await m.see(0)
        await m.service.handle(SoundHeard(session="s", t_ns=5 * S, start_ns=2 * S, end_ns=4 * S, label="music"))
        question = await m.ask(6, "Did you hear music?")
        assert ("music", 2, 4) in _spans(question, "sound")


async def test_a_folder_in_use_or_unusable_is_told_and_the_session_goes_on(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    async with memory() as m:
        await m.open(tmp_path / "file")
        assert any(isinstance(x, Warned) and "cannot be made" in x.sentence for x in m.out.sent)
        await m.see(0, sign("EXIT 12"))
        assert _spans(await m.ask(1, "What did the exit sign say?"), "text")
    async with memory() as m, memory() as other:
        await m.open(tmp_path / "memory")
        await other.open(tmp_path / "memory", session="t")
        assert any(isinstance(x, Warned) and "in use by process" in x.sentence for x in other.out.sent)


async def test_sessions_do_not_see_each_other(tmp_path: Path) -> None:
    async with memory() as m:
        await m.open(tmp_path / "a", session="a")
        await m.open(tmp_path / "b", session="b")
        await m.open(tmp_path / "b", session="c")
        for session, secret in (("a", "alpha lighthouse"), ("b", "bravo lighthouse"), ("c", "charlie lighthouse")):
            await m.see(0, sign(secret), session=session)
        for session, secret in (("a", "alpha lighthouse"), ("b", "bravo lighthouse"), ("c", "charlie lighthouse")):
            question = await m.ask(1, "What did the lighthouse sign say?", session=session)
            assert {e.subject for e in (*question.evidence, *question.log) if e.kind == "text"} == {secret}


async def test_an_earlier_session_is_remembered_with_its_date_when_this_one_has_nothing(tmp_path: Path) -> None:
    async with memory() as m:
        await _short_film(m, tmp_path)
        await m.mark(20, final=True)
        await m.service.handle(SessionClosed(session="s", t_ns=20 * S))
    async with memory() as m:
        await m.open(tmp_path, session="t")
        await m.see(0, sign("WELCOME"), session="t")
        question = await m.ask(1, "When does the harbour open?", session="t")
        (found,) = [e for e in question.evidence if e.kind == "speech"]
        assert found.subject == "the harbour opens at nine"
        assert found.attrs["date"].startswith("2023-11-14")
        assert found.attrs["session"] == "s"
        assert found.end_ns < 0
        assert question.log == () or all(e.start_ns >= 0 for e in question.log)
        await m.play(question, "", 1)
        present = await m.ask(2, "What does the welcome sign say?", session="t")
        assert {e.subject for e in present.evidence if e.kind == "text"} == {"WELCOME"}
        await m.play(present, "", 2)
        hidden = await m.ask(3, "When does the harbour open?", session="t", visible_from_ns=1)
        assert not [e for e in hidden.evidence if "harbour opens" in e.text]


async def test_before_a_sign_of_an_earlier_session(tmp_path: Path) -> None:
    async with memory() as m:
        await m.open(tmp_path)
        for t, words, colour in ((0, "BAKERY", "blue"), (20, "STOP HERE", "red"), (40, "PARKING", "green")):
            await m.see(t, sign(words, colour=colour), look=t // 20)
            await m.see(t + 2, sign(words, colour=colour), look=t // 20)
        await m.mark(60, final=True)
        await m.service.handle(SessionClosed(session="s", t_ns=60 * S))
    async with memory() as m:
        await m.open(tmp_path, session="t")
        await m.see(0, sign("WELCOME", colour="white"), session="t")
        question = await m.ask(5, "What did the sign say before the red stop here sign?", session="t")
    assert question.cues.anchor_ns < -1
    assert [e.subject for e in question.log] == ["BAKERY", "STOP HERE", "PARKING", "WELCOME"]
    assert [bool(e.attrs.get("date")) for e in question.log] == [True, True, True, False]


async def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    async with memory() as m:
        await m.open(tmp_path)
        await m.see(0, sign("EXIT 12"))
        with monkeypatch.context() as patched:
            patched.setattr(Keeper, "commit", full)
            with pytest.raises(sqlite3.OperationalError):
                await m.mark(0)
        told = [x.sentence for x in m.out.sent if isinstance(x, Warned)]
        assert len(told) == 1
        assert "database or disk is full; see that the disk has room" in told[0]
        assert not any(isinstance(x, Watermark) for x in m.out.sent)  # nothing is acknowledged that is not on disk
        await m.mark(1)


async def test_a_key_frame_that_finds_no_room_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    async with memory() as m:
        await m.open(tmp_path)
        with monkeypatch.context() as patched:
            patched.setattr(Path, "write_bytes", full)
            with pytest.raises(OSError, match="No space left"):
                await m.see(0, sign("EXIT 12"))
        told = [x.sentence for x in m.out.sent if isinstance(x, Warned)]
        assert len(told) == 1
        assert "No space left on device; see that the disk has room" in told[0]


async def test_a_memory_that_cannot_be_opened_is_told_and_the_session_goes_on(tmp_path: Path) -> None:
    (tmp_path / "memory.db").mkdir()  # what cannot be opened for writing, for any user
    async with memory() as m:
        await m.open(tmp_path)
        told = [x.sentence for x in m.out.sent if isinstance(x, Warned)]
        assert len(told) == 1
        assert "cannot be opened" in told[0]
        await m.see(0, sign("EXIT 12"))
        assert (await m.ask(1, "What did the exit sign say?")).evidence


async def test_a_damaged_database_is_told_and_left_as_it_is(tmp_path: Path) -> None:
    content = b"this was a memory once, and somebody wrote over it" * 200
    (tmp_path / "memory.db").write_bytes(content)
    async with memory() as m:
        await m.open(tmp_path)
        told = [x.sentence for x in m.out.sent if isinstance(x, Warned)]
        assert "not a database" in told[0]
        assert "omnilive memory verify" in told[0]
    assert (tmp_path / "memory.db").read_bytes() == content
