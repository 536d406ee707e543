"""One HTTP server of the OpenAI kind, as a backend wants it: synchronous, cancelled within a poll, retried for so long.

Owns the connection, the retries and the names of what goes wrong; knows no endpoint.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import select
import ssl
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from models.patient_socket import POLL_S, Patience, PatientSocket, Silence, dial

_PIECE = 1 << 16  # bytes read at once
_MOST_PAUSE_S = 4.0
_RETRIED = (429, 502, 503, 504)  # it may work in a moment
_WORDS_SHOWN = 300  # of an error's own words

Kind = Literal["unreachable", "key", "model", "busy", "refused", "failed", "malformed"]
Cancelled = Callable[[], bool]


class RemoteError(OSError):
    """A server that did not do what was asked: the sentence names the server, the cause and the fix."""

    def __init__(self, kind: Kind, sentence: str) -> None:
        super().__init__(sentence)
        self.kind = kind


class _Lost(Exception):
    """The connection is gone, or was never there; the words say why."""


@dataclass(frozen=True, kw_only=True)
class Request:
    path: str  # below the base URL, such as "chat/completions"
    body: bytes | None = None  # None: GET
    content_type: str = "application/json"


@dataclass(frozen=True)
class _Link:
    http: http.client.HTTPConnection
    sock: PatientSocket


def json_request(path: str, value: dict[str, Any]) -> Request:
    return Request(path=path, body=json.dumps(value, ensure_ascii=False).encode())


def pause_s(attempt: int, retry_after: str | None) -> float:
    """Before another attempt, the first being 0: what the server asks for in seconds, else longer each time."""
    with contextlib.suppress(ValueError):
        if retry_after is not None:
            return max(0.0, float(retry_after))
    return min(_MOST_PAUSE_S, 0.25 * 2.0**attempt)


def read_key(key: str, file: str) -> str:
    """The key, or what the file holds. Raises ValueError for a file that cannot be read."""
    if not file:
        return key
    try:
        return Path(file).expanduser().read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"api_key_file {file} cannot be read: {error}") from error


def words_of(body: bytes) -> str:
    """What an error's body says, in one line."""
    text = body.decode(errors="replace")
    with contextlib.suppress(ValueError):
        found = json.loads(text)
        for key in ("error", "message", "detail"):
            if isinstance(found, dict) and found.get(key):
                found = found[key]
        if isinstance(found, dict) and found.get("message"):
            found = found["message"]
        text = found if isinstance(found, str) else json.dumps(found)
    return " ".join(text.split())[:_WORDS_SHOWN] or "no reason given"


def _doze(seconds: float) -> None:
    select.select([], [], [], seconds)


