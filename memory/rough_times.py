"""Times that say only roughly when: "since lunch", "before dinner yesterday", "the other day". Pure.

They are as often part of what was told ("what did they play after dinner"), so they are times only of what was seen,
heard or said here. People eat at other hours each day: what was before a meal reaches to its end, what was after it
begins with it.
"""

from __future__ import annotations

import re
from datetime import timedelta

from memory.calendar_days import DAY, PART, day_of, may_be_meant, moment_s, today
from memory.time_lengths import Now, Span

_MEALS = {"breakfast": (6.0, 10.0), "lunch": (12.0, 14.0), "dinner": (18.0, 21.0), "supper": (18.0, 21.0)}
_CLOSES = (  # "lunch menu" and "lunch was served" are no times
    r"(?=$| (?:who|what|which|where|when|how|did|do|please|again|anyone|anybody|someone|somebody)(?: |$))"
)
MEAL = re.compile(
    rf"(?:^|(?<= ))(?:(?P<d>{DAY}) )?(?P<rel>(?:ever )?since|(?:right |just |shortly )?(?:after|before)|until|till|"
    rf"at|over|during) (?P<meal>{'|'.join(_MEALS)})(?: ?time)?(?: (?P<e>{DAY}))?{_CLOSES}"
)
OTHER_DAY = re.compile(rf"(?:^|(?<= ))(?:on )?the other (?P<unit>day|week|{PART}){_CLOSES}")
_DEED = "see|hear|notice|say|talk|speak|tell|discuss|miss|read|look at"
_HERE = re.compile(
    rf"\b(?:(?:did|have|had) (?:you|we|i|he|she|they|any\w+|some\w+) (?:{_DEED}|come|go|leave|enter|arrive|visit|"
    r"seen|heard|noticed|said|talked|spoken|told|missed|visited)|(?:i|you|we|they|he|she) "
    r"(?:saw|heard|noticed|said|talked|spoke|told|missed)|what (?:has |have )?(?:happened|changed)|"
    r"(?:what|anything) (?:was|has been) (?:said|shown|seen|going on)|what (?:was|were) .* doing|"
    r"(?:who|people|any\w+|some\w+) (?:has |have )?(?:came|come|went|left|entered|arrived|visited|called|"
    r"(?:was|were) t?here)|"
    r"\w+ (?:came|went) (?:in|by|out|over|away|back|past|through)|summar\w+|recap|sum up|tell me about)(?= |$)"
)


def is_of_here(text: str) -> bool:
    """Whether the words are about what was seen, heard or said here."""
    return _HERE.search(text) is not None


def span_of_meal(found: re.Match[str], now: Now) -> Span | None:
    """What lies before, after or within a meal: of the day that is named, else of the last one on which it was due."""
    named = found["d"] or found["e"] or ""
    if not is_of_here(found.string) or (named and not may_be_meant(named, now)):
        return None
    day = day_of(named, now) if named else today(now)
    if day is None:
        return None
    rel, (begins, ends) = found["rel"].split()[-1], _MEALS[found["meal"]]
    is_before = rel in ("before", "until", "till")
    if not named and not is_before and moment_s(day, begins, now) > now.t_s:
        day -= timedelta(days=1)
    begin_s, end_s = moment_s(day, begins, now), moment_s(day, ends, now)
    if is_before:
        begin_s = moment_s(day, 0, now)
    elif rel == "since":
        end_s = now.t_s
    elif rel == "after":
        end_s = moment_s(day, 24, now)
    return Span(begin_s, min(end_s, now.t_s), before=True) if begin_s < now.t_s else None


def span_of_other_day(found: re.Match[str], now: Now) -> Span | None:
    """Two weeks before today, or eight before this week."""
    if not is_of_here(found.string):
        return None
    here = today(now)
    if found["unit"] == "week":
        here -= timedelta(days=here.weekday())
    weeks = 8 if found["unit"] == "week" else 2
    return Span(moment_s(here - timedelta(weeks=weeks), 0, now), moment_s(here, 0, now), before=True)
