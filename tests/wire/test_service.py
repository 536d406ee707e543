"""The runner: order within a lane, no waiting between lanes, sessions gated by SessionOpened, late ones dropped."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from wire import config
from wire.clock import ManualClock
from wire.link import Lane, MemoryLink, MemoryNet
from wire.messages import (
    AudioChunk,
    Beat,
    Forget,
    FrameSeen,
    Message,
    Played,
    Ready,
    SessionClosed,
    SessionOpened,
    SessionSettings,
    Span,
    Tensor,
    TurnStarted,
    Watermark,
)
from wire.service import Context, Runner
from wire.topology import Delivery

pytestmark = pytest.mark.unit

_NOTHING = Tensor(data=b"", dtype="float32", shape=(0,))


def _opened(session: str = "s") -> SessionOpened:
    return SessionOpened(session=session, t_ns=0, memory="", settings=SessionSettings(mode="replay"))


def _frame(t_ns: int, session: str = "s") -> FrameSeen:
    return FrameSeen(session=session, t_ns=t_ns, width=1, height=1, appearance=_NOTHING, observations=())


class Recorder:
    """A memory-like service that writes down what it handled; FrameSeen waits for `gate`."""

    name = "memory"

    def __init__(self) -> None:
        self.handled: list[Message] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.changed = asyncio.Condition()

    def describe(self) -> str:
        return "recorder"

    async def handle(self, message: Message) -> None:
        if isinstance(message, FrameSeen):
            await self.gate.wait()
        if isinstance(message, AudioChunk):
            raise ValueError("not for memory")
        async with self.changed:
            self.handled.append(message)
            self.changed.notify_all()

    async def close(self) -> None: ...

    async def wait_for(self, n: int) -> list[Message]:
        async with self.changed:
            await asyncio.wait_for(self.changed.wait_for(lambda: len(self.handled) >= n), 5)
        return self.handled


class Bench:
    """A running memory with the links of its neighbours."""

    def __init__(self) -> None:
        self.net = MemoryNet()
        self.service = Recorder()
        self.clock = ManualClock()
        self.link = self.net.link("memory")
        self.context = Context(config.load("fake"), self.clock, self.link)
        self.streamer: MemoryLink = self.net.link("streamer")
        self.perception: MemoryLink = self.net.link("perception")


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    made = Bench()
    run = asyncio.create_task(Runner(made.service, made.context, made.link, pid=1).run())
    yield made
    run.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await run


async def _first(link: MemoryLink, lane: Lane) -> Message:
    stream = link.receive(lane)
    return await asyncio.wait_for(anext(stream), 5)


async def test_messages_wait_for_their_session_and_keep_their_order(bench: Bench) -> None:
    for t_ns in range(5):
        await bench.perception.send(_frame(t_ns))
    await asyncio.sleep(0)
    assert bench.service.handled == []
    await bench.streamer.send(_opened())
    handled = await bench.service.wait_for(6)
    assert [type(m) for m in handled[:1]] == [SessionOpened]
    assert [m.t_ns for m in handled[1:]] == [0, 1, 2, 3, 4]


async def test_a_lane_that_waits_holds_back_no_other(bench: Bench) -> None:
    await bench.streamer.send(_opened())
    bench.service.gate.clear()
    await bench.perception.send(_frame(1))
    await bench.perception.send(TurnStarted(session="s", t_ns=2, turn=1))
    await bench.streamer.send(Played(session="s", t_ns=3, reply_id="r", heard="", start_ns=0))
    handled = await bench.service.wait_for(3)
    assert {type(m) for m in handled} == {SessionOpened, TurnStarted, Played}
    bench.service.gate.set()
    assert isinstance((await bench.service.wait_for(4))[-1], FrameSeen)


async def test_one_session_that_waits_holds_back_no_other(bench: Bench) -> None:
    for session in ("a", "b"):
        await bench.streamer.send(_opened(session))
    await bench.service.wait_for(2)
    bench.service.gate.clear()
    await bench.perception.send(_frame(1, "a"))
    await bench.perception.send(Watermark(session="b", t_ns=1, seq=1))
    handled = await bench.service.wait_for(3)
    assert handled[-1] == Watermark(session="b", t_ns=1, seq=1)


async def test_what_comes_after_the_end_is_late_and_counted(bench: Bench) -> None:
    await bench.streamer.send(_opened())
    await bench.streamer.send(SessionClosed(session="s", t_ns=1))
    await bench.service.wait_for(2)
    for _ in range(3):
        await bench.perception.send(_frame(9))
    await bench.streamer.send(_opened("other"))
    await bench.service.wait_for(3)
    await bench.context.beat({})
    streamer = bench.streamer.receive(Lane("memory", Delivery.ORDERED))
    while not isinstance(beat := await asyncio.wait_for(anext(streamer), 5), Beat):
        pass
    assert beat.counters["late"] == 3


async def test_an_erasure_is_handed_on_though_its_session_is_over() -> None:
    net, service = MemoryNet(), Recorder()
    context = Context(config.load("fake"), ManualClock(), net.link("reasoning"))
    run = asyncio.create_task(Runner(service, context, net.link("reasoning"), pid=1).run())
    await net.link("streamer").send(_opened())
    await net.link("streamer").send(SessionClosed(session="s", t_ns=1))
    await service.wait_for(2)
    order = Forget(session="s", t_ns=2, request_id="f", spans=(Span(0, 1),))
    await net.link("memory").send(order)
    assert (await service.wait_for(3))[-1] == order
    run.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await run


async def test_ready_says_what_runs(bench: Bench) -> None:
    launch = bench.net.link("launch")
    ready = await _first(launch, Lane("memory", Delivery.ORDERED))
    assert ready == Ready(session="", t_ns=0, service="memory", parts="recorder", pid=1)


async def test_garbage_is_counted_and_the_service_lives(bench: Bench) -> None:
    queue = bench.net.queue("memory", Lane("perception", Delivery.ORDERED))
    for frames in ([b""], [b"\xc1", b"x"], [b"x" * 100], []):
        await queue.put(frames)
    await bench.streamer.send(_opened())
    await bench.perception.send(_frame(7))
    assert (await bench.service.wait_for(2))[-1].t_ns == 7
    assert bench.link.dropped() == {"malformed": 4}


async def test_a_beat_comes_every_second_of_the_clock(bench: Bench) -> None:
    await bench.streamer.send(_opened())
    await bench.service.wait_for(1)
    bench.context.count("things", 4)
    await bench.clock.advance(1.0)
    launch = bench.net.link("launch").receive(Lane("memory", Delivery.ORDERED))
    assert isinstance(await anext(launch), Ready)
    beat = await asyncio.wait_for(anext(launch), 5)
    assert isinstance(beat, Beat)
    assert beat.counters["things"] == 4


async def test_a_handler_that_fails_fails_the_process() -> None:
    made = Bench()
    run = asyncio.create_task(Runner(made.service, made.context, made.link, pid=1).run())
    await made.streamer.send(_opened())
    queue = made.net.queue("memory", Lane("streamer", Delivery.ORDERED))
    from wire.codec import encode

    await queue.put(encode(AudioChunk(session="s", t_ns=0, pcm=b"")))
    with pytest.raises(ExceptionGroup) as group:
        await asyncio.wait_for(run, 5)
    assert isinstance(group.value.exceptions[0], ValueError)
