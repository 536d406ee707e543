"""What is done beside what when a question is asked, and that no vector is searched before every sentence has one."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from memory.draft import Drafter, Inquiry
from memory.embedder import Probe
from memory.query import Ahead, read_by
from memory.question_recall import QuestionRecall
from memory.recall import Recalled
from wire.messages import Cues, Utterance

pytestmark = pytest.mark.unit

DRAFTER = Drafter(reads_chinese=False, space="plain")
VECTOR = np.ones((1, 4), np.float32)
WORDS = Utterance(session="w", t_ns=9, turn=1, id="q", source="typed", start_ns=8, end_ns=9, text="Who?", asks=True)
PLAIN, ANCHORED = "Who lost the kettle?", "What did the sign say after the red circle?"


class Side:
    """Stands for the disk and for the encoder, and notes what they are asked."""

    def __init__(self, until: str = "read") -> None:
        """until: call after which the sentences that had no vector have one."""
        self.order: list[str] = []
        self.fails = ""
        self.names = False  # whether the anchor is found by its words
        self.understood: Cues | None = None
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
                cues = self.understood or DRAFTER.understand(inquiry)
                return cues, Probe(DRAFTER.texts(inquiry, cues), VECTOR, None, True)
            case "search.draft":
                drafter, inquiry, query = arguments
                draft = drafter.draft(inquiry)
                self.query = replace(query, cues=draft.cues, texts=draft.texts)
                return self.query, self._ahead()
            case "search.judge":
                assert arguments[0].vectors is VECTOR
                return "judged"
            case "search.told":
                assert arguments[2] in (None, "judged")
                return "told"
            case "weigh":
                return f"{arguments[0]} {arguments[1]}"
            case "search.ahead":
                self.query = arguments[0]
                return self._ahead()
            case "recall":
                self.query, ahead, self.known = arguments
                assert isinstance(ahead, Ahead)
                return Recalled(self.query.cues)
            case _:
                return VECTOR if name in ("anchor", "encode") else {}

    def _ahead(self) -> Ahead:
        wants = bool(self.query.cues.anchor) and self.query.anchor is None and not self.names
        return Ahead(read_by(self.query.cues), -1, (), False, {}, wants_anchor=wants)

    async def embed(self) -> None:
        await asyncio.wait_for(self._asked.wait(), 5.0)
        for _ in range(5):
            await asyncio.sleep(0)
        self.order.append("up to date")


async def ask(side: Side, text: str, drafter: Drafter = DRAFTER) -> tuple[Probe, Recalled]:
    words = replace(WORDS, text=text)
    return await QuestionRecall(1, 0.0, side, side, drafter).ask(words, (), None, side.embed())


async def test_the_log_is_read_while_sentences_get_their_vectors() -> None:
    side = Side(until="search.draft")
    probe, recalled = await ask(side, PLAIN)
    assert side.order.index("search.draft") < side.order.index("up to date") < side.order.index("recall")
    assert side.order[-1] == "recall"
    assert recalled.cues == DRAFTER.understand(Inquiry(PLAIN, 9))
    assert probe.texts[0] == PLAIN


async def test_an_anchor_is_searched_for_when_all_sentences_have_vectors() -> None:
    side = Side(until="anchor")
    await ask(side, ANCHORED)
    assert side.order.index("search.draft") < side.order.index("anchor") < side.order.index("up to date")
    assert side.order.index("up to date") < side.order.index("search.ahead") < side.order.index("recall")
    assert side.query.anchor is VECTOR
    assert side.order.index("up to date") < side.order.index("search.judge") < side.order.index("search.ahead")
    assert side.known == "judged"


async def test_an_anchor_that_is_named_by_its_words_is_not_encoded() -> None:
    side = Side()
    side.names = True
    await ask(side, ANCHORED)
    assert not {"anchor", "search.ahead", "search.judge"} & set(side.order)
    assert side.known is None


async def test_an_anchor_that_is_understood_only_with_the_vector_of_the_question_is_encoded() -> None:
    side = Side()
    side.understood = DRAFTER.understand(Inquiry(ANCHORED, 9))
    await ask(side, PLAIN)
    assert side.order.index("read") < side.order.index("anchor") < side.order.index("recall")
    assert side.query.anchor is VECTOR


async def test_an_anchor_found_by_words_is_encoded_when_the_question_turns_out_otherwise() -> None:
    side = Side()
    side.names = True
    side.understood = replace(DRAFTER.understand(Inquiry(ANCHORED, 9)), kinds=("speech",))
    await ask(side, ANCHORED)
    assert side.order.index("read") < side.order.index("anchor") < side.order.index("recall")
    assert side.query.anchor is VECTOR


async def test_a_failure_to_encode_the_words_early_is_no_matter() -> None:
    side = Side()
    side.fails = "encode"
    await QuestionRecall(1, 0.0, side, side, DRAFTER).encode(WORDS)
    assert side.order == ["encode"]


async def test_the_odds_are_those_of_the_encoder() -> None:
    side = Side()
    await ask(side, PLAIN)
    assert side.query.space == DRAFTER.space == "plain"


@pytest.mark.parametrize("fails", ["search.draft", "anchor", "read", "search.judge", "search.ahead", "recall"])
async def test_a_failure_is_told_when_all_that_was_begun_has_ended(fails: str) -> None:
    side = Side()
    side.fails = fails
    with pytest.raises(RuntimeError, match=re.escape(f"{fails} failed")):
        await ask(side, ANCHORED)
    assert "up to date" in side.order
    assert len(asyncio.all_tasks()) == 1


async def test_the_first_failure_is_told() -> None:
    side = Side()
    side.fails = "search.draft"

    async def broken() -> None:
        await side.embed()
        raise ValueError("no vectors")

    with pytest.raises(RuntimeError, match=r"search\.draft failed"):
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


async def test_what_was_judged_is_read_before_its_events_are_looked_for() -> None:
    side, rereads = Side(), replace(DRAFTER, rereads=True)
    await ask(side, "who lost the kettle", rereads)
    assert side.order.index("up to date") < side.order.index("search.told") < side.order.index("weigh")
    assert side.order[-1] == "recall"
    assert side.known == "who lost the kettle? told"
    for text in (ANCHORED, "When did the sign exit appear?"):
        side = Side()
        await ask(side, text, rereads)
        assert "weigh" not in side.order


async def test_what_was_judged_while_an_anchor_was_encoded_is_not_judged_twice() -> None:
    side = Side()
    side.understood = Cues(ask="fact")  # it turned out to have none
    await ask(side, ANCHORED, replace(DRAFTER, rereads=True))
    assert side.order.count("search.judge") == 1
    assert side.known == f"{ANCHORED} told"
