"""What is said of forgetting: the question back, that it was done, or why it is not. In the language of the order.

Pure. chinese: the order was.
"""

# ruff: noqa: RUF001 (Chinese marks)

from __future__ import annotations

from datetime import datetime, tzinfo
from math import ceil

from memory.sentences import number_word
from memory.times import clock

KEPT = "All right, I keep it."
NOTHING_THEN = "I remember nothing of that time, so there is nothing to forget."
NOT_ALL_BUT = "I cannot forget all but that. Say what to forget, or name one stretch of time."
NOT_WHO = "I cannot tell who or what of that time is meant. Say it in other words, or name only the time."
WHICH_TIME = "I cannot tell which time that is. Name one day or one stretch of time."
ONE_SENSE = "I cannot forget only what was seen or only what was heard. Name a time or a thing."
NOTHING_LIKE_IT = "I remember nothing like that, so there is nothing to forget."
_IN_CHINESE = {
    KEPT: "好的，我保留它。",
    NOTHING_THEN: "那段时间我什么都不记得，没有可以忘掉的。",
    NOT_ALL_BUT: "我没法只留下那些。请说要忘掉什么，或者说一段连续的时间。",
    NOT_WHO: "我不清楚是指那段时间里的谁或什么。请换个说法，或者只说时间。",
    WHICH_TIME: "我不清楚那是什么时间。请说某一天或一段连续的时间。",
    ONE_SENSE: "我没法只忘掉看到的或只忘掉听到的。请说一段时间或一样东西。",
    NOTHING_LIKE_IT: "我不记得这样的东西，没有可以忘掉的。",
}
_WEEKDAYS = "一二三四五六日"


def told(sentence: str, *, chinese: bool) -> str:
    """One of the sentences above, as it is said."""
    return _IN_CHINESE.get(sentence, sentence) if chinese else sentence


def ask_span(
    named: str, from_ns: int, to_ns: int, start_unix_s: float = 0.0, *, chinese: bool = False,
    zone: tzinfo | None = None,
) -> str:  # fmt: skip
    """start_unix_s: of the session; times before it are told by the calendar, of this machine's zone if none is
    given: the minutes that all of the span lies in."""
    if from_ns >= 0:
        first, last = clock(from_ns), clock(to_ns)
    else:
        year = datetime.fromtimestamp(start_unix_s, zone).year
        begins_s, ends_s = (ns / 1e9 + start_unix_s for ns in (from_ns, to_ns))
        first, last = (_date(at_s, year, chinese, zone) for at_s in (begins_s, 60 * ceil(ends_s / 60)))
    if chinese:
        return f"要我忘掉“{named}”吗？从{first}到{last}。说“是”就忘掉。"
    return f"Shall I forget {named}, from {first} to {last}? Say yes to do it."


def _date(unix_s: float, year: int, chinese: bool, zone: tzinfo | None) -> str:
    """ "Friday 20 November 15:00", as times in words are read; another year is told."""
    if unix_s < 86_400:
        return "最开始" if chinese else "the beginning"
    at = datetime.fromtimestamp(unix_s, zone)
    if chinese:
        of_year = "" if at.year == year else f"{at.year}年"
        return f"{of_year}{at.month}月{at.day}日星期{_WEEKDAYS[at.weekday()]}{at:%H:%M}"
    return f"{at:%A} {at.day} {at:%B}{'' if at.year == year else f' {at.year}'} {at:%H:%M}"


def ask_everything(*, chinese: bool = False) -> str:
    if chinese:
        return "要我忘掉所有会话里记住的一切吗？说“是”就忘掉。"
    return "Shall I forget everything I remember, of all sessions? Say yes to do it."


def ask_moments(
    named: str, spans: tuple[tuple[int, int], ...], elsewhere: int, found: str = "", *, chinese: bool = False
) -> str:
    """Moments of this session that hold what was named, and how many there are in other sessions. found: what is meant
    by it, where it is not known by these words."""
    at, count = [clock(start) for start, _ in spans], len(spans) + elsewhere
    if chinese:
        times = "" if not at else f"，在{at[0]}" if len(at) == 1 else f"，在{at[0]}到{at[-1]}之间"
        meant = f"，也就是：{found}" if found else ""
        return f"要我忘掉“{named}”{meant}吗？一共{count}处{times}。说“是”就忘掉。"
    times = "" if not at else f", at {at[0]}" if len(at) == 1 else f", between {at[0]} and {at[-1]}"
    meant = f", that is: {found}" if found else ""
    return f"Shall I forget {named}{meant}, {_count(count, 'moment')}{times}? Say yes to do it."


def done(named: str, events: int, pictures: int, left: int, *, chinese: bool = False) -> str:
    """What was forgotten, "" for what is not named again: of what was erased nothing is said but the time."""
    if chinese:
        if left:
            return f"已经删除了，但还有{left}个文件留有痕迹。"
        what = f"“{named}”" if named else "它"
        return f"好了，我已经忘掉了{what}：{events}件事{f'和{pictures}张图片' if pictures else ''}。"
    if left:
        return f"I erased it, but {_count(left, 'file')} still {'holds' if left == 1 else 'hold'} a trace of it."
    pictured = f" and {_count(pictures, 'picture')}" if pictures else ""
    return f"Done. I have forgotten {named or 'it'}: {_count(events, 'thing')}{pictured}."


def _count(n: int, noun: str) -> str:
    return f"{number_word(n)} {noun}{'' if n == 1 else 's'}"
