"""Tokens become text piece by piece: no half characters, and nothing at or after a stop text.

Knows no tokenizer but a function that decodes ids.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

BROKEN = "\ufffd"  # what a decoder gives for the first bytes of a character


class TextStream:
    """push() returns the text that a token makes certain; finish() what was held back. `stopped` after a stop text."""

    def __init__(self, decode: Callable[[list[int]], str], stops: Sequence[str] = ()) -> None:
        self._decode = decode
        self._stops = [stop for stop in stops if stop]
        self._ids: list[int] = []
        self._context = 0  # ids before it are told and no longer needed to decode the next ones
        self._told = 0  # ids before it are told
        self._held = ""
        self.stopped = False

    def push(self, token: int) -> str:
        if self.stopped:
            return ""
        self._ids.append(token)
        before = self._decode(self._ids[self._context : self._told])
        now = self._decode(self._ids[self._context :])
        if now.endswith(BROKEN) or len(now) <= len(before):
            return ""
        # Decoders treat the first token of a text differently: the last told ids stay as context.
        self._context, self._told = self._told, len(self._ids)
        return self._release(now[len(before) :])

    def finish(self) -> str:
        """The rest, at the end of the tokens."""
        if self.stopped:
            return ""
        before = self._decode(self._ids[self._context : self._told])
        rest = self._held + self._decode(self._ids[self._context :])[len(before) :].rstrip(BROKEN)
        self._held, self._told = "", len(self._ids)
        return rest

    def _release(self, text: str) -> str:
        text = self._held + text
        ends = [at for stop in self._stops if (at := text.find(stop)) >= 0]
        if ends:
            self.stopped, self._held = True, ""
            return text[: min(ends)]
        keep = max((_overlap(text, stop) for stop in self._stops), default=0)
        self._held = text[len(text) - keep :]
        return text[: len(text) - keep]


def _overlap(text: str, stop: str) -> int:
    """How many characters at the end of text begin the stop."""
    return next((n for n in range(min(len(text), len(stop) - 1), 0, -1) if text.endswith(stop[:n])), 0)
