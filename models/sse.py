"""A stream of bytes as the data of server-sent events, wherever the bytes were cut. Pure.

Source: the event stream format of the HTML standard; event names and ids are of no use here and left out.
"""

from __future__ import annotations

MOST_BYTES = 1 << 20  # of one event; more is no event stream


class EventData:
    """feed() returns the data of each event that is complete. Raises ValueError for what cannot be an event stream."""

    def __init__(self) -> None:
        self._rest = b""  # of a line that is not complete
        self._data: list[str] = []
        self._size = 0
        self._after_return = False  # the last byte was a carriage return: a line feed now belongs to it

    def feed(self, piece: bytes) -> list[str]:
        if self._after_return and piece:
            piece, self._after_return = piece.removeprefix(b"\n"), False
        if piece.endswith(b"\r"):
            self._after_return = True
        lines = (self._rest + piece).replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        self._rest = lines.pop()
        found = [data for line in lines if (data := self._line(line)) is not None]
        if len(self._rest) + self._size > MOST_BYTES:
            raise ValueError(f"an event of more than {MOST_BYTES} bytes")
        return found

    def finish(self) -> list[str]:
        """The stream ended. The standard drops an event without an empty line behind it; servers forget that line."""
        found = [*self.feed(b"\n"), *self.feed(b"\n")]
        self._after_return = False
        return found

    def _line(self, line: bytes) -> str | None:
        if not line:
            data, self._data, self._size = self._data, [], 0
            return "\n".join(data) if data else None
        name, _, value = line.partition(b":")
        if name == b"data":
            self._data.append(value.removeprefix(b" ").decode(errors="replace"))
            self._size += len(value)
        return None
