"""Speech recognition by any server that speaks /v1/audio/transcriptions: captions by sending the utterance again.

Source: the transcription protocol of OpenAI.
"""

from __future__ import annotations

import io
import wave
from dataclasses import dataclass

from models.remote import RemoteError, Request, Server, read_key
from perception.backends.base import AsrStream, Pcm, Transcript
from perception.windowed import RATE_HZ, WindowedAsr, Windows

_BOUNDARY = "omnilive-6ba7b8129dad11d180b400c04fd430c8"  # long enough to stand in no sound by chance


@dataclass(frozen=True, kw_only=True)
class OpenAiAsrOptions:
    base_url: str = "http://127.0.0.1:8000/v1"
    model: str = "whisper-1"
    language: str = ""  # two letters, such as "en" or "zh"; "": the server finds out
    prompt: str = ""  # words to expect
    api_key: str = ""  # sent as bearer token; a file keeps it out of profiles and process lists
    api_key_file: str = ""
    caption_every_s: float = 1.5  # of new sound; 0: words only when they are complete, one request an utterance
    longest_s: float = 28.0  # of sound in one request
    deadline_s: float = 10.0  # for an answer, retries included


class OpenAiAsr:
    Options = OpenAiAsrOptions
    sample_rate = RATE_HZ
    child = False

    def __init__(self, options: OpenAiAsrOptions) -> None:
        """Transcribes a second of silence, so that a wrong address, key or model shows at once. Raises RemoteError."""
        self._options = options
        self._server = Server(
            options.base_url,
            key=read_key(options.api_key, options.api_key_file),
            deadline_s=options.deadline_s,
            silence_s=options.deadline_s,
        )
        self._windows = Windows(every_s=options.caption_every_s, longest_s=options.longest_s)
        self._transcribe(bytes(2 * RATE_HZ))

    def stream(self) -> AsrStream:
        return WindowedAsr(self._read, self._windows)

    def close(self) -> None:
        self._server.close()

    def _read(self, pcm: Pcm) -> Transcript:
        """A server that fails costs these words and not the hearing of the next ones."""
        try:
            return Transcript(text=self._transcribe(pcm.astype("<i2").tobytes()))
        except RemoteError as error:
            return Transcript(text="", score=0.0, failure=str(error))

    def _transcribe(self, pcm: bytes) -> str:
        options = self._options
        fields = {"model": options.model, "response_format": "json", "temperature": "0"}
        fields |= {"language": options.language} if options.language else {}
        fields |= {"prompt": options.prompt} if options.prompt else {}
        request = form_request("audio/transcriptions", fields, "utterance.wav", wav(pcm))
        answer = self._server.json(request)
        text = answer.get("text") if isinstance(answer, dict) else None
        if not isinstance(text, str):
            raise RemoteError("malformed", f"{self._server.url}/{request.path} answered without a text")
        return text.strip()


def wav(pcm: bytes) -> bytes:
    """16-bit mono sound at RATE_HZ as a WAV file."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(RATE_HZ)
        writer.writeframes(pcm)
    return file.getvalue()


def form_request(path: str, fields: dict[str, str], name: str, file: bytes) -> Request:
    """A multipart form with one file."""
    start = f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="'
    parts = "".join(f'{start}{key}"\r\n\r\n{value}\r\n' for key, value in fields.items())
    head = f'{parts}{start}file"; filename="{name}"\r\nContent-Type: audio/wav\r\n\r\n'
    body = head.encode() + file + f"\r\n--{_BOUNDARY}--\r\n".encode()
    return Request(path=path, body=body, content_type=f"multipart/form-data; boundary={_BOUNDARY}")
