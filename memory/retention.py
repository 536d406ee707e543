"""How long and how much a memory keeps: which stretch of the oldest is to go next. Pure arithmetic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

STEP_NS = 600 * 10**9  # erased at a time when there are too many bytes
HOUR_NS = 3600 * 10**9
EVER = -(2**61)  # before any time: what a clip that went did not cover goes with the next stretch


@dataclass(frozen=True, slots=True)
class Kept:
    """What there is of one session. civil: seconds since 1970 of its time 0; live: it still goes on."""

    no: int
    civil_s: float
    first_ns: int
    last_ns: int
    live: bool = False


@dataclass(slots=True)
class LetGo:
    """What went. spans: (session, from, to); pictures: names of key frames."""

    spans: list[tuple[int, int, int]] = field(default_factory=list)
    pictures: set[str] = field(default_factory=set)


def too_old(sessions: Sequence[Kept], current: int, hours: float) -> list[tuple[int, int, int]]:
    """(session, from, to) of what is older than `hours` before the newest of the current session; 0: no limit."""
    now = next((s for s in sessions if s.no == current), None)
    if hours <= 0 or now is None:
        return []
    spans = []
    for s in sessions:
        apart_ns = 0 if s.no == current else round((s.civil_s - now.civil_s) * 1e9)
        limit_ns = now.last_ns - apart_ns - round(hours * HOUR_NS)
        to_ns = min(limit_ns - 1, s.last_ns)
        if to_ns >= s.first_ns and to_ns - s.first_ns >= min(STEP_NS, s.last_ns - s.first_ns):
            spans.append((s.no, EVER, to_ns))
    return spans


def oldest(sessions: Sequence[Kept]) -> tuple[int, int, int] | None:
    """The oldest stretch that may go for want of room; never the last stretch of a session that still goes on."""
    for s in sorted(sessions, key=lambda s: s.civil_s + s.first_ns / 1e9):
        to_ns = s.first_ns + STEP_NS
        if not s.live:
            return (s.no, EVER, min(to_ns, s.last_ns))
        if to_ns < s.last_ns - STEP_NS:
            return (s.no, EVER, to_ns)
    return None
