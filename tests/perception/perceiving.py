"""A perception process on the in-memory link: feed it a stream, look at what it told. For tests of this folder."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import numpy as np

from perception.backends.base import Pcm, Rgb
from perception.service import create
from wire import config, messages as m
from wire.clock import ManualClock
from wire.link import MemoryNet
from wire.service import Context, Runner

SECOND = 1_000_000_000
RATE = 16_000


def silence(seconds: float) -> Pcm:
    return np.zeros(round(seconds * RATE), np.int16)


def chunks(pcm: Pcm, sizes: Sequence[int] = (1_600,), *, start_ns: int = 0, session: str = "s") -> list[m.AudioChunk]:
    """The sound cut into chunks of these sizes, over and over."""
    found, at, n = [], 0, 0
    while at < pcm.size:
        piece = pcm[at : at + sizes[n % len(sizes)]]
        t_ns = start_ns + at * SECOND // RATE
        found.append(m.AudioChunk(session=session, t_ns=t_ns, pcm=piece.tobytes()))
        at, n = at + piece.size, n + 1
    return found


def frame(t_ns: int, picture: Rgb, session: str = "s") -> m.VideoFrame:
    height, width, _ = picture.shape
    return m.VideoFrame(session=session, t_ns=t_ns, width=width, height=height, pixels=picture.tobytes())


def due_ns(message: m.Message) -> int:
    """When the edge sends it: sound when its end was heard."""
    if isinstance(message, m.AudioChunk):
        return message.t_ns + len(message.pcm) // 2 * SECOND // RATE
    return message.t_ns


def stream(*parts: Sequence[m.Message], end_s: float) -> list[m.Message]:
    """All of it in the order in which a replay sends it, with a watermark each second and the final one. Sound must not
    cross a watermark: cut it so."""
    marks: list[m.Message] = [m.Watermark(session="s", t_ns=n * SECOND, seq=n) for n in range(1, int(end_s) + 1)]
    last = m.Watermark(session="s", t_ns=round(end_s * SECOND), seq=int(end_s) + 1, final=True)
    ranks = {m.AudioChunk: 0, m.VideoFrame: 1, m.UserInput: 2, m.CancelReply: 2, m.Watermark: 3}
    everything = [one for part in parts for one in part] + marks
    return [*sorted(everything, key=lambda one: (due_ns(one), ranks[type(one)])), last]


class Perceiving:
    """The links of the neighbours of a running perception."""

    def __init__(self, context: Context, net: MemoryNet, tasks: asyncio.TaskGroup) -> None:
        self.context = context
        self._edge = net.link("streamer")
        self._others = {name: net.link(name) for name in ("memory", "reasoning")}
        self.told: dict[str, list[m.Message]] = {name: [] for name in ("streamer", "memory", "reasoning")}
        self._more = asyncio.Condition()
        self._readers = [
            tasks.create_task(self._read(name, link.receive(lane)))
            for name, link in {"streamer": self._edge, **self._others}.items()
            for lane in link.lanes()
            if lane.producer == "perception"
        ]

    async def _read(self, name: str, messages: AsyncIterator[m.Message]) -> None:
        async for message in messages:
            async with self._more:
                self.told[name].append(message)
                self._more.notify_all()

    async def send(self, *messages: m.Message, producer: str = "streamer") -> None:
        link = self._edge if producer == "streamer" else self._others[producer]
        for message in messages:
            await link.send(message)

    async def until(self, name: str, n: int, *kinds: type[m.Message]) -> list[m.Message]:
        """The messages of these kinds that `name` got, as soon as there are n of them."""

        def found() -> list[m.Message]:
            return [one for one in self.told[name] if isinstance(one, kinds)]

        async with self._more:
            await asyncio.wait_for(self._more.wait_for(lambda: len(found()) >= n), 20)
        return found()

    def stop(self) -> None:
        for reader in self._readers:
            reader.cancel()


@asynccontextmanager
async def perceiving(*overrides: str) -> AsyncIterator[Perceiving]:
    """Perception with the fake profile."""
    net = MemoryNet()
    link = net.link("perception")
    context = Context(config.load("fake", overrides=overrides), ManualClock(), link)
    service = await create(context)
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(Runner(service, context, link, 1).run())
        neighbours = Perceiving(context, net, tasks)
        try:
            yield neighbours
        finally:
            running.cancel()
            neighbours.stop()
    await service.close()


def opened(session: str = "s", *, mode: str = "replay", listen: str = "user", wake: str = "") -> m.SessionOpened:
    settings = m.SessionSettings(
        mode="replay" if mode == "replay" else "live",
        listen="wake" if listen == "wake" else "ambient" if listen == "ambient" else "user",
        wake_phrase=wake,
    )
    return m.SessionOpened(session=session, t_ns=0, memory="", settings=settings)
