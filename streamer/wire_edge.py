"""The Edge of a replay over the real wire."""

from __future__ import annotations

from collections.abc import AsyncIterator

from streamer.edge import Arrived, News, Restarted
from wire.edge import EdgeLink
from wire.messages import Message


class WireEdge:
    """An EdgeLink as the switchboard wants it."""

    def __init__(self, link: EdgeLink) -> None:
        self._link = link

    async def send(self, message: Message) -> None:
        await self._link.send(message)

    async def received(self) -> AsyncIterator[News]:
        async for process, message in self._link.arrivals():
            yield Restarted(process) if message is None else Arrived(process, message)