class Server:
    """One connection, kept for the next request."""

    def __init__(
        self,
        base_url: str,
        *,
        key: str = "",
        deadline_s: float = 20.0,  # for the first byte of an answer, retries and pauses included
        silence_s: float = 20.0,  # for each byte after it
        wait: Callable[[float], None] = _doze,
    ) -> None:
        """Raises ValueError for what is no URL."""
        parts = urlsplit(base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"base_url {base_url!r} is no URL; give one such as http://127.0.0.1:8000/v1")
        self.url = base_url.rstrip("/")
        self._host, self._port, self._prefix = parts.hostname, parts.port, parts.path.rstrip("/")
        self._tls = ssl.create_default_context() if parts.scheme == "https" else None
        self._key = key
        self._deadline_s, self._silence_s = deadline_s, silence_s
        self._wait = wait
        self._idle: _Link | None = None

    def json(self, request: Request, cancelled: Cancelled = lambda: False) -> Any:
        """The whole answer. Raises RemoteError, RequestCancelled."""
        data = b"".join(self.stream(request, cancelled))
        try:
            return json.loads(data)
        except ValueError as error:
            raise RemoteError("malformed", f"{self._at(request)} answered with no JSON ({error})") from error

    def stream(self, request: Request, cancelled: Cancelled, *, expect: str = "") -> Generator[bytes]:
        """The body of the answer as it comes. Closing the iterator closes the connection. expect: its content type.

        Raises RemoteError, and RequestCancelled within POLL_S of `cancelled()`.
        """
        link, response = self._open(request, cancelled)
        whole = False
        try:
            kind = response.getheader("Content-Type", "")
            if not kind.startswith(expect):
                raise RemoteError("malformed", f"{self._at(request)} answered with {kind or 'no type'}, not {expect}")
            while piece := response.read1(_PIECE):
                yield piece
            if response.length:
                raise _Lost(f"{response.length} bytes are missing")
            whole = not response.will_close
        except RemoteError:
            raise
        except Silence as error:
            raise RemoteError("malformed", f"{self._at(request)} fell silent for {self._silence_s:g} s") from error
        except (_Lost, http.client.HTTPException, OSError) as error:
            raise RemoteError("malformed", f"{self._at(request)} broke off in its answer ({error})") from error
        finally:
            if whole:
                self._idle = link
            else:
                link.sock.abort()

    def close(self) -> None:
        """May be called twice."""
        if self._idle is not None:
            self._idle.sock.abort()
            self._idle = None

    def _at(self, request: Request) -> str:
        return f"{self.url}/{request.path}"

    def _open(self, request: Request, cancelled: Cancelled) -> tuple[_Link, http.client.HTTPResponse]:
        """Send, again where that may help, until a good answer begins."""
        patience = Patience(self._deadline_s, cancelled)
        trouble: RemoteError | None = None
        attempt = 0
        try:
            while True:
                patience.spend(0.0)
                retry_after: str | None = None
                try:
                    link, response = self._attempt(request, patience)
                except _Lost as error:
                    trouble = RemoteError(
                        "unreachable", f"{self.url} cannot be reached ({error}); is it running, and is base_url right?"
                    )
                else:
                    if response.status == 200:
                        link.sock.patience = Patience(self._silence_s, cancelled, renews=True)
                        return link, response
                    trouble, retry_after = self._refusal(request, link, response), response.getheader("Retry-After")
                    if response.status not in _RETRIED:
                        raise trouble
                self._pause(pause_s(attempt, retry_after), patience)
                attempt += 1
        except Silence as error:
            if trouble is not None:
                raise trouble from error
            raise RemoteError(
                "unreachable", f"{self._at(request)} did not begin to answer within {self._deadline_s:g} s"
            ) from error

    def _pause(self, seconds: float, patience: Patience) -> None:
        if seconds >= patience.left_s:
            raise Silence
        while seconds > 0:
            step = min(POLL_S, seconds)
            self._wait(step)
            patience.spend(step)
            seconds -= step

    def _attempt(self, request: Request, patience: Patience) -> tuple[_Link, http.client.HTTPResponse]:
        """One request, on the connection at hand or a new one. Raises _Lost."""
        if self._idle is not None:
            link, self._idle = self._idle, None
            link.sock.patience = patience
            # A server may have closed a connection that was idle; a new one tells.
            with contextlib.suppress(_Lost):
                return link, self._sent(link, request)
        link = self._connected(patience)
        return link, self._sent(link, request)

    def _connected(self, patience: Patience) -> _Link:
        kind = http.client.HTTPConnection if self._tls is None else http.client.HTTPSConnection
        connection = kind(self._host, self._port)
        try:
            dialled = dial(self._host, connection.port, patience, self._tls)
        except ssl.SSLError as error:
            raise RemoteError("unreachable", f"{self.url} cannot be trusted, or speaks no TLS ({error})") from error
        except OSError as error:
            raise _Lost(str(error)) from error
        sock = PatientSocket(dialled, patience)
        connection.sock = sock
        return _Link(connection, sock)

    def _sent(self, link: _Link, request: Request) -> http.client.HTTPResponse:
        headers = {"User-Agent": "omnilive"}
        if request.body is not None:
            headers["Content-Type"] = request.content_type
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        method = "GET" if request.body is None else "POST"
        try:
            link.http.request(method, f"{self._prefix}/{request.path}", request.body, headers)
            return link.http.getresponse()
        except (http.client.HTTPException, OSError) as error:
            link.sock.abort()
            raise _Lost(str(error) or type(error).__name__) from error
        except BaseException:
            link.sock.abort()
            raise

    def _refusal(self, request: Request, link: _Link, response: http.client.HTTPResponse) -> RemoteError:
        body = b""
        with contextlib.suppress(http.client.HTTPException, OSError):
            body = response.read(1 << 14)
        link.sock.abort()
        said, status, at = words_of(body), response.status, self._at(request)
        if status in (401, 403):
            return RemoteError("key", f"{at} refuses the key ({status}: {said}); set api_key_file or api_key")
        if status == 404:
            return RemoteError("model", f"{at} or its model is not there (404: {said}); mend model or base_url")
        if status == 429:
            return RemoteError("busy", f"{at} has too many requests (429: {said}); wait, or ask for a higher limit")
        if status < 500:
            return RemoteError("refused", f"{at} refuses the request ({status}: {said})")
        return RemoteError("failed", f"{at} failed ({status}: {said}); its log says why")
