"""What a replay needs of the wire, and the switchboard that lets several sessions share it.

`Edge` is declared here because the streamer is who needs it; `streamer.wire_edge` is the one over a real link.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from wire.messages import Message

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message that came to the streamer, and the process that sent it."""

    producer: str
    message: Message


@dataclass(frozen=True, slots=True)
class Restarted:
    """The process `name` crashed and is Ready again; what was on its way to it is lost."""

    name: str


News = Arrived | Restarted


class Edge(Protocol):
    """The streamer's end of the wire."""

    async def send(self, message: Message) -> None:
        """To every consumer of the topology; waits while one of them is full."""

    def received(self) -> AsyncIterator[News]:
        """Everything that comes to the streamer, in the order of each producer. Read by one reader."""


class Switchboard:
    """Hands what an edge receives to the session that it is for. It never waits, so that the ring keeps moving."""

    def __init__(self, edge: Edge) -> None:
        self._edge = edge
        self._sessions: dict[str, Callable[[News], None]] = {}

    async def send(self, message: Message) -> None:
        await self._edge.send(message)

    @contextlib.contextmanager
    def listening(self, session: str, handle: Callable[[News], None]) -> Iterator[None]:
        """`handle` gets what comes for the session, and what concerns all of them. Raises ValueError for a session
        that is listening already."""
        if session in self._sessions:
            raise ValueError(f"session {session!r} is on the switchboard already")
        self._sessions[session] = handle
        try:
            yield
        finally:
            del self._sessions[session]

    async def run(self) -> None:
        """Until the edge ends or this is cancelled."""
        async for news in self._edge.received():
            session = news.message.session if isinstance(news, Arrived) else ""
            if not session:
                for handle in list(self._sessions.values()):
                    handle(news)
            elif session in self._sessions:
                self._sessions[session](news)
            else:
                log.info("x %s for a session that is over", type(news).__name__)
