"""Times as people write and read them on the command line: 90, 1:30, 5m, 2026-11-21 14:05. Pure."""

from __future__ import annotations

import re
from datetime import tzinfo

from wire.civil import unix_s_of

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_LENGTH = re.compile(r"(\d+(?:\.\d+)?)\s*([smhd]?)")
_CLOCK = re.compile(r"(?:(\d+):)?(\d{1,2}):(\d{1,2}(?:\.\d+)?)")


def length_s(text: str) -> float:
    """Seconds of "90", "90s", "5m", "1.5h", "2d". Raises ValueError."""
    found = _LENGTH.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is no length of time; write 90s, 5m, 1.5h or 2d")
    return float(found[1]) * _UNITS[found[2] or "s"]


def moment_ns(text: str, start_unix_s: float, zone: tzinfo | None = None) -> int:
    """Media time of "90", "1:30", "1:02:03", or of a civil time "2026-11-21 14:05[:30]" (in the zone of this machine
    unless it names one) in a session that began at start_unix_s. Raises ValueError."""
    plain = text.strip()
    clocked = _CLOCK.fullmatch(plain)
    if clocked is not None:
        hours, minutes, seconds = clocked.groups()
        return round((int(hours or 0) * 3600 + int(minutes) * 60 + float(seconds)) * 1e9)
    if _LENGTH.fullmatch(plain):
        return round(length_s(plain) * 1e9)
    try:
        unix_s = unix_s_of(plain, zone)
    except ValueError:
        raise ValueError(
            f"{text!r} is no time; write seconds, 1:30, 1:02:03, 2026-11-21T14:05 or, in another zone, "
            "2026-11-21T14:05+01:00"
        ) from None
    return round((unix_s - start_unix_s) * 1e9)


def clock(t_ns: int) -> str:
    """1:02:03 of nanoseconds; minutes and seconds below an hour."""
    seconds = max(0, t_ns) // 10**9
    hours, rest = divmod(seconds, 3600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60}:{rest % 60:02d}"
