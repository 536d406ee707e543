"""The memories in use: each folder is opened once, for all sessions that name it, and closed after the last."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

from memory.desk import Desk
from memory.door import Address, Door
from memory.keeper import Keeper
from memory.schema import MemoryUnusable
from memory.steward import Steward, answer
from wire import messages as m
from wire.service import Context
from wire.worker import Worker


@dataclass(slots=True)
class Folder:
    """A memory in use, with the sessions that use it."""

    path: str
    worker: Worker
    steward: Steward
    desks: list[Desk]
    door: Door
    temporary: bool = False


class Folders:
    """dims: of the vectors of texts and of clips."""

    def __init__(self, context: Context, embedder: Worker, dims: tuple[int, int]) -> None:
        self._context = context
        self._embedder = embedder
        self._dims = dims
        self._open: dict[str, Folder] = {}
        self._closing: dict[str, asyncio.Event] = {}  # set when it is closed

    def __iter__(self) -> Iterator[Folder]:
        return iter([*self._open.values()])

    @contextlib.asynccontextmanager
    async def joined(self, message: m.SessionOpened) -> AsyncIterator[Folder]:
        """The folder of a session, opened if no other session has it. Until the session's desk is among the others
        nothing is erased, and the folder is not closed."""
        while True:
            folder = await self._found(message)
            async with folder.steward.alone:
                if self._open.get(folder.path) is not folder:
                    continue  # its last session has left meanwhile
                if not folder.desks:
                    await folder.steward.look_over()
                yield folder
                return

    async def _found(self, message: m.SessionOpened) -> Folder:
        """One that cannot be used is replaced by a temporary one, and the operator is told: the stream is there now and
        will not wait."""
        path = _plain_path(message.memory)
        if path in self._closing:
            await self._closing[path].wait()
        if path in self._open:
            return self._open[path]
        try:
            return await self._opened(path or tempfile.mkdtemp(prefix="omnilive-memory-"), temporary=not path)
        except MemoryUnusable as error:
            await self._context.warn(message, f"{error}. This session is remembered only until it ends")
            return await self._opened(tempfile.mkdtemp(prefix="omnilive-memory-"), temporary=True)

    async def leave(self, folder: Folder, desk: Desk) -> None:
        """A session is over. The last one closes the folder, and a temporary one is removed."""
        async with folder.steward.alone:
            folder.desks.remove(desk)
            if folder.desks:
                return
            del self._open[folder.path]
            closed = self._closing[folder.path] = asyncio.Event()
        try:
            await folder.door.close()
            async with folder.steward.alone:  # after the commands that came before
                await folder.steward.close()
                await folder.worker.close()
        finally:
            del self._closing[folder.path]
            closed.set()
        if folder.temporary:
            shutil.rmtree(folder.path, ignore_errors=True)

    async def _opened(self, path: str, *, temporary: bool) -> Folder:
        address = Address.new()
        worker = await Worker.start(Keeper, path, *self._dims, self._context.config.memory.durable, address)
        desks: list[Desk] = []
        steward = Steward(self._context, worker, self._embedder, lambda: desks)
        door = await Door.open(address, lambda request: answer(steward, request))
        self._open[path] = folder = Folder(path, worker, steward, desks, door, temporary)
        return folder


def _plain_path(folder: str) -> str:
    """One name for one folder; "" stays."""
    return str(Path(folder).expanduser().resolve()) if folder else ""
