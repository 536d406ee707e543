"""The door of a memory in use: a socket at which commands reach the process that owns the folder.

One JSON object a line, one line back. The address stands in the folder's lock file; only the same user may enter.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

Answer = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]

LONGEST_LINE = 65_536
PATIENCE_S = 120.0  # erasing searches every file of the folder


class Door:
    """Serves requests until closed."""

    def __init__(self, server: asyncio.Server, path: Path) -> None:
        self._server = server
        self._path = path

    @classmethod
    async def open(cls, path: Path, answer: Answer) -> Door:
        """Listen at a socket file; what was left of an earlier one is replaced."""

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                line = await reader.readline()
                try:
                    request = json.loads(line)
                    if not isinstance(request, dict):
                        raise ValueError("not an object")
                except ValueError as error:
                    reply: dict[str, Any] = {"error": f"no request: {error}"}
                else:
                    reply = await answer(request)
                writer.write(json.dumps(reply).encode() + b"\n")
                await writer.drain()
            except (ConnectionError, asyncio.LimitOverrunError):
                pass  # whoever asked is gone
            finally:
                writer.close()

        path.unlink(missing_ok=True)
        before = os.umask(0o177)  # the socket file is this user's alone from its first moment
        try:
            server = await asyncio.start_unix_server(serve, path, limit=LONGEST_LINE)
        finally:
            os.umask(before)
        return cls(server, path)

    async def close(self) -> None:
        self._server.close()
        await self._server.wait_closed()
        self._path.unlink(missing_ok=True)


def knock(address: str, request: dict[str, Any]) -> dict[str, Any]:
    """Ask the owner of a memory and wait for its answer. Raises OSError when nobody is there."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(PATIENCE_S)
        line.connect(address)
        line.sendall(json.dumps(request).encode() + b"\n")
        with line.makefile("rb") as incoming:
            reply = json.loads(incoming.readline() or b'{"error": "the owner ended"}')
    return dict(reply)
