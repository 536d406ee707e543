"""Chinese days and times of them as English ones: 昨天下午三点半 is "at 3:30 pm yesterday". Pure."""

from __future__ import annotations

import re
from collections.abc import Callable

from memory.chinese_clock import (
    AT,
    LATE,
    MINUTES,
    NUMBER,
    O_CLOCK,
    OF_CLOCK,
    SIGNS,
    TIME,
    clock,
    clock_of,
    half_of_day,
    number,
)

_WEEKDAYS = {
    "一": "monday", "二": "tuesday", "三": "wednesday", "四": "thursday", "五": "friday", "六": "saturday",
    "日": "sunday", "天": "sunday",
}  # fmt: skip
_DAYS = {
    "大前天": "3 days ago", "前天": "the day before yesterday", "前": "the day before yesterday", "昨": "yesterday",
    "今": "today",
}  # fmt: skip
_DAY_AFTER = {"3 days ago": "the day before yesterday", "the day before yesterday": "yesterday", "yesterday": "today"}
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_PARTS = {
    "早上": "morning", "早晨": "morning", "上午": "morning", "凌晨": "morning", "中午": "lunchtime",
    "下午": "afternoon", "傍晚": "evening", "晚上": "evening", "夜里": "night", "早": "morning", "晚": "evening",
    "夜": "night",
}  # fmt: skip
_WEEKS = {
    "上个周末": "last weekend", "上周末": "last weekend", "这个周末": "this weekend", "这周末": "this weekend",
    "本周末": "this weekend", "前几天": "the other day", "前两天": "the other day", "前些天": "the other day",
    "前些日子": "the other day", "前阵子": "the other day",
    "上个星期": "last week", "上星期": "last week", "上周": "last week", "上个月": "last month", "这周": "this week",
    "本周": "this week", "这个星期": "this week", "这个月": "this month", "本月": "this month",
}  # fmt: skip
_MEALS = {"早": "breakfast", "午": "lunch", "中": "lunch", "晚": "dinner"}
_MEAL = "早[饭餐]|[午中][饭餐]|晚[饭餐]"
_LESS = rf"{NUMBER}[分刻]"
_PLANNED = "开始|开会|开门|开车|关门|结束|出发|起飞"  # what stands behind a time that is told, as of a meeting
_TIMETABLED = "会|火车|列车|班车|公交|巴士|车|航班|飞机|船|渡轮|课|票|电影|约|闹钟"
_DAY = (
    rf"(?:(?P<day>大?前天|(?<![天分钟时后以之])前(?=晚)|昨[天日]|今[天日](?=的?(?:{'|'.join(_PARTS)}|\d|{SIGNS}点))|[昨今](?=[早晚夜]))|"
    rf"(?P<ago>{NUMBER})天(?:之前|以前|前)|(?P<last>上个?)?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天])|"
    rf"(?:(?P<year>20\d\d)[年-])?(?P<month>\d{{1,2}}|{SIGNS})(?:月|(?<=-\d\d)-)(?P<date>\d{{1,2}}|{SIGNS})"
    rf"(?:[日号]|(?<=-\d\d-\d\d))"
    rf"(?:的?(?:周|星期|礼拜)[一二三四五六日天])?)"
    rf"的?(?P<part>{'|'.join(_PARTS)})?"
)
_DAY_ONLY = re.compile(rf"{_DAY}(?P<t>{TIME})?")
_ANY_DAY = re.sub(r"\?P<\w+>", "?:", _DAY_ONLY.pattern)
_BEHIND = r"之前|以前|前(?![面天晚门台排边厅])|之后|以后|后(?![面天门院排边台])|以来"
_SEEN = re.compile(
    "看到|看见|见到|见过|听到|听见|发生|说了|说过|来了|来过|谁(?:来|进|出|走|去|离|到|在|说|经过|站|坐|叫|敲)|有人|做了|"
    "内容|记录|一切|所有"
)


def _day(found: re.Match[str]) -> str:
    """A day, a part of it, or a time of it; "" for a day that may stand on a sign."""
    if (found["weekday"] or found["date"]) and not _SEEN.search(found.string):
        return ""
    return _named_day(found)


def _named_day(found: re.Match[str]) -> str:
    part, day = found["part"] or "", _date(found)
    at = clock_of(part + found["t"]) if found["t"] else ""
    if not at:
        return _part_of(part, day)
    if part in LATE and at.endswith("am"):  # 昨晚两点 was after midnight
        day = _DAY_AFTER.get(day, day)
    return f"at {at} {day}"


