"""Counters, busy time and latency marks of one process. Numbers and ids only, never words, sound or pictures."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from wire.clock import Clock
from wire.messages import Beat, Mark, Message


class Telemetry:
    """What one process counts and measures."""

    def __init__(self, service: str, clock: Clock) -> None:
        self._service = service
        self._clock = clock
        self._counters: dict[str, int] = {}
        self._busy_ns: dict[str, int] = {}

    def count(self, name: str, n: int = 1) -> None:
        self._counters[name] = self._counters.get(name, 0) + n

    @contextmanager
    def busy(self, stage: str) -> Iterator[None]:
        """Adds the wall time inside to the stage's share."""
        start_ns = self._clock.now_ns()
        try:
            yield
        finally:
            self._busy_ns[stage] = self._busy_ns.get(stage, 0) + self._clock.now_ns() - start_ns

    def mark(self, message: Message, stage: str) -> Mark:
        return Mark(
            session=message.session,
            t_ns=message.t_ns,
            turn=message.turn,
            service=self._service,
            stage=stage,
            wall_ns=self._clock.now_ns(),
        )

    def beat(self, more: dict[str, int]) -> Beat:
        """The sign of life, with everything counted so far."""
        return Beat(
            session="",
            t_ns=0,
            service=self._service,
            counters=dict(sorted((self._counters | more).items())),
            busy_s={stage: round(ns / 1e9, 3) for stage, ns in sorted(self._busy_ns.items())},
        )
