"""What a reasoner holds beyond one reply: it reads the newest key frames while nobody asks, and drops all on demand.

Only where the backend offers it. A question does not wait for the reading: it stops at its next chunk, and what was
read so far is kept. Moves no messages of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Sequence

from wire.messages import FrameKept
from wire.worker import Worker

log = logging.getLogger(__name__)


class Residence:
    """Of one reasoner, for all sessions: it holds what the last one showed or asked."""

    def __init__(self, llm: Worker) -> None:
        self._llm = llm
        self._wanted: tuple[FrameKept, ...] | None = None
        self._stop = threading.Event()
        self._reading: asyncio.Task[None] | None = None
        self._offers: dict[str, bool] = {}

    def show(self, frames: Sequence[FrameKept]) -> None:
        """The newest key frames of a session, oldest first. While it reads, only the latest ones wait."""
        self._wanted = tuple(frames)
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._read(), name="read ahead")

    def give_way(self) -> None:
        """A question comes: stop reading."""
        self._wanted = None
        self._stop.set()

    async def forget(self) -> None:
        """Returns when the reasoner holds nothing of what it was shown, told or asked."""
        self.give_way()
        if await self._can("forget"):
            await self._llm.call("forget")

    async def close(self) -> None:
        self.give_way()
        if self._reading is not None:
            self._reading.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._reading

    async def _read(self) -> None:
        if not await self._can("prepare"):
            self._wanted = None
        while self._wanted is not None:
            frames, self._wanted = self._wanted, None
            self._stop = threading.Event()
            try:
                await self._llm.call("prepare", frames, self._stop.is_set)
            except Exception:  # whatever a backend raises costs the head start of a reply, not the process
                log.exception("x reading ahead failed")

    async def _can(self, method: str) -> bool:
        if method not in self._offers:
            try:
                self._offers[method] = callable(await self._llm.get(method))
            except AttributeError:
                self._offers[method] = False
        return self._offers[method]
