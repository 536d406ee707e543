"""Random bytes, truncated and mutated messages thrown at every inlet of the running processes and of the edge.

The services are the shipped ones with the fake profile. Each must live, count what it dropped, and still work.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import zmq
from hypothesis import HealthCheck, Phase, given, settings, strategies as st

from wire import config
from wire.clock import SystemClock
from wire.codec import CodecError, decode, encode
from wire.edge import EdgeLink
from wire.link import Lane
from wire.messages import Beat, Message, SessionOpened, SessionSettings, UserInput, VideoFrame, Watermark
from wire.supervisor import Launch, Supervisor, private_run_dir
from wire.topology import ALL, inlets_of
from wire.zmq_link import ZmqLink, address

pytestmark = pytest.mark.process

_SETTINGS = SessionSettings(mode="replay")
_REAL = (
    SessionOpened(session="other", t_ns=0, memory="", settings=_SETTINGS),
    VideoFrame(session="s", t_ns=1, width=2, height=2, pixels=bytes(12)),
    UserInput(session="s", t_ns=2, id="q", text="what is this?", options=("a", "b")),
    Watermark(session="s", t_ns=3, seq=3),
)


def _refused(frames: list[bytes]) -> bool:
    try:
        decode(frames)
    except CodecError:
        return True
    return False


def _mutate(rng: random.Random, frames: list[bytes]) -> list[bytes]:
    which = rng.randrange(len(frames))
    data = bytearray(frames[which])
    match rng.choice(("flip", "cut", "drop", "grow")):
        case "flip" if data:
            data[rng.randrange(len(data))] ^= rng.randrange(1, 256)
        case "cut":
            data = data[: rng.randrange(len(data) + 1)]
        case "grow":
            data += rng.randbytes(5)
        case _:
            return [*frames[:which], *frames[which + 1 :]]
    return [*frames[:which], bytes(data), *frames[which + 1 :]]


def _garbage() -> list[list[bytes]]:
    """Frames that are no message: what hypothesis thinks of, and mutations of real ones."""
    found: list[list[bytes]] = []

    @given(st.lists(st.binary(max_size=300), min_size=1, max_size=4))
    @settings(max_examples=100, derandomize=True, database=None, deadline=None, phases=[Phase.generate],
              suppress_health_check=list(HealthCheck))  # fmt: skip
    def collect(frames: list[bytes]) -> None:
        found.append(frames)

    collect()
    rng = random.Random(7)
    found += [_mutate(rng, encode(rng.choice(_REAL))) for _ in range(200)]
    return [frames for frames in found if frames and _refused(frames)]


def _throw(
    context: zmq.Context[zmq.Socket[bytes]],
    run_dir: Path,
    consumer: str,
    garbage: list[list[bytes]],
    throwers: list[object],
) -> int:
    """Send all of it to each inlet of one process; how many messages that was."""
    for producer, delivery in inlets_of(consumer):
        thrower = context.socket(zmq.PUSH)
        throwers.append(thrower)
        thrower.connect(address(run_dir, consumer, Lane(producer, delivery)))
        for frames in garbage:
            thrower.send_multipart(frames)
    return len(garbage) * len(inlets_of(consumer))


async def _until_counted(received: AsyncIterator[Message], expected: dict[str, int]) -> None:
    """Read beats until every process has counted what was thrown at it."""
    waiting = dict(expected)
    async for message in received:
        if isinstance(message, Beat) and message.counters.get("malformed", 0) >= waiting.get(message.service, 1 << 60):
            del waiting[message.service]
        if not waiting:
            return


@pytest.fixture
def run_dir() -> Iterator[Path]:
    with private_run_dir() as folder:
        yield folder


async def test_garbage_at_every_inlet_is_counted_and_everything_goes_on(run_dir: Path, tmp_path: Path) -> None:
    garbage = _garbage()
    assert len(garbage) > 150
    loaded, clock = config.load("fake", overrides=["launch.beat_every_s=0.1"]), SystemClock()
    link = ZmqLink("streamer", run_dir)
    edge = EdgeLink(link)
    supervisor = Supervisor(Launch("fake", None, ("launch.beat_every_s=0.1",)), loaded.launch, clock, edge.restarted)
    draining = asyncio.create_task(edge.drain())
    async with supervisor.running(run_dir, lambda ready: None):
        before = supervisor.pids()
        throwers: list[object] = []
        context = zmq.Context()  # stays open until all is counted: a closing socket may lose what waits
        thrown = {name: await asyncio.to_thread(_throw, context, run_dir, name, garbage, throwers) for name in ALL}
        counted = {name: thrown[name] for name in before}
        received = edge.received()
        await asyncio.wait_for(_until_counted(received, counted), 60)
        context.destroy(linger=0)
        opened = SessionOpened(session="s", t_ns=0, memory=str(tmp_path / "memory"), settings=_SETTINGS)
        await edge.send(opened)
        await edge.send(Watermark(session="s", t_ns=10**9, seq=1, final=True))
        async for message in received:
            if isinstance(message, Watermark):
                break
        assert supervisor.pids() == before  # nobody was restarted
        assert link.dropped()["malformed"] == thrown["streamer"]
    draining.cancel()
    await asyncio.gather(draining, return_exceptions=True)
    await link.close()
