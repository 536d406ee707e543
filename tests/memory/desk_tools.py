"""A memory service on the in-memory link with scripted models: what the service and crash tests drive."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from memory import service as memory_service
from wire import config
from wire.clock import ManualClock
from wire.link import MemoryLink, MemoryNet
from wire.messages import (
    Forget,
    Forgotten,
    FrameSeen,
    Message,
    Observation,
    Played,
    Question,
    SessionOpened,
    SessionSettings,
    Tensor,
    Utterance,
    Watermark,
)
from wire.service import Context, Service

S = 10**9


class Out(MemoryLink):
    """Keeps what the service sends instead of delivering it."""

    def __init__(self) -> None:
        super().__init__(MemoryNet(), "memory")
        self.sent: list[Message] = []
        self.changed = asyncio.Condition()

    async def send(self, message: Message) -> None:
        self.sent.append(message)
        async with self.changed:
            self.changed.notify_all()

    def questions(self) -> list[Question]:
        return [m for m in self.sent if isinstance(m, Question)]


class Neighbours(Out):
    """Answers each Forget as the other processes would."""

    def __init__(self, *services: str) -> None:
        super().__init__()
        self.services = services
        self.memory: Memory | None = None

    async def send(self, message: Message) -> None:
        await super().send(message)
        if isinstance(message, Forget) and self.memory is not None:
            for service in self.services:
                done = Forgotten(
                    session=message.session, t_ns=message.t_ns, request_id=message.request_id, service=service
                )
                await self.memory.service.handle(done)

    def forgets(self, session: str = "s") -> list[tuple[int, int]]:
        """The spans that the processes of a session were asked to drop."""
        asked = [m for m in self.sent if isinstance(m, Forget) and m.session == session]
        return [(span.start_ns, span.end_ns) for m in asked for span in m.spans]


class Memory:
    """One running memory service and a session's clock."""

    def __init__(self, service: Service, out: Out) -> None:
        self.service = service
        self.out = out

    async def open(
        self, folder: Path, session: str = "s", *, restarted: str = "", mode: str = "replay", start_unix_s: float = 0.0
    ) -> None:
        settings = SessionSettings(mode="replay" if mode == "replay" else "live", start_unix_s=start_unix_s)
        await self.service.handle(
            SessionOpened(session=session, t_ns=0, memory=str(folder), settings=settings, restarted=restarted)
        )

    async def see(
        self, t_s: float, *seen: Observation, session: str = "s", look: int = 0, jpeg: bytes = b"jpeg"
    ) -> None:
        await self.service.handle(frame(t_s, *seen, session=session, look=look, jpeg=jpeg))

    async def say(self, t_s: float, text: str, session: str = "s") -> None:
        await self.service.handle(words(t_s, text, asks=False, session=session))

    async def ask(self, t_s: float, text: str, *, identity: str = "", session: str = "s", **more: object) -> Question:
        """Put a typed question and give the one that goes to reasoning."""
        asked = replace(words(t_s, text, asks=True, session=session, identity=identity), **more)  # type: ignore[arg-type]
        before = len(self.out.questions())
        await self.service.handle(asked)
        questions = self.out.questions()
        assert len(questions) == before + 1
        return questions[-1]

    async def play(self, question: Question, heard: str, t_s: float) -> None:
        await self.service.handle(
            Played(
                session=question.session,
                t_ns=round(t_s * S),
                reply_id=question.reply_id,
                heard=heard,
                start_ns=question.t_ns,
            )
        )

    async def mark(self, t_s: float, *, final: bool = False, session: str = "s") -> None:
        await self.service.handle(Watermark(session=session, t_ns=round(t_s * S), seq=round(t_s), final=final))


@contextlib.asynccontextmanager
async def memory(*overrides: str) -> AsyncIterator[Memory]:
    """A memory service with the fake profile."""
    out = Out()
    loaded = config.load("fake", overrides=overrides)
    service = await memory_service.create(Context(loaded, ManualClock(unix_s=1_700_000_000.0), out))
    try:
        yield Memory(service, out)
    finally:
        await service.close()


async def running(out: Neighbours, folder: Path, **limits: float) -> Memory:
    """A memory service beside these processes, with a live session."""
    settings = config.load("fake")
    settings = replace(settings, memory=replace(settings.memory, **limits))  # type: ignore[arg-type]
    service = await memory_service.create(Context(settings, ManualClock(unix_s=1_700_000_000.0), out))
    m = out.memory = Memory(service, out)
    await m.open(folder, mode="live")
    return m


def frame(
    t_s: float, *seen: Observation, session: str = "s", look: int = 0, jpeg: bytes = b"jpeg", shot: bool = False
) -> FrameSeen:
    """A frame whose appearance is one of a few that are unlike each other."""
    appearance = np.zeros(16, np.float32)
    appearance[look % 16] = 1.0
    return FrameSeen(
        session=session,
        t_ns=round(t_s * S),
        width=64,
        height=36,
        appearance=Tensor(data=appearance.tobytes(), dtype="float32", shape=(16,)),
        observations=seen,
        jpeg=jpeg,
        shot=shot,
    )


def words(t_s: float, text: str, *, asks: bool, session: str = "s", identity: str = "") -> Utterance:
    return Utterance(
        session=session,
        t_ns=round(t_s * S),
        turn=1,
        id=identity or f"q{t_s:g}",
        source="typed" if asks else "spoken",
        start_ns=round((t_s - 1) * S),
        end_ns=round(t_s * S),
        text=text,
        asks=asks,
    )


def sign(text: str, **attrs: str) -> Observation:
    return Observation(kind="text", text=text, score=0.9, attrs=attrs)
