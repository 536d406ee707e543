"""What stands beside a day or a clock time and says more of it: "20 minutes ago today", "from Monday to". Pure."""

from __future__ import annotations

import re

from memory.calendar_days import DAY
from memory.time_lengths import DURATION, LENGTHS

_BORDER_BEFORE = re.compile(r"\b(?:between|before|after|until|till|since|than) $")
_BORDER_AFTER = re.compile(
    r" (?:(?:before|after|since|until|till|between|from|past|to) (?:about |around )?(?:the )?"
    rf"(?:\d|noon|midday|midnight|half|quarter|first|last|{DAY}\b)|(?:and|or) {DAY}\b)"
)
_NARROWER = re.compile(
    rf"\b(?:(?:{DURATION}|\d+ [hms](?: \d+ [ms])?) ago|(?:first|last|past|final|opening) {LENGTHS})\b"
)


def is_border(before: str, after: str) -> bool:
    """Whether the time between these words only borders on what is meant, which was not understood."""
    return _BORDER_BEFORE.search(before) is not None or _BORDER_AFTER.match(after) is not None


def has_length(text: str) -> bool:
    """Whether a length of time is named that may be narrower: "an hour ago", "the last five minutes"."""
    return _NARROWER.search(text) is not None
