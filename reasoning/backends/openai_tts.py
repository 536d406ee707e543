"""Speech from any server that speaks /v1/audio/speech: raw PCM, played while the rest is still being made.

Source: the speech protocol of OpenAI; its `pcm` is 16 bit, mono, 24 kHz.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from models.patient_socket import RequestCancelled
from models.remote import RemoteError, Request, Server, json_request, read_key
from reasoning.backends.base import Pcm

_PIECE_MS = 40
_WAV = b"RIFF"


@dataclass(frozen=True, kw_only=True)
class OpenAiTtsOptions:
    base_url: str = "http://127.0.0.1:8000/v1"
    model: str = "tts-1"
    voice: str = "alloy"
    api_key: str = ""  # sent as bearer token; a file keeps it out of profiles and process lists
    api_key_file: str = ""
    sample_rate: int = 24_000  # of the server's `pcm`
    speed: float = 1.0
    deadline_s: float = 10.0  # for the first sound, retries included
    silence_s: float = 10.0
    extra: dict[str, Any] = field(default_factory=dict)  # more fields of the request, such as instructions


class OpenAiTts:
    Options = OpenAiTtsOptions

    def __init__(self, options: OpenAiTtsOptions) -> None:
        """Speaks one word, so that a wrong address, key, model or voice shows at once. Raises RemoteError."""
        self._options = options
        self.sample_rate = options.sample_rate
        self._server = Server(
            options.base_url,
            key=read_key(options.api_key, options.api_key_file),
            deadline_s=options.deadline_s,
            silence_s=options.silence_s,
        )
        if sum(piece.size for piece in self.speak("Ready.", lambda: False)) == 0:
            raise RemoteError("malformed", f"{self._server.url}/audio/speech gives no sound; set model and voice")

    def speak(self, phrase: str, cancelled: Callable[[], bool]) -> Iterator[Pcm]:
        """PCM in pieces of 40 ms or more, the last may be shorter. Raises RemoteError."""
        if cancelled() or not any(c.isalnum() for c in phrase):
            return
        request = json_request("audio/speech", self._body(phrase))
        try:
            with closing(self._sound(request, cancelled)) as sound:
                yield from sound
        except RequestCancelled:
            return

    def _sound(self, request: Request, cancelled: Callable[[], bool]) -> Generator[Pcm]:
        wanted = 2 * self.sample_rate * _PIECE_MS // 1000
        waiting, begun = b"", False
        with closing(self._server.stream(request, cancelled)) as pieces:
            for piece in pieces:
                waiting += piece
                if len(waiting) < wanted:
                    continue
                if not begun:
                    begun = True
                    self._require_pcm(request, waiting)
                whole = len(waiting) - len(waiting) % 2
                ready, waiting = waiting[:whole], waiting[whole:]
                if cancelled():
                    return
                yield np.frombuffer(ready, "<i2").astype(np.int16)
        if not begun:
            self._require_pcm(request, waiting)
        if len(waiting) >= 2:
            yield np.frombuffer(waiting[: len(waiting) - len(waiting) % 2], "<i2").astype(np.int16)

    def _require_pcm(self, request: Request, start: bytes) -> None:
        if start.startswith((_WAV, b"ID3", b"OggS", b"fLaC")):
            kind = start[:4].decode(errors="replace")
            raise RemoteError(
                "malformed", f"{self._server.url}/{request.path} sends {kind!r}, not raw PCM; it must know that format"
            )

    def _body(self, phrase: str) -> dict[str, Any]:
        options = self._options
        body = {"model": options.model, "voice": options.voice, "input": phrase, "response_format": "pcm"}
        speed = {} if options.speed == 1.0 else {"speed": options.speed}
        return body | speed | options.extra

    def close(self) -> None:
        self._server.close()
