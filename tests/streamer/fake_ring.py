"""Perception, memory and reasoning as one scripted task behind the Edge protocol, for tests of the streamer.

It keeps the promises that the real ring makes (order by media time, one ReplyDone for each question, a question held
until the replies before it were played, watermarks passed on when all before them is done) and delivers as unevenly
as a seed says.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from streamer.edge import Arrived, News, Restarted
from wire import messages as m

RATE_HZ = 16_000


@dataclass(frozen=True)
class Spoken:
    """Words of the stream whose end is decided at t_ns; `asks` makes them a turn."""

    t_ns: int
    text: str
    asks: bool = True
    voice_since_ns: int = 0


@dataclass(frozen=True)
class Noise:
    """A voice-like noise: an onset, and a false alarm later."""

    onset_ns: int
    false_ns: int


@dataclass
class Answers:
    """Text of the answer to each question, by the question's words; None: it needs no answer."""

    texts: dict[str, str | None] = field(default_factory=dict)
    seconds_per_phrase: float = 1.0

    def __call__(self, question: str) -> str | None:
        return self.texts.get(question, f"Answer to {question}. And more of it.")


class FakeRing:
    """`sent` is everything that was sent to it, in order. room: messages that it takes before a sender waits."""

    def __init__(
        self, script: Sequence[Spoken | Noise] = (), answers: Answers | None = None, *, seed: int = 0, room: int = 64
    ) -> None:
        self.sent: list[m.Message] = []
        self.most_waiting = 0
        self.stalled = asyncio.Event()
        self.stalled.set()
        self.drawing = b"<p>what memory drew</p>"
        self.lose_questions = 0  # so many questions get no reply, as if a process died
        self._script = list(script)
        self._answers = answers or Answers()
        self._random = random.Random(seed)
        self._inlet: asyncio.Queue[m.Message] = asyncio.Queue(room)
        self._was_played = asyncio.Event()
        self._memory: asyncio.Queue[m.Message] = asyncio.Queue()
        self._out: asyncio.Queue[News] = asyncio.Queue()
        self._turns: dict[str, int] = {}
        self._done_events: dict[str, int] = {}
        self._open_replies: dict[str, set[str]] = {}

    async def send(self, message: m.Message) -> None:
        self.sent.append(message)
        if isinstance(message, m.Played):
            self._open_replies.setdefault(message.session, set()).discard(message.reply_id)
            self._was_played.set()
            return
        if isinstance(message, m.MemoryRequest):
            self._tell(
                "memory",
                m.MemoryReply(
                    session=message.session,
                    t_ns=message.t_ns,
                    request_id=message.request_id,
                    html=self.drawing,
                ),
            )
            return
        self.most_waiting = max(self.most_waiting, self._inlet.qsize())
        await self._inlet.put(message)

    async def received(self) -> AsyncIterator[News]:
        async with asyncio.TaskGroup() as tasks:
            workers = [tasks.create_task(self._perceive()), tasks.create_task(self._remember())]
            try:
                while True:
                    yield await self._out.get()
            finally:
                for worker in workers:
                    worker.cancel()

    def crash(self, name: str) -> None:
        """The process died, what waited on its way is gone, and it is back."""
        while name == "perception" and not self._inlet.empty():
            self._inlet.get_nowait()
        while name in ("memory", "reasoning") and not self._memory.empty():
            self._memory.get_nowait()
        self._out.put_nowait(Restarted(name))

    async def _wander(self) -> None:
        for _ in range(self._random.randrange(4)):
            await asyncio.sleep(0)

    def _tell(self, producer: str, message: m.Message) -> None:
        self._out.put_nowait(Arrived(producer, message))

    # ---- perception ------------------------------------------------------------------------------------------------

    async def _perceive(self) -> None:
        while True:
            message = await self._inlet.get()
            await self.stalled.wait()
            await self._wander()
            match message:
                case m.UserInput():
                    self._hear_until(message.session, message.t_ns)
                    self._turn(message.session, message.t_ns, message.id, "typed", message.text or "spoken words", True)
                case m.Watermark():
                    self._hear_until(message.session, message.t_ns + (1 if message.final else 0))
                    self._tell("perception", message)
                    self._memory.put_nowait(message)
                case m.SessionOpened():
                    self._turns[message.session] = max(self._turns.get(message.session, 0), message.turn)
                    self._done_events.setdefault(message.session, 0)

    def _hear_until(self, session: str, t_ns: int) -> None:
        """Tell the script's events before t_ns, in their order."""
        events: list[tuple[int, int, m.Message | Spoken]] = []
        for n, item in enumerate(self._script):
            if isinstance(item, Noise):
                events.append((item.onset_ns, n, m.VoiceOnset(session=session, t_ns=item.onset_ns)))
                events.append((item.false_ns, n, m.VoiceFalse(session=session, t_ns=item.false_ns)))
            else:
                if item.voice_since_ns:
                    events.append((item.voice_since_ns, n, m.VoiceOnset(session=session, t_ns=item.voice_since_ns)))
                events.append((item.t_ns, n, item))
        events.sort(key=lambda e: e[:2])
        told = self._done_events.get(session, 0)
        for at_ns, _, what in events[told:]:
            if at_ns >= t_ns:
                break
            told += 1
            if isinstance(what, Spoken):
                identity = f"turn-{self._turns.get(session, 0) + 1}" if what.asks else f"said-{at_ns}"
                self._turn(session, at_ns, identity, "spoken", what.text, what.asks)
            else:
                self._tell("perception", what)
        self._done_events[session] = told

    def _turn(self, session: str, t_ns: int, identity: str, source: str, text: str, asks: bool) -> None:
        if asks:
            self._turns[session] = self._turns.get(session, 0) + 1
            self._tell("perception", m.TurnStarted(session=session, t_ns=t_ns, turn=self._turns[session]))
        words = m.Utterance(
            session=session,
            t_ns=t_ns,
            turn=self._turns.get(session, 0),
            id=identity,
            source="typed" if source == "typed" else "spoken",
            start_ns=max(0, t_ns - 1_000_000_000),
            end_ns=t_ns,
            text=text,
            asks=asks,
        )
        self._tell("perception", words)
        if asks:
            self._memory.put_nowait(words)

    # ---- memory and reasoning --------------------------------------------------------------------------------------

    async def _remember(self) -> None:
        while True:
            message = await self._memory.get()
            await self._wander()
            match message:
                case m.Utterance():
                    await self._replies_over(message.session)
                    if self.lose_questions:
                        self.lose_questions -= 1
                    else:
                        await self._answer(message)
                case m.Watermark():
                    self._tell("reasoning", message)

    async def _replies_over(self, session: str) -> None:
        while self._open_replies.get(session):
            self._was_played.clear()
            await self._was_played.wait()

    async def _answer(self, words: m.Utterance) -> None:
        session, t_ns, turn, reply_id = words.session, words.t_ns, words.turn, f"reply-{words.id}"
        self._open_replies.setdefault(session, set()).add(reply_id)
        text = self._answers(words.text)
        if text is not None:
            seen = m.Evidence(
                start_ns=max(0, t_ns - 2_000_000_000),
                end_ns=t_ns,
                kind="text",
                text=f"evidence for {words.text}",
                score=0.5,
                key_frame="f/1",
                jpeg=b"jpeg",
            )
            self._tell(
                "reasoning", m.ReplyEvidence(session=session, t_ns=t_ns, turn=turn, reply_id=reply_id, evidence=(seen,))
            )
            for n, phrase in enumerate(text.split(". ")):
                await self._wander()
                said = phrase if phrase.endswith(".") else f"{phrase}."
                self._tell(
                    "reasoning",
                    m.ReplyText(session=session, t_ns=t_ns, turn=turn, reply_id=reply_id, phrase=n, text=f"{said} "),
                )
                pcm = np.full(round(self._answers.seconds_per_phrase * RATE_HZ), 1000 + n, np.int16).tobytes()
                self._tell(
                    "reasoning",
                    m.ReplyAudio(
                        session=session, t_ns=t_ns, turn=turn, reply_id=reply_id, phrase=n, sample_rate=RATE_HZ, pcm=pcm
                    ),
                )
        done = m.ReplyDone(
            session=session,
            t_ns=t_ns,
            turn=turn,
            id=words.id,
            reply_id=reply_id,
            source=words.source,
            state="silent" if text is None else "answered",
            question=words.text,
            text=text or "",
            frames_seen=t_ns // 1_000_000_000 + 1,
        )
        self._tell("reasoning", done)
