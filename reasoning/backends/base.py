"""What a reasoning backend must offer. Synchronous, single-threaded; numpy at the border."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from wire.messages import FrameKept, Question  # the types of ours that a reasoner reads

Pcm = NDArray[np.int16]  # (n_samples,) mono


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """The next words of an answer. used: indices into the question's evidence + log that it rests on (last chunk)."""

    text: str = ""
    option: str = ""
    used: tuple[int, ...] = ()


class Llm(Protocol):
    """reasoning.llm: answers a question from the evidence it carries."""

    def answer(self, question: Question, cancelled: Callable[[], bool]) -> Iterator[Chunk]: ...
    def close(self) -> None: ...


class ResidentLlm(Llm, Protocol):
    """A reasoner that holds more than one reply. Offering these two is up to the backend."""

    def prepare(self, kept: Sequence[FrameKept], cancelled: Callable[[], bool]) -> None:
        """The newest key frames of a session, oldest first, while nobody asks."""

    def forget(self) -> None:
        """Drop everything that was shown, told or asked: some of it is erased from memory."""


class Tts(Protocol):
    """reasoning.tts: one speakable phrase becomes PCM, in pieces of at least 20 ms."""

    sample_rate: int

    def speak(self, phrase: str, cancelled: Callable[[], bool]) -> Iterator[Pcm]: ...
    def close(self) -> None: ...
