"""The reasoning process: a question goes through gate, reasoner, phrases and voice, and comes out as a reply.

Moves messages only. Words and speech overlap: while one phrase is spoken the next ones are being thought of. For each
Question there is exactly one ReplyDone, whatever happens in between.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import AsyncGenerator, Coroutine
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from reasoning.backends import LLM, TTS
from reasoning.backends.base import Chunk
from reasoning.briefing import remembered, shows, with_frames, without
from reasoning.gate import form, judge
from reasoning.phrases import Phrases
from reasoning.residence import Residence
from reasoning.speech_text import spoken
from wire import messages as m, words
from wire.service import Context, Service
from wire.worker import Worker

log = logging.getLogger(__name__)

_State = Literal["answered", "silent", "stale", "failed"]
_FRAMES_KEPT = 16  # newest key frames held a session
_PHRASES_AHEAD = 8  # phrases that may wait for the voice; then the reasoner waits


@dataclass(slots=True)
class _Replying:
    """A reply under way. given: its words are memory's own."""

    turn: int
    given: bool
    stale: asyncio.Event = field(default_factory=asyncio.Event)  # it is to end
    over: asyncio.Event = field(default_factory=asyncio.Event)
    forgotten: bool = False  # it may tell of what was erased


@dataclass(slots=True)
class _Session:
    settings: m.SessionSettings
    newest_turn: int = 0
    frames: deque[m.FrameKept] = field(default_factory=lambda: deque(maxlen=_FRAMES_KEPT))
    replying: dict[str, _Replying] = field(default_factory=dict)  # by reply id
    erased: tuple[m.Forget, ...] = ()

    def is_stale(self, turn: int) -> bool:
        """A replay drops nothing: there only the edge cuts."""
        return self.settings.mode == "live" and turn < self.newest_turn

    def take(self, frame: m.FrameKept) -> None:
        """The newest key frame, unless it was erased while it was on its way."""
        if not shows(frame.t_ns, self.erased):
            self.frames.append(frame)

    def forget(self, erased: m.Forget) -> list[_Replying]:
        """Drop what shows it; the replies that may tell of it, which are to end."""
        self.erased = remembered(self.erased, erased)
        self.frames = deque((f for f in self.frames if not shows(f.t_ns, self.erased)), maxlen=_FRAMES_KEPT)
        ending = [one for one in self.replying.values() if not one.given]
        for one in ending:
            one.forgotten = True
            one.stale.set()
        return ending

    def end(self) -> None:
        for one in self.replying.values():
            one.stale.set()


@dataclass(slots=True)
class _Reply:
    """What a question has got so far."""

    text: str = ""
    option: str = ""
    used: tuple[int, ...] = ()
    n_phrases: int = 0
    voice_failed: str = ""


async def create(context: Context) -> Service:
    """Load the reasoner and the voice, each into a worker of its own."""
    config = context.config.reasoning
    llm = await Worker.start(LLM.create, config.llm.backend, config.llm.options)
    try:
        tts = await Worker.start(TTS.create, config.tts.backend, config.tts.options)
    except BaseException:
        await llm.close()
        raise
    sample_rate = int(await tts.get("sample_rate"))
    return ReasoningService(context, llm, tts, sample_rate)


