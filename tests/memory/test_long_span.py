""" "What happened in the first hour": chapters and episodes as evidence, and events from all of it."""

from pathlib import Path

import pytest
from desk_tools import memory, sign

from memory.recall import LIMIT

pytestmark = pytest.mark.unit

HOUR = 3600
STEP = 6


async def test_a_long_span_is_told_by_stretches_of_the_tree_and_events_from_all_of_it(tmp_path: Path) -> None:
    async with memory() as m:
        await m.open(tmp_path, mode="live")
        for t in range(0, HOUR + 600, STEP):
            place = "harbour" if t < HOUR else "mountain"
            await m.see(t, sign(f"{place} shop {t // STEP}"), look=t // 120)
        question = await m.ask(HOUR + 600, "What happened in the first hour?")
    assert question.log_truncated
    assert 1 < len(question.evidence) <= LIMIT
    assert {e.kind for e in question.evidence} == {"scene"}
    starts = [e.start_ns / 1e9 for e in question.evidence]
    assert starts == sorted(starts)
    assert starts[0] < 600
    assert all("harbour" in e.text and e.end_ns <= HOUR * 10**9 for e in question.evidence)
    assert all(e.key_frame for e in question.evidence)
    told = [e.start_ns / 1e9 for e in question.log if e.kind == "text"]
    tenths = {int(t // (HOUR / 10)) for t in told}
    assert tenths == set(range(10))


async def test_a_short_span_is_told_by_its_events(tmp_path: Path) -> None:
    async with memory() as m:
        await m.open(tmp_path, mode="live")
        for t in range(0, 120, STEP):
            await m.see(t, sign(f"shop {t // STEP}"), look=t // 60)
        question = await m.ask(120, "What happened in the first minute?")
    assert not question.log_truncated
    assert {e.kind for e in question.evidence} != {"scene"}
