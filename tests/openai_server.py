"""A server of the OpenAI protocol for tests: real HTTP on a real port; scripted, counting, never waiting by time."""

from __future__ import annotations

import contextlib
import json
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PATIENCE_S = 20.0  # for what must happen; nothing waits that long when all is well
HANG = object()  # in a script: say nothing more until the client is gone
DROP = object()  # in a script: close the connection without an end


@dataclass
class Received:
    path: str
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    def form(self) -> dict[str, bytes]:
        """Name -> content of a multipart form."""
        head = f"Content-Type: {self.headers['content-type']}\r\n\r\n".encode()
        message = BytesParser().parsebytes(head + self.body)
        parts: Any = message.get_payload()
        return {
            str(part.get_param("name", header="content-disposition")): part.get_payload(decode=True) for part in parts
        }


@dataclass
class Answer:
    """pieces: bytes sent as one chunk each, HANG or DROP. length: announced instead of chunks."""

    status: int = 200
    content_type: str = "application/json"
    pieces: list[Any] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    length: int | None = None
    before_head: Any = None  # HANG: not even a status line comes


def event(value: Any) -> bytes:
    return b"data: " + (value if isinstance(value, bytes) else json.dumps(value).encode()) + b"\n\n"


def words(*deltas: str, end: bool = True) -> list[Any]:
    """A chat completion, one event a delta."""
    pieces = [event({"choices": [{"index": 0, "delta": {"content": delta}}]}) for delta in deltas]
    last = [event({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}), event(b"[DONE]")]
    return pieces + (last if end else [])


def stream(*pieces: Any) -> Answer:
    return Answer(content_type="text/event-stream", pieces=list(pieces))


def reply(value: Any, status: int = 200, **headers: str) -> Answer:
    return Answer(status=status, pieces=[json.dumps(value).encode()], headers=headers)


class OpenAiServer:
    """`answers` by path, used up in order, the last one again and again. received: all requests. connections: opened.
    gone: set when a client closed the connection on an answer that hangs. waiting: set when an answer hangs."""

    def __init__(self) -> None:
        self.answers: dict[str, list[Answer]] = {
            "/v1/models": [reply({"data": [{"id": "eyes-7b"}, {"id": "other"}]})],
        }
        self.received: list[Received] = []
        self.connections = 0
        self.gone = threading.Event()
        self.waiting = threading.Event()
        self._lock = threading.Lock()
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def setup(self) -> None:
                super().setup()
                self.connection.settimeout(PATIENCE_S)
                with server._lock:
                    server.connections += 1

            def do_GET(self) -> None:
                self._serve(b"")

            def do_POST(self) -> None:
                self._serve(self.rfile.read(int(self.headers["Content-Length"])))

            def handle(self) -> None:
                with contextlib.suppress(ConnectionError):
                    super().handle()

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

            def _serve(self, body: bytes) -> None:
                headers = {name.lower(): value for name, value in self.headers.items()}
                with contextlib.suppress(ConnectionError, _Dropped):
                    server._answer(self, server._take(Received(self.path, headers, body)))
                    return
                self.close_connection = True

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}/v1"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def counts(self) -> Counter[str]:
        return Counter(one.path for one in self.received)

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def _take(self, request: Received) -> Answer:
        with self._lock:
            self.received.append(request)
            script = self.answers.get(request.path, [reply({"error": {"message": "no such path"}}, 404)])
            return script.pop(0) if len(script) > 1 else script[0]

    def _answer(self, handler: BaseHTTPRequestHandler, answer: Answer) -> None:
        if answer.before_head is HANG:
            self._hang(handler)
        handler.send_response(answer.status)
        handler.send_header("Content-Type", answer.content_type)
        for name, value in answer.headers.items():
            handler.send_header(name.replace("_", "-"), value)
        if answer.length is None:
            handler.send_header("Transfer-Encoding", "chunked")
        else:
            handler.send_header("Content-Length", str(answer.length))
        handler.end_headers()
        for piece in answer.pieces:
            if piece is HANG:
                self._hang(handler)
            if piece is DROP:
                raise _Dropped
            head, tail = (f"{len(piece):x}\r\n".encode(), b"\r\n") if answer.length is None else (b"", b"")
            handler.wfile.write(head + piece + tail)
        if answer.length is None:
            handler.wfile.write(b"0\r\n\r\n")

    def _hang(self, handler: BaseHTTPRequestHandler) -> None:
        self.waiting.set()
        # A client that closes its end lets this read return nothing, or fail where it had not read all.
        try:
            is_gone = handler.connection.recv(1) == b""
        except ConnectionError:
            is_gone = True
        if is_gone:
            self.gone.set()
        raise _Dropped


class _Dropped(Exception):
    """This connection is over."""


@contextlib.contextmanager
def serving() -> Iterator[OpenAiServer]:
    server = OpenAiServer()
    try:
        yield server
    finally:
        server.close()
