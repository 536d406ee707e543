"""A Link over ZeroMQ: one PUSH/PULL pair for each (producer, consumer, delivery), so that no lane holds up another.

The consumer binds, the producer connects; sockets are ipc files in a private folder, `run_dir`.
"""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import AsyncIterator
from pathlib import Path

import zmq
import zmq.asyncio

from wire.codec import encode
from wire.link import Inlet, Lane, ReplaySessions
from wire.messages import Message
from wire.topology import Delivery, consumers_of, inlets_of

log = logging.getLogger(__name__)

# Messages that may wait in ZeroMQ on each side, before the mailbox: small, so that back-pressure reaches the sender.
_HIGH_WATER = {Delivery.URGENT: 256, Delivery.ORDERED: 16, Delivery.LATEST: 2}
_LINGER_MS = 500  # a closing link waits so long for its last messages to leave
_COPY_THRESHOLD = 64 * 1024  # larger parts are handed over without a copy


def address(run_dir: Path, consumer: str, lane: Lane) -> str:
    """The ipc address of a lane. A unix socket path is limited to about 107 bytes."""
    return f"ipc://{run_dir}/{consumer}.{lane.producer}.{lane.delivery.value}"


class ZmqLink:
    """One process's end of the wire. Use within one event loop."""

    def __init__(self, name: str, run_dir: Path) -> None:
        self.name = name
        self._run_dir = run_dir
        self._context = zmq.asyncio.Context()
        self._replays = ReplaySessions()
        self._inlet = Inlet(name)
        self._dropped = 0
        self._outlets: dict[tuple[str, Delivery], zmq.asyncio.Socket] = {}
        self._inlets = {lane: self._bind(lane) for lane in self.lanes()}
        self._closed = False

    def lanes(self) -> list[Lane]:
        return [Lane(producer, delivery) for producer, delivery in inlets_of(self.name)]

    def _bind(self, lane: Lane) -> zmq.asyncio.Socket:
        socket = self._context.socket(zmq.PULL)
        socket.setsockopt(zmq.RCVHWM, _HIGH_WATER[lane.delivery])
        socket.setsockopt(zmq.MAXMSGSIZE, 64 * 2**20)
        socket.bind(address(self._run_dir, self.name, lane))
        return socket

    def _outlet(self, consumer: str, delivery: Delivery) -> zmq.asyncio.Socket:
        socket = self._outlets.get((consumer, delivery))
        if socket is None:
            socket = self._context.socket(zmq.PUSH)
            socket.setsockopt(zmq.SNDHWM, _HIGH_WATER[delivery])
            socket.setsockopt(zmq.LINGER, _LINGER_MS)
            socket.setsockopt(zmq.RECONNECT_IVL, 20)
            socket.setsockopt(zmq.RECONNECT_IVL_MAX, 200)
            socket.connect(address(self._run_dir, consumer, Lane(self.name, delivery)))
            self._outlets[consumer, delivery] = socket
        return socket

    async def send(self, message: Message) -> None:
        """To every consumer of the topology; waits while an ORDERED or URGENT one is full, drops a LATEST one."""
        delivery = self._replays.delivery(message)
        frames = encode(message)
        for consumer in consumers_of(message, self.name):
            socket = self._outlet(consumer, delivery)
            if delivery is Delivery.LATEST:
                try:
                    await socket.send_multipart(frames, flags=zmq.DONTWAIT, copy=True)
                except zmq.Again:
                    self._dropped += 1
            else:
                await socket.send_multipart(frames, copy=sum(map(len, frames)) < _COPY_THRESHOLD)

    async def receive(self, lane: Lane) -> AsyncIterator[Message]:
        socket = self._inlets[lane]
        while not self._closed:
            try:
                frames = await socket.recv_multipart()
            except zmq.ZMQError:
                if self._closed:
                    return
                raise
            message = self._inlet.open(frames)
            if message is not None:
                self._replays.learn(message)
                yield message

    def dropped(self) -> dict[str, int]:
        return self._inlet.counters | ({"outlet_latest": self._dropped} if self._dropped else {})

    async def close(self) -> None:
        """Sends what waits (at most half a second), then frees sockets and their files. May be called twice."""
        if self._closed:
            return
        self._closed = True
        for socket in (*self._outlets.values(), *self._inlets.values()):
            socket.close()
        self._context.term()
        for lane in self._inlets:
            with contextlib.suppress(OSError):
                os.unlink(address(self._run_dir, self.name, lane).removeprefix("ipc://"))
