"""What was erased of a session: spans of media time, and the questions that go with them. Pure.

What lies in them is dropped whenever it comes: what processes tell may be on its way while memory erases.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from streamer.times import seconds, to_ns
from wire.spans import covering_sides

MOST = 1024  # spans that are remembered, the newest ones, all of one erasure; nothing is on its way for as long as that
LASTING = frozenset({"start", "end", "warning", "restarted"})  # lines about the run, not about what was in the stream


@dataclass(frozen=True, slots=True)
class Span:
    """From start_ns to end_ns, both included; erased at at_ns: what was asked then or later is no part of it."""

    start_ns: int
    end_ns: int
    at_ns: int

    def touches(self, start_ns: int, end_ns: int) -> bool:
        return start_ns <= self.end_ns and end_ns >= self.start_ns


class Erased:
    """turns: ids of the questions that are gone."""

    def __init__(self) -> None:
        self._spans: deque[Span] = deque(maxlen=MOST)
        self.turns: set[str] = set()

    def add(self, spans: Iterable[tuple[int, int]], at_ns: int) -> None:
        self._spans += [Span(start_ns, end_ns, at_ns) for start_ns, end_ns in covering_sides(spans, MOST // 2)]

    def holds(self, start_ns: int, end_ns: int) -> bool:
        """Whether something that lasted so long was there in an erased span."""
        return any(span.touches(start_ns, end_ns) for span in self._spans)

    def holds_question(
        self, asked_ns: int, spans: Iterable[tuple[int, int]], rests_on: Iterable[tuple[int, int]]
    ) -> bool:
        """Whether a question, or its reply, was there in an erased span, or rests on one."""
        touched = [*spans, *rests_on]
        return any(asked_ns < span.at_ns and span.touches(*one) for span in self._spans for one in touched)

    def tells(self, record: dict[str, Any]) -> bool:
        """Whether a line of the journal tells something that was erased."""
        if record["event"] in LASTING:
            return False
        if str(record.get("id", "")) in self.turns:
            return True
        t_s = record["t"]
        start_ns, end_ns = to_ns(record.get("start", t_s)), to_ns(record.get("end", t_s))
        if "id" in record and record.get("asks", True):  # times in a line are rounded
            return any(t_s < seconds(span.at_ns) and span.touches(start_ns, end_ns) for span in self._spans)
        return self.holds(start_ns, end_ns)
