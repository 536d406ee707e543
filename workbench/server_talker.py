"""Any server of the OpenAI protocol in conversation: pictures as data URLs, frames of a video as pictures."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

from models.completions import Message, choose_model, stream_words
from models.patient_socket import RequestCancelled
from models.remote import Server, read_key
from reasoning.backends.openai_chat import SYSTEM, OpenAiChatOptions
from workbench.errors import Unusable
from workbench.frame_choice import middles
from workbench.talker import Cancelled, Settings
from workbench.turns import Picture, Turn, placed

AT_ONCE = 4  # requests of a batch; the server batches them itself
JPEG_QUALITY = 92


class ServerTalker:
    def __init__(self, options: OpenAiChatOptions) -> None:
        """Asks the server for its models. Raises RemoteError, ValueError."""
        self._options = options
        self._server = self._connect()
        self._model = choose_model(self._server, options.model)
        self.frames = options.frames

    def _connect(self) -> Server:
        options = self._options
        key = read_key(options.api_key, options.api_key_file)
        return Server(options.base_url, key=key, deadline_s=options.deadline_s, silence_s=options.silence_s)

    def choose_frames(self, n_frames: int, fps: float) -> list[int]:
        if self.frames < 1:
            raise Unusable("the profile shows no frames; set reasoning.llm.options.frames, for a model with eyes")
        return middles(n_frames, self.frames)

    def stream(self, turns: Sequence[Turn], settings: Settings, cancelled: Cancelled) -> Iterator[str]:
        yield from self._words(self._server, turns, settings, cancelled)

    def answer_all(
        self, conversations: Sequence[Sequence[Turn]], settings: Settings, cancelled: Cancelled
    ) -> list[str]:
        def ask(turns: Sequence[Turn]) -> str:
            with closing(self._connect()) as server:
                return "".join(self._words(server, turns, settings, cancelled))

        with ThreadPoolExecutor(AT_ONCE) as pool:
            return list(pool.map(ask, conversations))

    def _words(self, server: Server, turns: Sequence[Turn], settings: Settings, cancelled: Cancelled) -> Iterator[str]:
        body = self._body(turns, settings)
        try:
            with closing(stream_words(server, body, cancelled)) as pieces:
                yield from pieces
        except RequestCancelled:
            return

    def _body(self, turns: Sequence[Turn], settings: Settings) -> dict[str, Any]:
        options = self._options
        if settings.beams > 1:
            raise ValueError(
                "a server searches with beams only by a field of its own: leave out beams and set "
                "reasoning.llm.options.extra, such as {n = 3, use_beam_search = true} for vLLM"
            )
        temperature = options.temperature if settings.temperature is None else settings.temperature
        body: dict[str, Any] = {
            "model": self._model,
            "messages": messages(turns, self._system(settings)),
            "stream": True,
            options.max_tokens_field: settings.max_tokens or options.max_tokens,
        }
        if temperature >= 0:
            body["temperature"] = temperature
        if options.seed >= 0:
            body["seed"] = settings.seed
        if settings.top_p is not None:
            body["top_p"] = settings.top_p
        # Open servers know these; OpenAI's own, which is told by its field for the length, refuses them.
        for name, value in (("top_k", settings.top_k), ("repetition_penalty", settings.repetition_penalty)):
            if value is not None and options.max_tokens_field == "max_tokens":
                body[name] = value
        return body | options.extra

    def _system(self, settings: Settings) -> str:
        """The profile's own words are about a live stream, which is not there."""
        if settings.system is not None:
            return settings.system
        return "" if self._options.system == SYSTEM else self._options.system

    def close(self) -> None:
        self._server.close()


def messages(turns: Sequence[Turn], system: str) -> list[Message]:
    """The conversation in the protocol's words."""
    talk: list[Message] = [{"role": "system", "content": system}] if system else []
    for turn in turns:
        talk.append({"role": "user", "content": content(turn)})
        if turn.answer is not None:
            talk.append({"role": "assistant", "content": turn.answer})
    return talk


def content(turn: Turn) -> str | list[dict[str, Any]]:
    """One turn: plain text without pictures, else each picture before the words, or where the words place it."""
    if not turn.pictures and turn.video is None:
        return turn.text
    parts: list[dict[str, Any]] = []
    if turn.video:
        for i, (frame, time_s) in enumerate(zip(turn.video.frames, turn.video.times_s, strict=True), 1):
            parts += [_text(f"Frame {i}, at {time_s:.1f} s:"), _picture(frame)]
    words = placed(turn)
    if words is None:
        parts += [_picture(picture) for picture in turn.pictures]
        return [*parts, _text(turn.text)]
    for text, picture in zip(words, [*turn.pictures, None], strict=True):
        parts += [_text(text)] if text.strip() else []
        parts += [_picture(picture)] if picture else []
    return parts


def _text(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


def _picture(picture: Picture) -> dict[str, Any]:
    buffer = io.BytesIO()
    picture.image.save(buffer, "JPEG", quality=JPEG_QUALITY)
    data = base64.b64encode(buffer.getvalue()).decode()
    return {"type": "image_url", "image_url": {"url": f"data:image/jpeg;base64,{data}"}}
