"""What takes long to make is made once and kept in the user's cache folder: a network in 8 bits, converted weights.

Another process may make the same at the same time; what is kept is whole or not there.
"""

from __future__ import annotations

import contextlib
import logging
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

log = logging.getLogger(__name__)

T = TypeVar("T")
Make = Callable[[Path], None]  # writes files into a folder that is there
Open = Callable[[Path], T]  # raises ValueError for files that are missing or broken


def made_once(what: str, kept: Path, make: Make, opened: Open[T]) -> T:
    """What is kept in a folder; where that is not there or broken, made again, and kept if that can be. what: for whom
    reads the log."""
    if os.path.isdir(kept):  # False where one may not look
        try:
            return opened(kept)
        except ValueError as error:
            log.warning("x the %s in %s is broken (%s); it is made again", what, kept, error)
    log.warning("> the %s is made ready for its first use, which takes some seconds", what)
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        return _made(kept, make, opened, kept.parent)
    except OSError as error:
        log.warning("x the %s cannot be kept (%s); it is made ready at each start", what, error)
        return _made(kept, make, opened, None)


def _made(kept: Path, make: Make, opened: Open[T], beside: Path | None) -> T:
    """Made in a temporary folder, and renamed when it is whole. beside: where; None to keep nothing."""
    with tempfile.TemporaryDirectory(dir=beside) as temporary:
        fresh = Path(temporary) / "made"
        fresh.mkdir()
        make(fresh)
        found = opened(fresh)
        if beside is not None:
            _put(fresh, kept, opened, Path(temporary))
    return found


def _put(fresh: Path, kept: Path, opened: Open[T], aside: Path) -> None:
    """In the place of one that was broken, which goes to `aside`; what another process has made meanwhile stays."""
    with contextlib.suppress(OSError, ValueError):
        opened(kept)
        return
    if kept.exists():
        kept.rename(aside / "broken")
    try:
        fresh.rename(kept)
    except OSError:
        if not kept.is_dir():
            raise
