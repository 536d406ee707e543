"""Chinese numbers, clock times and days as English ones: 昨天下午三点半 is "at 3:30 pm yesterday". Pure."""

# ruff: noqa: RUF001 (Chinese signs)

from __future__ import annotations

import re
from collections.abc import Callable

_DIGITS = {sign: n for n, sign in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0, "几": 3}
NUMBER = r"(?:\d+(?:\.\d+)?|[零〇一二两三四五六七八九十百]+|半|几)"
_AFTERNOON = ("下午", "晚上", "傍晚", "中午")
_WEEKDAYS = {
    "一": "monday", "二": "tuesday", "三": "wednesday", "四": "thursday", "五": "friday", "六": "saturday",
    "日": "sunday", "天": "sunday",
}  # fmt: skip
_DAYS = {
    "大前天": "3 days ago", "前天": "the day before yesterday", "前": "the day before yesterday", "昨": "yesterday",
    "今": "today",
}  # fmt: skip
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
    "本周": "this week", "这个星期": "this week",
}  # fmt: skip
_MEALS = {"早": "breakfast", "午": "lunch", "中": "lunch", "晚": "dinner"}
_MEAL = "早[饭餐]|[午中][饭餐]|晚[饭餐]"
_LESS = rf"{NUMBER}[分刻]"
_SIGNS = "[一二两三四五六七八九十]+"
_OF_CLOCK = "早上|上午|中午|下午|傍晚|晚上|凌晨"
_MINUTES = rf"(?:半|整|{NUMBER}[分刻]?)"
_O_CLOCK = rf"(?:{_OF_CLOCK})?(?:\d{{1,2}}|{_SIGNS})点{_MINUTES}?钟?"
_AT = rf"(?P<h>\d{{1,2}}|{_SIGNS})点(?P<m>{_MINUTES})?钟?"
_PLANNED = "开始|开会|开门|开车|关门|结束|出发|起飞"  # what stands behind a time that is told, as of a meeting
_CLOCK = re.compile(rf"(?P<part>{_OF_CLOCK})?{_AT}")
_DAY = (
    rf"(?:(?P<day>大?前天|(?<![天分钟时后以之])前(?=晚)|昨[天日]|今[天日](?=的?(?:{'|'.join(_PARTS)}|\d|{_SIGNS}点))|[昨今](?=[早晚夜]))|"
    rf"(?P<ago>{NUMBER})天(?:之前|以前|前)|(?P<last>上个?)?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天]))"
    rf"的?(?P<part>{'|'.join(_PARTS)})?"
)
_SEEN = re.compile("看到|看见|见到|见过|听到|听见|发生|说了|说过|来了|来过|谁|有人|做了|内容|记录|一切|所有")


def number(text: str) -> float:
    """Of "12", "2.5", "十二", "一百零五", "半"."""
    if re.fullmatch(r"[\d.]+", text):
        return float(text)
    if text == "半":
        return 0.5
    total, digit = 0, 0
    for sign in text:
        if sign in _DIGITS:
            digit = _DIGITS[sign]
        else:
            total += max(digit, 0 if total and not digit else 1) * {"十": 10, "百": 100}[sign]
            digit = 0
    return float(total + digit)


def clock(found: re.Match[str]) -> str:
    """ "3:30 pm" of a match with the groups part, h and m."""
    hour, rest, part = int(number(found["h"])), found["m"] or "", found["part"] or ""
    if rest in ("", "整", "半"):
        minute = 30 if rest == "半" else 0
    else:
        minute = int(number(rest.rstrip("分刻"))) * (15 if rest.endswith("刻") else 1)
    half = "pm" if part in _AFTERNOON else "am" if part else ""
    if hour > 12:
        hour, half = hour - 12, "pm"
    return f"{hour}:{minute:02} {half or 'o clock'}"


def _day(found: re.Match[str]) -> str:
    """A day, a part of it, or a time of it; "" for a weekday that may stand on a sign."""
    part = _PARTS.get(found["part"] or "", "")
    if found["weekday"] and not _SEEN.search(found.string):
        return ""
    if found["weekday"]:
        day = f"on {_WEEKDAYS[found['weekday']]}" + (" last week" if found["last"] else "")
    elif found["ago"]:
        day = f"{_count(found['ago'])} days ago"
    else:
        day = _DAYS.get(found["day"], "") or _DAYS[found["day"][0]]
    if found["h"]:
        return f"at {clock(found)} {day}"
    if not part:
        return day
    if day == "today":
        return "tonight" if part == "night" else f"this {part}"
    return "last night" if (day, part) == ("yesterday", "night") else f"{day} {part}"


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
    half = "pm" if part in _AFTERNOON or hour > 12 else "am" if part else ""
    return f"at {minutes} to {hour - 12 if hour > 12 else hour} {half}".strip()


