"""What was told of erased things goes with them: answers, histories, replies under way, in every session."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from desk_tools import Memory, Neighbours, S, running, sign

from memory.album import Album
from memory.check import problems
from memory.door import Address, knock
from memory.erase import Eraser, find_traces
from memory.lock import owner_of
from memory.steward import OTHERS
from wire.messages import Evidence, Forget, Forgotten, Played, Question, SessionClosed, Utterance
from wire.spans import FEW

pytestmark = pytest.mark.unit

SECRET = "my password is tango ninety nine"
QUOTE = "It said Placard 0 of the hall."


async def film(m: Memory, seconds: int = 40, session: str = "s") -> None:
    """A sign for ten seconds after the other."""
    for t in range(seconds):
        seen = sign(f"Placard {t // 10} of the hall")
        await m.see(t, seen, look=t // 10, jpeg=f"picture {t // 10}".encode(), session=session)
        await m.mark(t, session=session)


async def filmed(out: Neighbours, folder: Path) -> Memory:
    m = await running(out, folder)
    await film(m)
    return m


def address(folder: Path) -> Address:
    owner = owner_of(folder)
    assert owner is not None
    assert owner.address is not None
    return owner.address


async def followed(out: Neighbours, folder: Path) -> Memory:
    """The filmed session is over, and another of the same memory has begun."""
    m = await filmed(out, folder)
    await m.service.handle(SessionClosed(session="s", t_ns=40 * S))
    await m.open(folder, "two", mode="live")
    await m.see(1, session="two")
    return m


async def forget(folder: Path, *spans: tuple[int, int, int], **wish: Any) -> dict[str, Any]:
    return await asyncio.to_thread(knock, address(folder), {"command": "forget", "spans": spans, **wish})


def told(question: Question) -> str:
    return " ".join(turn.question + turn.heard for turn in question.history)


@pytest.mark.parametrize("wish", [{"matching": "Placard 0"}, {"spans": ((1, 0, 12 * S),)}])
async def test_an_answer_that_quoted_it_is_in_no_later_history(tmp_path: Path, wish: dict[str, Any]) -> None:
    m = await filmed(Neighbours(*OTHERS), tmp_path)
    asked = await m.ask(40, "What did the first sign say?")
    heard = Played(session="s", t_ns=44 * S, reply_id=asked.reply_id, heard=QUOTE, start_ns=41 * S)
    await m.service.handle(heard)  # some time after it was asked
    await m.play(await m.ask(45, "Is it light?"), "It is.", 46)
    spans = wish.pop("spans", ())
    assert (await forget(tmp_path, *spans, **wish))["left"] == []
    later = await m.ask(60, "What did you just say?")
    assert "Placard 0" not in told(later)
    assert "It is." in told(later)  # what told nothing of it is still known
    await m.mark(61)
    assert find_traces(tmp_path, ["Placard 0"], []) == []
    await m.service.close()


async def test_a_question_that_was_taken_for_a_remark_is_in_no_clip(tmp_path: Path) -> None:
    m = await filmed(Neighbours(*OTHERS), tmp_path)
    asked = await m.ask(35, "Tell me more about Placard 0 of the hall", source="spoken")
    await m.see(40, look=4)  # closes the clip
    await m.play(asked, "It hangs there.", 41)
    await m.mark(42)
    assert (await forget(tmp_path, (1, 0, 12 * S)))["left"] == []
    assert find_traces(tmp_path, ["Placard 0"], []) == []
    assert find_traces(tmp_path, ["It hangs there."], [])
    await m.service.close()


async def _recorded_in_the_next_scene(m: Memory) -> None:
    """Words of one scene that come when the next has begun are noted in its clip."""
    for t in range(1, 14):
        await m.see(t, look=t // 13)
    said = Utterance(
        session="s", t_ns=13 * S, id="w", source="spoken", start_ns=10 * S, end_ns=12 * S, text=SECRET, asks=False
    )
    await m.service.handle(said)
    await m.see(14, look=1)
    await m.mark(14)


@pytest.mark.parametrize("wish", [{"matching": "password"}, {"spans": ((1, 10 * S, 11 * S),)}])
async def test_words_that_the_open_clip_repeats_do_not_come_back(tmp_path: Path, wish: dict[str, Any]) -> None:
    m = await running(Neighbours(*OTHERS), tmp_path)
    await _recorded_in_the_next_scene(m)
    assert find_traces(tmp_path, [SECRET], [])
    spans = wish.pop("spans", ())
    assert (await forget(tmp_path, *spans, **wish))["left"] == []
    for t in range(15, 18):
        await m.see(t, look=1)
        await m.mark(t)
    assert find_traces(tmp_path, [SECRET], []) == []
    await m.service.close()
    assert find_traces(tmp_path, [SECRET], []) == []


async def test_the_picture_of_an_erased_time_is_shown_by_nothing_later(tmp_path: Path) -> None:
    m = await running(Neighbours(*OTHERS), tmp_path)
    await m.see(1)
    await m.see(2, sign("Placard 1 of the hall"), look=1, jpeg=b"")  # the picture before it stands for it
    await m.mark(2)
    assert (await forget(tmp_path, (1, 0, S)))["left"] == []
    await m.see(3, sign("Placard 1 of the hall"), look=1, jpeg=b"")
    await m.mark(3)
    await m.service.close()
    with Album(tmp_path) as album:
        assert list(problems(tmp_path, album.store, album.archive)) == []
        (placard,) = [f.event for f in album.store.overlapping(1, 0, 9 * S, ("text",), limit=9)]
        assert (placard.start_ns, placard.end_ns) == (2 * S, 3 * S)
        assert album.store.database.execute("SELECT DISTINCT key_frame FROM clips").fetchall() == [("",)]


async def test_nothing_is_noted_of_a_reply_that_was_under_way(tmp_path: Path) -> None:
    m = await filmed(Neighbours(*OTHERS), tmp_path)
    under_way = await m.ask(40, "What did the first sign say?")
    await forget(tmp_path, matching="Placard 0")
    await m.play(under_way, QUOTE, 44)
    later = await m.ask(45, "What did you just say?")
    assert later.history == ()
    await m.play(later, "Nothing.", 46)
    assert told(await m.ask(47, "And now?")).endswith("Nothing.")
    await m.mark(48)
    assert find_traces(tmp_path, ["Placard 0"], []) == []
    await m.service.close()
    assert find_traces(tmp_path, ["Placard 0"], []) == []


async def test_what_another_session_told_of_it_goes_too(tmp_path: Path) -> None:
    out = Neighbours(*OTHERS)
    m = await filmed(out, tmp_path)
    await m.mark(40, final=True)
    await m.service.handle(SessionClosed(session="s", t_ns=40 * S))
    await m.open(tmp_path, "two", mode="live")
    await m.see(1, session="two")
    question = await m.ask(5, "What did the placard of the hall say?", session="two")
    assert any("Placard 0" in e.text and e.start_ns < 0 for e in question.evidence)
    await m.play(question, QUOTE, 8)
    await m.mark(9, session="two")
    assert find_traces(tmp_path, ["Placard 0"], [])
    done = await forget(tmp_path, (1, 0, 40 * S))
    assert (done["left"], done["silent"]) == ([], [])
    assert find_traces(tmp_path, ["Placard 0"], []) == []
    assert out.forgets() == []
    placard = next(e for e in question.evidence if "Placard 0" in e.text)
    spans = out.forgets("two")
    assert all(end < 0 for _, end in spans)  # nothing of its own time
    assert _touched(placard, spans)
    assert told(await m.ask(20, "What did you just say?", session="two")) == ""
    await m.mark(21, session="two")
    assert find_traces(tmp_path, ["Placard 0"], []) == []
    await m.service.close()


def _touched(evidence: Evidence, spans: list[tuple[int, int]]) -> bool:
    return any(start <= evidence.end_ns and evidence.start_ns <= end for start, end in spans)


def _of(question: Question, words: str) -> Evidence:
    return next(e for e in question.evidence if words in e.text)


async def test_other_moments_of_an_earlier_session_are_not_touched(tmp_path: Path) -> None:
    out = Neighbours(*OTHERS)
    m = await filmed(out, tmp_path)
    await m.mark(40, final=True)
    await m.service.handle(SessionClosed(session="s", t_ns=40 * S))
    await m.open(tmp_path, "two", mode="live")
    await m.see(1, session="two")
    erased = _of(await m.ask(5, "What did the placard 0 say?", session="two"), "Placard 0")
    kept = _of(await m.ask(9, "What did the placard 2 say?", session="two"), "Placard 2")
    assert kept.start_ns < 0
    await forget(tmp_path, matching="Placard 0")
    assert _touched(erased, out.forgets("two"))
    assert not _touched(kept, out.forgets("two"))
    await m.service.close()


async def test_what_holds_nothing_touches_no_later_session(tmp_path: Path) -> None:
    out = Neighbours(*OTHERS)
    m = await followed(out, tmp_path)
    await forget(tmp_path, (1, 100 * S, 200 * S))
    assert out.forgets("two") == []
    await m.service.close()


async def test_an_answer_between_that_quoted_it_is_erased_for_later_sessions(tmp_path: Path) -> None:
    out = Neighbours(*OTHERS)
    m = await followed(out, tmp_path)
    await m.play(await m.ask(5, "What did the placard of the hall say?", session="two"), QUOTE, 8)
    await m.see(20, session="two")
    await m.mark(20, session="two")
    await m.service.handle(SessionClosed(session="two", t_ns=20 * S))
    await m.open(tmp_path, "three", mode="live")
    await m.see(1, session="three")
    done = await forget(tmp_path, (1, 0, 12 * S))
    assert done["left"] == []
    answer = Evidence(start_ns=(5 - 21) * S, end_ns=(8 - 21) * S, kind="answer", text=QUOTE)
    assert _touched(answer, out.forgets("three"))
    await m.service.close()


async def test_what_a_session_told_while_it_went_on_is_found_wherever_it_was_told_to_lie(tmp_path: Path) -> None:
    out = Neighbours(*OTHERS)
    m = await filmed(out, tmp_path)
    await m.mark(40)
    await m.open(tmp_path, "two", mode="live")
    await m.see(1, session="two")
    early = _of(await m.ask(5, "What did the placard 2 say?", session="two"), "Placard 2")
    await m.see(400, sign("Placard 9 of the hall"))
    await m.mark(400)
    late = _of(await m.ask(6, "What did the placard 2 say?", session="two"), "Placard 2")
    assert late.start_ns < early.start_ns - 300 * S
    await m.service.handle(SessionClosed(session="s", t_ns=400 * S))
    await forget(tmp_path, matching="Placard 2")
    assert _touched(early, out.forgets("two"))
    assert _touched(late, out.forgets("two"))
    await m.service.close()


async def test_an_earlier_session_is_left_alone(tmp_path: Path) -> None:
    out = Neighbours(*OTHERS)
    m = await filmed(out, tmp_path)
    await m.play(await m.ask(40, "What did the first sign say?"), QUOTE, 44)
    await m.open(tmp_path, "two", mode="live")
    await film(m, 12, "two")
    await forget(tmp_path, (2, 0, 40 * S))
    assert out.forgets() == []
    assert out.forgets("two") == [(0, 11 * S)]
    assert QUOTE in told(await m.ask(50, "What did you just say?"))
    await m.service.close()


async def test_an_erasure_ends_where_the_session_is(tmp_path: Path) -> None:
    out = Neighbours(*OTHERS)
    m = await filmed(out, tmp_path)
    await m.say(39.5, "a remark about the hall")
    await m.mark(41)
    await forget(tmp_path, everything=True)
    assert out.forgets() == [(-(2**61), 41 * S)]
    assert [x.t_ns for x in out.sent if isinstance(x, Forget)] == [41 * S + 1]  # a question of that moment goes, too
    await m.see(42, sign("Placard 9 of the hall"), look=9)
    await m.say(44, "a timely remark")
    await m.mark(45)
    assert find_traces(tmp_path, ["Placard 9"], [])
    assert find_traces(tmp_path, ["a timely remark"], [])
    await m.service.close()


async def test_every_erasure_must_be_acknowledged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("memory.steward.ACKNOWLEDGED_WITHIN_S", 0.05)
    out = Neighbours(*OTHERS)
    m = await filmed(out, tmp_path)
    assert (await forget(tmp_path, (1, S, 3 * S), (1, 20 * S, 22 * S)))["silent"] == []
    out.services = ("streamer", "reasoning")
    (before,) = (message for message in out.sent if isinstance(message, Forget))
    await m.service.handle(Forgotten(session="s", t_ns=0, request_id=before.request_id, service="perception"))
    assert (await forget(tmp_path, (1, 30 * S, 32 * S), (1, 35 * S, 36 * S)))["silent"] == ["perception"]
    assert out.forgets() == [(S, 3 * S), (20 * S, 22 * S), (30 * S, 32 * S), (35 * S, 36 * S)]
    assert len({message.request_id for message in out.sent if isinstance(message, Forget)}) == 2
    await m.service.close()


async def test_of_many_spans_none_is_lost(tmp_path: Path) -> None:
    out = Neighbours(*OTHERS)
    m = await filmed(out, tmp_path)
    wanted = [(n * S, n * S + S // 2) for n in range(0, 40, 2)]
    assert len(wanted) > FEW
    done = await forget(tmp_path, *((1, start, end) for start, end in wanted))
    assert done["silent"] == []
    assert out.forgets() == wanted
    for start, _ in wanted:  # the first one, too, is held against what comes late
        await m.say(start / S + 0.4, f"belated remark {start // S}")
    await m.mark(42)
    assert find_traces(tmp_path, ["belated remark"], []) == []
    await m.service.close()


async def test_an_erasure_that_fails_erases_nothing_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = Neighbours(*OTHERS)
    m = await filmed(out, tmp_path)
    await m.play(await m.ask(40, "What did the first sign say?"), QUOTE, 44)
    await m.mark(44)
    before = _content(tmp_path)

    def fail(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(Eraser, "_clips", fail)
        done = await forget(tmp_path, (1, 0, 12 * S))
    assert "database or disk is full" in done["error"]
    assert "forget again" in done["error"]
    await m.mark(45)
    assert _content(tmp_path) == before
    assert out.forgets() == []
    assert (await forget(tmp_path, (1, 0, 12 * S)))["left"] == []
    assert find_traces(tmp_path, ["Placard 0"], []) == []
    await m.service.close()


def _content(folder: Path) -> list[object]:
    with sqlite3.connect(f"file:{folder}/memory.db?mode=ro", uri=True) as database:
        tables = ("events", "phrases", "clips", "nodes", "key_frames", "questions", "meta")
        return [database.execute(f"SELECT * FROM {table}").fetchall() for table in tables]


async def test_an_erasure_that_was_not_proved_is_finished_by_the_next_owner(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    m = await filmed(Neighbours(*OTHERS), tmp_path)

    def fail(_: object) -> None:
        raise OSError("no space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Eraser, "scrub", fail)
        done = await forget(tmp_path, (1, 0, 12 * S))
        assert "no space left on device" in done["error"]
    await m.service.close()
    scrubbed: list[bool] = []
    monkeypatch.setattr(Eraser, "scrub", lambda _: scrubbed.append(True))
    await (await running(Neighbours(*OTHERS), tmp_path)).service.close()
    await (await running(Neighbours(*OTHERS), tmp_path)).service.close()
    assert scrubbed == [True]


async def test_whatever_fails_in_the_owner_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    m = await running(Neighbours(*OTHERS), tmp_path)

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("surprise")

    monkeypatch.setattr(Eraser, "spans", fail)
    assert (await forget(tmp_path, (1, 0, S)))["error"].endswith("RuntimeError: surprise")
    await m.service.close()