def _date(found: re.Match[str]) -> str:
    if found["weekday"]:
        return f"on {_WEEKDAYS[found['weekday']]}" + (" last week" if found["last"] else "")
    if found["date"]:
        month = int(number(found["month"]))
        named = _MONTHS[month - 1] if 0 < month <= len(_MONTHS) else ""
        return f"on {number(found['date']):g} {named} {found['year'] or ''}".strip()
    if found["ago"]:
        return f"{_count(found['ago'])} days ago"
    return _DAYS.get(found["day"], "") or _DAYS[found["day"][0]]


def _part_of(sign: str, day: str) -> str:
    part = _PARTS.get(sign, "")
    if sign == "凌晨":
        return f"between 12 am and 5 am {day}"
    if not part:
        return day
    if day == "today":
        return "tonight" if part == "night" else f"this {part}"
    return "last night" if (day, part) == ("yesterday", "night") else f"{day} {part}"


def _day_and_more(found: re.Match[str]) -> str:
    """ "Between 2 pm and 3 pm yesterday", "between monday and wednesday", "before 3 pm yesterday"."""
    first = _DAY_ONLY.fullmatch(found["a"])
    if first is None or ((first["weekday"] or first["date"]) and not _SEEN.search(found.string)):
        return ""
    begun, end = _bare(_named_day(first)), found["b"] or ""
    if found["rel"]:
        return f"{_way(found['rel'])} {begun}"
    if end in ("现在", "目前", "此刻"):
        return f"since {begun}"
    if end in ("今天", "今日"):
        return f"between {begun} and today"
    if (last := _DAY_ONLY.fullmatch(end)) is not None:
        return f"between {begun} and {_bare(_named_day(last))}"
    if not first["t"]:
        return ""
    part = first["part"] or ""
    day, until = _date(first), clock_of(end if re.match(OF_CLOCK, end) else part + end)
    return f"between {clock_of(part + first['t'])} and {until} {day}"


def _bare(day: str) -> str:
    return day.removeprefix("at ").removeprefix("on ")


def _way(rel: str) -> str:
    return "before" if "前" in rel else "after" if "后" in rel else "since"


def _ago(found: re.Match[str]) -> str:
    unit = "month" if found["u2"] else "week"
    if found["n"] == "半":
        return "15 days ago" if unit == "month" else ""
    return f"{_count(found['n'])} {unit}s ago"


def _last(found: re.Match[str]) -> str:
    unit = {"天": "day", "日": "day", "月": "month"}.get(found["u"], "week")
    return f"in the last {_count(found['n']).removeprefix('a ')} {unit}s"


def _count(sign: str) -> str:
    return "a few" if sign == "几" else f"{number(sign):g}"


def _meal(found: re.Match[str]) -> str:
    """ "Before lunch yesterday"; "" for a meal that may stand on a sign."""
    if not _SEEN.search(found.string):
        return ""
    rel = found["rel"]
    way = "before" if "前" in rel else "since" if rel == "以来" else "after" if "后" in rel else "at"
    day = _DAYS.get(found["day"] or "", "") or _DAYS.get((found["day"] or " ")[0], "")
    return f"{way} {_MEALS[found['meal'][0]]} {day}".strip()


def _to(found: re.Match[str]) -> str:
    """ "15 to 3 pm" of 差一刻三点 and 三点差一刻."""
    less, hour = found["less"] or found["less2"], int(number(found["h"] or found["h2"]))
    minutes = int(number(less.rstrip("钟分刻"))) * (15 if "刻" in less else 1)
    part = found["part"] or ""
    half = "pm" if hour > 12 else half_of_day(part, hour)
    return f"at {minutes} to {hour - 12 if hour > 12 else hour} {half}".strip()


def is_seen(found: re.Match[str]) -> bool:
    """Whether what a time stands in is about what was seen or heard."""
    return _SEEN.search(found.string) is not None


def _seen(say: str) -> Callable[[re.Match[str]], str]:
    """What may stand on a sign as well, where the question is about what was seen or heard."""
    return lambda found: say if _SEEN.search(found.string) else ""


def _between(found: re.Match[str]) -> str:
    first, second = found["a"], found["b"]
    part = re.match(OF_CLOCK, first)
    if part is not None and not re.match(OF_CLOCK, second):
        second = part[0] + second  # "from two to three in the afternoon"
    return f"between {clock_of(first)} and {clock_of(second)}"


def _related(found: re.Match[str]) -> str:
    return f"{_way(found['rel'])} {clock(found)}"


