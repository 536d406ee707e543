"""The words of a streamed chat completion, event by event. Pure. Source: the chat completions protocol of OpenAI."""

from __future__ import annotations

import json
from typing import Any

DONE = "[DONE]"


class ChatStreamError(ValueError):
    """An event that is no part of a chat completion, or an error that the server sent as one."""


class ChatStream:
    """take() returns the words of one event's data. `done` after the end mark, or after a reason to finish."""

    def __init__(self) -> None:
        self.done = False

    def take(self, data: str) -> str:
        """Raises ChatStreamError."""
        if data.strip() == DONE:
            self.done = True
            return ""
        try:
            event = json.loads(data)
        except ValueError as error:
            raise ChatStreamError(f"an event is no JSON ({error})") from error
        if not isinstance(event, dict):
            raise ChatStreamError("an event is no JSON object")
        if event.get("error"):
            raise ChatStreamError(f"the server says: {_said(event['error'])}")
        choices = event.get("choices")
        if not isinstance(choices, list):
            raise ChatStreamError("an event has no choices")
        words = ""
        for choice in choices[:1]:  # none in an event that only counts tokens
            delta = (choice.get("delta") or {}) if isinstance(choice, dict) else None
            if not isinstance(delta, dict):
                raise ChatStreamError("a choice has no delta")
            words = delta.get("content") or ""
            if not isinstance(words, str):
                raise ChatStreamError("the content is no text")
            self.done = self.done or bool(choice.get("finish_reason"))
        return words


def _said(error: Any) -> str:
    return str(error.get("message", error)) if isinstance(error, dict) else str(error)
