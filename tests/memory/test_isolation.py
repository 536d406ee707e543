"""Two sessions with memories of their own in one process, fed and asked at once: neither ever sees the other's."""

import asyncio
from pathlib import Path

import pytest
from desk_tools import Memory, frame, memory, sign, words

from memory.erase import find_traces
from wire.codec import encode
from wire.messages import FrameKept, MemoryRequest, Message, Question

pytestmark = pytest.mark.unit

TELLTALES = {"ann": "zanzibar", "bob": "quokka", "cat": "periwinkle"}
SECONDS = 60


def bytes_of(message: Message) -> bytes:
    return b"".join(bytes(part) for part in encode(message)).lower()


async def live(m: Memory, session: str, folder: Path) -> None:
    """A minute of one session: signs, words, pictures and questions that hold its tell-tale."""
    mine = TELLTALES[session]
    await m.open(folder, session, mode="live")
    for t in range(SECONDS):
        await m.service.handle(
            frame(t, sign(f"{mine} {t // 5}"), session=session, look=t // 5, jpeg=f"picture of {mine} {t}".encode())
        )
        if t % 7 == 3:
            await m.say(t, f"somebody told me of {mine} number {t}", session=session)
        if t % 10 == 9:
            for n, text in enumerate(("What did the sign say?", "What did you hear?", "What happened so far?")):
                asked = words(t + 0.1 * n, text, asks=True, session=session, identity=f"{session}-{t}-{n}")
                await m.service.handle(asked)
            for n, other in enumerate(TELLTALES.values()):  # also what is known to the others only
                search = MemoryRequest(session=session, t_ns=t, request_id=f"{t}-{n}", what="search", argument=other)
                await m.service.handle(search)
        await m.mark(t, session=session)
        await asyncio.sleep(0)  # the others' turn


async def test_no_session_sees_what_another_remembers(tmp_path: Path) -> None:
    async with memory() as m:
        async with asyncio.TaskGroup() as group:
            for session in TELLTALES:
                group.create_task(live(m, session, tmp_path / session))
        sent = list(m.out.sent)
    for session, mine in TELLTALES.items():
        got = [message for message in sent if message.session == session]
        questions = [message for message in got if isinstance(message, Question)]
        assert len(questions) == SECONDS // 10 * 3
        assert sum(mine.encode() in bytes_of(q) for q in questions) == len(questions)
        assert any(isinstance(message, FrameKept) for message in got)
        foreign = [other.encode() for name, other in TELLTALES.items() if name != session]
        assert not [type(x).__name__ for x in got if any(word in bytes_of(x) for word in foreign)]


async def test_no_folder_holds_what_another_session_said(tmp_path: Path) -> None:
    async with memory() as m:
        async with asyncio.TaskGroup() as group:
            for session in TELLTALES:
                group.create_task(live(m, session, tmp_path / session))
        for session in TELLTALES:
            assert find_traces(tmp_path / session, [f"somebody told me of {TELLTALES[session]}"], [])
            foreign = [f"{what} of {other}" for name, other in TELLTALES.items() if name != session
                       for what in ("somebody told me", "picture")]  # fmt: skip
            assert find_traces(tmp_path / session, foreign, []) == []
