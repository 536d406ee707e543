"""What a process sees of the wire: messages out by topology, messages in by lane. And an in-memory one for tests.

A lane is (producer, delivery): messages of one lane keep their order, different lanes do not wait for each other.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

from wire.codec import CodecError, decode, encode
from wire.messages import Message, SessionOpened
from wire.topology import ORDERED_BOUND, URGENT_BOUND, Delivery, consumers_of, delivery_of, inlets_of

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Lane:
    producer: str
    delivery: Delivery


class Link(Protocol):
    """One process's end of the wire."""

    name: str

    async def send(self, message: Message) -> None:
        """To every consumer of the topology; waits while an ORDERED one is full."""

    def lanes(self) -> list[Lane]:
        """The lanes that can bring something."""

    def receive(self, lane: Lane) -> AsyncIterator[Message]:
        """Messages of a lane, until the link is closed. What is malformed is counted and dropped."""

    def dropped(self) -> dict[str, int]:
        """Counters of what this end refused or dropped."""

    async def close(self) -> None: ...


class ReplaySessions:
    """Which sessions are replays, learned from the SessionOpened that pass: their frames are never dropped."""

    def __init__(self) -> None:
        self._replays: set[str] = set()

    def learn(self, message: Message) -> None:
        """To be told of what comes in as well."""
        if isinstance(message, SessionOpened):
            (self._replays.add if message.settings.mode == "replay" else self._replays.discard)(message.session)

    def delivery(self, message: Message) -> Delivery:
        self.learn(message)
        return delivery_of(message, replay=message.session in self._replays)


class Inlet:
    """Decodes what comes in on one link and counts what is no message."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.counters: dict[str, int] = {}

    def open(self, frames: list[bytes]) -> Message | None:
        try:
            return decode(frames)
        except CodecError as error:
            self.counters["malformed"] = self.counters.get("malformed", 0) + 1
            log.warning("< %s dropped a malformed message of %d frames: %s", self.name, len(frames), error)
            return None


def _bound(delivery: Delivery) -> int:
    return URGENT_BOUND if delivery is Delivery.URGENT else ORDERED_BOUND


class MemoryNet:
    """Links of several services in one event loop, through the real codec. For tests."""

    def __init__(self) -> None:
        self._queues: dict[tuple[str, Lane], asyncio.Queue[list[bytes] | None]] = {}

    def link(self, name: str) -> MemoryLink:
        return MemoryLink(self, name)

    def queue(self, consumer: str, lane: Lane) -> asyncio.Queue[list[bytes] | None]:
        key = (consumer, lane)
        if key not in self._queues:
            self._queues[key] = asyncio.Queue(_bound(lane.delivery))
        return self._queues[key]


class MemoryLink:
    """A Link without sockets; LATEST is delivered like ORDERED, since one loop cannot outrun itself."""

    def __init__(self, net: MemoryNet, name: str) -> None:
        self.name = name
        self._net = net
        self._replays = ReplaySessions()
        self._inlet = Inlet(name)
        self._read: set[Lane] = set()

    async def send(self, message: Message) -> None:
        delivery = self._replays.delivery(message)
        frames = encode(message)
        for consumer in consumers_of(message, self.name):
            await self._net.queue(consumer, Lane(self.name, delivery)).put(frames)

    def lanes(self) -> list[Lane]:
        return [Lane(p, d) for p, d in inlets_of(self.name)]

    async def receive(self, lane: Lane) -> AsyncIterator[Message]:
        queue = self._net.queue(self.name, lane)
        self._read.add(lane)
        while (frames := await queue.get()) is not None:
            if (message := self._inlet.open(frames)) is not None:
                self._replays.learn(message)
                yield message

    def dropped(self) -> dict[str, int]:
        return dict(self._inlet.counters)

    async def close(self) -> None:
        for lane in self._read:
            queue = self._net.queue(self.name, lane)
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(None)
        self._read.clear()
