"""What is remembered for a question, asked of the text encoder and of the disk at the same time.

Decides only what is done beside what; owns neither.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from memory.draft import Drafter, Inquiry
from memory.embedder import Probe
from memory.question_tokens import Caller
from memory.recall import Recalled
from memory.search import Ahead, Query
from memory.shortlist import NOTHING, Worded
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

    async def ask(
        self,
        words: Utterance,
        history: tuple[HistoryTurn, ...],
        overview: Array | None,
        up_to_date: Coroutine[Any, Any, None],
    ) -> tuple[Probe, Recalled]:
        """While the question is encoded, what its words alone tell is looked for: its words, its anchor and the log;
        what is then understood otherwise is done again. up_to_date: gives all sentences vectors, before the search."""
        inquiry = Inquiry(words.text, words.t_ns, words.options, history, self._start_unix_s)
        begun: list[asyncio.Task[Any]] = []

        def begin(work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
            begun.append(asyncio.create_task(work))
            return begun[-1]

        try:
            encoding = begin(self._embedder.call("encode", list(self._drafter.meant(inquiry))))
            new = begin(up_to_date)
            draft = await asyncio.to_thread(self._drafter.draft, inquiry)
            query = Query(
                session=self._session, t_ns=words.t_ns, cues=draft.cues, texts=draft.texts,
                visible_from_ns=words.visible_from_ns, plain=draft.plain,
            )  # fmt: skip
            known: Worded = NOTHING
            if draft.cues.anchor:
                worded = begin(self._keeper.call("worded", (*draft.texts, draft.cues.anchor)))
                query = replace(query, anchor=await _result(begin(self._embedder.call("anchor", draft.cues))))
                known = await _result(worded)
                await _result(new)  # the anchor is searched for in `ahead`
            looking = begin(self._keeper.call("ahead", query, known))
            reading = begin(self._embedder.call("read", inquiry, overview))
            ahead: Ahead = await _result(looking)
            cues, probe = await _result(reading)
            await _result(encoding)
            await _result(new)
            return probe, await self._recalled(query, cues, probe, ahead)
        finally:  # whatever happened, nothing is left that still writes
            await ended(*begun)
            for one in begun:
                _ = one.cancelled() or one.exception()

    async def _recalled(self, query: Query, cues: Cues, probe: Probe, ahead: Ahead) -> Recalled:
        """What the question as it was understood in the end finds."""
        query = replace(
            query, cues=cues, texts=probe.texts, vectors=probe.vectors, anchor=probe.anchor, scene=probe.scene,
            scene_repeats=probe.scene_repeats, scene_scale=probe.scene_scale,
        )  # fmt: skip
        recalled: Recalled = await self._keeper.call("recall", query, ahead)
        return recalled


async def _result(task: asyncio.Task[Any]) -> Any:
    """Of a task that goes on when whoever waits for it is cancelled."""
    await asyncio.wait([task])
    return task.result()
