"""One process owns a memory folder: a lock file that the operating system frees when the owner dies.

The file holds the owner's process id and the address at which it can be asked, for commands on a memory in use.
"""

from __future__ import annotations

import fcntl
import json
import os
from dataclasses import dataclass
from pathlib import Path

from memory.door import Address
from memory.schema import MemoryUnusable

NAME = "owner.lock"


@dataclass(frozen=True, slots=True)
class Owner:
    pid: int
    address: Address | None


class FolderLock:
    """Held from construction until `release` or the end of the process. Raises MemoryUnusable if another has it."""

    def __init__(self, folder: Path, address: Address | None = None) -> None:
        try:
            self._descriptor = os.open(folder / NAME, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise MemoryUnusable(
                f"the memory {folder} cannot be written: {error.strerror}; choose another folder"
            ) from error
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._descriptor)
            owner = owner_of(folder)
            by = f" by process {owner.pid}" if owner else ""
            raise MemoryUnusable(
                f"the memory {folder} is in use{by}; end that process or choose another folder"
            ) from None
        where = {"address": address.name, "key": address.key} if address else {}
        content = json.dumps({"pid": os.getpid(), **where}).encode()
        try:
            os.ftruncate(self._descriptor, 0)
            os.pwrite(self._descriptor, content, 0)
        except OSError as error:  # a full disk
            os.close(self._descriptor)
            raise MemoryUnusable(
                f"the memory {folder} cannot be written: {error.strerror}; make room or choose another folder"
            ) from error

    def release(self) -> None:
        """May be called twice."""
        if self._descriptor >= 0:
            os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = -1


def owner_of(folder: Path) -> Owner | None:
    """Who owns a folder, as far as its lock file says; None if nobody."""
    try:
        content = json.loads((folder / NAME).read_text() or "{}")
    except (OSError, ValueError):
        return None
    if not content:
        return None
    address = Address(str(content["address"]), str(content["key"])) if "address" in content else None
    return Owner(int(content["pid"]), address)
