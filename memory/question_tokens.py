"""The memory embeddings that go with a question, for reasoners that read them: overview and question related memory.

Asks the disk for what was kept of clips and the compressor for what a reasoner is to read. Owns neither.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from memory.clip_memory import RELATED_CLIPS, Wanted
from memory.recall import Recalled, span_of
from wire.messages import Tensor, Utterance

Array = NDArray[np.float32]


class Caller(Protocol):
    """A worker that holds what is asked."""

    async def call(self, name: str, /, *arguments: Any) -> Any: ...


class QuestionTokens:
    """Of one session. keeper holds the memory folder, embedder the compressor."""

    def __init__(self, session: int, keeper: Caller, embedder: Caller) -> None:
        self._session = session
        self._keeper = keeper
        self._embedder = embedder
        self._threshold: tuple[float | None] | None = None  # once it was asked for

    async def overview(self, words: Utterance) -> Array | None:
        """(n, H) of all that the question may see; None from a compressor that makes none, or before the first clip."""
        if await self._compared_from() is None:
            return None
        kept = await self._keeper.call("overview_tokens", self._session, words.visible_from_ns, words.t_ns)
        found: Array | None = await self._embedder.call("overview", kept)
        return found

    async def related(self, words: Utterance, recalled: Recalled, scene: Array | None) -> Array | None:
        """(K, H) of the clips that the question is about; of those recalled, from a compressor that compares none."""
        threshold = await self._compared_from()
        if threshold is None:
            spans = [(e.start_ns, e.end_ns) for e in recalled.evidence if e.kind == "scene"][:RELATED_CLIPS]
            tokens: Array | None = await self._keeper.call("tokens", self._session, spans) if spans else None
            return tokens
        start_ns, end_ns = span_of(recalled.cues, words.t_ns, words.visible_from_ns)
        wanted = Wanted(
            session=self._session,
            t_ns=words.t_ns,
            start_ns=start_ns,
            end_ns=end_ns,
            scene=scene,
            threshold=threshold,
            visible_from_ns=words.visible_from_ns,
        )
        found: Array | None = await self._embedder.call("local", await self._keeper.call("related_tokens", wanted))
        return found

    async def _compared_from(self) -> float | None:
        """The compressor's own threshold, which never changes."""
        if self._threshold is None:
            self._threshold = (await self._embedder.call("threshold"),)
        return self._threshold[0]


def tensor_of(array: Array | None) -> Tensor | None:
    """As it travels; half precision, in which it was kept."""
    if array is None or not array.size:
        return None
    half = np.ascontiguousarray(array, dtype=np.float16)
    return Tensor(data=half.tobytes(), dtype=str(half.dtype), shape=half.shape)
