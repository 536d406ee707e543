"""Chat completions of one server: messages in, words out as they come. Source: the protocol of OpenAI."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from typing import Any

from models.chat_stream import ChatStream
from models.patient_socket import RequestCancelled
from models.remote import Cancelled, RemoteError, Request, Server, json_request
from models.sse import EventData

Message = dict[str, Any]  # of the protocol


def stream_words(server: Server, body: dict[str, Any], cancelled: Cancelled) -> Generator[str]:
    """The words of the answer to a request that has `"stream": true`.

    Closing the iterator closes the connection. Raises RemoteError, and RequestCancelled soon after `cancelled()`.
    """
    request = json_request("chat/completions", body)
    events, chat = EventData(), ChatStream()
    at = f"{server.url}/{request.path}"
    try:
        with closing(server.stream(request, cancelled, expect="text/event-stream")) as pieces:
            for piece in pieces:
                for data in events.feed(piece):
                    if cancelled():
                        raise RequestCancelled
                    if words := chat.take(data):
                        yield words
        for data in events.finish():
            if words := chat.take(data):
                yield words
    except ValueError as error:
        raise RemoteError("malformed", f"{at} sent no chat completion: {error}") from error
    if not chat.done:
        raise RemoteError("malformed", f"{at} ended its answer without its end mark; its log says why")


def choose_model(server: Server, wanted: str) -> str:
    """The model asked for, or the first that the server names. Raises RemoteError for one that it does not have."""
    try:
        listed = server.json(Request(path="models"))
    except RemoteError as error:
        if error.kind in ("model", "refused") and wanted:
            return wanted  # a server without a list
        raise
    entries = listed.get("data") if isinstance(listed, dict) else None
    names = [str(one["id"]) for one in entries or [] if isinstance(one, dict) and "id" in one]
    if wanted in names or (wanted and not names):
        return wanted
    if wanted or not names:
        known = ", ".join(names[:12]) or "none"
        raise RemoteError("model", f"{server.url} has no model {wanted!r}; it names {known}; set model")
    return names[0]
