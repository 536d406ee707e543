"""Reading ahead: when a reasoner is shown frames, that a question does not wait, and that erased things are dropped."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from reasoning.backends.base import Chunk
from reasoning.residence import Residence
from reasoning.service import ReasoningService
from wire import config, messages as m
from wire.clock import ManualClock
from wire.link import MemoryLink, MemoryNet
from wire.service import Context
from wire.worker import Worker

pytestmark = pytest.mark.unit


class Reader:
    """A reasoner that notes what happens; a reading goes on until it is told to stop, when `slow`."""

    sample_rate = 8_000

    def __init__(self, *, slow: bool = False, fails: bool = False) -> None:
        self.slow, self.fails = slow, fails
        self.done: list[Any] = []
        self.asked: list[m.Question] = []
        self.reading = threading.Event()

    def prepare(self, kept: Sequence[m.FrameKept], cancelled: Callable[[], bool]) -> None:
        self.reading.set()
        while self.slow and not cancelled():
            pass
        if self.fails:
            raise RuntimeError("out of memory")
        self.done.append([frame.t_ns for frame in kept])

    def forget(self) -> None:
        self.done.append("forgot")

    def answer(self, question: m.Question, cancelled: Callable[[], bool]) -> Iterator[Chunk]:
        self.asked.append(question)
        self.done.append("answered")
        yield Chunk(text="Yes.")

    def speak(self, phrase: str, cancelled: Callable[[], bool]) -> Iterator[Any]:
        yield from ()


class Plain:
    """A reasoner that offers nothing of it."""


def frame(t_ns: int) -> m.FrameKept:
    return m.FrameKept(session="s", t_ns=t_ns, key_frame=f"k{t_ns}", jpeg=b"x")


async def settled(residence: Residence) -> None:
    while residence._reading is not None and not residence._reading.done():
        await asyncio.wait([residence._reading])


async def test_only_the_latest_frames_wait() -> None:
    reader = Reader(slow=True)
    residence = Residence(await Worker.start(lambda: reader))
    residence.show([frame(1)])
    await asyncio.to_thread(reader.reading.wait)
    residence.show([frame(1), frame(2)])
    residence.show([frame(1), frame(2), frame(3)])
    reader.slow = False
    await settled(residence)
    assert reader.done == [[1], [1, 2, 3]]
    await residence.close()


async def test_a_question_does_not_wait_for_it() -> None:
    reader = Reader(slow=True)
    worker = await Worker.start(lambda: reader)
    residence = Residence(worker)
    residence.show([frame(1)])
    await asyncio.to_thread(reader.reading.wait)
    residence.show([frame(2)])
    residence.give_way()
    assert [chunk.text async for chunk in worker.stream("answer", None)] == ["Yes."]
    await settled(residence)
    assert reader.done == [[1], "answered"]
    residence.show([frame(3)])  # and then it goes on
    residence.give_way()
    await residence.close()


async def test_a_failed_reading_costs_nothing(caplog: pytest.LogCaptureFixture) -> None:
    reader = Reader(fails=True)
    residence = Residence(await Worker.start(lambda: reader))
    residence.show([frame(1)])
    await settled(residence)
    assert "reading ahead failed" in caplog.text
    reader.fails = False
    residence.show([frame(2)])
    await settled(residence)
    assert reader.done == [[2]]


async def test_a_reasoner_that_offers_nothing_is_left_alone() -> None:
    residence = Residence(await Worker.start(Plain))
    residence.show([frame(1)])
    await settled(residence)
    await residence.forget()
    await residence.close()


class Out(MemoryLink):
    def __init__(self, reader: Reader) -> None:
        super().__init__(MemoryNet(), "reasoning")
        self._reader = reader

    async def send(self, message: m.Message) -> None:
        if isinstance(message, m.Forgotten):
            self._reader.done.append("said so")


async def service(reader: Reader, mode: Any) -> ReasoningService:
    context = Context(config.load("fake"), ManualClock(), Out(reader))
    made = ReasoningService(context, await Worker.start(lambda: reader), await Worker.start(lambda: reader), 8_000)
    settings = m.SessionSettings(mode=mode)
    await made.handle(m.SessionOpened(session="s", t_ns=0, memory="", settings=settings))
    return made


async def test_a_live_session_is_read_ahead_and_a_replay_is_not() -> None:
    for mode, expected in (("live", [[1]]), ("replay", [])):
        reader = Reader()
        running = await service(reader, mode)
        await running.handle(frame(1))
        await settled(running._residence)
        assert reader.done == expected
        await running.close()


async def test_what_is_erased_is_dropped_before_it_is_said_so() -> None:
    reader = Reader()
    running = await service(reader, "replay")
    await running.handle(m.Forget(session="s", t_ns=5, request_id="f", spans=(m.Span(2, 3),)))
    assert reader.done == ["forgot", "said so"]
    for text in ("Was there a dog?", "What was it?"):  # was on its way
        late = m.Question(
            session="s", t_ns=4, id="q", reply_id="r", why="asked", source="typed", text=text, cues=m.Cues(),
            newest=(m.Picture(t_ns=1, jpeg=b"a"), m.Picture(t_ns=2, jpeg=b"b")),
        )  # fmt: skip
        await running.handle(late)
        assert [picture.t_ns for picture in reader.asked[-1].newest] == [1]
    reader.done = reader.done[:2]
    await running.handle(m.SessionClosed(session="s", t_ns=6))
    assert reader.done[2:] == ["forgot"]
    await running.close()
