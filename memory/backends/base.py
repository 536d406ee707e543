"""What a memory backend must offer. Synchronous, single-threaded; numpy at the border."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]  # (N, D), L2-normalised


class TextEncoder(Protocol):
    """memory.text_encoder: sentences as unit vectors. The vector of a sentence depends on nothing but the sentence."""

    dim: int

    def encode(self, sentences: list[str]) -> Vectors: ...
    def close(self) -> None: ...


@runtime_checkable
class Fitted(Protocol):
    """A text encoder that may have learned to bring questions near their answers: recall judges its vectors by odds
    that were fitted to them, which `memory.odds` has under this name."""

    space: str


class Reranker(Protocol):
    """memory.reranker: reads a question and a sentence together. reads: it does, and is worth asking."""

    reads: bool

    def read(self, question: str, sentences: list[str]) -> NDArray[np.float32]: ...  # (N,) log odds of answering it
    def close(self) -> None: ...


@dataclass(frozen=True, kw_only=True)
class ClipInput:
    """A closed (or still open) clip. features: (T, D) of its frames, or None where the profile has none."""

    start_ns: int
    end_ns: int
    appearance: NDArray[np.float32]  # (T, D)
    sentences: tuple[str, ...]
    features: NDArray[np.float32] | None = None


@dataclass(frozen=True, kw_only=True)
class ClipMemory:
    """vector: (D,) unit vector that questions are compared with. tokens: (K, H) what is kept of it, or None."""

    vector: NDArray[np.float32]
    tokens: NDArray[np.float32] | None = None


class Compressor(Protocol):
    """memory.compressor: a clip becomes its vector and its local tokens. One whose tokens a reasoner reads is an
    Overviewer as well."""

    dim: int

    def attach(self, encoder: TextEncoder) -> None:
        """Called once before use: one that works on sentences shares the text encoder, others ignore it."""

    def compress(self, clips: list[ClipInput]) -> list[ClipMemory]: ...
    def question(self, text: str) -> NDArray[np.float32]: ...  # (D,) in the same space
    def close(self) -> None: ...


@runtime_checkable
class Pictured(Protocol):
    """A compressor whose clips are pictures and whose questions are texts of one space. `sharpness` times a cosine,
    plus `bias`, is the logit of the text being true of the picture; without a bias it only compares pictures."""

    sharpness: float
    bias: float | None


@runtime_checkable
class Overviewer(Protocol):
    """A compressor whose tokens, as they were kept of clips in order of time, become memory in a reasoner's prompt."""

    threshold: float  # cosine between question and clip above which the clip is about it

    def integrate(self, kept: list[NDArray[np.float32]]) -> NDArray[np.float32]: ...  # (n, H): overview memory
    def local(self, kept: list[NDArray[np.float32]]) -> NDArray[np.float32]: ...  # (K, H): question related memory
    def question_after(self, text: str, overview: NDArray[np.float32]) -> NDArray[np.float32]: ...  # (D,)
