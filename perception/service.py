"""The perception process: hands the messages of each session to its lanes, and loads what they share.

Owns which sessions are open. What one session does is `perception.session`.
"""

from __future__ import annotations

import asyncio

from perception import hearers, sight
from perception.backends import ASR, SPEAKERS
from perception.session import Session, Workers
from perception.turns import TurnRules
from wire import messages as m, words
from wire.config import PerceptionConfig
from wire.service import Context, Service
from wire.worker import Worker


async def create(context: Context) -> Service:
    """Load voice detector, recogniser, sound classes and sight, each in its worker. Raises BackendError."""
    config = context.config.perception
    rules = TurnRules(
        pause_ms=config.pause_ms,
        unfinished_pause_ms=config.unfinished_pause_ms,
        longest_s=config.longest_utterance_s,
    )
    vad, asr = config.vad, config.asr
    in_child: bool = ASR.load(asr.backend).child
    ears, listeners, eyes = await asyncio.gather(
        Worker.start(hearers.build_ears, vad.backend, vad.options),
        Worker.start(hearers.build_listeners, asr, config.sound, config.speakers, rules, child=in_child),
        Worker.start(sight.build, [(one.backend, one.options) for one in config.vision]),
    )
    return PerceptionService(context, Workers(ears, listeners, eyes, await ears.call("frame_ms")), in_child)


class PerceptionService:
    """All sessions of this process."""

    name = "perception"

    def __init__(self, context: Context, workers: Workers, in_child: bool) -> None:
        self._context = context
        self._config: PerceptionConfig = context.config.perception
        self._workers = workers
        self._in_child = in_child
        self._sessions: dict[str, Session] = {}

    def describe(self) -> str:
        config = self._config
        where = " (a process of its own)" if self._in_child else ""
        asr = ASR.chosen(config.asr.backend)
        helpers = ASR.helpers(ASR.options(asr, config.asr.options))
        speakers = SPEAKERS.chosen(config.speakers.backend)
        told = "tells no voices apart" if speakers == "none" else f"tells voices apart with {speakers}"
        helped = "".join(f" with {name}" for name, install in helpers.items() if not install)
        return (
            f"hears with {config.vad.backend}, {asr}{helped}{where} and {config.sound.backend}, {told}, "
            f"sees with {', '.join(one.backend for one in config.vision)}"
        )

    async def handle(self, message: m.Message) -> None:
        if isinstance(message, m.SessionOpened):
            await self._open(message)
            return
        session = self._sessions.get(message.session)
        if isinstance(message, m.Forget):
            await self._forget(message, session)
            return
        if session is None:
            self._context.count("without_session")
            return
        match message:
            case m.VideoFrame() | m.AudioChunk() | m.UserInput() | m.CancelReply() | m.Watermark():
                await session.take(message)
            case m.ReplyText():
                session.teller.reply(message)
            case m.Played():
                session.teller.played(message)
            case m.SessionClosed():
                await self._sessions.pop(message.session).close()
            case _:
                raise TypeError(f"perception got a {type(message).__name__}, which it has no use for")

    async def close(self) -> None:
        for name in list(self._sessions):
            await self._sessions.pop(name).close()
        for worker in (self._workers.ears, self._workers.listeners, self._workers.sight):
            await worker.close()

    async def _open(self, message: m.SessionOpened) -> None:
        session = self._sessions.get(message.session)
        if session is None:
            session = Session(self._context, self._workers, message)
            await session.open()
            self._sessions[message.session] = session
        session.teller.turn = max(session.teller.turn, message.turn)

    async def _forget(self, forget: m.Forget, session: Session | None) -> None:
        """Of a session that is over nothing is held; that is said, too."""
        if session is not None:
            await session.forget(forget.over())
        words.forget()
        turn = forget.turn if session is None else session.teller.turn
        done = m.Forgotten(
            session=forget.session, t_ns=forget.t_ns, turn=turn, request_id=forget.request_id, service=self.name
        )
        await self._context.send(done)