def _seen(say: str) -> Callable[[re.Match[str]], str]:
    """What may stand on a sign as well, where the question is about what was seen or heard."""
    return lambda found: say if _SEEN.search(found.string) else ""


def _between(found: re.Match[str]) -> str:
    first, second = found["a"], found["b"]
    part = re.match(_OF_CLOCK, first)
    if part is not None and not re.match(_OF_CLOCK, second):
        second = part[0] + second  # "from two to three in the afternoon"
    return f"between {_said(first)} and {_said(second)}"


def _said(text: str) -> str:
    found = _CLOCK.fullmatch(text)
    return "" if found is None else clock(found)


def _related(found: re.Match[str]) -> str:
    way = "before" if "前" in found["rel"] else "after" if "后" in found["rel"] else "since"
    return f"{way} {clock(found)}"


RULES: tuple[tuple[str, Callable[[re.Match[str]], str]], ...] = (
    (
        rf"在?(?P<day>大?前天|昨天|今天)?的?(?:吃(?:完|了|过)?)?(?P<meal>{_MEAL})(?:时间)?"
        r"(?P<rel>之前|以前|前(?!面)|之后|以后|以来|后(?!面)|的时候|时(?!间|候)|期间)",
        _meal,
    ),
    (
        rf"在?(?P<part>{_OF_CLOCK})?(?:差(?P<less>{_LESS})钟?(?:到|不到)?(?P<h>\d{{1,2}}|{_SIGNS})点钟?|"
        rf"(?P<h2>\d{{1,2}}|{_SIGNS})点差(?P<less2>{_LESS})钟?)(?:的时候|时|左右)?",
        _to,
    ),
    (rf"(?P<ago>{NUMBER})个?(?:晚上?|夜)(?:之前|以前|前)", lambda m: f"{_count(m['ago'])} nights ago"),
    (r"今天(?:早些|早前|稍早)(?:的?时候)?", lambda m: "earlier today"),
    (rf"在?{_DAY}(?:{_AT})?(?:的时候|时|左右)?", _day),
    ("|".join(_WEEKS), lambda m: _WEEKS[m[0]]),
    (rf"(?:从|在)?(?P<a>{_O_CLOCK})(?:到|至|-)(?P<b>{_O_CLOCK})(?:之间|期间|这段时间|内|里)?", _between),
    (rf"(?:自?从|自)(?P<part>{_OF_CLOCK})?{_AT}(?P<rel>开始|起)", _related),
    (rf"(?:自?从)?(?P<part>{_OF_CLOCK})?{_AT}(?P<rel>之前|以前|之后|以后|以来)", _related),
    (
        rf"在?(?P<part>{_OF_CLOCK})(?P<c>\d{{1,2}}:\d\d)(?:的时候|时|左右)?",
        lambda m: f"at {m['c']} {'pm' if m['part'] in _AFTERNOON else 'am'}",
    ),
    (
        rf"在?(?:(?P<part>{_OF_CLOCK})|(?!一点(?!钟|半)))(?P<h>\d{{1,2}}|{_SIGNS})点(?!{_MINUTES}?钟?(?:{_PLANNED}))"
        rf"(?P<m>{_MINUTES})?钟?(?:的时候|时|左右)?",
        lambda m: f"at {clock(m)}",
    ),
)
BARE = (  # of today, where nothing else says when
    (r"在?(?:大?中午|午间)(?:的时候|时)?", _seen("this lunchtime")),
    (r"在?(?:午夜|半夜(?:12|十二)点)(?:的时候|时)?", _seen("at midnight")),
    (r"在?(?:半夜|深夜|夜里)(?:的时候|时)?", _seen("last night")),
    (r"在?周末(?:的时候|时)?", _seen("over the weekend")),
    (r"(?:早些|稍早)的?时候", _seen("earlier today")),
)
