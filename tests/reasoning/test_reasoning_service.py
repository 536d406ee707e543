"""The reasoning process on a link that keeps what it sends: one end for each question, whatever happens."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from reasoning.backends.base import Chunk, Pcm
from reasoning.gate import form
from reasoning.service import ReasoningService, create
from wire import config, messages as m
from wire.clock import ManualClock
from wire.link import MemoryLink, MemoryNet
from wire.service import Context
from wire.words import said_words
from wire.worker import Worker

pytestmark = pytest.mark.unit


class Out(MemoryLink):
    """Keeps what the service sends instead of delivering it."""

    def __init__(self) -> None:
        super().__init__(MemoryNet(), "reasoning")
        self.sent: list[m.Message] = []
        self.changed = asyncio.Condition()

    async def send(self, message: m.Message) -> None:
        self.sent.append(message)
        async with self.changed:
            self.changed.notify_all()

    def of(self, kind: type[m.Message]) -> list[Any]:
        return [message for message in self.sent if isinstance(message, kind)]

    async def until(self, kind: type[m.Message]) -> None:
        async with self.changed:
            await self.changed.wait_for(lambda: bool(self.of(kind)))


class Slow:
    """A reasoner that says word after word until it is cancelled; `said` counts them."""

    def __init__(self, n_words: int = 1_000_000, fail_after: int = -1) -> None:
        self.said, self._n_words, self._fail_after = 0, n_words, fail_after

    def answer(self, question: m.Question, cancelled: Callable[[], bool]) -> Iterator[Chunk]:
        for i in range(self._n_words):
            if cancelled():
                return
            if i == self._fail_after:
                raise RuntimeError("out of memory")
            self.said += 1
            yield Chunk(text="word " if i % 8 else "so, ")


class Voice:
    """A voice that may fail."""

    sample_rate = 8_000

    def __init__(self, *, fails: bool = False) -> None:
        self._fails = fails

    def speak(self, phrase: str, cancelled: Callable[[], bool]) -> Iterator[Pcm]:
        if self._fails:
            raise OSError("no voice")
        if not cancelled():
            yield np.zeros(800, np.int16)


class Running:
    """A service and what it sent."""

    def __init__(self, service: Any, out: Out) -> None:
        self.service, self.out = service, out

    async def open(self, mode: str = "replay", turn: int = 0) -> None:
        settings = m.SessionSettings(mode="live" if mode == "live" else "replay")
        await self.service.handle(m.SessionOpened(session="s", t_ns=0, turn=turn, memory="", settings=settings))

    def done(self) -> list[m.ReplyDone]:
        return self.out.of(m.ReplyDone)


@pytest.fixture
async def fake() -> AsyncIterator[Running]:
    """The service with the backends of the fake profile."""
    out = Out()
    service = await create(Context(config.load("fake"), ManualClock(), out))
    yield Running(service, out)
    await service.close()


async def running(llm: object, tts: object) -> Running:
    out = Out()
    context = Context(config.load("fake"), ManualClock(), out)
    workers = await Worker.start(lambda: llm), await Worker.start(lambda: tts)
    return Running(ReasoningService(context, *workers, 8_000), out)


def question(text: str = "What did the sign say?", *, turn: int = 1, source: str = "typed", n: int = 1) -> m.Question:
    return m.Question(
        session="s", t_ns=5, turn=turn, id=f"q{n}", reply_id=f"r{n}", why="asked", text=text, cues=m.Cues(),
        source=source, evidence=(m.Evidence(start_ns=0, end_ns=1, kind="text", text="A sign."),),  # type: ignore[arg-type]
    )  # fmt: skip


async def test_a_question_becomes_words_speech_evidence_and_an_end(fake: Running) -> None:
    await fake.open()
    await fake.service.handle(question())
    texts, audio = fake.out.of(m.ReplyText), fake.out.of(m.ReplyAudio)
    (done,) = fake.done()
    assert done.state == "answered"
    assert "".join(t.text for t in texts) == done.text
    assert [t.phrase for t in texts] == list(range(len(texts)))
    assert sorted({a.phrase for a in audio}) == [t.phrase for t in texts]
    assert all(len(a.pcm) > 0 and a.sample_rate == 16_000 for a in audio)
    assert fake.out.of(m.ReplyEvidence)[0].evidence == question().evidence
    first_words = fake.out.sent.index(texts[0])
    assert first_words < fake.out.sent.index(audio[0]) < fake.out.sent.index(done)
    assert [mark.stage for mark in fake.out.of(m.Mark)] == ["question", "first_token", "first_audio"]


@pytest.mark.parametrize("text", ["the train leaves at nine", "mm", "okay"])
async def test_statements_and_fillers_end_in_silence(fake: Running, text: str) -> None:
    await fake.open()
    await fake.service.handle(question(text, source="spoken"))
    (done,) = fake.done()
    assert (done.state, done.text) == ("silent", "")
    assert not fake.out.of(m.ReplyText)


async def test_words_of_memory_are_spoken_as_they_are(fake: Running) -> None:
    await fake.open()
    asked = replace(question("forget the last minute", source="spoken"), say="Shall I forget it? Say yes to do it.")
    await fake.service.handle(asked)
    (done,) = fake.done()
    assert (done.state, done.text) == ("answered", "Shall I forget it? Say yes to do it.")
    assert fake.out.of(m.ReplyAudio)
    assert not fake.out.of(m.ReplyEvidence)


async def test_a_replay_drops_nothing(fake: Running) -> None:
    await fake.open()
    await fake.service.handle(m.TurnStarted(session="s", t_ns=9, turn=9))
    await fake.service.handle(question(turn=1))
    assert [d.state for d in fake.done()] == ["answered"]


async def test_live_an_older_question_is_stale_before_it_begins(fake: Running) -> None:
    await fake.open("live", turn=2)
    await fake.service.handle(question(turn=1))
    assert [d.state for d in fake.done()] == ["stale"]


async def test_live_a_newer_turn_cuts_the_reply() -> None:
    llm = Slow()
    run = await running(llm, Voice())
    await run.open("live")
    asked = asyncio.create_task(run.service.handle(question(turn=1)))
    await run.out.until(m.ReplyAudio)
    await run.service.handle(m.TurnStarted(session="s", t_ns=9, turn=2))
    await asked
    (done,) = run.done()
    assert done.state == "stale"
    said, sent = llm.said, len(run.out.sent)
    await run.service.handle(question(turn=2, n=2, text="mm", source="spoken"))
    assert llm.said == said  # nobody talks on
    assert len(run.out.sent) == sent + 1
    await run.service.close()


async def test_in_a_replay_a_newer_turn_cuts_nothing() -> None:
    run = await running(Slow(40), Voice())
    await run.open()
    asked = asyncio.create_task(run.service.handle(question(turn=1)))
    await run.out.until(m.ReplyAudio)
    await run.service.handle(m.TurnStarted(session="s", t_ns=9, turn=2))
    await asked
    assert [d.state for d in run.done()] == ["answered"]
    await run.service.close()


async def test_a_reasoner_that_fails_costs_one_reply() -> None:
    run = await running(Slow(40, fail_after=20), Voice())
    await run.open()
    for n in (1, 2):
        await run.service.handle(question(n=n))
    assert [d.state for d in run.done()] == ["failed", "failed"]
    assert "out of memory" in run.done()[0].reason
    assert len(run.out.of(m.Warned)) == 2
    await run.service.close()


async def test_a_voice_that_fails_leaves_the_words() -> None:
    run = await running(Slow(20), Voice(fails=True))
    await run.open()
    await run.service.handle(question())
    (done,) = run.done()
    assert (done.state, len(run.out.of(m.Warned))) == ("answered", 1)
    assert done.text == "".join(t.text for t in run.out.of(m.ReplyText)).strip()
    await run.service.close()


async def test_a_session_that_closes_ends_its_reply() -> None:
    run = await running(Slow(), Voice())
    await run.open()
    asked = asyncio.create_task(run.service.handle(question()))
    await run.out.until(m.ReplyAudio)
    await run.service.handle(m.SessionClosed(session="s", t_ns=9))
    await asked
    assert [d.state for d in run.done()] == ["stale"]
    await run.service.close()


async def test_a_question_of_an_unknown_session_has_an_end_too(fake: Running) -> None:
    await fake.service.handle(question())
    assert [d.state for d in fake.done()] == ["stale"]


async def test_an_opening_told_again_keeps_the_turn(fake: Running) -> None:
    await fake.open("live", turn=3)
    await fake.open("live", turn=1)
    await fake.service.handle(question(turn=2))
    assert [d.state for d in fake.done()] == ["stale"]


async def test_watermarks_pass_in_order(fake: Running) -> None:
    await fake.open()
    await fake.service.handle(question())
    await fake.service.handle(m.Watermark(session="s", t_ns=9, seq=1))
    assert isinstance(fake.out.sent[-1], m.Watermark)


async def test_a_reply_under_way_is_cut_by_an_erasure() -> None:
    llm = Slow()
    run = await running(llm, Voice())
    await run.open()
    asked = asyncio.create_task(run.service.handle(question()))
    await run.out.until(m.ReplyAudio)
    await run.service.handle(m.Forget(session="s", t_ns=9, request_id="f", spans=(m.Span(2, 3),)))
    said = llm.said
    assert run.out.sent[-1] == run.out.of(m.Forgotten)[0] or run.done()
    await asked
    (done,) = run.done()
    assert (done.state, done.text) == ("stale", "")
    assert "forgotten" in done.reason
    after = run.out.sent[run.out.sent.index(run.out.of(m.Forgotten)[0]) :]
    assert not [one for one in after if isinstance(one, m.ReplyText | m.ReplyAudio)]
    assert llm.said == said
    await run.service.close()


async def test_what_memory_says_of_an_erasure_is_said_to_its_end() -> None:
    class Paused(Voice):
        begun, go_on = threading.Event(), threading.Event()

        def speak(self, phrase: str, cancelled: Callable[[], bool]) -> Iterator[Pcm]:
            self.begun.set()
            self.go_on.wait(5)
            yield from super().speak(phrase, cancelled)

    voice = Paused()
    run = await running(Slow(), voice)
    await run.open()
    words = "Done. I have forgotten the last minute: two things."
    asked = asyncio.create_task(run.service.handle(replace(question(), say=words)))
    await asyncio.to_thread(voice.begun.wait, 5)
    await run.service.handle(m.Forget(session="s", t_ns=9, request_id="f", spans=(m.Span(2, 3),)))
    voice.go_on.set()
    await asked
    (done,) = run.done()
    assert (done.state, done.text) == ("answered", words)
    assert run.out.of(m.ReplyAudio)
    await run.service.close()


async def test_forgotten_frames_are_gone() -> None:
    seen: list[m.Question] = []

    class Looks:
        def answer(self, question: m.Question, cancelled: Callable[[], bool]) -> Iterator[Chunk]:
            seen.append(question)
            yield Chunk(text="Yes.")

    run = await running(Looks(), Voice())
    await run.open()
    for t_ns in (1, 3, 4):
        await run.service.handle(m.FrameKept(session="s", t_ns=t_ns, key_frame=f"k{t_ns}", jpeg=b"x"))
    await run.service.handle(m.Forget(session="s", t_ns=5, request_id="f", spans=(m.Span(2, 3),)))
    assert run.out.of(m.Forgotten)[0].service == "reasoning"
    await run.service.handle(m.FrameKept(session="s", t_ns=2, key_frame="late", jpeg=b"x"))
    await run.service.handle(question())
    assert [frame.t_ns for frame in seen[0].newest] == [1, 4]
    await run.service.handle(m.Forget(session="s", t_ns=5, request_id="f", spans=(m.Span(0, 2**61),)))
    await run.service.handle(m.FrameKept(session="s", t_ns=6, key_frame="k6", jpeg=b"x"))
    await run.service.handle(replace(question(n=2), t_ns=7))
    assert [frame.t_ns for frame in seen[1].newest] == [6]
    await run.service.close()


async def test_no_sentence_is_kept_that_was_to_be_forgotten() -> None:
    run = await running(Slow(), Voice())
    await run.open()
    form("my code is swordfish")
    said_words("my code is swordfish")
    await run.service.handle(m.Forget(session="s", t_ns=5, request_id="f", spans=(m.Span(2, 3),)))
    assert (form.cache_info().currsize, said_words.cache_info().currsize) == (0, 0)
    await run.service.close()


async def test_a_session_that_is_over_is_forgotten_too() -> None:
    run = await running(Slow(), Voice())
    await run.open()
    await run.service.handle(m.SessionClosed(session="s", t_ns=4))
    await run.service.handle(m.Forget(session="s", t_ns=5, request_id="f", spans=(m.Span(2, 3),)))
    assert [one.request_id for one in run.out.of(m.Forgotten)] == ["f"]
    await run.service.close()
