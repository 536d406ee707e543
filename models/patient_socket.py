"""A socket that waits in short polls, so that whoever waits can be told to stop. What http.client asks of a socket.

A read that blocks could not be cancelled. Waiting is counted in polls: no clock is read. Knows nothing of HTTP.
"""

from __future__ import annotations

import io
import socket
from collections.abc import Callable
from typing import Any

POLL_S = 0.02
_MOST_BYTES = 1 << 16  # sent at once


class RequestCancelled(Exception):
    """Nobody wants the answer any more."""


class Silence(Exception):
    """Nothing came for as long as was to be waited."""


class Patience:
    """How much longer to wait. renews: each byte that comes makes it whole again."""

    def __init__(self, limit_s: float, cancelled: Callable[[], bool], *, renews: bool = False) -> None:
        self.limit_s = limit_s
        self.left_s = limit_s
        self._cancelled = cancelled
        self._renews = renews

    def spend(self, seconds: float) -> None:
        """Raises RequestCancelled, Silence."""
        if self._cancelled():
            raise RequestCancelled
        self.left_s -= seconds
        if self.left_s <= 0:
            raise Silence

    def came(self) -> None:
        if self._renews:
            self.left_s = self.limit_s


class PatientSocket:
    """Wraps a connected socket, plain or TLS; `patience` may be exchanged between requests."""

    def __init__(self, sock: socket.socket, patience: Patience) -> None:
        sock.settimeout(POLL_S)
        self._sock = sock
        self.patience = patience

    def sendall(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[self._sock.send(rest[:_MOST_BYTES]) :]
            except TimeoutError:
                self.patience.spend(POLL_S)

    def recv_into(self, buffer: Any) -> int:
        while True:
            try:
                count = self._sock.recv_into(buffer)
            except TimeoutError:
                self.patience.spend(POLL_S)
            else:
                self.patience.came()
                return count

    def makefile(self, mode: str) -> io.BufferedReader:
        assert mode == "rb"
        return io.BufferedReader(_Raw(self))

    def close(self) -> None:
        """http.client lets go of a connection whose answer is still to be read: only abort() ends it."""

    def abort(self) -> None:
        """Close the connection, at both ends. May be called twice."""
        self._sock.close()


class _Raw(io.RawIOBase):
    def __init__(self, sock: PatientSocket) -> None:
        self._sock = sock

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._sock.recv_into(buffer)
