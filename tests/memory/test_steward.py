"""Erasing in a running memory: by the edge, by a command, with the other processes told; limits and index switches."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import psutil
import pytest
from desk_tools import Memory, Neighbours, S, memory, running as _running, sign

from memory import heap, steward
from memory.door import Address, knock
from memory.erase import find_traces
from memory.index import VectorIndex
from memory.lock import owner_of
from wire.messages import MemoryReply, MemoryRequest, Observation, Warned

pytestmark = pytest.mark.unit


async def _film(m: Memory, seconds: int = 40) -> None:
    """A sign for ten seconds after the other, words in the middle of each."""
    for t in range(seconds):
        await m.see(t, sign(f"Placard {t // 10} of the hall"), look=t // 10, jpeg=f"picture {t // 10}".encode())
        if t % 10 == 5:
            await m.say(t, f"remark {t // 10} about the hall")
        await m.mark(t)


async def test_the_edge_erases_a_span_and_nothing_of_it_is_left(tmp_path: Path) -> None:
    out = Neighbours("perception", "reasoning", "streamer")
    m = await _running(out, tmp_path)
    await _film(m)
    request = MemoryRequest(session="s", t_ns=40 * S, request_id="r", what="forget", start_ns=20 * S, end_ns=30 * S - 1)
    await m.service.handle(request)
    reply = out.sent[-1]
    assert isinstance(reply, MemoryReply)
    assert reply.numbers["left"] == 0
    assert reply.numbers["events"] >= 2
    assert find_traces(tmp_path, ["Placard 2", "remark 2", "picture 2"], []) == []
    assert find_traces(tmp_path, ["Placard 1"], [])
    question = await m.ask(40.5, "What was remark 2 about the hall?")
    assert not [e for e in (*question.evidence, *question.log) if " 2" in e.text]
    assert not any(isinstance(x, Warned) for x in out.sent)
    await m.service.close()
    assert find_traces(tmp_path, ["Placard 2", "picture 2"], []) == []  # the question named the remark


async def test_what_is_in_view_is_forgotten_too_and_begins_anew(tmp_path: Path) -> None:
    out = Neighbours("perception", "reasoning", "streamer")
    m = await _running(out, tmp_path)
    await _film(m, 25)
    await m.service.handle(
        MemoryRequest(session="s", t_ns=25 * S, request_id="r", what="forget", start_ns=5 * S, end_ns=25 * S)
    )
    await m.see(26, sign("Placard 9 of the hall"), look=9)
    question = await m.ask(26.5, "What did the placard of the hall say?")
    signs = {(e.subject, e.start_ns // S, e.end_ns / S) for e in question.log if e.kind == "text"}
    assert signs == {("Placard 0 of the hall", 0, (5 * S - 1) / S), ("Placard 9 of the hall", 26, 26.5)}
    assert [p.t_ns // S for p in question.newest] == [0, 26]  # key frames stay at hand, but for those of that span
    await m.service.close()


async def test_a_process_that_does_not_answer_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steward, "ACKNOWLEDGED_WITHIN_S", 0.05)
    out = Neighbours("streamer", "perception")
    m = await _running(out, tmp_path)
    await _film(m, 12)
    await m.service.handle(MemoryRequest(session="s", t_ns=12 * S, request_id="r", what="forget", argument="remark 0"))
    assert [x.sentence for x in out.sent if isinstance(x, Warned)] == [
        "reasoning did not say that it dropped what was to be forgotten"
    ]
    assert find_traces(tmp_path, ["remark 0"], []) == []
    await m.service.close()


async def test_a_command_reaches_the_owner_with_the_key(tmp_path: Path) -> None:
    out = Neighbours("perception", "reasoning", "streamer")
    m = await _running(out, tmp_path)
    await _film(m, 12)
    owner = owner_of(tmp_path)
    assert owner is not None
    assert owner.address is not None
    wrong = await asyncio.to_thread(knock, Address(owner.address.name, "guess"), {"command": "forget"})
    assert "key" in wrong["error"]
    unknown = await asyncio.to_thread(knock, owner.address, {"command": "dance"})
    assert "dance" in unknown["error"]
    bad = await asyncio.to_thread(knock, owner.address, {"command": "forget", "spans": [[1]]})
    assert "spans" in bad["error"]
    done = await asyncio.to_thread(knock, owner.address, {"command": "forget", "everything": True})
    assert done["left"] == []
    assert done["events"] > 0
    assert find_traces(tmp_path, ["Placard", "remark"], []) == []
    await m.service.close()
    with pytest.raises(OSError, match="refused"):
        await asyncio.to_thread(knock, owner.address, {"command": "forget"})


async def test_limits_hold_while_running(tmp_path: Path) -> None:
    out = Neighbours("perception", "reasoning", "streamer")
    m = await _running(out, tmp_path, keep_hours=0.5)
    for minute in range(60):
        await m.see(60 * minute, sign(f"Minute {minute}"), look=minute)
        await m.mark(60 * minute)
    question = await m.ask(3600, "When was the sign minute seen?")
    oldest = min(e.start_ns for e in question.log if e.kind == "text")
    assert 1200 * S < oldest <= 1800 * S + 600 * S
    await m.service.close()


async def test_freed_memory_is_given_back_now_and_then_and_after_erasing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given_back: list[bool] = []
    monkeypatch.setattr(heap, "trim", lambda: given_back.append(True))
    m = await _running(Neighbours(*steward.OTHERS), tmp_path)
    for minute in range(1, 26):
        await m.see(60 * minute, sign(f"Placard {minute}"))
        await m.mark(60 * minute)
    assert len(given_back) == 2
    await m.service.handle(
        MemoryRequest(session="s", t_ns=26 * 60 * S, request_id="r", what="forget", start_ns=60 * S, end_ns=70 * S)
    )
    assert len(given_back) == 3
    await m.service.close()


def test_holes_of_the_heap_are_given_back() -> None:
    pieces = [bytes(100_000) for _ in range(400)]
    kept = pieces[::2]
    del pieces
    resident = psutil.Process().memory_info().rss
    assert heap.trim() == (sys.platform == "linux")
    assert psutil.Process().memory_info().rss <= resident
    assert len(kept) == 200


async def test_a_large_index_is_switched_while_recall_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original = VectorIndex.__init__
    monkeypatch.setattr(VectorIndex, "__init__", lambda self, dim: original(self, dim, exact_up_to=60))
    out = Neighbours("perception", "reasoning", "streamer")
    m = await _running(out, tmp_path)
    for t in range(0, 200):
        await m.see(3 * t, sign(f"Placard {t:03d} word{t}"), Observation(kind="light", text="dim"), look=t)
        await m.mark(3 * t)
        if t % 40 == 39:
            question = await m.ask(3 * t + 1, f"What did the sign with word{t - 5} say?")
            assert question.evidence[0].subject == f"Placard {t - 5:03d} word{t - 5}"
            await asyncio.sleep(0)
    await m.service.close()
    assert (tmp_path / "phrases.index").exists()
    async with memory() as again:
        await again.open(tmp_path, mode="live")
        await again.see(0)
        assert again.out.questions() == []


async def test_words_of_an_erased_time_that_come_late_are_not_kept(tmp_path: Path) -> None:
    out = Neighbours("perception", "reasoning", "streamer")
    m = await _running(out, tmp_path)
    await _film(m, 25)
    await m.service.handle(
        MemoryRequest(session="s", t_ns=25 * S, request_id="r", what="forget", start_ns=5 * S, end_ns=20 * S)
    )
    await m.say(15, "a belated remark")
    await m.say(24, "a timely remark")
    await m.mark(25)
    assert find_traces(tmp_path, ["a belated remark"], []) == []
    assert find_traces(tmp_path, ["a timely remark"], []) != []
    await m.service.close()
