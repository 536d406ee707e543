"""What is done beside what when a question is asked, and that no vector is searched before every sentence has one."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from memory.draft import Drafter, Inquiry
from memory.embedder import Probe
from memory.question_recall import QuestionRecall
from memory.recall import Recalled
from memory.search import Ahead
from wire.messages import Utterance

pytestmark = pytest.mark.unit

DRAFTER = Drafter(reads_chinese=False, plain=True)
VECTOR = np.ones((1, 4), np.float32)
WORDS = Utterance(session="w", t_ns=9, turn=1, id="q", source="typed", start_ns=8, end_ns=9, text="Who?", asks=True)
PLAIN, ANCHORED = "Who lost the kettle?", "What did the sign say after the red circle?"


class Side:
    """Stands for the disk and for the encoder, and notes what they are asked."""

    def __init__(self, until: str = "encode") -> None:
        """until: call after which the sentences that had no vector have one."""
        self.order: list[str] = []
        self.fails = ""
        self._until, self._asked, self.reading = until, asyncio.Event(), asyncio.Event()

    async def call(self, name: str, /, *arguments: Any) -> Any:
        self.order.append(name)
        if name == self._until:
            self._asked.set()
        await asyncio.sleep(0)
        if name == self.fails:
            raise RuntimeError(f"{name} failed")
        match name:
            case "read":
                self.reading.set()
                inquiry: Inquiry = arguments[0]
                cues = DRAFTER.understand(inquiry)
                anchor = VECTOR if cues.anchor else None
                return cues, Probe(DRAFTER.texts(inquiry, cues), VECTOR, anchor, None, True, None, True)
            case "ahead":
                self.query = arguments[0]
                return Ahead((), -1, (), False, {})
            case "recall":
                query, ahead = arguments
                assert isinstance(ahead, Ahead)
                return Recalled(query.cues)
            case _:
                return VECTOR if name in ("anchor", "encode") else {}

    async def embed(self) -> None:
        await asyncio.wait_for(self._asked.wait(), 5.0)
        for _ in range(5):
            await asyncio.sleep(0)
        self.order.append("up to date")


async def ask(side: Side, text: str) -> tuple[Probe, Recalled]:
    words = replace(WORDS, text=text)
    return await QuestionRecall(1, 0.0, side, side, DRAFTER).ask(words, (), None, side.embed())


async def test_the_log_is_read_while_sentences_get_their_vectors() -> None:
    side = Side(until="ahead")
    probe, recalled = await ask(side, PLAIN)
    assert side.order[0] == "encode"
    assert side.order.index("ahead") < side.order.index("up to date") < side.order.index("recall")
    assert side.order[-1] == "recall"
    assert recalled.cues == DRAFTER.understand(Inquiry(PLAIN, 9))
    assert probe.texts[0] == PLAIN


async def test_an_anchor_is_searched_for_when_all_sentences_have_vectors() -> None:
    side = Side(until="worded")
    await ask(side, ANCHORED)
    assert side.order.index("up to date") < side.order.index("ahead") < side.order.index("recall")


async def test_what_a_question_is_anchored_at_is_looked_up_by_words_and_by_vector() -> None:
    side = Side()
    await ask(side, ANCHORED)
    assert side.order.index("worded") < side.order.index("ahead")
    assert side.query.anchor is VECTOR
    assert "worded" not in (await _order(PLAIN))


async def _order(text: str) -> list[str]:
    side = Side()
    await ask(side, text)
    return side.order


@pytest.mark.parametrize("fails", ["encode", "worded", "anchor", "read", "ahead", "recall"])
async def test_a_failure_is_told_when_all_that_was_begun_has_ended(fails: str) -> None:
    side = Side()
    side.fails = fails
    with pytest.raises(RuntimeError, match=f"{fails} failed"):
        await ask(side, ANCHORED)
    assert "up to date" in side.order
    assert len(asyncio.all_tasks()) == 1


async def test_the_first_failure_is_told() -> None:
    side = Side(until="read")
    side.fails = "ahead"

    async def broken() -> None:
        await side.embed()
        raise ValueError("no vectors")

    with pytest.raises(RuntimeError, match="ahead failed"):
        await QuestionRecall(1, 0.0, side, side, DRAFTER).ask(WORDS, (), None, broken())


async def test_cancelling_waits_for_what_writes_and_is_not_lost() -> None:
    side = Side(until="later")
    asked = asyncio.create_task(ask(side, PLAIN))
    await asyncio.wait_for(side.reading.wait(), 5.0)
    asked.cancel()
    for _ in range(20):
        await asyncio.sleep(0)
    assert not asked.done()
    await side.call("later")
    with pytest.raises(asyncio.CancelledError):
        await asked
    assert "up to date" in side.order
    assert "recall" not in side.order
