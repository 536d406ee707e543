"""Any server that speaks chat completions as reasoner: pictures as data URLs, words as server-sent events.

LMDeploy, vLLM, SGLang, Ollama and hosted ones. Source: the chat completions protocol of OpenAI.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from models.completions import choose_model, stream_words
from models.patient_socket import RequestCancelled
from models.remote import Server, read_key
from reasoning.backends.base import Chunk
from reasoning.briefing import Briefing, Limits, brief, chosen_option
from wire.messages import Question

SYSTEM = (
    "You watch and listen to a live stream and answer questions about it by voice. Answer in one or two short "
    "sentences of plain words, without markup. Rest on the frames and on what was seen and heard; if they do not "
    "tell, say so."
)


@dataclass(frozen=True, kw_only=True)
class OpenAiChatOptions:
    base_url: str = "http://127.0.0.1:8000/v1"
    model: str = ""  # "": the first one that the server names
    api_key: str = ""  # sent as bearer token; a file keeps it out of profiles and process lists
    api_key_file: str = ""
    frames: int = 8  # of the stream; 0 for a model without eyes
    facts: int = 24  # remembered things told in words
    facts_tokens: int = 2048  # of all of these, about; the longest are cut around the words of the question
    max_tokens: int = 256
    max_tokens_field: str = "max_tokens"  # hosted models of OpenAI want "max_completion_tokens"
    temperature: float = 0.0  # below 0: the server's own
    seed: int = 0  # below 0: none is sent
    system: str = SYSTEM
    deadline_s: float = 20.0  # for the first words, retries included
    silence_s: float = 20.0  # between two pieces of an answer
    extra: dict[str, Any] = field(default_factory=dict)  # more fields of the request, such as chat_template_kwargs


class OpenAiChat:
    Options = OpenAiChatOptions

    def __init__(self, options: OpenAiChatOptions) -> None:
        """Asks the server for its models, so that a wrong address, key or name shows at once. Raises RemoteError."""
        self._options = options
        self._server = Server(
            options.base_url,
            key=read_key(options.api_key, options.api_key_file),
            deadline_s=options.deadline_s,
            silence_s=options.silence_s,
        )
        self._limits = Limits(frames=options.frames, facts=options.facts, tokens=options.facts_tokens)
        self._model = choose_model(self._server, options.model)

    def answer(self, question: Question, cancelled: Callable[[], bool]) -> Iterator[Chunk]:
        """Words as they come, then a last chunk with the option and what it was told. Raises RemoteError."""
        told = brief(question, self._limits)
        reply = ""
        try:
            with closing(stream_words(self._server, self._body(told), cancelled)) as pieces:
                for words in pieces:
                    reply += words
                    yield Chunk(text=words)
        except RequestCancelled:
            return
        if not cancelled():
            yield Chunk(option=chosen_option(reply, len(question.options)), used=told.used)

    def _body(self, told: Briefing) -> dict[str, Any]:
        options = self._options
        body: dict[str, Any] = {
            "model": self._model,
            "messages": messages(told, options.system),
            "stream": True,
            options.max_tokens_field: options.max_tokens,
        }
        if options.temperature >= 0:
            body["temperature"] = options.temperature
        if options.seed >= 0:
            body["seed"] = options.seed
        return body | options.extra

    def close(self) -> None:
        self._server.close()


def messages(told: Briefing, system: str) -> list[dict[str, Any]]:
    """The conversation: each picture with its label before it, then the words."""
    talk: list[dict[str, Any]] = [{"role": "system", "content": system}] if system else []
    for asked, heard in told.history:
        talk += [{"role": "user", "content": asked}, {"role": "assistant", "content": heard}]
    if not told.shown:  # plain text, which servers of models without eyes want
        return [*talk, {"role": "user", "content": told.text()}]
    parts: list[dict[str, Any]] = []
    for shown in told.shown:
        url = f"data:image/jpeg;base64,{base64.b64encode(shown.jpeg).decode()}"
        parts += [{"type": "text", "text": f"{shown.label}:"}, {"type": "image_url", "image_url": {"url": url}}]
    return [*talk, {"role": "user", "content": [*parts, {"type": "text", "text": told.text()}]}]
