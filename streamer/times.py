"""Media time written and read: nanoseconds inside, seconds in files, clock text for people. Pure."""

from __future__ import annotations

import math
from fractions import Fraction

SECOND_NS = 1_000_000_000


def from_pts(pts: int, time_base: Fraction) -> int:
    """A container's time stamp in nanoseconds, rounded to the nearest."""
    scaled = pts * time_base.numerator * SECOND_NS
    return (2 * scaled + time_base.denominator) // (2 * time_base.denominator)


def seconds(t_ns: int) -> float:
    """Seconds rounded to the millisecond, as they stand in files."""
    return round(t_ns / 1e9, 3)


def to_ns(t_s: float) -> int:
    return round(t_s * 1e9)


def clock_text(t_ns: int) -> str:
    """ "0:42", "1:02:03": for people, whole seconds rounded down."""
    sign, whole_s = ("-" if t_ns < 0 else ""), abs(t_ns) // SECOND_NS
    hours, minutes, secs = whole_s // 3600, whole_s // 60 % 60, whole_s % 60
    return f"{sign}{hours}:{minutes:02}:{secs:02}" if hours else f"{sign}{minutes}:{secs:02}"


def parse_clock(text: str) -> float:
    """Seconds of "42", "42.5", "00:42", "1:02:03.25". Raises ValueError for anything else."""
    parts = text.strip().split(":")
    if not 1 <= len(parts) <= 3 or not all(_plain_number(part) for part in parts):
        raise ValueError(text)
    if any("." in part for part in parts[:-1]) or any(float(part) >= 60 for part in parts[1:]):
        raise ValueError(text)
    total = 0.0
    for part in parts:
        total = total * 60 + float(part)
    if not math.isfinite(total):
        raise ValueError(text)
    return total


def _plain_number(text: str) -> bool:
    whole, _, rest = text.partition(".")
    return whole.isascii() and whole.isdigit() and (not rest or (rest.isascii() and rest.isdigit()))
