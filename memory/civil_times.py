"""Clock times and days in a question, in a stream whose start is known: "at 14:05", "between two and half past two",
"since yesterday noon". Pure.
"""

from __future__ import annotations

import re
from dataclasses import replace

from memory.calendar_days import DAY, LAST_DAYS, OPEN, WEEKDAYS, is_written_too, last_days_s, span_of_days
from memory.civil_places import (
    BARE,
    CLOCK_NEAR_S,
    DAYED,
    PLACE,
    allowed,
    clock_time,
    day_end,
    in_recording,
    is_of_recording,
    moments,
    moments_of,
    on_day,
    split,
    waking,
)
from memory.clock_readings import CLOCK, readings_of
from memory.rough_times import MEAL, OTHER_DAY, span_of_meal, span_of_other_day
from memory.time_lengths import LENGTH, LENGTHS, UNCLEAR, Now, Span, around, seconds_of
from memory.told_times import is_told
from memory.witnessed import is_of_plans, is_past, is_present, is_witnessed

_SINCE = r"since|starting(?: at| from)?|from|after|shortly after|just after|right after|soon after|later than"
_UNTIL = (
    r"(?:from )?(?:(?<!the day )before|until|till|up to|up until|prior to|by|shortly before|just before|right before|"
    r"older than|earlier than)"
)
_AT = r"(?:at|around|near|towards?|during|of|from|for|about|within|(?:at|some ?time) (?:around|about|on|in|during))"
_ROUGH = r"(?:(?:about|around|roughly|exactly|approximately) )?"
_BETWEEN = re.compile(
    rf"(?:^|(?<= ))(?:(?P<d>{DAY}) )?(?:in |during )?(?P<rel>between|from) (?P<p>{PLACE}|{BARE}) "
    rf"(?:and|to|until|till|through) (?P<q>{PLACE}|{BARE}|now)(?: (?P<e>{DAY}))?{OPEN}"
)
_BESIDE = re.compile(
    rf"(?:^|(?<= ))(?:(?:at|around|about|roughly) )*"
    rf"(?P<range>(?:(?:in|during|within|for) )?(?:the )?(?:first |last )?)(?P<len>{LENGTH}) "
    rf"(?P<rel>before|after) (?P<p>{PLACE}(?= |$)|{BARE}(?=$| (?:what|who|where|which|how|did|was|were) ))"
)
_END_OF = re.compile(
    rf"(?:^|(?<= ))(?:(?:in|during|within|for|over|of) )?(?:the )?(?P<end>first|opening|last|final) (?P<len>{LENGTHS}) "
    rf"(?:of|on|in) (?P<d>{DAY}){OPEN}"
)
_RELATED = re.compile(
    rf"(?:^|(?<= ))(?:(?P<d>{DAY}) )?(?P<rel>{_SINCE}|{_UNTIL}) {_ROUGH}"
    rf"(?P<p>{PLACE}|(?(d){BARE}(?! \w+s\b)|(?!)))(?P<on> on| onwards?)?{OPEN}"
)
_HELD = re.compile(rf"(?:^|(?<= ))(?:(?P<rel>(?<!talk )(?<!talked )(?<!speak ){_AT}) {_ROUGH})?(?P<p>{DAYED}){OPEN}")
_AT_CLOCK = re.compile(rf"(?:^|(?<= ))(?:{_AT}) {_ROUGH}(?P<p>{CLOCK})(?: sharp)?(?= |$)")
_ASKING = r" (?:what|who|where|which|how|did|was|were) "
_AT_HOUR = re.compile(rf"(?:^|(?<= ))(?P<rel>at|around|since|after|before|until) {_ROUGH}(?P<p>{BARE})(?=$|{_ASKING})")
_CLOCK_ALONE = re.compile(rf"(?:^(?P<first>{CLOCK})(?= )|(?<= )(?P<last>{CLOCK})$)")
_LAST = re.compile(
    rf"(?:^|(?<= ))(?:(?:in|during|within|for|over|of|from) (?:the |these )?|the |these )(?:last|past) "
    rf"(?P<n>{LAST_DAYS}){OPEN}"
)
_OLDER = re.compile(
    rf"(?:^|(?<= ))(?:(?:older|earlier) than (?P<n>{LAST_DAYS})|(?:more than|over) (?P<ago>{LAST_DAYS}) ago){OPEN}"
)
_HINT = re.compile(
    r"\d|\b(?:one|noon|midday|midnight|yesterday|today|tonight|\w*nights?|mornings?|afternoons?|evenings?|lunchtime|lunch|breakfast|dinner|supper|half|other|\w+day|\w+days|days?|"
    r"weeks?|weekend|months?)\b"
)
_NO_CLOCK_AFTER = re.compile(
    r"(?:^| )(?:minute|timestamp|time stamp|position|"
    r"room|gate|number|flight|bus|train|platform|track|score|ratio|chapter|verse|line|version|page|channel|"
    r"code|price|costs?|say|said|says|reads?|about|at|after|before|since|until|till|from|by|to|up to|and)$"
)
_TOLD_OF = re.compile(r"\babout (?:(?:the|a|an|our|my|your) .+)?$")
SOON_S = 600.0  # "shortly after 2 pm"
_DAY_S = 86_400.0
_OUTSIDE_S = 10_800.0  # how long before a part of a day a time may still be meant to be of it
_DAYS = re.compile(DAY)


