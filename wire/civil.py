"""Civil times as people write and read them: in the zone of this machine, which is told beside them. Pure.

zone: another than this machine's, which follows TZ.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo

_ZONED = re.compile(r"(?P<at>.+?) ?(?P<zone>[+-]\d\d(?::?\d\d)?|[A-Za-z]+)")


def civil(unix_s: float, zone: tzinfo | None = None) -> str:
    """2026-11-21 14:05:30 CET."""
    return _at(unix_s, zone).strftime("%Y-%m-%d %H:%M:%S %Z")


def unix_s_of(text: str, zone: tzinfo | None = None) -> float:
    """Seconds since 1970 of "2026-11-21 14:05[:30]", in the zone that it names as "+01:00", "Z", "UTC" or as `civil`
    does; of an hour that comes twice the first. Raises ValueError."""
    plain = text.strip()
    try:
        at = datetime.fromisoformat(plain)
    except ValueError:
        at = _in_named_zone(plain, zone)
    try:
        return (at if at.tzinfo else at.replace(tzinfo=zone)).timestamp()
    except (OverflowError, OSError):
        raise ValueError(f"{text!r} is no time that this machine can reckon with") from None


def _in_named_zone(text: str, zone: tzinfo | None) -> datetime:
    zoned = _ZONED.fullmatch(text)
    if zoned is None:
        raise ValueError(f"{text!r} is no time")
    name = zoned["zone"]
    if not name.isalpha():
        return datetime.fromisoformat(f"{zoned['at']}{name}")
    bare = datetime.fromisoformat(zoned["at"])
    if name.upper() in ("UTC", "GMT", "Z"):
        return bare.replace(tzinfo=UTC)
    for fold in (0, 1):
        local = bare.replace(tzinfo=zone, fold=fold)
        if _at(local.timestamp(), zone).tzname() == name:
            return local
    raise ValueError(f"{text!r} names a zone that is not this machine's")


def _at(unix_s: float, zone: tzinfo | None) -> datetime:
    return datetime.fromtimestamp(unix_s, UTC).astimezone(zone)