RULES: tuple[tuple[str, Callable[[re.Match[str]], str]], ...] = (
    (
        rf"在?(?P<day>大?前天|昨天|今天)?的?(?:吃(?:完|了|过)?)?(?P<meal>{_MEAL})(?:时间)?"
        r"(?P<rel>之前|以前|前(?!面)|之后|以后|以来|后(?!面)|的时候|时(?!间|候)|期间)",
        _meal,
    ),
    (
        rf"在?(?P<part>{OF_CLOCK})?(?:差(?P<less>{_LESS})钟?(?:到|不到)?(?P<h>\d{{1,2}}|{SIGNS})点钟?|"
        rf"(?P<h2>\d{{1,2}}|{SIGNS})点差(?P<less2>{_LESS})钟?)(?:的时候|时|左右)?",
        _to,
    ),
    (rf"(?P<ago>{NUMBER})个?(?:晚上?|夜)(?:之前|以前|前)", lambda m: f"{_count(m['ago'])} nights ago"),
    (r"今天(?:早些|早前|稍早)(?:的?时候)?", lambda m: "earlier today"),
    (
        rf"(?:从|自)?(?P<a>{_ANY_DAY})(?:(?:一直)?(?:到|至|-)(?P<b>{_ANY_DAY}|今[天日]|(?:{OF_CLOCK})?{TIME}|现在|目前|此刻)"
        rf"(?:为止|之间|期间|这段时间)?|(?P<rel>{_BEHIND}|(?<=天)起))",
        _day_and_more,
    ),
    (
        r"从?(?P<part>早上|早晨|上午|中午|下午)(?:一直)?到(?:现在|目前|此刻)(?:为止)?",
        lambda m: f"since this {_PARTS[m['part']]}",
    ),
    (rf"(?:从|自)(?P<a>{_ANY_DAY})(?P<b>)(?P<rel>开始|起)", _day_and_more),
    (rf"在?{_DAY}(?P<t>{TIME})?(?:的时候|时|左右)?", _day),
    (rf"(?P<n>{NUMBER})(?:个?(?P<u>周|星期|礼拜)|个(?P<u2>月))(?:之前|以前|前)", _ago),
    (
        rf"在?(?:最近|过去|近|刚过去|这)的?(?!一?[天日])(?P<n>{NUMBER})个?(?P<u>天|日|周|星期|礼拜|月)(?:之?内|里|中|以?来)?",
        _last,
    ),
    ("|".join(_WEEKS), lambda m: _WEEKS[m[0]]),
    (rf"(?:从|在)?(?P<a>{O_CLOCK})(?:到|至|-)(?P<b>{O_CLOCK})(?:之间|期间|这段时间|内|里)?", _between),
    (rf"(?:自?从|自)(?P<part>{OF_CLOCK})?{AT}(?P<rel>开始|起)", _related),
    (rf"(?:自?从)?(?P<part>{OF_CLOCK})?{AT}(?P<rel>之前|以前|之后|以后|以来)", _related),
    (
        rf"在?(?P<part>{OF_CLOCK})(?P<c>\d{{1,2}}:\d\d)(?:的时候|时|左右)?",
        lambda m: f"at {clock_of(m['part'] + m['c'])}",
    ),
    (
        rf"(?<![第哪有这那几缺])在?(?:(?P<part>{OF_CLOCK})|(?!一点(?!钟|半)))(?P<h>\d{{1,2}}|{SIGNS})点(?!{MINUTES}?钟?(?:{_PLANNED}|的(?:{_TIMETABLED})))"
        rf"(?P<m>{MINUTES})?钟?(?:的时候|时|左右)?",
        lambda m: f"at {clock(m)}",
    ),
)
BARE = (  # of today, where nothing else says when
    (r"在?零点(?!\d|[一二三四五六七八九几])(?:的时候|时)?", _seen("at midnight")),
    (r"在?凌晨(?:的时候|时)?", _seen("between 12 am and 5 am")),
    (r"在?(?:早上|早晨|上午)(?:的时候|时)?", _seen("in the morning")),
    (r"在?下午(?:的时候|时)?", _seen("in the afternoon")),
    (r"在?(?:晚上|傍晚)(?:的时候|时)?", _seen("in the evening")),
    (r"今天(?!的?(?:特价|菜|报|新闻))", _seen("today")),
    (r"在?(?:大?中午|午间)(?![饭餐])(?:的时候|时)?", _seen("this lunchtime")),
    (r"在?(?:午夜|半夜(?:12|十二)点)(?:的时候|时)?", _seen("at midnight")),
    (r"在?(?:半夜|深夜|夜里)(?:的时候|时)?", _seen("last night")),
    (r"在?周末(?:的时候|时)?", _seen("over the weekend")),
    (r"(?:早些|稍早)的?时候", _seen("earlier today")),
)
