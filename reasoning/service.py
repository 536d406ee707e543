"""The reasoning process: decides whether words get an answer, has it made and spoken, one question after the other.

Live, a newer turn makes a reply stale at once. In a replay nothing is stale: there only the edge cuts, by media time.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from dataclasses import dataclass, field

from reasoning.backends import LLM, TTS
from reasoning.gate import judge
from reasoning.reply import Reply, done
from wire import messages as m
from wire.registry import Registry
from wire.service import Context, Service
from wire.worker import Worker

log = logging.getLogger(__name__)

_NEWEST_FRAMES = 8  # that stay resident for a reasoner, per session


async def create(context: Context) -> Service:
    """Load the reasoner and the voice, each into a thread of its own."""
    config = context.config.reasoning
    llm, tts = await asyncio.gather(
        Worker.start(_backend, LLM, config.llm.backend, config.llm.options),
        Worker.start(_backend, TTS, config.tts.backend, config.tts.options),
    )
    return ReasoningService(context, llm, tts, await tts.get("sample_rate"))


def _backend(registry: Registry, name: str, options: dict[str, object]) -> object:
    return registry.create(name, options)


@dataclass(slots=True)
class _Session:
    """turn: the newest one known. changed: set and replaced whenever it grows. newest: frames memory kept."""

    settings: m.SessionSettings
    turn: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    newest: deque[m.FrameKept] = field(default_factory=lambda: deque(maxlen=_NEWEST_FRAMES))


class ReasoningService:
    """All sessions of this process."""

    name = "reasoning"

    def __init__(self, context: Context, llm: Worker, tts: Worker, sample_rate: int) -> None:
        self._context = context
        self._llm = llm
        self._tts = tts
        self._sample_rate = sample_rate
        self._sessions: dict[str, _Session] = {}

    def describe(self) -> str:
        config = self._context.config.reasoning
        return f"llm {config.llm.backend}, voice {config.tts.backend} ({self._sample_rate} Hz)"

    async def handle(self, message: m.Message) -> None:
        session = self._sessions.get(message.session)
        match message:
            case m.SessionOpened():
                if session is None:
                    self._sessions[message.session] = _Session(message.settings, message.turn)
            case m.SessionClosed():
                self._sessions.pop(message.session, None)
            case m.Watermark():
                await self._context.send(message)
            case _ if session is None:
                self._context.count("without_session")
            case m.Question():
                await self._question(session, message)
            case m.TurnStarted():
                _raise_turn(session, message.turn)
            case m.FrameKept():
                session.newest.append(message)
            case m.Forget():
                await self._forget(session, message)
            case _:
                raise TypeError(f"reasoning got a {type(message).__name__}, which it has no use for")

    async def close(self) -> None:
        await self._llm.close()
        await self._tts.close()

    async def _question(self, session: _Session, question: m.Question) -> None:
        """Exactly one ReplyDone leaves for each question, whatever happens."""
        verdict = judge(question)
        await self._context.mark(question, "judged")
        if not verdict.answer:
            self._context.count("silent")
            finished = done(question, "silent", reason=verdict.reason)
        else:
            finished = await self._answer(session, question)
            self._context.count(f"replies_{finished.state}")
        await self._context.mark(question, "reply_done")
        await self._context.send(finished)

    async def _answer(self, session: _Session, question: m.Question) -> m.ReplyDone:
        reply = Reply(question, self._context, self._llm, self._tts, self._sample_rate)
        making = asyncio.create_task(reply.run(), name=f"reply {question.reply_id}")
        outdated = asyncio.create_task(_outdated(session, question), name="outdated")
        try:
            await asyncio.wait((making, outdated), return_when=asyncio.FIRST_COMPLETED)
            if not making.done():
                return done(question, "stale", reason="a newer turn began")
            return making.result()
        except Exception as error:  # any backend may fail in its own way: this reply fails, the service goes on
            log.exception("x reply %s failed", question.reply_id)
            cause = error.exceptions[0] if isinstance(error, ExceptionGroup) else error
            await self._context.warn(question, f"the answer failed: {type(cause).__name__}: {cause}")
            return done(question, "failed", reason=f"{type(cause).__name__}: {cause}")
        finally:
            for task in (making, outdated):
                task.cancel()
            await asyncio.gather(making, outdated, return_exceptions=True)

    async def _forget(self, session: _Session, forget: m.Forget) -> None:
        """Drop what shows the span, and say so."""
        kept = [f for f in session.newest if not forget.start_ns <= f.t_ns <= forget.end_ns]
        session.newest = deque(kept, maxlen=_NEWEST_FRAMES)
        await self._context.send(
            m.Forgotten(
                session=forget.session,
                t_ns=forget.t_ns,
                turn=forget.turn,
                request_id=forget.request_id,
                service=self.name,
            )
        )


def _raise_turn(session: _Session, turn: int) -> None:
    if turn > session.turn:
        session.turn = turn
        session.changed.set()
        session.changed = asyncio.Event()


async def _outdated(session: _Session, question: m.Question) -> None:
    """Returns once the question is work of an older turn; never in a replay."""
    if session.settings.mode == "replay":
        await asyncio.Event().wait()
    while session.turn <= question.turn:
        await session.changed.wait()
