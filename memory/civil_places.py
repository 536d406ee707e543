"""A day, a clock time, or one of the other: "yesterday", "half past two", "on Monday at 3 pm". Which seconds of the
stream they are. Pure.

A clock time without am and pm is the latest one that has been; alone it is meant only where the stream holds it, for
else "1:30" is a place in a recording, and "the train at 9:30" a fact.
"""

from __future__ import annotations

import re
from datetime import timedelta

from memory.calendar_days import DAY, civil_at, clock_s, day_of, may_be_meant, part_of, span_of_days, today
from memory.clock_readings import CLOCK, HALF_DAY, HOUR, readings_of
from memory.time_lengths import CLOCKED, Now, Span, around, seconds_of

BARE = rf"(?:{CLOCK}|half {HOUR}|{HOUR}(?: \d\d)?|\d{{3,4}})"
_PRECEDED = f"(?:{'|'.join(f'(?<={p} )' for p in ('at', 'since', 'after', 'before', 'until', 'around', 'by'))})"
_SURE_AT = r"(?:(?:at )?(?:around |about )|at )"
_AT = rf"{_SURE_AT}?"
_BEHIND = rf"(?:{_SURE_AT}|(?!\d{{4}}\b(?! (?:hours|am|pm)\b))){BARE}"  # four digits alone are a year
DAYED = rf"(?:{DAY}(?: {_BEHIND}(?! \w+s\b))?|(?:{CLOCK}|{_PRECEDED}{BARE}) {DAY})"
PLACE = rf"(?:{DAYED}|{CLOCK})"
_DAYED_PARTS = re.compile(rf"(?P<a>{DAY})(?: {_AT}(?P<c>.+))?")
_CLOCKED_FIRST = re.compile(rf"(?P<c>{BARE}) (?P<a>{DAY})")
_CLOCKED = re.compile(CLOCKED)
_CLOCK = re.compile(CLOCK)
_AS_TOLD = re.compile(r"(?:on )?20\d\d \d+ \d+ 0\d:\d\d(?::\d\d)?")  # in 24 hours, as answers do
_HALF = re.compile(HALF_DAY)
_OF_DAY = re.compile(rf"\d{HALF_DAY}|oclock|o clock|\bhours\b")
_IN_RECORDING = re.compile(
    r" (?:mark\b|into\b|(?:in|of|on|from) (?:(?:the|this|that|our|my) )?(?:video|stream|recording|film|clip|tape)\b)"
)
_PLACE_BEFORE = re.compile(r"\b(?:minute|timestamp|time stamp|position) $")
_AS_SAID = {
    "morning": "in the morning", "afternoon": "in the afternoon", "evening": "in the evening", "night": "at night",
    "lunchtime": "in the afternoon",
}  # fmt: skip
CLOCK_NEAR_S = 60.0  # "at 14:05" means that minute and those beside it


def allowed(now: Now, *days: str) -> bool:
    """Whether all of the days, "" for none, are times of what is asked about."""
    return all(may_be_meant(day, now) for day in days if day)


def split(place: str) -> tuple[str, str]:
    """The day and the clock time of a place, "" for what it has not."""
    if _CLOCK.fullmatch(place):  # "10 in the evening"
        return "", place
    found = _DAYED_PARTS.fullmatch(place) or _CLOCKED_FIRST.fullmatch(place)
    return ("", place) if found is None else (found["a"], found["c"] or "")


def moments_of(day: str, clock: str, now: Now, last: bool = False, days_on: int = 0) -> list[float]:
    """When a clock time of a day, or of so many days later, may have been; without one, when the day began, or was over
    if `last`."""
    if not clock:
        span = span_of_days(day, now)
        return [] if span is None else [span[1] if last else span[0]]
    part, one = part_of(day), day_of(day, now)
    if one is None:
        return []
    said = f"{clock} {_AS_SAID[part]}" if part and not _HALF.search(clock) else clock
    readings = readings_of(said)[:1] if _AS_TOLD.fullmatch(f"{day} {clock}") else readings_of(said)
    hours = [seconds / 3600 for seconds in readings]
    # "Last night at 2" was after midnight.
    one += timedelta(days=days_on)
    return [clock_s(one, hour + (24 if part == "night" and hour < 7 else 0), now) for hour in hours]


def on_day(day: str, clock: str, now: Now) -> Span | None:
    """A day, or a time of it: waking hours first."""
    if not clock:
        span = span_of_days(day, now)
        return None if span is None else Span(*span, before=True)
    been = [at_s for at_s in moments_of(day, clock, now) if at_s <= now.t_s]
    at_s = min(been, key=lambda at_s: (not waking(at_s, now), at_s), default=None)
    return None if at_s is None else around(at_s, CLOCK_NEAR_S, before=True)


def waking(at_s: float, now: Now) -> bool:
    """Whether it is an hour that people mean who do not say which half of the day."""
    return 7 <= civil_at(at_s, now).hour < 19


def day_end(day: str, now: Now) -> float:
    """When a day, or the part of it that is named, is over, or now."""
    span = span_of_days(day, now)
    return now.t_s if span is None else min(now.t_s, span[1])


def clock_time(clock: str, now: Now, held_only: bool = False) -> Span | None:
    """The latest such time, in the stream; before it only if it is told exactly, was witnessed, and is no place in the
    recording either."""
    readings = readings_of(clock)
    been = [at for at in moments(readings, now, 1) if at <= now.t_s]
    if not been:
        return None
    at_s = max(been)
    if at_s < -CLOCK_NEAR_S and (held_only or len(readings) > 1 or not now.witnessed or in_recording(clock, now)):
        return None
    near_s = CLOCK_NEAR_S / 2 if clock.count(":") > 1 else CLOCK_NEAR_S
    return around(max(at_s, 0.0) if at_s >= -CLOCK_NEAR_S else at_s, near_s, before=True)


def is_of_recording(found: re.Match[str], now: Now) -> bool:
    """Whether the clock times in a match are minutes and seconds of what was seen: "2:05 into the video", "02:15"."""
    clocks = list(_CLOCKED.finditer(found[0]))
    if not clocks or _OF_DAY.search(found.string[found.start() :]) or re.search(DAY, found[0]):
        return False
    before, after = found.string[: found.start()], found.string[found.end() :]
    if _PLACE_BEFORE.search(f"{before}{found[0][: clocks[0].start()]}") or _IN_RECORDING.match(after):
        return True
    return all(clock[0].startswith("0") and len(clock[0]) > 4 and in_recording(clock[0], now) for clock in clocks)


def in_recording(clock: str, now: Now) -> bool:
    """Whether the words may be minutes and seconds of what was seen as well."""
    return _CLOCKED.fullmatch(clock) is not None and (seconds_of(clock) or 0.0) <= now.t_s


def moments(readings: tuple[float, ...], now: Now, back: int, ahead: int = 0) -> list[float]:
    """Where in the stream the times of today lie, and those of some days before and after."""
    here = today(now)
    return [
        clock_s(here + timedelta(days=days), seconds / 3600, now)
        for days in range(-back, ahead + 1)
        for seconds in readings
    ]
