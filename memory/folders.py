"""The memories in use: each folder is opened once, for all sessions that name it, and closed after the last."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
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

    def __iter__(self) -> Iterator[Folder]:
        return iter([*self._open.values()])

    async def use(self, message: m.SessionOpened) -> Folder:
        """The folder of a session, opened if no other session has it. One that cannot be used is replaced by a
        temporary one, and the operator is told: the stream is there now and will not wait."""
        path = _plain_path(message.memory)
        if path in self._open:
            return self._open[path]
        try:
            return await self._opened(path or tempfile.mkdtemp(prefix="omnilive-memory-"), temporary=not path)
        except MemoryUnusable as error:
            await self._context.warn(message, f"{error}. This session is remembered only until it ends")
            return await self._opened(tempfile.mkdtemp(prefix="omnilive-memory-"), temporary=True)

    async def leave(self, folder: Folder, desk: Desk) -> None:
        """A session is over. The last one closes the folder, and a temporary one is removed."""
        folder.desks.remove(desk)
        if folder.desks:
            return
        del self._open[folder.path]
        await folder.door.close()
        await folder.steward.close()
        await folder.worker.close()
        if folder.temporary:
            shutil.rmtree(folder.path, ignore_errors=True)

    async def _opened(self, path: str, *, temporary: bool) -> Folder:
        address = Address.new()
        worker = await Worker.start(Keeper, path, *self._dims, self._context.config.memory.durable, address)
        desks: list[Desk] = []
        steward = Steward(self._context, worker, self._embedder, lambda: desks)
        door = await Door.open(address, lambda request: answer(steward, request))
        self._open[path] = folder = Folder(path, worker, steward, desks, door, temporary)
        await steward.look_over()
        return folder


def _plain_path(folder: str) -> str:
    """One name for one folder; "" stays."""
    return str(Path(folder).expanduser().resolve()) if folder else ""
