"""Days, parts of days and weeks as they are said: "yesterday evening", "on Monday", "last week". Pure.

Seconds count from the start of the stream, so what was before it is below 0.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from memory.time_lengths import Now

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_HOURS: dict[str, tuple[float, float]] = {  # of the day; what reaches beyond midnight counts on
    "morning": (5, 12), "afternoon": (12, 18), "evening": (17, 24), "night": (18, 30), "lunchtime": (11, 14),
}  # fmt: skip
PART = f"(?:{'|'.join(_HOURS)})"
_WEEKDAY = f"(?:{'|'.join(WEEKDAYS)})"
_MONTH = f"(?:{'|'.join(_MONTHS)})"
_SURE_MONTH = f"(?:{'|'.join(m for m in _MONTHS if m not in ('march', 'may'))})"
_FEW = r"(?:\d+|a few|few|a couple of|a couple|couple of|several|an?|one)"
_SEVERAL = ("a few", "few", "several")
_TH = r"(?: (?:st|nd|rd|th))"
_YEAR = r"(?: [12]\d{3}(?! (?:hours|am|pm)\b))"
_IN_PART = rf"(?: (?:in the |at )?{PART})?"
# These are written on signs as well.
_WRITTEN_TOO = (
    rf"(?:tonight|overnight|during the night|(?:this|at the|over the|on the) weekend|"
    rf"in the (?:morning|afternoon|evening)|"
    rf"(?:on )?(?:{_WEEKDAY} )?(?:the )?\d{{1,2}}{_TH}?(?: of)? {_MONTH}{_YEAR}?|"
    rf"(?:on )?(?:{_WEEKDAY} )?{_SURE_MONTH} (?:the )?\d{{1,2}}{_TH}?{_YEAR}?|(?:on )?{_WEEKDAY} the \d{{1,2}}{_TH}|"
    rf"(?:on )?(?:this )?{_WEEKDAY}{_IN_PART}|"
    rf"(?:on {_MONTH} (?:the )?\d{{1,2}}|{_MONTH} (?:the )?\d{{1,2}}{_TH}){_TH}?{_YEAR}?|"
    rf"{_MONTH} (?:the )?\d{{1,2}}{_TH}?{_YEAR}|on the \d{{1,2}}{_TH}|"
    r"(?:on )?20\d\d [01]?\d [0-3]?\d)"
)
_OF_NOW = rf"(?:(?:early |late )?today{_IN_PART}|this (?:week|month))"
_SURE = (
    rf"(?:the night before last|the day before yesterday{_IN_PART}|(?:early |late )?yesterday{_IN_PART}|"
    rf"(?:early |late )?this (?:morning|afternoon|evening|lunchtime)|(?:late )?last (?:night|evening)|"
    rf"(?:about )?{_FEW} (?:days?|weeks?|months?) ago{_IN_PART}|(?:about )?{_FEW} {PART}s? ago|"
    rf"(?:on )?(?:last|this past|this last) {_WEEKDAY}{_IN_PART}|(?:on )?{_WEEKDAY} last week|"
    rf"earlier (?:on )?(?:this (?:week|morning|afternoon|evening)|today)|the week before last|last (?:week|month)|"
    rf"(?:(?:over |at |on )?the )?last weekend(?! of\b))"
)
DAY = rf"(?:{_SURE}|{_OF_NOW}|{_WRITTEN_TOO})"
OPEN = (  # what may follow: "yesterday evening news" is no time
    r"(?=$| (?:\d|(?:at|in|on|around|about|between|from|to|until|till|before|after|since|and|or|but|who|what|which|"
    r"where|when|how|why|did|was|were|is|are|do|does|has|have|had|i|you|we|they|he|she|it|the|a|an|there|any\w*|"
    r"some\w*|so|by|noon|midnight|midday|half|quarter|please|exactly|again|too|already|with|of|that|my|your|our|one|"
    r"everything|on(?:wards?)?)(?: |$)))"
)
_IS_WRITTEN_TOO = re.compile(_WRITTEN_TOO)
_IS_OF_NOW = re.compile(_OF_NOW)
_AGO = re.compile(rf"(?P<n>{_FEW}) (?P<unit>day|week|month|{PART})s? ago")
_LAST_FEW = re.compile(rf"(?P<n>{_FEW} )?(?P<unit>day|week|month)s?")
LAST_DAYS = rf"(?:{_FEW} )?(?:days?|weeks?|months?)"
_DATE = re.compile(
    rf"(?:(?P<d>\d{{1,2}}){_TH}?(?: of)? (?P<m>{_MONTH})|(?P<m2>{_MONTH}) (?:the )?(?P<d2>\d{{1,2}}){_TH}?)"
    rf"(?P<y>{_YEAR})?"
)
_DAY_OF_MONTH = re.compile(rf"(?:on|day) the (\d{{1,2}}){_TH}")
_ISO = re.compile(r"(20\d\d) (\d{1,2}) (\d{1,2})")
_NAMED_PART = re.compile(rf"\b(?:({PART})s?|tonight|overnight)\b")
_NAMED_WEEKDAY = re.compile(rf"\b{_WEEKDAY}\b")
_MOST = 600  # of days, weeks or months: more than any memory has
_UNIT_DAYS = {"day": 1, "week": 7, "month": 30}
_NEW_DAY = 5  # before that hour, people still speak of the night that began the day before


def moment_s(day: date, hours: float, now: Now) -> float:
    """Where in the stream a time of a day lies."""
    return _at(day, hours, now).timestamp() - now.start_unix_s


def clock_s(day: date, hours: float, now: Now) -> float:
    """Where in the stream a clock time of a day lies: of one that comes twice, as clocks are put back, the last time it
    has been."""
    at = _at(day, hours, now)
    first, again = (at.replace(fold=fold).timestamp() - now.start_unix_s for fold in (0, 1))
    return again if first < again <= now.t_s else first


def _at(day: date, hours: float, now: Now) -> datetime:
    return datetime.combine(day, time(), now.zone) + timedelta(hours=hours)


def civil_at(at_s: float, now: Now) -> datetime:
    """Day and clock time of a moment of the stream."""
    return datetime.fromtimestamp(now.start_unix_s + at_s, now.zone)


def today(now: Now) -> date:
    """The day on which it is asked."""
    return civil_at(now.t_s, now).date()


def may_be_meant(text: str, now: Now) -> bool:
    """Whether a day is the time of what is asked about, for it may as well be part of what was read or told."""
    return now.past if _IS_OF_NOW.fullmatch(text) else now.witnessed


def is_written_too(text: str) -> bool:
    """Whether the words are as likely to stand on a sign."""
    return _IS_WRITTEN_TOO.fullmatch(text) is not None


def part_of(text: str) -> str:
    """ "morning", "night"... if the words name a part of a day."""
    found = _NAMED_PART.search(text)
    return "" if found is None else found[1] or "night"


def day_of(text: str, now: Now) -> date | None:
    """The day that the words name, None if they name more than one, or none."""
    here = today(now)
    if "day before yesterday" in text or text == "the night before last":
        return here - timedelta(days=2)
    if "yesterday" in text:
        return here - timedelta(days=1)
    if text in ("tonight", "last night", "late last night", "last evening", "overnight", "during the night"):
        small_hours = civil_at(now.t_s, now).hour < _NEW_DAY
        return here if text == "tonight" and not small_hours else here - timedelta(days=1)
    if text.startswith("the weekend") or "week" in text or "month" in text.split():
        return _weekday_of_last_week(text, here)
    if ago := _AGO.search(text):
        is_several = ago["unit"] in ("week", "month") or ago["n"] in _SEVERAL
        return None if is_several else here - timedelta(days=_few(ago["n"]))
    if dated := _DATE.search(text):
        day, month = int(dated["d"] or dated["d2"]), _MONTHS.index(dated["m"] or dated["m2"]) + 1
        return _valid(int(dated["y"]), month, day) if dated["y"] else _date(day, month, here)
    if written := _ISO.search(text):
        return _valid(int(written[1]), int(written[2]), int(written[3]))
    if numbered := _DAY_OF_MONTH.search(text):
        day = int(numbered[1])
        in_this_month = _date(day, here.month, here)
        return in_this_month if in_this_month and in_this_month.month == here.month else None
    if weekday := _NAMED_WEEKDAY.search(text):
        back = (here.weekday() - WEEKDAYS.index(weekday[0])) % 7
        return here - timedelta(days=back or (0 if "this " in text and "past" not in text else 7))
    return here


def _weekday_of_last_week(text: str, here: date) -> date | None:
    weekday = _NAMED_WEEKDAY.search(text)
    if weekday is None or "last week" not in text:
        return None
    return here - timedelta(days=here.weekday() + 7 - WEEKDAYS.index(weekday[0]))


def _date(day: int, month: int, here: date) -> date | None:
    """The last day of that name."""
    found = (_valid(year, month, day) for year in (here.year, here.year - 1))
    return next((one for one in found if one is not None and one <= here), None)


def _valid(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _few(text: str) -> int:
    counted = {"a few": 3, "few": 3, "several": 4, "a couple of": 2, "a couple": 2, "couple of": 2}
    return counted.get(text, min(int(text), _MOST) if text.isdigit() else 1)


def span_of_days(text: str, now: Now) -> tuple[float, float] | None:
    """From, to of what one of the words of DAY names; None if that is not over or has not begun."""
    here = today(now)
    day = day_of(text, now)
    if day is not None:
        part = part_of(text)
        first, last = _HOURS[part] if part else (0.0, 24.0)
        if text.startswith("early "):
            last = (first + last) / 2
        elif text.startswith("late "):
            first = (first + last) / 2
        if text.startswith("in the ") and moment_s(day, first, now) > now.t_s:
            day -= timedelta(days=1)
        span = moment_s(day, first, now), moment_s(day, last, now)
    elif (found := _days(text, here)) is not None:
        span = moment_s(found[0], 0, now), moment_s(found[1], 0, now)
    else:
        return None
    return span if span[0] <= now.t_s else None


def _days(text: str, here: date) -> tuple[date, date] | None:
    """From, to (not with it) of weeks and months."""
    monday = here - timedelta(days=here.weekday())
    if ago := _AGO.search(text):
        days = _few(ago["n"]) * _UNIT_DAYS.get(ago["unit"], 1)
        before, after = {"week": (1, 2), "month": (7, 8)}.get(ago["unit"], (2, 2))
        middle = here - timedelta(days=days)
        return middle - timedelta(days=before), middle + timedelta(days=after)
    week = timedelta(days=7)
    if "weekend" in text:
        saturday = monday + timedelta(days=5)
        if saturday > here or "last" in text:
            saturday -= week
        return saturday, saturday + timedelta(days=2)
    first = here.replace(day=1)
    named: dict[str, Callable[[], tuple[date, date]]] = {
        "the week before last": lambda: (monday - 2 * week, monday - week),
        "last week": lambda: (monday - week, monday),
        "last month": lambda: ((first - timedelta(days=1)).replace(day=1), first),
        "this month": lambda: (first, here + timedelta(days=1)),
    }
    return named[text]() if text in named else (monday, here + timedelta(days=1)) if "this week" in text else None


def last_days_s(text: str) -> float | None:
    """Seconds of "few days", "2 weeks", "week"."""
    found = _LAST_FEW.fullmatch(text)
    if found is None:
        return None
    count = found["n"].strip() if found["n"] else "1"
    return _few(count) * _UNIT_DAYS[found["unit"]] * 86_400.0
