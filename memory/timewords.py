"""Time expressions in a question: which span of the stream it asks about.

Owns "two minutes ago", "in the first five minutes", "at 1:30", "between 0:30 and 1:10", "at the beginning", "just now"
and clock times. Works on tokens of `wire.words`, typed or recognised. Knows nothing of what the question asks.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from memory.lexicon import KIND_OF
from wire.words import stem, with_digits

S = 1_000_000_000
NEAR_S = 4.0  # "at one minute thirty" means that moment give or take this much
RECENT_S = 20.0  # "just now", "a moment ago"
EDGE_SHARE, EDGE_LEAST_S, EDGE_MOST_S = 0.15, 8.0, 30.0  # how far "the beginning" and "the end" reach


@dataclass(frozen=True)
class TimeWords:
    """start_ns..end_ns: the span asked about. at_ns: the very moment named, or -1. rest: the words without the time.

    spanned: a time was named. now: about the present moment (the span is then the last seconds).
    """

    start_ns: int
    end_ns: int
    rest: tuple[str, ...]
    at_ns: int = -1
    spanned: bool = False
    now: bool = False
    edge: Literal["", "first", "last"] = ""  # the beginning or the end of the stream was named


@dataclass(frozen=True)
class _Now:
    """What a rule may know: seconds of the question, and of civil time at the start (0: unknown)."""

    t_s: float
    start_unix_s: float


@dataclass(frozen=True)
class _Span:
    start_s: float
    end_s: float
    at_s: float = -1.0
    now: bool = False
    edge: Literal["", "first", "last"] = ""


_Read = Callable[[re.Match[str], _Now], _Span | None]

_COUNT = r"(?:\d+(?:\.\d+)?|an?|half an?|half(?= (?:minute|hour))|a few|few|a couple of|couple of|several|one)"
_UNIT = r"(?:seconds?|secs?|minutes?|mins?|hours?)"
_AND_A_HALF = r"(?: and a half)?"
_DURATION = (
    rf"{_COUNT}{_AND_A_HALF} {_UNIT}{_AND_A_HALF}(?: (?:and )?\d+(?! {_UNIT})(?= |$)| (?:and )?{_COUNT} {_UNIT})*"
)
_CLOCKED = r"\d{1,2}:\d\d(?::\d\d)?"
_POINT = rf"(?:{_CLOCKED}|{_DURATION}|minute \d+)"
_ABOUT = r"(?:about |around |roughly |approximately |exactly |nearly |some )?"
_MARK = r"(?: mark| into (?:the )?(?:video|stream|recording|film|clip|it)| in)?"
_UNIT_S = {"s": 1.0, "m": 60.0, "h": 3600.0}
_WORDED = {
    "a few": 3.0,
    "few": 3.0,
    "several": 4.0,
    "a couple of": 2.0,
    "couple of": 2.0,
    "half a": 0.5,
    "half an": 0.5,
    "half": 0.5,
}


def seconds_of(text: str) -> float | None:
    """The length, or place in the stream, that "1:30", "one minute thirty" or "minute 2" names, in seconds."""
    text = text.strip()
    if re.fullmatch(_CLOCKED, text):
        total = 0
        for part in text.split(":"):
            total = total * 60 + int(part)
        return float(total)
    if minute := re.fullmatch(r"minute (\d+)", text):
        return int(minute[1]) * 60.0
    if not re.fullmatch(_DURATION, text):
        return None
    total_s, unit_s, end = 0.0, 0.0, 0
    for piece in re.finditer(rf"({_COUNT})({_AND_A_HALF}) ({_UNIT})({_AND_A_HALF})", text):
        unit_s = _UNIT_S[piece[3][0]]
        half = 0.5 if piece[2] or piece[4] else 0.0
        total_s += (_amount(piece[1]) + half) * unit_s
        end = piece.end()
    tail = re.fullmatch(r" (?:and )?(\d+)", text[end:])
    if tail:  # "one minute thirty"
        total_s += int(tail[1]) * unit_s / 60
    return total_s


def _amount(word: str) -> float:
    if word in _WORDED:
        return _WORDED[word]
    return 1.0 if word in ("a", "an", "one") else float(word)


def _edge_s(t_s: float) -> float:
    return min(EDGE_MOST_S, max(EDGE_LEAST_S, EDGE_SHARE * t_s))


def _around(at_s: float, near_s: float = NEAR_S) -> _Span:
    return _Span(at_s - near_s, at_s + near_s, at_s)


def _ago(found: re.Match[str], now: _Now) -> _Span | None:
    length_s = seconds_of(found["d"])
    if length_s is None:
        return None
    return _around(now.t_s - length_s, max(NEAR_S, 0.2 * length_s))


def _at(found: re.Match[str], now: _Now) -> _Span | None:
    at_s = seconds_of(found["p"])
    if at_s is None or at_s > now.t_s + NEAR_S:
        return None  # not a place in what was seen: words such as "the train at 9:30"
    return _around(at_s)


def _first(found: re.Match[str], now: _Now) -> _Span | None:
    length_s = seconds_of(_one(found["d"]))
    return None if length_s is None else _Span(0, length_s)


def _last(found: re.Match[str], now: _Now) -> _Span | None:
    length_s = seconds_of(_one(found["d"]))
    return None if length_s is None else _Span(now.t_s - length_s, now.t_s)


def _one(duration: str) -> str:
    return f"1 {duration}" if re.match(_UNIT, duration) else duration


_ORDINAL_MINUTE = {"second": 1, "third": 2, "fourth": 3, "fifth": 4, "sixth": 5, "seventh": 6, "eighth": 7}


def _nth(found: re.Match[str], now: _Now) -> _Span | None:
    unit_s = _UNIT_S[found["u"][0]]
    start_s = _ORDINAL_MINUTE[found["n"]] * unit_s
    return _Span(start_s, start_s + unit_s)


def _between(found: re.Match[str], now: _Now) -> _Span | None:
    first, second = found["p"], found["q"]
    if first.isdigit():  # "between 30 and 50 seconds"
        first = f"{first} {second.split()[-1]}"
    a, b = seconds_of(first), seconds_of(second)
    return None if a is None or b is None or b <= a else _Span(a, b)


def _since(found: re.Match[str], now: _Now) -> _Span | None:
    at_s = seconds_of(found["p"])
    return None if at_s is None or at_s > now.t_s else _Span(at_s, now.t_s)


def _until(found: re.Match[str], now: _Now) -> _Span | None:
    at_s = seconds_of(found["p"])
    return None if at_s is None or at_s > now.t_s else _Span(0, at_s)


def _clock(found: re.Match[str], now: _Now) -> _Span | None:
    """A civil time, on the day of the stream that holds it."""
    if not now.start_unix_s:
        return None
    parts = found.groupdict()
    hour, minute = int(parts["h"]), int(parts.get("m") or 0)
    if hour > 23 or minute > 59:
        return None
    half = parts.get("half")
    begin = datetime.fromtimestamp(now.start_unix_s)
    hours = [hour % 12 + (12 if half == "pm" else 0)] if half else [hour, (hour + 12) % 24]
    for days in range(int(now.t_s // 86_400) + 1, -1, -1):
        for candidate in hours:
            moment = (begin + timedelta(days=days)).replace(hour=candidate, minute=minute, second=0, microsecond=0)
            at_s = moment.timestamp() - now.start_unix_s
            if -60 <= at_s <= now.t_s:
                return _around(max(0.0, at_s), 60.0)
    return None


def _beginning(found: re.Match[str], now: _Now) -> _Span:
    return _Span(0, _edge_s(now.t_s), 0, edge="first")


def _end(found: re.Match[str], now: _Now) -> _Span:
    return _Span(now.t_s - _edge_s(now.t_s), now.t_s, now.t_s, edge="last")


def _middle(found: re.Match[str], now: _Now) -> _Span | None:
    """Of the stream, not of the picture: "the triangle in the middle"."""
    before = found.string[: found.start()].split()
    if before and (before[-1] == "one" or KIND_OF.get(stem(before[-1])) in ("object", "text", "people", "code")):
        return None
    return _Span(0.4 * now.t_s, 0.6 * now.t_s, 0.5 * now.t_s)


_STREAM = r"(?: of (?:the )?(?:video|stream|recording|film|clip|session|it|this))?"
_RULES: tuple[tuple[re.Pattern[str], _Read], ...] = tuple(
    (re.compile(rf"(?:^|(?<= )){pattern}(?= |$)"), read)
    for pattern, read in (
        (rf"(?:in |during )?(?:between|from) (?P<p>{_POINT}|\d+) (?:and|to|until|till) (?P<q>{_POINT})", _between),
        (rf"{_ABOUT}(?P<d>{_DURATION}) (?:ago|earlier|before now|back)", _ago),
        (rf"(?:in|during|within|for|over|of|about)? ?(?:the )?(?:first|opening) (?P<d>{_DURATION}|{_UNIT}){_STREAM}",
         _first),
        (rf"(?:in|during|within|for|over|of)? ?(?:the )?(?:last|past|final) (?P<d>{_DURATION}|{_UNIT}){_STREAM}",
         _last),
        (rf"(?:(?:in|during|of|for|within|about) )?the (?P<n>{'|'.join(_ORDINAL_MINUTE)}) (?P<u>minute|hour){_STREAM}",
         _nth),
        (r"at (?P<h>\d{1,2})(?::(?P<m>\d\d))? ?(?:(?P<half>am|pm)|o ?clock)", _clock),
        (rf"(?:at|around|about|near|by)? ?(?:the )?{_ABOUT}(?P<p>{_POINT}) (?:mark|into (?:the )?\w+|in)", _at),
        (rf"(?:at|around|near) (?:the )?{_ABOUT}(?:time |minute |second )?(?P<p>{_POINT}){_MARK}", _at),
        (rf"(?:since|after|from) (?:the )?(?P<p>{_POINT}){_MARK}(?: on| onwards?)?", _since),
        (rf"(?:before|until|till|up to) (?:the )?(?P<p>{_POINT}){_MARK}", _until),
        (rf"(?P<p>{_CLOCKED})", _at),
        (r"(?:at |around )(?P<h>\d{1,2}):(?P<m>\d\d)", _clock),
        (r"just now|(?:just )?a (?:moment|second|little while) ago|a (?:moment|second) before",
         lambda m, n: _Span(n.t_s - RECENT_S, n.t_s)),
        (r"(?:right now|at the moment|at present|at this (?:moment|point|time)|currently|presently|right this \w+|"
         r"these days|(?<!up to )(?<!until )(?<!till )now)", lambda m, n: _Span(n.t_s - NEAR_S, n.t_s, n.t_s, True)),
        (r"(?:(?<!most )recently|lately|a (?:short )?while ago)", lambda m, n: _Span(n.t_s - 60, n.t_s)),
        (rf"(?:(?:right |already )?(?:at|in|from) the (?:very )?(?:beginning|start|outset){_STREAM}|initially|at first|"
         r"to begin with|to start with|in the first place|when (?:it|the (?:video|stream|recording)) "
         r"(?:started|began|starts|begins)|originally)", _beginning),
        (rf"(?:at|near|towards?|by|in) the (?:very )?end{_STREAM}|finally|in the end", _end),
        (rf"(?:in|around|at|near) (?:the )?(?:middle|halfway)(?: point)?{_STREAM}|halfway through",
         _middle),
        (rf"(?:in|during) the first half{_STREAM}", lambda m, n: _Span(0, n.t_s / 2)),
        (rf"(?:in|during) the (?:second|last|other) half{_STREAM}", lambda m, n: _Span(n.t_s / 2, n.t_s)),
        (r"(?:so far|until now|up to now|till now|in total|altogether|overall|all together|in all(?! \w)|"
         r"in the whole (?:video|stream|recording|film)|during the whole \w+|throughout(?: the \w+)?)",
         lambda m, n: _Span(0, n.t_s)),
    )
)  # fmt: skip
_WHOLE_RULE = len(_RULES) - 1  # names the whole stream, which is no narrowing


def find(words: list[str], t_ns: int, start_unix_s: float = 0.0) -> TimeWords:
    """The first time expression in `words` that can be meant at t_ns; without one, everything up to t_ns."""
    text = " ".join(_spoken_times(with_digits(_keep_ones(words))))
    now = _Now(t_ns / S, start_unix_s)
    for index, (pattern, read) in enumerate(_RULES):
        for match in pattern.finditer(text):
            span = read(match, now)
            if span is None or not match[0].strip():
                continue
            rest = f"{text[: match.start()]} {text[match.end() :]}".split()
            start_ns = max(0, round(span.start_s * S))
            return TimeWords(
                start_ns=min(start_ns, t_ns), end_ns=max(0, min(round(span.end_s * S), t_ns)), rest=tuple(rest),
                at_ns=min(round(span.at_s * S), t_ns) if span.at_s >= 0 else -1,
                spanned=index != _WHOLE_RULE and not span.now, now=span.now, edge=span.edge,
            )  # fmt: skip
    return TimeWords(0, t_ns, tuple(text.split()))


def _keep_ones(words: list[str]) -> list[str]:
    """ "one" and "second" are rarely numbers: they become digits only where a unit of time or a number follows."""
    kept = []
    for i, word in enumerate(words):
        after = words[i + 1] if i + 1 < len(words) else ""
        is_pronoun = word == "one" and not re.fullmatch(rf"{_UNIT}|and|hundred|thousand|\w+teen|\w+ty", after)
        kept.append("the-one" if is_pronoun else word)
    return kept


def _spoken_times(words: list[str]) -> list[str]:
    """ "9 o clock" stays; a bare "the-one" is the pronoun again."""
    return ["one" if word == "the-one" else word for word in words]
