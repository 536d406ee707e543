"""Lengths of time as they are said: "an hour and a half", "three quarters of an hour", "a minute or two". Pure.

Also what the rules of `memory.timewords` and `memory.civil_times` share: what they may know and what they give.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import tzinfo
from typing import Literal

from wire.words import with_digits

NEAR_S = 4.0  # "at one minute thirty" means that moment give or take this much


@dataclass(frozen=True)
class Now:
    """What a rule may know: seconds of the question, and of civil time at the start (0: unknown). past: the words are
    about what has been; witnessed: about what somebody here saw and heard, not what a sign says of another time; zone:
    of days and clock times, None for that of this machine."""

    t_s: float
    start_unix_s: float
    past: bool = False
    witnessed: bool = False
    zone: tzinfo | None = None


@dataclass(frozen=True)
class Span:
    """Seconds of the stream. before: what lies before its start is meant, too, where that start is known."""

    start_s: float
    end_s: float
    at_s: float = -1.0
    now: bool = False
    edge: Literal["", "first", "last"] = ""
    before: bool = False


UNCLEAR = Span(0.0, 0.0)  # a time is named, but not which: better none than a wider one

_NUMBER = r"\d+(?:\.\d+)?"
_WORDED = {
    "a few": 3.0, "few": 3.0, "several": 4.0, "some": 4.0, "a couple of": 2.0, "couple of": 2.0, "a couple": 2.0,
    "couple": 2.0, "half an": 0.5, "half a": 0.5, "half of an": 0.5, "a half": 0.5, "half": 0.5, "a good half": 0.5,
}  # fmt: skip
_QUARTERS = r"(?:(?:(?:an?|one|1) )?quarter|(?:three|3) quarters?)(?: of an?|(?= hour))"
COUNT = rf"(?:{_NUMBER}|{_QUARTERS}|{'|'.join(_WORDED)}|an?(?: (?:good|full|whole|solid|single))?|one)"
UNIT = r"(?:seconds?|secs?|minutes?|mins?|hours?|hrs?)"
_FRACTION = r"(?: and (?:an? |1 |one )?half| and (?:an? |1 |one )?quarter| and (?:three|3) quarters?)?"
_OR_SO = r"(?: or (?:so|2|3|more)(?: more)?)?"
_PIECE = rf"{COUNT}{_FRACTION} {UNIT}{_FRACTION}"
_CLOSES = r"(?=$| (?:ago|earlier|before|back|mark|in|into|of|what|who|where|which|how|did|was|were)\b)"
_REST = rf"(?: (?:and )?{_PIECE}| \d+(?! {UNIT}\b)(?= |$)| and \d+(?! {UNIT}\b){_CLOSES})*{_OR_SO}"
DURATION = rf"{_PIECE}{_REST}"
LENGTH = rf"(?:{_PIECE}|{UNIT}{_FRACTION}){_REST}"  # as it follows "the last"
LENGTHS = rf"(?:(?:{_NUMBER} (?:to|or) (?={_NUMBER} ))?{LENGTH})"  # "five to ten minutes": the longer of both
CLOCKED = r"\d{1,2}:\d\d(?::\d\d)?"
POINT = rf"(?:{CLOCKED}|{DURATION}|minute \d+)"
_UNIT_S = {"s": 1.0, "m": 60.0, "h": 3600.0}
_ONE = re.compile(rf"({COUNT})({_FRACTION}) ({UNIT})({_FRACTION})")
_PLACE = re.compile(rf"{CLOCKED}")
_MINUTE = re.compile(r"minute (\d+)")
_LENGTH = re.compile(LENGTH)
_STARTS_WITH_UNIT = re.compile(UNIT)
_LONGER = re.compile(rf"{_NUMBER} (?:to|or) ")
_TAIL = re.compile(r" (?:and )?(\d+)")
_SHORT = re.compile(r"(\d+) ([hms])(?: (\d+) ([ms]))?")


def seconds_of(text: str) -> float | None:
    """The length, or place in the stream, that "1:30", "one minute thirty", "minute 2", "hour and a half" or "5 m"
    names, in seconds."""
    text = text.strip()
    if _PLACE.fullmatch(text):
        total = 0
        for part in text.split(":"):
            total = total * 60 + int(part)
        return float(total)
    if minute := _MINUTE.fullmatch(text):
        return int(minute[1]) * 60.0
    if short := _SHORT.fullmatch(text):
        return int(short[1]) * _UNIT_S[short[2]] + (int(short[3]) * _UNIT_S[short[4]] if short[3] else 0.0)
    text = _LONGER.sub("", text, count=1) if _LONGER.match(text) else text
    if not _LENGTH.fullmatch(text):
        return None
    return _added(f"1 {text}" if _STARTS_WITH_UNIT.match(text) else text)


def _added(text: str) -> float:
    total_s, unit_s, end = 0.0, 0.0, 0
    for piece in _ONE.finditer(text):
        unit_s = _UNIT_S[piece[3][0]]
        total_s += (_amount(piece[1]) + _fraction(piece[2] or piece[4])) * unit_s
        end = piece.end()
    tail = text[end:]
    if more := re.match(r" or ([23])\b", tail):  # "a minute or two"
        return total_s + (int(more[1]) - 1) * unit_s / 2
    if sixtieths := _TAIL.match(tail):  # "one minute thirty"
        total_s += int(sixtieths[1]) * unit_s / 60
    return total_s


def _amount(word: str) -> float:
    if word in _WORDED:
        return _WORDED[word]
    if "quarter" in word:
        return 0.75 if word[0] in "t3" else 0.25
    return float(word) if word[0].isdigit() else 1.0


def _fraction(words: str) -> float:
    if "quarter" in words:
        return 0.75 if "three" in words or "3" in words else 0.25
    return 0.5 if words else 0.0


def around(at_s: float, near_s: float = NEAR_S, *, before: bool = False) -> Span:
    """A moment, give or take near_s."""
    start_s = max(0.0, at_s - near_s) if at_s >= 0 else at_s - near_s
    return Span(start_s, at_s + near_s, at_s, before=before)


def with_digits_of_times(words: list[str]) -> str:
    """The words with their numbers as digits, but "one" that is a pronoun."""
    return " ".join("one" if word == "the-one" else word for word in with_digits(_keep_ones(words)))


def _keep_ones(words: list[str]) -> list[str]:
    """ "one" and "second" are rarely numbers: they become digits only where a unit of time or a number follows."""
    kept = []
    for i, word in enumerate(words):
        after = words[i + 1] if i + 1 < len(words) else ""
        is_pronoun = word == "one" and not re.fullmatch(rf"{UNIT}|and|hundred|thousand|\w+teen|\w+ty", after)
        kept.append("the-one" if is_pronoun else word)
    return kept
