"""Real ZeroMQ over ipc: order, back-pressure, a peer that is away and comes back, garbage, no files left."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import zmq
import zmq.asyncio

from wire.link import Lane
from wire.messages import AudioChunk, Message, SessionOpened, SessionSettings, TurnStarted, VideoFrame
from wire.topology import Delivery
from wire.zmq_link import ZmqLink, address

pytestmark = pytest.mark.socket

_ORDERED = Lane("streamer", Delivery.ORDERED)
_LATEST = Lane("streamer", Delivery.LATEST)


@pytest.fixture
async def streamer(tmp_path: Path) -> AsyncIterator[ZmqLink]:
    link = ZmqLink("streamer", tmp_path)
    yield link
    await link.close()


def _chunk(t_ns: int) -> AudioChunk:
    return AudioChunk(session="s", t_ns=t_ns, pcm=bytes(640))


async def _take(link: ZmqLink, lane: Lane, n: int) -> list[Message]:
    stream = link.receive(lane)
    return [await asyncio.wait_for(anext(stream), 5) for _ in range(n)]


async def test_messages_arrive_in_order_and_no_file_stays(tmp_path: Path, streamer: ZmqLink) -> None:
    perception = ZmqLink("perception", tmp_path)
    for t_ns in range(20):
        await streamer.send(_chunk(t_ns))
    assert [m.t_ns for m in await _take(perception, _ORDERED, 20)] == list(range(20))
    await perception.close()
    await perception.close()
    assert not [name for name in os.listdir(tmp_path) if name.startswith("perception.")]


async def test_a_peer_that_does_not_read_makes_the_sender_wait(tmp_path: Path, streamer: ZmqLink) -> None:
    perception = ZmqLink("perception", tmp_path)
    sent = 0

    async def send_all() -> None:
        nonlocal sent
        for t_ns in range(2000):
            await streamer.send(AudioChunk(session="s", t_ns=t_ns, pcm=bytes(64_000)))
            sent += 1

    sending = asyncio.create_task(send_all())
    for _ in range(200):
        await asyncio.sleep(0.005)  # real sockets: there is no event for "blocked"
    assert sent < 200
    assert [m.t_ns for m in await _take(perception, _ORDERED, 2000)] == list(range(2000))
    await sending
    await perception.close()


async def test_a_peer_that_comes_back_gets_what_waited(tmp_path: Path, streamer: ZmqLink) -> None:
    first = ZmqLink("perception", tmp_path)
    await streamer.send(_chunk(1))
    assert [m.t_ns for m in await _take(first, _ORDERED, 1)] == [1]
    await first.close()
    await streamer.send(_chunk(2))
    second = ZmqLink("perception", tmp_path)
    assert [m.t_ns for m in await _take(second, _ORDERED, 1)] == [2]
    await second.close()


async def test_live_frames_are_dropped_when_nobody_reads_and_replayed_ones_are_not(
    tmp_path: Path, streamer: ZmqLink
) -> None:
    frame = VideoFrame(session="s", t_ns=0, width=640, height=360, pixels=bytes(640 * 360 * 3))
    for _ in range(10):  # nobody listens: a live frame never makes the sender wait
        await asyncio.wait_for(streamer.send(frame), 5)
    assert streamer.dropped()["outlet_latest"] >= 1
    settings = SessionSettings(mode="replay")
    await streamer.send(SessionOpened(session="s", t_ns=0, memory="", settings=settings))
    perception = ZmqLink("perception", tmp_path)
    await streamer.send(frame)
    opened, sent = await _take(perception, _ORDERED, 2)
    assert isinstance(opened, SessionOpened)
    assert sent == frame
    await perception.close()


async def test_urgent_overtakes_data(tmp_path: Path) -> None:
    perception, streamer = ZmqLink("perception", tmp_path), ZmqLink("streamer", tmp_path)
    await perception.send(TurnStarted(session="s", t_ns=5, turn=2))
    (message,) = await _take(streamer, Lane("perception", Delivery.URGENT), 1)
    assert message.turn == 2
    await perception.close()
    await streamer.close()


async def test_garbage_at_every_inlet_is_counted_and_survived(tmp_path: Path, streamer: ZmqLink) -> None:
    perception = ZmqLink("perception", tmp_path)
    context = zmq.asyncio.Context()
    for n, lane in enumerate(perception.lanes(), 1):
        thrower = context.socket(zmq.PUSH)
        thrower.connect(address(tmp_path, "perception", lane))
        await thrower.send_multipart([b"\xc1 garbage"])
        waiting = asyncio.ensure_future(anext(perception.receive(lane)))
        for _ in range(1000):
            if perception.dropped().get("malformed", 0) == n:
                break
            await asyncio.sleep(0.005)  # real sockets: nothing else tells that garbage arrived
        assert perception.dropped() == {"malformed": n}
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        thrower.close(0)
    context.term()
    await streamer.send(_chunk(3))
    assert (await _take(perception, _ORDERED, 1))[0].t_ns == 3
    await perception.close()