def named_span(text: str, now: Now) -> tuple[Span, int, int] | None:
    """The span of the first clock time, day or week that is meant, and where in the text it stands."""
    if not now.start_unix_s or not _HINT.search(text):
        return None
    witnessed = now.witnessed or is_witnessed(text) or re.fullmatch(DAY, text) is not None
    now = replace(now, past=witnessed or is_past(text), witnessed=witnessed)
    for pattern, read in _RULES:
        for found in pattern.finditer(text):
            if not (_told(found) or is_of_recording(found, now)) and (span := read(found, now)) is not None:
                return span, found.start(), found.end()
    return None


def _told(found: re.Match[str]) -> bool:
    """Whether the time is part of what was said or written."""
    if found.re in (_OLDER, _LAST, OTHER_DAY):
        return False
    days = [day[0] for day in _DAYS.finditer(found[0])]
    is_sure = bool(days) and not any(is_written_too(day) for day in days)
    return is_told(found.string[: found.start()], found[0], is_sure=is_sure)


def _is_fact(clock: str, text: str, now: Now) -> bool:
    """Whether a clock time is part of what is asked: "what happens at noon"."""
    return not now.past and (is_of_plans(text) or (":" not in clock and is_present(text)))


# ---- what the patterns mean ---------------------------------------------------------------------------------------


def _between(found: re.Match[str], now: Now) -> Span | None:
    first, second = split(found["p"]), split(found["q"])
    day = found["d"] or found["e"] or ""
    if not allowed(now, day, first[0], second[0]):
        return None
    day_a, day_b = first[0] or day or second[0], second[0] or day
    if second[1] == "now":
        return _up_to_now(day_a, first[1], now)
    if day_a:
        starts = moments_of(day_a, first[1], now)
        ends = _ends(day_b, day_a, second[1], now)
        pairs = [(a, b) for a in starts for b in ends if a < b and a <= now.t_s]
        shortest = min(pairs, key=lambda pair: (pair[1] - pair[0], not waking(pair[0], now)), default=None)
        return None if shortest is None else Span(*shortest, before=True)
    bare = not (re.fullmatch(CLOCK, first[1]) or re.fullmatch(CLOCK, second[1]))
    if bare and (found["rel"] == "from" or not now.past):
        return None
    return _between_clocks(first[1], second[1], now, bare)


def _ends(day: str, first_day: str, clock: str, now: Now) -> list[float]:
    """When a stretch may end: on the day named, which may be this one; else on the first day or the one after it."""
    if not day:
        return [at_s for days_on in (0, 1) for at_s in moments_of(first_day, clock, now, days_on=days_on)]
    weekday = day.removeprefix("on ")
    of_now = moments_of(f"this {weekday}", clock, now, last=True) if weekday in WEEKDAYS else []
    return [*moments_of(day, clock, now, last=True), *of_now]


def _up_to_now(day: str, clock: str, now: Now) -> Span | None:
    """ "From two until now"."""
    begun = moments_of(day, clock, now)[:1] if day else [at.at_s] if (at := clock_time(clock, now)) else []
    return Span(begun[0], now.t_s, before=True) if begun and begun[0] < now.t_s else None


def _between_clocks(first: str, second: str, now: Now, bare: bool) -> Span | None:
    """The latest two times that follow each other within half a day."""
    starts, ends = readings_of(first), readings_of(second)
    pairs = [
        (a, b)
        for a in moments(starts, now, 3)
        for b in moments(ends, now, 3, ahead=1)
        if 0 < b - a <= _DAY_S / 2 and a <= now.t_s
    ]
    if not pairs:
        return None
    start_s, end_s = max(pairs, key=lambda pair: (pair[0], -pair[1]))
    held = end_s >= -CLOCK_NEAR_S
    sure = (len(starts) == 1 or len(ends) == 1) and not (in_recording(first, now) and in_recording(second, now))
    return Span(start_s, end_s, before=True) if held or (sure and not bare and now.witnessed) else None


def _related(found: re.Match[str], now: Now) -> Span | None:
    """Since, after, before, until. Beside a day that is meant, never the whole of it."""
    span = _bordered(found, now)
    return UNCLEAR if span is None and found["d"] and allowed(now, found["d"]) else span


