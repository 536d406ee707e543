"""The streamer's end of the wire: one stream of everything that comes back, always drained."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

from wire.clock import Clock
from wire.config import Config
from wire.link import Lane, Link
from wire.messages import Message, Ready
from wire.supervisor import Launch, Supervisor, private_run_dir
from wire.topology import STREAMER
from wire.zmq_link import ZmqLink

_BOUND = 4096  # messages that may wait for the streamer's dispatcher


class EdgeLink:
    """Sends for the streamer and merges its lanes; the order within each lane is kept."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._arrived: asyncio.Queue[tuple[str, Message | None]] = asyncio.Queue(_BOUND)
        self._restart_listeners: list[Callable[[str], None]] = []

    async def send(self, message: Message) -> None:
        """To every consumer of the topology; waits under back-pressure."""
        await self._link.send(message)

    async def received(self) -> AsyncIterator[Message]:
        """Everything that comes from perception, memory and reasoning."""
        async for _, message in self.arrivals():
            if message is not None:
                yield message

    async def arrivals(self) -> AsyncIterator[tuple[str, Message | None]]:
        """The same with the process that each message comes from; None says that this process was restarted."""
        while True:
            yield await self._arrived.get()

    def on_restart(self, listener: Callable[[str], None]) -> None:
        """`listener(name)` is called whenever a process was restarted and is Ready again."""
        self._restart_listeners.append(listener)

    async def restarted(self, name: str) -> None:
        for listener in self._restart_listeners:
            listener(name)
        await self._arrived.put((name, None))

    async def drain(self) -> None:
        """Read all lanes for as long as it runs."""
        async with asyncio.TaskGroup() as tasks:
            for lane in self._link.lanes():
                tasks.create_task(self._read(lane), name=f"edge reads {lane}")

    async def _read(self, lane: Lane) -> None:
        async for message in self._link.receive(lane):
            await self._arrived.put((lane.producer, message))


@contextlib.asynccontextmanager
async def processes(
    launch: Launch, config: Config, clock: Clock, progress: Callable[[Ready], None]
) -> AsyncIterator[tuple[EdgeLink, Supervisor, asyncio.Task[None]]]:
    """Perception, memory and reasoning, ready to work, and the edge in front of them.

    The third value ends only when something is beyond repair, with the error; wait for it beside your own work.
    Raises StartError when they cannot be started. On leaving nothing is left: no process, no socket.
    """
    with private_run_dir() as run_dir:
        link = ZmqLink(STREAMER, run_dir)
        edge = EdgeLink(link)
        supervisor = Supervisor(launch, config.launch, clock, edge.restarted)
        draining = asyncio.create_task(edge.drain(), name="edge drain")
        try:
            async with supervisor.running(run_dir, progress) as watch:
                yield edge, supervisor, watch
        finally:
            draining.cancel()
            await asyncio.gather(draining, return_exceptions=True)
            await link.close()
