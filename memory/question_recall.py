"""What is remembered for a question, asked of the text encoder and of the disk at the same time.

Decides only what is done beside what; owns neither.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from memory.draft import Drafter, Inquiry
from memory.embedder import Probe
from memory.query import Query
from memory.question_tokens import Caller
from memory.reading import worth_doubting, worth_reading
from memory.recall import Recalled
from wire.messages import Cues, HistoryTurn, Utterance
from wire.worker import ended

Array = NDArray[np.float32]


class QuestionRecall:
    """Of one session. keeper holds the memory folder, embedder the text encoder, for which drafter reads."""

    def __init__(self, session: int, start_unix_s: float, keeper: Caller, embedder: Caller, drafter: Drafter) -> None:
        self._session = session
        self._start_unix_s = start_unix_s
        self._keeper = keeper
        self._embedder = embedder
        self._drafter = drafter

    async def encode(self, words: Utterance) -> None:
        """Let the encoder read them: soon enough, the question need not wait for it. A failure is no matter here: `ask`
        needs the same, and tells it."""
        with contextlib.suppress(Exception):
            await self._embedder.call("encode", list(self._drafter.meant(self._inquiry(words))))

    async def ask(
        self,
        words: Utterance,
        history: tuple[HistoryTurn, ...],
        overview: Array | None,
        up_to_date: Coroutine[Any, Any, None],
    ) -> tuple[Probe, Recalled]:
        """While the question is encoded, what its words alone tell is looked for: its words, its anchor and the log;
        what is then understood otherwise is done again. up_to_date: gives all sentences vectors, before any search by
        them."""
        inquiry = self._inquiry(words, history)
        query = Query(
            session=self._session, t_ns=words.t_ns, visible_from_ns=words.visible_from_ns, space=self._drafter.space
        )  # fmt: skip
        begun: list[asyncio.Task[Any]] = []

        def begin(work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
            begun.append(asyncio.create_task(work))
            return begun[-1]

        try:
            drafting = begin(self._keeper.call("search.draft", self._drafter, inquiry, query))
            reading = begin(self._embedder.call("read", inquiry, overview))
            new = begin(up_to_date)
            query, ahead = await _result(drafting)
            anchoring = begin(self._embedder.call("anchor", query.cues)) if ahead.wants_anchor else None
            cues, probe = await _result(reading)
            await _result(new)
            known = None
            if anchoring is not None:  # the disk has time while it is encoded
                judging = begin(self._keeper.call("search.judge", _understood(query, cues, probe), ahead.worded))
                query = replace(query, anchor=await _result(anchoring))
                ahead = await _result(begin(self._keeper.call("search.ahead", query, ahead.worded)))
                known = await _result(judging)
            reads = worth_reading(cues, words.options)
            if self._drafter.rereads and (reads or worth_doubting(cues, words.options)):
                asked = _understood(query, cues, probe)
                known = await _result(begin(self._keeper.call("search.told", asked, ahead.worded, known)))
                text = self._drafter.meaning_of(words.text)
                known = await _result(begin(self._embedder.call("weigh", text, known, not reads)))
            if cues.anchor and not ahead.holds_for(cues) and (anchoring is None or cues.anchor != query.cues.anchor):
                query = replace(query, anchor=await _result(begin(self._embedder.call("anchor", cues))))
            return probe, await self._keeper.call("recall", _understood(query, cues, probe), ahead, known)
        finally:  # whatever happened, nothing is left that still writes
            await ended(*begun)
            for one in begun:
                _ = one.cancelled() or one.exception()

    def _inquiry(self, words: Utterance, history: tuple[HistoryTurn, ...] = ()) -> Inquiry:
        return Inquiry(words.text, words.t_ns, words.options, history, self._start_unix_s)


def _understood(query: Query, cues: Cues, probe: Probe) -> Query:
    """As it was understood in the end."""
    return replace(
        query, cues=cues, texts=probe.texts, vectors=probe.vectors, scene=probe.scene,
        scene_repeats=probe.scene_repeats, scene_scale=probe.scene_scale,
    )  # fmt: skip


async def _result(task: asyncio.Task[Any]) -> Any:
    """Of a task that goes on when whoever waits for it is cancelled."""
    await asyncio.wait([task])
    return task.result()
