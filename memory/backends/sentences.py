"""The compressor without a model of its own: a clip is its sentences, and its vector is theirs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from memory.backends.base import ClipInput, ClipMemory, TextEncoder


@dataclass(frozen=True, kw_only=True)
class SentenceOptions:
    max_sentences: int = 8  # of a clip that go into its vector: the first ones; more would blur it


class SentenceCompressor:
    """Vectors in the space of the text encoder; no tokens."""

    Options = SentenceOptions

    def __init__(self, options: SentenceOptions) -> None:
        self._max_sentences = options.max_sentences
        self._encoder: TextEncoder | None = None
        self.dim = 0

    def attach(self, encoder: TextEncoder) -> None:
        self._encoder = encoder
        self.dim = encoder.dim

    def compress(self, clips: list[ClipInput]) -> list[ClipMemory]:
        texts = [" ".join(clip.sentences[: self._max_sentences]) for clip in clips]
        return [ClipMemory(vector=vector) for vector in self._attached().encode(texts)]

    def question(self, text: str) -> NDArray[np.float32]:
        vector: NDArray[np.float32] = self._attached().encode([text])[0]
        return vector

    def close(self) -> None:
        self._encoder = None

    def _attached(self) -> TextEncoder:
        if self._encoder is None:
            raise RuntimeError("the sentence compressor has no text encoder; call attach first")
        return self._encoder
