"""The memory process: moves what perception noticed into the memory, and questions with their evidence out of it.

Owns which session works on which folder. Decisions are in `memory.timeline` and `memory.recall`; what one session
holds is its `memory.desk`.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import sqlite3
import sys
from collections.abc import AsyncIterator

from memory import embedder as embedding
from memory.backends import RERANKER
from memory.desk import Desk
from memory.draft import Drafter
from memory.drawing import drawing
from memory.errands import Errands
from memory.folders import Folder, Folders
from memory.index import HAS_FAISS
from memory.keeper import Opened
from memory.upkeep import Wish
from wire import messages as m
from wire.config import MemoryConfig
from wire.service import Context, Service
from wire.worker import Worker, ended

log = logging.getLogger(__name__)

GARBAGE = 20_000  # objects after which it is looked for; a question makes some thousand that are gone with it
SWITCH_S = 0.00015  # for which a thread of this process may keep another from running; the 5 ms of Python add up
_TELLS_THE_TIME = (m.FrameSeen, m.SoundHeard, m.Utterance, m.Watermark, m.MemoryRequest)  # of the stream as it is here
_SILENT = "{} did not say that it dropped what was to be forgotten"


async def create(context: Context) -> Service:
    """Load the text encoder, the compressor and the reranker; folders are opened by the sessions that name them."""
    config = context.config.memory
    worker = await Worker.start(embedding.load, config.text_encoder, config.compressor, config.reranker)
    text_dim, clip_dim = await worker.call("dimensions")
    gc.collect()
    gc.freeze()  # what is loaded stays; to look for garbage in it would hold up a question for 40 ms now and then
    gc.set_threshold(GARBAGE, 10, 10)
    sys.setswitchinterval(SWITCH_S)
    return MemoryService(context, worker, await worker.get("drafter"), text_dim, clip_dim)


class MemoryService:
    """All sessions of this process."""

    name = "memory"

    def __init__(self, context: Context, embedder: Worker, drafter: Drafter, text_dim: int, clip_dim: int) -> None:
        self._context = context
        self._config: MemoryConfig = context.config.memory
        self._embedder = embedder
        self._drafter = drafter
        self._dims = (text_dim, clip_dim)
        self._desks: dict[str, Desk] = {}
        self._errands: dict[str, Errands] = {}
        self._folders = Folders(context, embedder, self._dims)
        self._folder_of: dict[str, Folder] = {}
        self._opening = asyncio.Lock()
        self._closing: set[asyncio.Task[None]] = set()

    def describe(self) -> str:
        config = self._config
        return (
            f"text encoder {config.text_encoder.backend} ({self._dims[0]}-d), compressor {config.compressor.backend}, "
            f"reranker {RERANKER.chosen(config.reranker.backend)}, "
            f"SQLite and {'faiss' if HAS_FAISS else 'numpy'}"
        )

    async def handle(self, message: m.Message) -> None:
        if isinstance(message, m.SessionOpened):
            await self._open(message)
        if isinstance(message, m.Forgotten):  # whoever erases waits for it, whatever has become of the session
            for folder in self._folders:
                await folder.steward.acknowledged(message)
            return
        desk = self._desks.get(message.session)
        if desk is None:
            self._context.count("without_session")
            return
        try:
            await self._dispatch(desk, message)
        except (sqlite3.Error, OSError) as error:
            # Told before the process ends: what is on disk stays as it was acknowledged.
            path = self._folder_of[message.session].path
            await self._context.warn(
                message,
                f"the memory {path} cannot be written: {error}; see that the disk has room and the folder is "
                f"writable, and try omnilive memory verify {path}",
            )
            raise

    async def _dispatch(self, desk: Desk, message: m.Message) -> None:
        if isinstance(message, _TELLS_THE_TIME):
            desk.now_ns = max(desk.now_ns, message.t_ns)
        match message:
            case m.FrameSeen():
                await self._see(desk, message)
            case m.SoundHeard():
                async with desk.lock:
                    await desk.write(desk.timeline.hear(message))
            case m.Utterance():
                await self._hear(desk, message)
            case m.SessionOpened():
                await self._folder_of[message.session].steward.retain(desk)
            case m.Watermark():
                await self._pass(desk, message)
            case m.Played():
                await desk.played(message)
            case m.MemoryRequest():
                await self._look(desk, message)
            case m.TurnStarted():
                pass  # questions carry their own turn, and facts are never stale
            case m.SessionClosed():
                await self._close(message.session)
            case _:
                raise TypeError(f"memory got a {type(message).__name__}, which it has no use for")

    async def close(self) -> None:
        for session in list(self._desks):
            await self._close(session)
        await asyncio.gather(*self._closing)
        await self._embedder.close()

    # ---- sessions ------------------------------------------------------------------------------------------------

    async def _open(self, message: m.SessionOpened) -> None:
        async with self._opening:
            desk = self._desks.get(message.session)
            if desk is None:
                async with self._folders.joined(message) as folder:
                    desk = await self._new_desk(message, folder)
                    for question in await desk.unsent():
                        await self._send(desk, question)
            elif message.restarted == "reasoning":
                async with desk.lock:
                    for question in await desk.unplayed():
                        await self._context.send(question)

    async def _new_desk(self, message: m.SessionOpened, folder: Folder) -> Desk:
        start_unix_s = message.settings.start_unix_s or self._context.clock.unix_s()
        opened: Opened = await folder.worker.call(
            "open_session", message.session, message.settings.mode, start_unix_s, bool(message.restarted)
        )
        desk = Desk(
            opened,
            message.settings,
            folder.worker,
            self._embedder,
            self._drafter,
            cosine=self._config.clip_cosine,
            unix_s=self._context.clock.unix_s,
        )
        await desk.mend()
        self._desks[message.session] = desk
        self._errands[message.session] = Errands(desk, folder.steward)
        self._folder_of[message.session] = folder
        folder.desks.append(desk)
        log.info("< session %s is number %d of its memory", message.session, opened.row.no)
        return desk

    async def _close(self, session: str) -> None:
        """It is brought to its end even if the process is asked to end meanwhile; `close` waits for it."""
        desk, folder = self._desks.pop(session), self._folder_of.pop(session)
        del self._errands[session]
        closing = asyncio.create_task(self._end(desk, folder), name=f"close {session}")
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)
        await asyncio.shield(closing)

    async def _end(self, desk: Desk, folder: Folder) -> None:
        await folder.steward.left(desk)
        await desk.close()
        await self._folders.leave(folder, desk)

    # ---- what perception noticed -----------------------------------------------------------------------------------

    async def _see(self, desk: Desk, frame: m.FrameSeen) -> None:
        async with self._working(desk, "write"):
            step = desk.timeline.see(frame)
            await desk.write(step)
        for picture in step.pictures:
            kept = m.FrameKept(
                session=frame.session, t_ns=picture.t_ns, turn=frame.turn, key_frame=picture.name, jpeg=picture.jpeg
            )
            await self._context.send(kept)

    async def _hear(self, desk: Desk, words: m.Utterance) -> None:
        errands = self._errands[words.session]
        if not words.asks and not errands.waiting:
            async with self._working(desk, "write"):
                await desk.write(desk.timeline.speak(words))
            return
        encoding = asyncio.create_task(desk.encode(words))  # while it is found out whether they are a question
        try:
            await self._take(desk, words)
        finally:
            await ended(encoding)

    async def _take(self, desk: Desk, words: m.Utterance) -> None:
        """What asks, or may answer us."""
        errands = self._errands[words.session]
        known, asked = await desk.asked_before(words.id)
        if asked is not None:
            await self._context.send(asked)  # the same words again after a restart: the same question
        if known:
            return
        if desk.settings.mode == "replay":
            await desk.replies_over()  # so that the history is what was heard, however fast the stream is read
        said = await errands.take(words)
        for service in said.silent:
            await self._context.warn(words, _SILENT.format(service))
        if not (said.words or words.asks):
            async with self._working(desk, "write"):
                await desk.write(desk.timeline.speak(words))
            return
        async with self._working(desk, "recall"):
            question = await (desk.errand(words, said.words) if said.words else desk.question(words))
        self._context.count("questions")
        await self._context.mark(words, "recalled")
        await self._send(desk, question)

    async def _send(self, desk: Desk, question: m.Question) -> None:
        await self._context.send(question)
        await desk.sent(question)

    async def _pass(self, desk: Desk, watermark: m.Watermark) -> None:
        steward = self._folder_of[watermark.session].steward
        async with self._working(desk, "write"):
            if watermark.final:
                await desk.write(desk.timeline.finish())
            await desk.commit()
            await steward.tend(desk, watermark.t_ns)
        await steward.retain(desk)
        await self._context.send(watermark)

    # ---- what the edge wants to see ----------------------------------------------------------------------------------

    async def _look(self, desk: Desk, request: m.MemoryRequest) -> None:
        evidence: tuple[m.Evidence, ...] = ()
        numbers: dict[str, float] = {}
        html = b""
        if request.what == "forget":
            numbers = await self._forget(desk, request)
        elif request.what == "drawing":
            async with self._working(desk, "draw"):
                shown, pictures = await self._folder_of[request.session].worker.call("shown", desk.row.no)
                drawn = await asyncio.to_thread(drawing, shown, pictures.get, folded=True)
                html = drawn.encode(errors="replace")
        else:
            async with self._working(desk, "look"):
                evidence, numbers = await desk.look(request)
        missing = request.what == "picture" and not evidence
        error = f"no picture {request.argument!r} is kept" if missing else ""
        reply = m.MemoryReply(
            session=request.session, t_ns=request.t_ns, turn=request.turn, request_id=request.request_id,
            evidence=evidence, numbers=numbers, error=error, html=html,
        )  # fmt: skip
        await self._context.send(reply)

    async def _forget(self, desk: Desk, request: m.MemoryRequest) -> dict[str, float]:
        spans = ((desk.row.no, request.start_ns, request.end_ns),) if request.end_ns > 0 else ()
        done, silent = await self._folder_of[request.session].steward.erase(Wish(spans, request.argument))
        for service in silent:
            await self._context.warn(request, _SILENT.format(service))
        counts = {"events": done.events, "clips": done.clips, "pictures": done.pictures, "left": len(done.left)}
        return {name: float(n) for name, n in counts.items()}

    @contextlib.asynccontextmanager
    async def _working(self, desk: Desk, stage: str) -> AsyncIterator[None]:
        async with desk.lock:
            with self._context.busy(stage):
                yield
