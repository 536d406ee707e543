"""Freed memory goes back to the system: the C library keeps the holes that growing indexes leave behind."""

from __future__ import annotations

import ctypes
import sys


def trim() -> bool:
    """Give back what is free, holes within the heap too; some milliseconds, without the interpreter. Returns whether
    there was any; never where the C library has no such thing (only glibc has)."""
    if sys.platform != "linux":
        return False
    give_back = getattr(ctypes.CDLL(None), "malloc_trim", None)
    return give_back is not None and bool(give_back(0))
