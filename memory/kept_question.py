"""A question as it is kept in the database, so that the very same can be sent again."""

from __future__ import annotations

from memory.archive import Asked
from wire.codec import decode, encode
from wire.messages import Question


def packed(question: Question) -> bytes:
    """The parts of the encoded message as one blob: each with its length before it."""
    return b"".join(len(part).to_bytes(4, "big") + part for part in encode(question))


def stored_question(asked: Asked) -> Question:
    """The very question that was sent."""
    from_disk = decode(_unpacked(asked.message))
    assert isinstance(from_disk, Question)  # nothing else is ever written there
    return from_disk


def _unpacked(blob: bytes) -> list[bytes]:
    parts, at = [], 0
    while at < len(blob):
        size = int.from_bytes(blob[at : at + 4], "big")
        parts.append(blob[at + 4 : at + 4 + size])
        at += 4 + size
    return parts