def _bordered(found: re.Match[str], now: Now) -> Span | None:
    day, clock = split(found["p"])
    day, rel = day or found["d"] or "", found["rel"]
    if not allowed(now, day) or (rel == "from" and day and not found["on"]):
        return None
    if not day and _is_fact(clock, found.string, now):
        return None
    at = on_day(day, clock, now) if day else clock_time(clock, now)
    if at is None:
        return None
    begin_s = at.at_s if clock else at.start_s
    if rel.startswith(("shortly", "just", "right", "soon")):
        begin_s = at.end_s if not clock and "after" in rel else begin_s
        span = (begin_s, begin_s + SOON_S) if "after" in rel else (begin_s - SOON_S, begin_s)
        return Span(*span, before=True)
    if re.fullmatch(_SINCE, rel):
        late = at.end_s if rel in ("after", "later than") and not clock else begin_s
        there = span_of_days(day, now) if day and clock else None
        if there is not None and late < there[0] - _OUTSIDE_S:  # "last night after 7 am"
            return None
        end_s = day_end(day, now) if day and clock and (rel == "after" or rel.startswith("later")) else now.t_s
        return Span(late, end_s, before=True) if late < min(end_s, now.t_s) else None
    over_s = at.end_s if not clock and ("until" in rel or rel.endswith(("till", "up to", "by"))) else begin_s
    return _until(over_s, day if clock else "", now)


def _until(end_s: float, day: str, now: Now) -> Span:
    """What was before: on that day, if one is named; in this stream, if it had begun; else in all that is known."""
    if day:
        there = span_of_days(day, now)
        start_s = there[0] if there is not None else end_s - _DAY_S
    else:
        start_s = 0.0 if end_s > CLOCK_NEAR_S else -now.start_unix_s
    return Span(min(start_s, end_s), end_s, before=True)


def _beside(found: re.Match[str], now: Now) -> Span | None:
    """ "The ten minutes before 2 pm", "ten minutes after noon"."""
    length_s = seconds_of(found["len"])
    day, clock = split(found["p"])
    is_bare = not (day or re.fullmatch(CLOCK, clock))
    if length_s is None or not clock or not allowed(now, day) or (is_bare and not now.past):
        return None
    at = on_day(day, clock, now) if day else clock_time(clock, now, held_only=is_bare)
    if at is None:
        return UNCLEAR if day or is_bare else None
    other_s = at.at_s - length_s if found["rel"] == "before" else at.at_s + length_s
    if found["range"]:
        return Span(min(at.at_s, other_s), max(at.at_s, other_s), before=True)
    return around(other_s, CLOCK_NEAR_S, before=True) if other_s <= now.t_s else UNCLEAR


def _end_of(found: re.Match[str], now: Now) -> Span | None:
    """ "The last hour of yesterday"."""
    if not allowed(now, found["d"]):
        return None
    length_s, there = seconds_of(found["len"]), span_of_days(found["d"], now)
    if length_s is None or there is None:
        return UNCLEAR
    start_s, end_s = there[0], min(there[1], now.t_s)
    if found["end"] in ("first", "opening"):
        return Span(start_s, min(end_s, start_s + length_s), before=True)
    return Span(max(start_s, end_s - length_s), end_s, before=True)


def _held(found: re.Match[str], now: Now) -> Span | None:
    """In or on a day, or at a time of one."""
    day, clock = split(found["p"])
    told_of = found["rel"] == "about" or _TOLD_OF.search(found.string[: found.start()])
    if not allowed(now, day) or (told_of and is_written_too(day)):
        return None
    return on_day(day, clock, now)


def _at_clock(found: re.Match[str], now: Now) -> Span | None:
    told = re.search(r"\b(?:say|said|says|talk|know|hear|heard|told|tell|mention|mentioned|ask) about ", found.string)
    if (told and found[0].startswith("about ")) or found[0].startswith(("of ", "from ", "for ")):
        return None
    if _is_fact(found["p"], found.string, now):
        return None
    return clock_time(found["p"], now)


def _at_hour(found: re.Match[str], now: Now) -> Span | None:
    """ "At three": a number is a time only at the end, of what was witnessed, and where the stream holds it."""
    if not now.past:
        return None
    at = clock_time(found["p"], now, held_only=True)
    if at is None or found["rel"] in ("at", "around"):
        return at
    if found["rel"] in ("since", "after"):
        return Span(at.at_s, now.t_s)
    return Span(0, at.at_s)


def _clock_alone(found: re.Match[str], now: Now) -> Span | None:
    """ "14:05" without a preposition, but not room 14:05 nor the 14:05 train."""
    if _NO_CLOCK_AFTER.search(found.string[: found.start()].rstrip()):
        return None
    return clock_time(found["first"] or found["last"], now, held_only=True)


def _last_days(found: re.Match[str], now: Now) -> Span | None:
    length_s = last_days_s(found["n"])
    return None if length_s is None else Span(now.t_s - length_s, now.t_s, before=True)


def _older(found: re.Match[str], now: Now) -> Span | None:
    length_s = last_days_s(found["n"] or found["ago"])
    return None if length_s is None else Span(-now.start_unix_s, now.t_s - length_s, before=True)


_RULES = (
    (_OLDER, _older),
    (MEAL, span_of_meal),
    (OTHER_DAY, span_of_other_day),
    (_BETWEEN, _between),
    (_BESIDE, _beside),
    (_END_OF, _end_of),
    (_RELATED, _related),
    (_HELD, _held),
    (_LAST, _last_days),
    (_AT_CLOCK, _at_clock),
    (_AT_HOUR, _at_hour),
    (_CLOCK_ALONE, _clock_alone),
)
