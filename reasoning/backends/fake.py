"""Scripted reasoner and voice: no library, no randomness. For tests and frontend work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from reasoning.backends.base import Chunk, Pcm
from wire.messages import Question

_S = 1_000_000_000


@dataclass(frozen=True, kw_only=True)
class LlmOptions:
    reply: str = ""  # said to every question; "" repeats the question and counts what came with it


class FakeLlm:
    """reasoning.llm: one word a chunk, so that streaming and cancelling have something to work on."""

    Options = LlmOptions

    def __init__(self, options: LlmOptions) -> None:
        self._reply = options.reply

    def answer(self, question: Question, cancelled: Callable[[], bool]) -> Iterator[Chunk]:
        known = len(question.evidence) + len(question.log)
        minutes, seconds = divmod(question.t_ns // _S, 60)
        asked = question.text.strip().rstrip("?.!")
        reply = self._reply or f'You asked "{asked}" at {minutes}:{seconds:02}, and I know {known} things about it.'
        words = reply.split(" ")
        for i, word in enumerate(words):
            if cancelled():
                return
            yield Chunk(text=word if i == 0 else f" {word}")
        option = "A" if question.options else ""
        yield Chunk(option=option, used=tuple(range(min(1, known))))

    def close(self) -> None:
        """Holds nothing."""


@dataclass(frozen=True, kw_only=True)
class TtsOptions:
    sample_rate: int = 16_000
    ms_per_letter: int = 60  # about the pace of speech


class FakeTts:
    """reasoning.tts: a steady tone as long as the words would take."""

    Options = TtsOptions

    def __init__(self, options: TtsOptions) -> None:
        self.sample_rate = options.sample_rate
        self._ms_per_letter = options.ms_per_letter

    def speak(self, phrase: str, cancelled: Callable[[], bool]) -> Iterator[Pcm]:
        n_samples = len(phrase.strip()) * self._ms_per_letter * self.sample_rate // 1000
        step = self.sample_rate // 10
        for start in range(0, n_samples, step):
            if cancelled():
                return
            t = np.arange(start, min(n_samples, start + step)) / self.sample_rate
            yield (3000 * np.sin(2 * np.pi * 220 * t)).astype(np.int16)

    def close(self) -> None:
        """Holds nothing."""
