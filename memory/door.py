"""The door of a memory in use: a socket at which commands reach the process that owns the folder.

One JSON object a line, one line back. The address is a name without a file, so that nothing is left behind whatever
ends the process; the key that opens stands with it in the folder's lock file, which only its user may read.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import os
import secrets
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

log = logging.getLogger(__name__)

Answer = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]

LONGEST_LINE = 65_536
PATIENCE_S = 120.0  # erasing searches every file of the folder


@dataclass(frozen=True, slots=True)
class Address:
    """Where and with which key a memory's owner can be asked."""

    name: str
    key: str

    @classmethod
    def new(cls) -> Address:
        return cls(f"omnilive-memory-{os.getpid()}-{secrets.token_hex(4)}", secrets.token_hex(16))


class Door:
    """Serves requests until closed."""

    def __init__(self, server: asyncio.Server) -> None:
        self._server = server

    @classmethod
    async def open(cls, address: Address, answer: Answer) -> Door:
        """Listen at an address that nobody else has."""

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                reply = await _reply(await reader.readline(), address.key, answer)
                writer.write(json.dumps(reply).encode() + b"\n")
                await writer.drain()
            except (ConnectionError, ValueError):
                pass  # whoever asked is gone, or sent a line without end
            finally:
                writer.close()

        return cls(await asyncio.start_unix_server(serve, "\0" + address.name, limit=LONGEST_LINE))

    async def close(self) -> None:
        self._server.close()
        await self._server.wait_closed()


async def _reply(line: bytes, key: str, answer: Answer) -> dict[str, Any]:
    try:
        request = json.loads(line)
    except ValueError:
        return {"error": "no request"}
    if not isinstance(request, dict) or not hmac.compare_digest(str(request.pop("key", "")), key):
        return {"error": "no request with the key of the lock file"}
    try:
        return await answer(request)
    except Exception as error:  # whatever it was, whoever asked is told
        log.exception("x a command failed")
        return {"error": f"the owner of the memory failed: {type(error).__name__}: {error}"}


def knock(address: Address, request: dict[str, Any]) -> dict[str, Any]:
    """Ask the owner of a memory and wait for its answer. Raises OSError when nobody is there."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(PATIENCE_S)
        line.connect("\0" + address.name)
        line.sendall(json.dumps({**request, "key": address.key}).encode() + b"\n")
        with line.makefile("rb") as incoming:
            reply = json.loads(incoming.readline() or b'{"error": "the owner ended"}')
    return dict(reply)
