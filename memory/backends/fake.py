"""Scripted backends: deterministic vectors from words, without any library. For tests and frontend work."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from memory.backends.base import ClipInput, ClipMemory, TextEncoder, Vectors


@dataclass(frozen=True, kw_only=True)
class FakeOptions:
    dim: int = 512  # few words share a place


class FakeTextEncoder:
    """A bag of words: texts that share words are near each other."""

    Options = FakeOptions

    def __init__(self, options: FakeOptions) -> None:
        self.dim = options.dim

    def encode(self, sentences: list[str]) -> Vectors:
        return np.stack([self._one(s) for s in sentences]) if sentences else np.zeros((0, self.dim), np.float32)

    def close(self) -> None:
        """Nothing is held."""

    def _one(self, text: str) -> NDArray[np.float32]:
        vector = np.zeros(self.dim, np.float32)
        for word in "".join(c if c.isalnum() else " " for c in text.lower()).split():
            vector[zlib.crc32(word.encode()) % self.dim] += 1.0
        if not vector.any():
            vector[0] = 1.0
        unit: NDArray[np.float32] = vector / np.linalg.norm(vector)
        return unit


class FakeCompressor:
    """The text encoder's vector of the clip's sentences, and one token: the mean appearance."""

    Options = FakeOptions

    def __init__(self, options: FakeOptions) -> None:
        self._encoder: TextEncoder = FakeTextEncoder(options)
        self.dim = options.dim

    def attach(self, encoder: TextEncoder) -> None:
        """Keeps its own."""

    def compress(self, clips: list[ClipInput]) -> list[ClipMemory]:
        vectors = self._encoder.encode([" ".join(clip.sentences) for clip in clips])
        return [
            ClipMemory(vector=v, tokens=clip.appearance.mean(axis=0, keepdims=True) if clip.appearance.size else None)
            for v, clip in zip(vectors, clips, strict=True)
        ]

    def question(self, text: str) -> NDArray[np.float32]:
        vector: NDArray[np.float32] = self._encoder.encode([text])[0]
        return vector

    def close(self) -> None:
        """Nothing is held."""


class FakeReranker:
    """A sentence answers a question with which it shares a word of four letters or more."""

    Options = FakeOptions
    reads = True

    def __init__(self, options: FakeOptions) -> None:
        pass

    def read(self, question: str, sentences: list[str]) -> NDArray[np.float32]:
        asked = _long_words(question)
        return np.asarray([4.0 if asked & _long_words(sentence) else -4.0 for sentence in sentences], np.float32)

    def close(self) -> None:
        """Nothing is held."""


def _long_words(text: str) -> set[str]:
    return {word for word in "".join(c if c.isalnum() else " " for c in text.lower()).split() if len(word) > 3}
