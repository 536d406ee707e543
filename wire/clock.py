"""The only file that reads a clock or sleeps. Media time decides, a Clock only paces."""

from __future__ import annotations

import asyncio
import time
from typing import Protocol


class Clock(Protocol):
    """Wall time for pacing, deadlines and latency figures; injected, so that tests own it."""

    def now_ns(self) -> int: ...  # monotonic, the same for all processes of a host
    def unix_s(self) -> float: ...  # civil time
    async def sleep(self, seconds: float) -> None: ...


class SystemClock:
    """The real clock."""

    def now_ns(self) -> int:
        return time.monotonic_ns()

    def unix_s(self) -> float:
        return time.time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds))


class ManualClock:
    """A clock that stands still until a test advances it; sleepers wake in order of their deadlines."""

    def __init__(self, now_ns: int = 0, unix_s: float = 0.0) -> None:
        self._now_ns = now_ns
        self._unix_s = unix_s
        self._sleepers: list[tuple[int, int, asyncio.Future[None]]] = []
        self._serial = 0

    def now_ns(self) -> int:
        return self._now_ns

    def unix_s(self) -> float:
        return self._unix_s + self._now_ns / 1e9

    async def sleep(self, seconds: float) -> None:
        self._serial += 1
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleepers.append((self._now_ns + round(seconds * 1e9), self._serial, done))
        await done

    async def advance(self, seconds: float) -> None:
        """Move time on, waking each sleeper at its own moment."""
        end_ns = self._now_ns + round(seconds * 1e9)
        while due := sorted(s for s in self._sleepers if s[0] <= end_ns):
            wake_ns, _, done = due[0]
            self._sleepers.remove(due[0])
            self._now_ns = max(self._now_ns, wake_ns)
            if not done.done():
                done.set_result(None)
            for _ in range(3):  # let the woken task run to its next wait
                await asyncio.sleep(0)
        self._now_ns = end_ns
