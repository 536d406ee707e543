"""What a load has read so far, told to whoever asked to watch, and to the log.

Loading code reports; a command line draws. Nothing here reads a clock: who watches has one.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

log = logging.getLogger(__name__)


def size_text(n_bytes: int) -> str:
    """In GB, or in MB where that says more."""
    return f"{n_bytes / 1e9:.1f} GB" if n_bytes >= 1e9 else f"{n_bytes / 1e6:.1f} MB"


@dataclass(frozen=True)
class Loaded:
    """How much of a checkpoint is in memory. done_bytes equals total_bytes once, at the end."""

    source: Path
    done_bytes: int
    total_bytes: int


Watcher = Callable[[Loaded], None]

_watcher: ContextVar[Watcher | None] = ContextVar("watcher", default=None)


@contextmanager
def watching(watcher: Watcher) -> Iterator[None]:
    """Within it, every load of this thread is told to the watcher."""
    token = _watcher.set(watcher)
    try:
        yield
    finally:
        _watcher.reset(token)


class Loading:
    """One load: add() what was read, finish() at its end."""

    STEPS = 10  # lines of the log, of a load that is worth any
    LEAST_BYTES = 1 << 28  # smaller loads are not logged

    def __init__(self, source: Path, total_bytes: int) -> None:
        self._source, self._total, self._done = source, max(1, total_bytes), 0
        self._step = 0
        self._tell()

    def add(self, n_bytes: int) -> None:
        self._done = min(self._done + n_bytes, self._total - 1)
        self._tell()
        step = self.STEPS * self._done // self._total
        if step > self._step and self._total >= self.LEAST_BYTES:
            log.info("< %s: %s of %s", self._source, size_text(self._done), size_text(self._total))
        self._step = step

    def finish(self) -> None:
        self._done = self._total
        self._tell()
        if self._total >= self.LEAST_BYTES:
            log.info("< %s: all of its %s", self._source, size_text(self._total))

    def _tell(self) -> None:
        watcher = _watcher.get()
        if watcher is not None:
            watcher(Loaded(self._source, self._done, self._total))
