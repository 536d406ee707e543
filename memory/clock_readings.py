"""Times of day as they are said: "14:05", "half past two", "three pm", "noon". Pure."""

from __future__ import annotations

import re

HOUR = r"(?:\d{1,2}|one)"
HALF_DAY = r"(?: (?:am|pm|in the (?:morning|afternoon|evening)|at night))"
_OCLOCK = r"(?: (?:oclock|o clock))"
CLOCK = (
    rf"(?:\d{{1,2}}:\d\d(?::\d\d)?{_OCLOCK}?{HALF_DAY}?(?: hours)?|"
    rf"(?:half past|(?:a )?quarter (?:past|after|to|before)|\d{{1,2}}(?: minutes?)? (?:past|to)) "
    rf"{HOUR}{_OCLOCK}?{HALF_DAY}?|half {HOUR}(?:{_OCLOCK}{HALF_DAY}?|{HALF_DAY})|"
    rf"{HOUR}{_OCLOCK}{HALF_DAY}?|{HOUR}(?: \d\d)?{HALF_DAY}|\d{{3,4}}(?:{HALF_DAY}| hours)|\d{{1,2}} h(?: \d\d)?|"
    r"noon|midday|midnight)"
)
_READING = re.compile(
    rf"(?:(?P<word>noon|midday|midnight)|"
    rf"(?P<from>half(?: past)?|(?:a )?quarter (?:past|after|to|before)|\d+(?: minutes?)? (?:past|to)) (?P<of>{HOUR})|"
    rf"(?P<h>(?:\d{{1,2}}|one)(?!\d))(?:(?:[: ]| h )(?P<m>\d\d)(?::(?P<s>\d\d))?)?|(?P<hm>\d{{3,4}})).*"
)
_DAY_S = 86_400.0


def readings_of(clock: str) -> tuple[float, ...]:
    """The seconds of a day that a clock time may be: one, or two twelve hours apart."""
    found = _READING.fullmatch(clock)
    if found is None:
        return ()
    if found["word"]:
        return (0.0,) if found["word"] == "midnight" else (43_200.0,)
    minute = second = 0
    if found["from"]:
        hour, minute = _number(found["of"]), _minutes(found["from"])
    elif found["hm"]:
        hour, minute = int(found["hm"][:-2]), int(found["hm"][-2:])
    else:
        hour, minute, second = _number(found["h"]), int(found["m"] or 0), int(found["s"] or 0)
    if hour > 24 or minute > 59 or second > 59:
        return ()
    seconds = hour * 3600.0 + minute * 60 + second
    if re.search(r"\bpm\b|afternoon|evening", clock) or ("at night" in clock and hour in range(6, 12)):
        return (_within(seconds if hour == 12 or hour > 12 else seconds + 43_200),)
    if re.search(r"\bam\b|morning|at night", clock):
        return (_within(seconds - 43_200 if hour == 12 else seconds),)
    if hour > 12 or hour == 0 or clock.endswith("hours"):
        return (_within(seconds),)
    return _within(seconds), _within(seconds + 43_200)


def _minutes(words: str) -> int:
    """Of "half past", "half" (as Britons say it), "a quarter to", "20 minutes past"; those to the hour are negative."""
    count = 30 if "half" in words else 15 if "quarter" in words else int(words.split()[0])
    return -count if words.endswith(("to", "before")) else count


def _number(text: str) -> int:
    return 1 if text == "one" else int(text)


def _within(seconds: float) -> float:
    return seconds % _DAY_S
