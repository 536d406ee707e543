"""Where a replay's pictures and sound come from: a file read ahead in a thread of its own."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Protocol, cast

from streamer.media import Item, MediaReader
from streamer.probe import StreamInfo
from wire.config import StreamerConfig
from wire.worker import Worker


class Source(Protocol):
    """Items in the order of media time, each once."""

    def items(self) -> AsyncGenerator[Item, None]: ...

    async def close(self) -> None: ...


class FileSource:
    """A recording, decoded at most a few items ahead of its reader."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker

    @classmethod
    async def open(cls, info: StreamInfo, config: StreamerConfig) -> FileSource:
        worker = await Worker.start(MediaReader, info, config.fps, config.longest_side_px, config.audio_chunk_ms)
        return cls(worker)

    async def items(self) -> AsyncGenerator[Item, None]:
        async for item in self._worker.stream("items"):
            yield cast(Item, item)

    async def close(self) -> None:
        await self._worker.close()
