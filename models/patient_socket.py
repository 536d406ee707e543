"""A socket that waits in short polls, so that whoever waits can be told to stop. What http.client asks of a socket.

A read that blocks could not be cancelled. Waiting is counted in polls: no clock is read. Knows nothing of HTTP.
"""

from __future__ import annotations

import errno
import io
import os
import select
import socket
import ssl
from collections.abc import Callable
from typing import Any

POLL_S = 0.02
CONNECT_S = 3.0  # for one address to answer; the next one may be quicker
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


def dial(host: str, port: int, patience: Patience, tls: ssl.SSLContext | None = None) -> socket.socket:
    """A connected socket, after the handshake where there is TLS. Each address of the host is tried in turn.

    Raises OSError (ssl.SSLError among them) when nobody answers, and what `patience.spend` raises while waiting.
    """
    refused: OSError = OSError(f"{host} has no address")
    for family, kind, protocol, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        sock = socket.socket(family, kind, protocol)
        try:
            _connect(sock, address, patience)
            return sock if tls is None else _secured(sock, host, patience, tls)
        except ssl.SSLError:
            sock.close()
            raise
        except OSError as error:
            sock.close()
            refused = error
        except BaseException:
            sock.close()
            raise
    raise refused


def _connect(sock: socket.socket, address: Any, patience: Patience) -> None:
    sock.setblocking(False)
    status = sock.connect_ex(address)
    waited_s = 0.0
    while status == errno.EINPROGRESS:
        if select.select([], [sock], [], POLL_S)[1]:
            status = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            break
        patience.spend(POLL_S)
        waited_s += POLL_S
        if waited_s >= CONNECT_S:
            raise OSError("no answer")
    if status:
        raise OSError(status, os.strerror(status))


def _secured(sock: socket.socket, host: str, patience: Patience, tls: ssl.SSLContext) -> ssl.SSLSocket:
    secure = tls.wrap_socket(sock, server_hostname=host, do_handshake_on_connect=False)
    try:
        while True:
            try:
                secure.do_handshake()
                return secure
            except ssl.SSLWantReadError:
                ready = select.select([secure], [], [], POLL_S)[0]
            except ssl.SSLWantWriteError:
                ready = select.select([], [secure], [], POLL_S)[1]
            if not ready:
                patience.spend(POLL_S)
    except BaseException:
        secure.close()
        raise


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
