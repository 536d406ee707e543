"""The order in which one replay session sends things, decided by media time alone. Pure.

At one time come: the sound that ends there, the picture of that moment, the questions asked then, a watermark. A
question at t thus sees everything up to t and nothing after it; sound that crosses t is cut there.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from streamer.decoding import Trouble
from streamer.media import Item, Picture
from streamer.questions import Scripted
from streamer.sound import SAMPLE_NS, Chunk


@dataclass(frozen=True, slots=True)
class Mark:
    """All before t_ns is sent. final: the stream is over."""

    t_ns: int
    final: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, now. late: its own time lies behind the end of the stream."""

    t_ns: int
    question: Scripted
    late: bool = False


Step = Picture | Chunk | Trouble | Asked | Mark


def due_ns(step: Step) -> int:
    """Media time at which a live peer would send it: sound when its last sample was heard."""
    return step.end_ns if isinstance(step, Chunk) else step.t_ns


class Schedule:
    """Feed it the items of a file in order; it gives the steps. Watermarks come every `every_ns`."""

    def __init__(self, questions: Iterable[Scripted], every_ns: int) -> None:
        self._questions = deque(sorted(questions, key=lambda q: q.t_ns))  # stable: the file's order at one time
        self._every_ns = every_ns
        self._next_mark_ns = every_ns
        self._end_ns = 0

    def feed(self, item: Item) -> Iterator[Step]:
        if isinstance(item, Trouble):
            yield item
            return
        self._end_ns = max(self._end_ns, item.end_ns)
        while isinstance(item, Chunk) and (at_ns := self._cut_ns(item)) is not None:
            n_bytes = (at_ns - item.t_ns) // SAMPLE_NS * 2
            before = Chunk(item.t_ns, item.pcm[:n_bytes], item.gap_ns)
            item = Chunk(before.end_ns, item.pcm[n_bytes:])
            yield from self._until(before.end_ns)
            yield before
            yield from self._until(item.t_ns + SAMPLE_NS)
        yield from self._until(item.end_ns)
        yield item

    def finish(self, end_ns: int) -> Iterator[Step]:
        """What is left when the file has ended at end_ns (or later, at its last item)."""
        end_ns = max(end_ns, self._end_ns)
        yield from self._until(end_ns + 1)
        while self._questions:
            question = self._questions.popleft()
            yield Asked(end_ns, question, late=question.t_ns > end_ns)
        yield Mark(end_ns, final=True)

    def _cut_ns(self, chunk: Chunk) -> int | None:
        """Where a question or a watermark falls into the chunk, at least one sample from both its ends."""
        at_ns = min(self._next_mark_ns, self._questions[0].t_ns if self._questions else self._next_mark_ns)
        return at_ns if chunk.t_ns + SAMPLE_NS <= at_ns <= chunk.end_ns - SAMPLE_NS else None

    def _until(self, t_ns: int) -> Iterator[Step]:
        """Questions and watermarks whose time is before t_ns, in order; a watermark after the questions of its time."""
        while True:
            asked_ns = self._questions[0].t_ns if self._questions else t_ns
            if asked_ns < t_ns and asked_ns <= self._next_mark_ns:
                yield Asked(asked_ns, self._questions.popleft())
                if not (self._questions and self._questions[0].t_ns == asked_ns) and asked_ns != self._next_mark_ns:
                    yield Mark(asked_ns)
            elif self._next_mark_ns < t_ns:
                yield Mark(self._next_mark_ns)
                self._next_mark_ns += self._every_ns
            else:
                return