class ReasoningService:
    """All sessions of this process."""

    name = "reasoning"

    def __init__(self, context: Context, llm: Worker, tts: Worker, sample_rate: int) -> None:
        self._context = context
        self._llm = llm
        self._tts = tts
        self._sample_rate = sample_rate
        self._sessions: dict[str, _Session] = {}
        self._residence = Residence(llm)

    def describe(self) -> str:
        config = self._context.config.reasoning
        return f"llm {config.llm.backend}, tts {config.tts.backend} at {self._sample_rate} Hz"

    async def handle(self, message: m.Message) -> None:
        match message:
            case m.SessionOpened():
                session = self._sessions.setdefault(message.session, _Session(message.settings))
                session.settings = message.settings
                self._advance(session, message.turn)
            case m.SessionClosed():
                self._close_session(message.session)
                await self._residence.forget()
            case m.TurnStarted():
                if known := self._known(message):
                    self._advance(known, message.turn)
            case m.Question():
                await self._take(message)
            case m.FrameKept():
                if known := self._known(message):
                    known.take(message)
                    if known.settings.mode == "live":  # a replay must not depend on what was read when
                        self._residence.show(known.frames)
            case m.Forget():
                await self._forget(message)
            case m.Watermark():
                await self._context.send(message)
            case _:
                log.warning("< reasoning takes no %s", type(message).__name__)

    async def close(self) -> None:
        for session in self._sessions.values():
            session.end()
        await self._residence.close()
        await self._llm.close()
        await self._tts.close()

    def _known(self, message: m.Message) -> _Session | None:
        """The session of a message; None for one that was closed in the meantime."""
        session = self._sessions.get(message.session)
        if session is None:
            self._context.count("late_messages")
        return session

    def _advance(self, session: _Session, turn: int) -> None:
        """A larger turn makes the replies of the older ones stale at once."""
        session.newest_turn = max(session.newest_turn, turn)
        for one in session.replying.values():
            if session.is_stale(one.turn):
                one.stale.set()

    def _close_session(self, name: str) -> None:
        session = self._sessions.pop(name, None)
        if session is not None:
            session.end()

    async def _forget(self, message: m.Forget) -> None:
        if session := self._sessions.get(message.session):
            for one in session.forget(message):
                await one.over.wait()
        await self._residence.forget()
        form.cache_clear()
        words.forget()
        await self._context.send(
            m.Forgotten(
                session=message.session, t_ns=message.t_ns, turn=message.turn, request_id=message.request_id,
                service=self.name,
            )
        )  # fmt: skip

    # ---- one question --------------------------------------------------------------------------------------------

    async def _take(self, question: m.Question) -> None:
        """Gate, then the reply, which a newer turn cuts off; then its end, once."""
        session = self._known(question)
        if session is None or session.is_stale(question.turn):
            self._context.count("questions_stale")
            await self._done(question, _Reply(), "stale", "a newer turn began")
            return
        question = without(question, session.erased)
        verdict = judge(question)
        if not verdict.answer and not question.say:
            self._context.count("questions_silent")
            await self._done(question, _Reply(), "silent", verdict.reason)
            return
        reply = _Reply()
        replying = session.replying[question.reply_id] = _Replying(question.turn, given=bool(question.say))
        try:
            await self._context.mark(question, "question")
            work = self._answer(with_frames(question, session.frames), reply)
            failure = await self._until_stale(work, replying.stale)
        finally:
            session.replying.pop(question.reply_id, None)
            replying.over.set()
        if replying.forgotten:
            self._context.count("replies_cut")
            await self._done(question, _Reply(), "stale", "what it may tell was forgotten meanwhile")
        elif replying.stale.is_set():
            self._context.count("replies_cut")
            await self._done(question, reply, "stale", "a newer turn began")
        elif failure:
            self._context.count("replies_failed")
            await self._context.warn(question, failure)
            await self._done(question, reply, "failed", failure)
        else:
            await self._evidence(question, reply)
            await self._done(question, reply, "answered", reply.voice_failed)

    async def _until_stale(self, work: Coroutine[Any, Any, str], stale: asyncio.Event) -> str:
        """Run the work to its end or until `stale`; what it says of its failure, "" if nothing."""
        working = asyncio.create_task(work, name="reply")
        waiting = asyncio.create_task(stale.wait(), name="stale")
        try:
            await asyncio.wait((working, waiting), return_when=asyncio.FIRST_COMPLETED)
            return working.result() if working.done() else ""
        finally:
            for task in (working, waiting):
                task.cancel()
            await asyncio.wait((working, waiting))

    async def _answer(self, question: m.Question, reply: _Reply) -> str:
        """Think and speak at the same time. Returns what failed, "" if nothing."""
        phrases: asyncio.Queue[tuple[int, str] | None] = asyncio.Queue(_PHRASES_AHEAD)
        speaking = asyncio.create_task(self._speak_all(question, reply, phrases), name="speak")
        try:
            failure = await self._think(question, reply, phrases)
            await phrases.put(None)
            await speaking
            return failure
        finally:
            speaking.cancel()
            await asyncio.wait((speaking,))

    async def _think(self, question: m.Question, reply: _Reply, phrases: asyncio.Queue[tuple[int, str] | None]) -> str:
        """Words of the reasoner become phrases, each sent as text and handed to the voice."""
        cutter = Phrases()
        self._residence.give_way()
        stream = _as_they_are(question.say) if question.say else self._llm.stream("answer", question)
        try:
            async with contextlib.aclosing(stream):
                async for chunk in stream:
                    await self._take_chunk(question, reply, chunk)
                    for phrase in cutter.push(chunk.text):
                        await self._say(question, reply, phrase, phrases)
            for phrase in cutter.flush():
                await self._say(question, reply, phrase, phrases)
        except Exception as error:  # whatever a backend raises costs this reply, not the process
            log.exception("x reply %s failed", question.reply_id)
            return f"the reasoner {self._context.config.reasoning.llm.backend} failed: {type(error).__name__}: {error}"
        return ""

    async def _take_chunk(self, question: m.Question, reply: _Reply, chunk: Chunk) -> None:
        if chunk.text and not reply.text:
            await self._context.mark(question, "first_token")
        reply.text += chunk.text
        reply.option = chunk.option or reply.option
        reply.used = chunk.used or reply.used

    async def _say(
        self, question: m.Question, reply: _Reply, phrase: str, phrases: asyncio.Queue[tuple[int, str] | None]
    ) -> None:
        number, reply.n_phrases = reply.n_phrases, reply.n_phrases + 1
        await self._context.send(
            m.ReplyText(
                session=question.session, t_ns=question.t_ns, turn=question.turn, reply_id=question.reply_id,
                phrase=number, text=phrase,
            )
        )  # fmt: skip
        await phrases.put((number, phrase))

    async def _speak_all(
        self, question: m.Question, reply: _Reply, phrases: asyncio.Queue[tuple[int, str] | None]
    ) -> None:
        """Phrases become audio in their order. A voice that fails leaves the reply as text."""
        while (item := await phrases.get()) is not None:
            number, phrase = item
            if reply.voice_failed or not (words := spoken(phrase)):
                continue
            try:
                await self._speak(question, number, words)
            except Exception as error:  # whatever a backend raises costs the sound of this reply, not the process
                log.exception("x speech of reply %s failed", question.reply_id)
                name = self._context.config.reasoning.tts.backend
                reply.voice_failed = f"the voice {name} failed: {type(error).__name__}: {error}"
                await self._context.warn(question, reply.voice_failed)

    async def _speak(self, question: m.Question, number: int, words: str) -> None:
        stream = self._tts.stream("speak", words)
        is_first = number == 0
        async with contextlib.aclosing(stream):
            async for pcm in stream:
                if is_first:
                    is_first = False
                    await self._context.mark(question, "first_audio")
                await self._context.send(
                    m.ReplyAudio(
                        session=question.session, t_ns=question.t_ns, turn=question.turn, reply_id=question.reply_id,
                        phrase=number, sample_rate=self._sample_rate, pcm=np.asarray(pcm, np.dtype("<i2")).tobytes(),
                    )
                )  # fmt: skip

    async def _evidence(self, question: m.Question, reply: _Reply) -> None:
        known = (*question.evidence, *question.log)
        used = tuple(known[i] for i in reply.used if 0 <= i < len(known))
        if used:
            await self._context.send(
                m.ReplyEvidence(
                    session=question.session, t_ns=question.t_ns, turn=question.turn, reply_id=question.reply_id,
                    evidence=used,
                )
            )  # fmt: skip

    async def _done(self, question: m.Question, reply: _Reply, state: _State, reason: str) -> None:
        await self._context.send(
            m.ReplyDone(
                session=question.session, t_ns=question.t_ns, turn=question.turn, id=question.id,
                reply_id=question.reply_id, source=question.source, state=state, question=question.text,
                text=reply.text.strip(), option=reply.option, reason=reason, frames_seen=question.frames_seen,
            )
        )  # fmt: skip


async def _as_they_are(words: str) -> AsyncGenerator[Chunk]:
    """Words that memory gave, in place of a reasoner's."""
    yield Chunk(text=words)
