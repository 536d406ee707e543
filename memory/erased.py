"""What an erasure took, and the strings by which that can be told. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from memory.events import WORDS, Event

TELLING = 4  # bytes: a shorter string proves nothing when it is found


@dataclass(slots=True)
class Erased:
    """What was erased. spans: (session, from, to); held: those of them in which something was; gone: these, and where
    something told of it; answers: those to questions that were put in them; asked: (session, id) of questions that told
    of it, or whose answers did; strings: erased words that stand nowhere else; left: what was found afterwards, which
    must be nothing."""

    events: int = 0
    clips: int = 0
    pictures: int = 0
    spans: list[tuple[int, int, int]] = field(default_factory=list)
    held: list[tuple[int, int, int]] = field(default_factory=list)
    gone: list[tuple[int, int, int]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    asked: list[tuple[int, str]] = field(default_factory=list)
    phrases: list[int] = field(default_factory=list)
    clip_ids: list[int] = field(default_factory=list)
    strings: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    digests: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def telling(events: Iterable[Event]) -> list[str]:
    """The strings by which events can be told: words read or said, and names of several words. "Silence" or "grey" is
    true of too much to be a trace of anything."""
    told = [e.subject for e in events if e.kind in WORDS or " " in e.subject]
    return [text for text in told if len(text.encode()) >= TELLING]
