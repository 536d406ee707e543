"""Chinese numbers and clock times as English ones: 晚上十点半 is "10:30 pm". Pure."""

# ruff: noqa: RUF001 (Chinese signs)

from __future__ import annotations

import re

_DIGITS = {sign: n for n, sign in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0, "几": 3}
NUMBER = r"(?:\d+(?:\.\d+)?|[零〇一二两三四五六七八九十百]+几?|半|几)"
LATE = ("晚上", "晚", "夜里", "夜")
SIGNS = "[一二两三四五六七八九十]+"
OF_CLOCK = "早上|上午|中午|下午|傍晚|晚上|凌晨"
MINUTES = rf"(?:半|整|{NUMBER}[分刻]?)"
HOUR = rf"(?:\d{{1,2}}|{SIGNS}|零)"
TIME = rf"(?:{HOUR}点{MINUTES}?钟?|\d{{1,2}}:\d\d)"
O_CLOCK = rf"(?:{OF_CLOCK})?{HOUR}点{MINUTES}?钟?"
AT = rf"(?P<h>\d{{1,2}}|{SIGNS})点(?P<m>{MINUTES})?钟?"
_CLOCK = re.compile(rf"(?P<part>{OF_CLOCK})?(?P<h>{HOUR})(?:点(?P<m>{MINUTES})?钟?|:(?P<mm>\d\d))")


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
    return _o_clock(found["h"], found["m"] or "", found["part"] or "")


def _o_clock(hours: str, rest: str, part: str) -> str:
    hour = int(number(hours))
    if rest in ("", "整", "半"):
        minute = 30 if rest == "半" else 0
    else:
        minute = int(number(rest.rstrip("分刻"))) * (15 if rest.endswith("刻") else 1)
    if hour > 12:
        return f"{hour - 12}:{minute:02} pm"
    return f"{hour}:{minute:02} {half_of_day(part, hour) or ('am' if hours[0] in '0零' else 'o clock')}"


def half_of_day(part: str, hour: int) -> str:
    """Which half of the day: 上午十二点 is noon, 晚上十二点 midnight, 中午十一点 before noon."""
    if not part:
        return ""
    if part in LATE:
        return "pm" if 5 <= hour < 12 else "am"
    if part == "中午":
        return "am" if hour in (10, 11) else "pm"
    if part in ("下午", "傍晚"):
        return "pm"
    return "pm" if hour == 12 and part != "凌晨" else "am"


def clock_of(text: str) -> str:
    """A clock time with what is said of the half of the day before it."""
    late = next(
        (part for part in ("夜里", "晚", "夜", "早晨", "早") if re.match(rf"{part}[\d{SIGNS[1:-2]}零]", text)), ""
    )
    found = _CLOCK.fullmatch(text.removeprefix(late))
    if found is not None and late:
        return _o_clock(found["h"], found["m"] or found["mm"] or "", late)
    return "" if found is None else _o_clock(found["h"], found["m"] or found["mm"] or "", found["part"] or "")
