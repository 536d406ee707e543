"""Times as they are written, in the words of those that are said: "2.30 pm", "20 Nov", "2 1/2 hours". Pure.

Also what tells a time of day from a place in a recording, and the ends of the stream from those of a street.
"""

from __future__ import annotations

import re
from datetime import datetime

from memory.time_lengths import Now

_MONTHS = {
    "jan": "january", "feb": "february", "mar": "march", "apr": "april", "jun": "june", "jul": "july",
    "aug": "august", "sept": "september", "sep": "september", "oct": "october", "nov": "november", "dec": "december",
}  # fmt: skip
_SHORT = "|".join(_MONTHS)
_TH = r"(?: (?:st|nd|rd|th))?"
_DATED = re.compile(
    rf"\b(?:(?P<d>\d{{1,2}}{_TH}(?: of)?) (?P<m>{_SHORT})|(?P<m2>{_SHORT}) (?P<d2>\d{{1,2}}{_TH}))(?= |$)"
)
_DOTTED = re.compile(r"\b(\d{1,2})\.([0-5]\d)(?= (?:am|pm)\b)")
_DOTTED_PAIR = re.compile(r"\b(\d{1,2})\.([0-5]\d)(?= (?:and|to|until|till) \d{1,2}:[0-5]\d (?:am|pm)\b)")
_UNIT = r"(?P<u>hours?|hrs?|minutes?|mins?)\b"
_AND_HALF = re.compile(rf"\b(?P<n>\d+) (?:1 2|½) {_UNIT}")
_HALF = re.compile(rf"(?:1 2|½) (?:an? )?{_UNIT}")
_FORTNIGHT = re.compile(r"\b(?:a fortnight(?= ago\b)|(?<=than )a fortnight|(?<=last )fortnight|(?<=past )fortnight)\b")
_WEEKS_AGO = re.compile(r"\b(?P<n>an?|one|\d{1,2}) weeks? ago (?P<day>today|yesterday)\b")
_NAME_BEFORE = re.compile(r"\b(?:room|gate|number|flight|bus|train|platform|track|score|ratio|chapter|verse) $")
_THE = re.compile(r"\b(?:the|a) $")
_NOUN = re.compile(r" (?!mark\b|what|who|where|which|how|did|was|were|is|are|in\b|into\b|of\b)[a-z]")
_ZONED = re.compile(r"(?<=\d:\d\d) (?P<zone>[a-z]{3,5})\b")
OF_DAY = re.compile(r" (?:am|pm|oclock|o clock|hours|at night|in the (?:morning|afternoon|evening))\b")
ELSEWHERE = (  # "at the end of the street" is a place
    r"(?! of (?:the |an? |my |your |our |this |that |his |her |their )?(?:room|queue|line|street|road|table|hall|"
    r"corridor|row|list|page|book|chapter|shelf|building|garden|path|river|city|town|village|screen|picture|image|"
    r"photo|field|stage|floor|wall|bridge|lake|park|square|track|train|platform|kitchen|shop|yard)\b)"
)


def as_said(text: str) -> str:
    """Words of a question, its numbers as digits, with their times as they are said."""
    if _SOME.search(text) is None:
        return text
    text = _DATED.sub(_whole_month, text)
    for pattern in (_DOTTED, _DOTTED_PAIR):
        text = pattern.sub(r"\1:\2", text)
    text = _HALF.sub(r"half an \g<u>", _AND_HALF.sub(r"\g<n>.5 \g<u>", text))
    return _WEEKS_AGO.sub(_days_ago, _FORTNIGHT.sub("2 weeks", text))


_SOME = re.compile(rf"\d\.\d\d|1 2|½|fortnight|weeks? ago |\b(?:{_SHORT})\b")


def _whole_month(found: re.Match[str]) -> str:
    if found["m"]:
        return f"{found['d']} {_MONTHS[found['m']]}"
    return f"{_MONTHS[found['m2']]} {found['d2']}"


def _days_ago(found: re.Match[str]) -> str:
    weeks = int(found["n"]) if found["n"].isdigit() else 1
    return f"{7 * weeks + (found['day'] == 'yesterday')} days ago"


def without_zone(text: str, now: Now) -> str:
    """ "14:05 CET" is "14:05" where that zone is the one that times are told in."""
    if not now.start_unix_s or _ZONED.search(text) is None:
        return text
    half_years = (now.start_unix_s + now.t_s - at_s for at_s in (0.0, 15_768_000.0))
    own = {datetime.fromtimestamp(at_s, now.zone).astimezone(now.zone).tzname() for at_s in half_years}
    return _ZONED.sub(lambda found: "" if found["zone"].upper() in own else found[0], text)


def is_name(before: str, after: str) -> bool:
    """Whether a clock time between these words names something: "room 1:30", "the 1:30 train"."""
    return bool(_NAME_BEFORE.search(before) or (_THE.search(before) and _NOUN.match(after)))
