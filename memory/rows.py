"""Rows of a memory's database: which columns are read, and what is made of them."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from memory.events import OPEN, Event
from wire.messages import Evidence

COLUMNS = (
    "e.id, e.session, e.kind, e.start_ns, e.end_ns, p.text, e.subject, e.value, e.score, e.track, e.attrs,"
    " e.key_frame, e.phrase, p.words"
)
_SESSION = "SELECT no, name, mode, start_unix_s, closed, seen_ns, frames, serial, clips"
_NEWEST = "SELECT end_ns FROM events WHERE session = no ORDER BY start_ns DESC LIMIT 16"
_HEARD = f"SELECT max(end_ns) FROM ({_NEWEST}) WHERE end_ns < {OPEN}"
SESSIONS = f"{_SESSION}, seen_ns AS reach_ns FROM sessions"
REACHING = f"{_SESSION}, max(seen_ns, coalesce(({_HEARD}), -1)) AS reach_ns FROM sessions"
TOLD = "e.id, e.start_ns, e.end_ns, e.kind, p.text, e.subject, e.value, e.track, e.attrs, e.key_frame"  # of evidence


@dataclass(frozen=True, slots=True)
class SessionRow:
    """seen_ns: the newest frame; reach_ns: the same, but as read by REACHING until when anything was seen or
    heard. Both are -1 at first."""

    no: int
    name: str
    mode: str
    start_unix_s: float
    closed: bool
    seen_ns: int
    frames: int
    serial: int
    clips: int
    reach_ns: int


@dataclass(frozen=True, slots=True)
class Found:
    """An event with the sentence it shares with others like it, and the words by which that is found."""

    event: Event
    phrase: int
    words: str = ""


@lru_cache(maxsize=512)
def attrs_of(packed: str) -> dict[str, str]:
    found: dict[str, str] = json.loads(packed) if packed else {}
    return found


def packed(attrs: Mapping[str, str]) -> str:
    return json.dumps(dict(attrs), ensure_ascii=False, sort_keys=True) if attrs else ""


def evidence_of(row: tuple[Any, ...], t_ns: int) -> Evidence:
    """Evidence from a row of `TOLD`, as it was known at t_ns."""
    _, start_ns, end_ns, kind, text, subject, value, track, attrs, key_frame = row
    return Evidence(
        start_ns=start_ns, end_ns=max(start_ns, min(end_ns, t_ns)), kind=kind, text=text, subject=subject,
        value=value if math.isfinite(value) else 0.0, key_frame=key_frame, track=track,
        attrs=dict(attrs_of(attrs)) if attrs else {},
    )  # fmt: skip


def found_of(row: tuple[Any, ...]) -> Found:
    (identity, session, kind, start_ns, end_ns, text, subject, value, score, track, attrs, key_frame, phrase, words) = (
        row
    )
    event = Event(
        id=identity, session=session, kind=kind, start_ns=start_ns, end_ns=end_ns, text=text, subject=subject,
        value=value, score=score, track=track, attrs=dict(attrs_of(attrs)), key_frame=key_frame,
    )  # fmt: skip
    return Found(event, phrase, words)
