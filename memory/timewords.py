"""Time expressions in a question: which span of the stream it asks about.

Owns "two minutes ago", "in the first five minutes", "at 1:30", "between 0:30 and 1:10", "at the beginning" and "just
now"; clock times and days are read by `memory.civil_times`. Works on tokens of `wire.words`, typed or recognised. Knows
nothing of what the question asks.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import tzinfo
from typing import Literal

from memory.civil_times import named_span
from memory.lexicon import KIND_OF
from memory.time_lengths import (
    CLOCKED,
    DURATION,
    LENGTH,
    LENGTHS,
    NEAR_S,
    POINT,
    UNCLEAR,
    Now,
    Span,
    around,
    seconds_of,
    with_digits_of_times,
)  # fmt: skip
from memory.times_beside import has_length, is_border
from memory.told_times import is_told
from memory.witnessed import is_of_plans
from memory.written_times import ELSEWHERE, OF_DAY, as_said, is_name, without_zone
from wire.words import stem

S = 1_000_000_000
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
    unclear: bool = False  # a time was named, but not which; nothing is spanned
    edge: Literal["", "first", "last"] = ""  # the beginning or the end of the stream was named


_Read = Callable[[re.Match[str], Now], Span | None]

_ABOUT = r"(?:about |around |roughly |approximately |exactly |nearly |almost |some )?"
_RECORDING = r"(?:(?:the|this|that|our|my) )?(?:video|stream|recording|film|clip|tape)"
_MARK = rf"(?: mark| into (?:{_RECORDING}|it)| (?:in|of|on|from) {_RECORDING}| in)?"
_NOT_BEHIND = "".join(f"(?<!{word} )" for word in ("after", "since", "from", "before", "until", "till", "up to"))
_BEFORE = r"until|till|up to|up until|before|prior to"
_SHORT = r"\d+ [hms](?: \d+ [ms])?"  # "5m ago"


def _edge_s(t_s: float) -> float:
    return min(EDGE_MOST_S, max(EDGE_LEAST_S, EDGE_SHARE * t_s))


def _ago(found: re.Match[str], now: Now) -> Span | None:
    length_s = seconds_of(found["d"] or found["e"])
    if length_s is None:
        return None
    return around(now.t_s - length_s, max(NEAR_S, 0.2 * length_s), before=True)


def _ago_between(found: re.Match[str], now: Now) -> Span | None:
    """ "Between ten and five minutes ago", "five or ten minutes ago"."""
    second = found["q"]
    first = f"{found['p']} {second.split()[-1]}" if found["p"].isdigit() else found["p"]
    a, b = seconds_of(first), seconds_of(second)
    if a is None or b is None:
        return None
    return Span(now.t_s - max(a, b), now.t_s - min(a, b), before=True)


def _ago_until(found: re.Match[str], now: Now) -> Span | None:
    """ "More than an hour ago", "until five minutes ago", "before the last minute"."""
    parts = found.groupdict()
    length_s = seconds_of(parts["d"] or parts["e"])
    return None if length_s is None else _up_to(now.t_s - length_s, now)


def _up_to(end_s: float, now: Now) -> Span:
    """Of this stream, if it had begun by then; else all before it."""
    return Span(0 if end_s > 0 else min(end_s, -now.start_unix_s), end_s, before=True)


def _point_s(found: re.Match[str], now: Now) -> float | None:
    """The place in the stream that is named; None if that is none, as in "the train at 9:30"."""
    words = found["p"]
    at_s = None if OF_DAY.match(found.string[found.end("p") :]) else seconds_of(words)
    if at_s is None or at_s > now.t_s + NEAR_S or "quarter" in words:
        return None
    if not now.start_unix_s or ":" not in words:
        return at_s
    told = is_told(found.string[: found.start()], found[0], is_sure=False)
    return None if told or is_of_plans(found.string) else at_s


def _at(found: re.Match[str], now: Now) -> Span | None:
    at_s = _point_s(found, now)
    return None if at_s is None else around(at_s)


def _after_start(found: re.Match[str], now: Now) -> Span | None:
    """ "Ten minutes after the start"; not "what happens if I come ten minutes after the start"."""
    return _at(found, now) if _HAS_BEEN.search(found.string) or now.witnessed else None


_HAS_BEEN = re.compile(r"\b(?:did|was|were|happened|saw|seen|heard|came|said|showed|shown)\b")


def _alone(found: re.Match[str], now: Now) -> Span | None:
    """ "1:30" without a preposition; "room 1:30" and "the 1:30 train" are names."""
    before, after = found.string[: found.start()], found.string[found.end() :]
    return None if now.start_unix_s and is_name(before, after) else _at(found, now)


def _first(found: re.Match[str], now: Now) -> Span | None:
    length_s = seconds_of(found["d"])
    return None if length_s is None else Span(0, length_s)


def _after_first(found: re.Match[str], now: Now) -> Span | None:
    length_s = seconds_of(found["d"])
    return None if length_s is None or length_s > now.t_s else Span(length_s, now.t_s)


def _before_end(found: re.Match[str], now: Now) -> Span | None:
    length_s = seconds_of(found["d"])
    return None if length_s is None or length_s > now.t_s else around(now.t_s - length_s)


def _last(found: re.Match[str], now: Now) -> Span | None:
    length_s = seconds_of(found["d"])
    return None if length_s is None else Span(now.t_s - length_s, now.t_s, before=True)


_ORDINAL_MINUTE = {"second": 1, "third": 2, "fourth": 3, "fifth": 4, "sixth": 5, "seventh": 6, "eighth": 7}


def _nth(found: re.Match[str], now: Now) -> Span | None:
    unit_s = 3600.0 if found["u"] == "hour" else 60.0
    start_s = _ORDINAL_MINUTE[found["n"]] * unit_s
    return Span(start_s, start_s + unit_s)


def _between(found: re.Match[str], now: Now) -> Span | None:
    first, second = found["p"], found["q"]
    if first.isdigit():  # "between 30 and 50 seconds"
        first = f"{first} {second.split()[-1]}"
    a, b = seconds_of(first), seconds_of(second)
    return None if a is None or b is None or b <= a else Span(a, b)


def _since(found: re.Match[str], now: Now) -> Span | None:
    at_s = _point_s(found, now)
    return None if at_s is None or at_s > now.t_s else Span(at_s, now.t_s)


def _until(found: re.Match[str], now: Now) -> Span | None:
    at_s = _point_s(found, now)
    return None if at_s is None or at_s > now.t_s else Span(0, at_s)


def _beginning(found: re.Match[str], now: Now) -> Span:
    return Span(0, _edge_s(now.t_s), 0, edge="first")


def _end(found: re.Match[str], now: Now) -> Span:
    return Span(now.t_s - _edge_s(now.t_s), now.t_s, now.t_s, edge="last")


def _middle(found: re.Match[str], now: Now) -> Span | None:
    """Of the stream, not of the picture: "the triangle in the middle"."""
    before = found.string[: found.start()].split()
    if before and (before[-1] == "one" or KIND_OF.get(stem(before[-1])) in ("object", "text", "people", "code")):
        return None
    return Span(0.4 * now.t_s, 0.6 * now.t_s, 0.5 * now.t_s)


_STREAM = r"(?: of (?:the )?(?:video|stream|recording|film|clip|session|it|this))?"
_RULES: tuple[tuple[re.Pattern[str], _Read], ...] = tuple(
    (re.compile(rf"(?:^|(?<= )){pattern}(?= |$)"), read)
    for pattern, read in (
        (rf"(?:between|from) {_ABOUT}(?P<p>{DURATION}|\d+) (?:and|to|or) {_ABOUT}(?P<q>{DURATION}) ago", _ago_between),
        (rf"{_ABOUT}(?P<p>{DURATION}|\d+) (?:to|or) (?P<q>{DURATION}) ago", _ago_between),
        (rf"(?:in |during )?(?:between|from) (?P<p>{POINT}|\d+) (?:and|to|until|till) (?P<q>{POINT})"
         rf"{_MARK}", _between),
        (rf"(?:more than|over|longer than|at least|older than|{_BEFORE}) {_ABOUT}(?P<d>{LENGTH}|{_SHORT}) ago",
         _ago_until),
        (rf"(?:older|earlier) than {_ABOUT}(?P<d>{LENGTH})|(?:{_BEFORE}) (?:the )?(?:last|past|final) (?P<e>{LENGTHS})",
         _ago_until),
        (rf"(?:less than|not more than|no more than|since|starting|from|newer than|later than|after) {_ABOUT}"
         rf"(?P<d>{DURATION}|{_SHORT}) ago(?: on| onwards?| until now| (?:up )?to now)?", _last),
        (rf"{_ABOUT}(?:(?P<d>{DURATION}) (?:ago|earlier|before now|back)|(?P<e>{_SHORT}) ago)", _ago),
        (rf"(?:after|since) (?:the )?(?:first|opening) (?P<d>{LENGTHS}){_STREAM}", _after_first),
        (rf"(?:in|during|within|for|over|of|about)? ?(?:the )?(?:first|opening) (?P<d>{LENGTHS}){_STREAM}", _first),
        (rf"(?:in|during|within|for|over|of|since|from)? ?(?:the |this |these )?(?:last|past|final|previous) "
         rf"(?P<d>{LENGTHS}|{_SHORT}){_STREAM}", _last),
        (rf"(?:(?:in|during|of|for|within|about) )?the (?P<n>{'|'.join(_ORDINAL_MINUTE)}) (?P<u>minute|hour){_STREAM}",
         _nth),
        (rf"(?:at )?{_ABOUT}(?P<p>{DURATION}) (?:after|from|past) (?:the (?:very )?(?:start|beginning){_STREAM}|"
         r"(?:it|the (?:video|stream|recording|film)) (?:started|began))", _after_start),
        (rf"(?:at )?{_ABOUT}(?P<d>{DURATION}) before the (?:very )?end{_STREAM}", _before_end),
        (rf"{_NOT_BEHIND}(?:at|around|about|near|by)? ?(?:the )?{_ABOUT}(?P<p>{POINT}) (?:mark|into (?:the )?\w+|"
         rf"(?:in|of|on|from) {_RECORDING}|in)", _at),
        (rf"(?:at|around|near) (?:the )?{_ABOUT}(?:(?:time|minute|second|timestamp|time stamp|position) )?"
         rf"(?P<p>{POINT}){_MARK}", _at),
        (rf"(?:since|after|from) (?:the )?(?P<p>{POINT}){_MARK}(?: on| onwards?)?", _since),
        (rf"(?:before|until|till|up to) (?:the )?(?P<p>{POINT}){_MARK}", _until),
        (rf"(?P<p>{CLOCKED})", _alone),
        (r"just now|(?:just )?a (?:moment|second|little while) ago|a (?:moment|second) before",
         lambda m, n: Span(n.t_s - RECENT_S, n.t_s)),
        (r"(?:right now|at the moment|at present|at this (?:moment|point|time)|currently|presently|right this \w+|"
         r"these days|(?<!up to )(?<!until )(?<!till )now)", lambda m, n: Span(n.t_s - NEAR_S, n.t_s, n.t_s, True)),
        (r"(?:(?<!most )recently|lately|a (?:short )?while ago|not (?:so |too |very )?long ago)",
         lambda m, n: Span(n.t_s - 60, n.t_s)),
        (rf"(?:(?:right |already )?(?:at|in|from) the (?:very )?(?:beginning|start|outset){ELSEWHERE}{_STREAM}|"
         r"initially|at first|to begin with|to start with|in the first place|originally|"
         r"when (?:it|the (?:video|stream|recording)) (?:started|began|starts|begins))", _beginning),
        (rf"(?:at|near|towards?|by|in) the (?:very )?end{ELSEWHERE}{_STREAM}|finally|in the end", _end),
        (rf"(?:in|around|at|near) (?:the )?(?:middle|halfway)(?: point)?{ELSEWHERE}{_STREAM}|halfway through",
         _middle),
        (rf"(?:in|during) the first half{_STREAM}", lambda m, n: Span(0, n.t_s / 2)),
        (rf"(?:in|during) the (?:second|last|other) half{_STREAM}", lambda m, n: Span(n.t_s / 2, n.t_s)),
        (r"(?:so far|until now|up to now|till now|in total|altogether|overall|all together|in all(?! \w)|"
         r"in the whole (?:video|stream|recording|film)|during the whole \w+|throughout(?: the \w+)?)",
         lambda m, n: Span(0, n.t_s)),
    )
)  # fmt: skip
_WHOLE_RULE = len(_RULES) - 1  # names the whole stream, which is no narrowing


def find(
    words: list[str], t_ns: int, start_unix_s: float = 0.0, *, witnessed: bool = False, zone: tzinfo | None = None
) -> TimeWords:
    """The first time expression in `words` that can be meant at t_ns; without one, everything up to t_ns.

    With a known start the span may lie before it, below 0: in an earlier session. witnessed, zone: see `Now`."""
    now = Now(t_ns / S, start_unix_s, witnessed, witnessed, zone)
    plain = without_zone(with_digits_of_times(words), now)
    if (said := as_said(plain)) != plain and ((found := _find(said, now)).spanned or found.unclear):
        return found
    return _find(plain, now)


def _find(text: str, now: Now) -> TimeWords:
    if (civil := named_span(text, now)) is not None:
        return _with_what_is_beside(civil[0], now, text[: civil[1]], text[civil[2] :], tuple(text.split()))
    return _relative(text, now) or TimeWords(0, round(now.t_s * S), tuple(text.split()))


def _with_what_is_beside(span: Span, now: Now, before: str, after: str, words: tuple[str, ...]) -> TimeWords:
    """A day or clock time, narrowed by the time beside it, as in "20 minutes ago today"."""
    named = _found(span, now, before, after)
    unclear = TimeWords(0, round(now.t_s * S), words, unclear=True)
    if span is UNCLEAR or is_border(before, after):
        return unclear
    if not has_length(rest := " ".join(named.rest)):
        return named
    other = _relative(rest, now)
    if other is None or not other.spanned:
        return unclear
    start_ns, end_ns = max(named.start_ns, other.start_ns), min(named.end_ns, other.end_ns)
    return unclear if start_ns >= end_ns else replace(other, start_ns=start_ns, end_ns=end_ns)


def _relative(text: str, now: Now) -> TimeWords | None:
    """What is reckoned from the question or from the start of the stream."""
    for index, (pattern, read) in enumerate(_RULES):
        for match in pattern.finditer(text):
            relative = read(match, now)
            if relative is not None and match[0].strip():
                return _found(relative, now, text[: match.start()], text[match.end() :], index == _WHOLE_RULE)
    return None


def _found(span: Span, now: Now, before: str, after: str, whole: bool = False) -> TimeWords:
    t_ns = round(now.t_s * S)
    least_ns = -round(now.start_unix_s * S) if span.before else 0  # before 1970 there was nothing
    start_ns, end_ns = (min(max(round(s * S), least_ns), t_ns) for s in (span.start_s, span.end_s))
    return TimeWords(
        start_ns=start_ns, end_ns=end_ns, rest=tuple(f"{before} {after}".split()),
        at_ns=min(round(span.at_s * S), t_ns) if span.at_s >= 0 else -1,
        spanned=not (whole or span.now), now=span.now, edge=span.edge,
    )  # fmt: skip
