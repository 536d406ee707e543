"""Answers from the evidence alone, without a language model: deterministic, in microseconds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from reasoning.backends.base import Chunk
from reasoning.grounded.answer import answer
from wire.messages import Question


@dataclass(frozen=True, kw_only=True)
class GroundedOptions:
    """Nothing to choose."""


class Grounded:
    """reasoning.llm: the answer comes in one piece; it is there at once."""

    Options = GroundedOptions

    def __init__(self, options: GroundedOptions) -> None:
        del options

    def answer(self, question: Question, cancelled: Callable[[], bool]) -> Iterator[Chunk]:
        if cancelled():
            return
        found = answer(question)
        used = tuple(dict.fromkeys(index for thing in found.rests_on for index in thing.parts))
        yield Chunk(text=found.text, option=found.option, used=used)

    def close(self) -> None:
        """Holds nothing."""
