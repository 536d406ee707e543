"""Chinese time expressions as the English ones that `memory.timewords` reads. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable

from memory.chinese_clock import NUMBER, number
from memory.chinese_days import BARE, RULES, is_seen

_UNIT = r"(?:小时|钟头|刻钟|分钟|分|秒钟|秒)"
_LENGTH = rf"(?:{NUMBER}个?半?{_UNIT}半?)(?:零?{NUMBER}个?半?{_UNIT}半?)*"
_POINT = rf"(?:\d{{1,2}}:\d\d(?::\d\d)?|{_LENGTH})"
_PART = re.compile(rf"({NUMBER})个?(半?)({_UNIT})(半?)")
_UNIT_S = {"刻": 900.0, "小": 3600.0, "钟": 3600.0, "分": 60.0, "秒": 1.0}


def seconds(text: str) -> float:
    """Of "1:30", "两分钟半", "1分30秒", "一个半小时"."""
    if ":" in text:
        total = 0
        for part in text.split(":"):
            total = total * 60 + int(part)
        return float(total)
    found = 0.0
    for count, half, unit, half_behind in _PART.findall(text):
        found += (number(count) + (0.5 if half or half_behind else 0.0)) * _UNIT_S[unit[0]]
    return found


def _length(text: str) -> str:
    return f"{seconds(text):g} seconds"


def _point(text: str) -> str:
    if re.match(r"0\d:", text):  # as it stands on a recording
        return text
    whole = round(seconds(text))
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


def _over(found: re.Match[str]) -> str:
    """一个多小时前 is up to half an hour more than one."""
    return f"{(number(found['n']) + 0.25) * _UNIT_S[found['u'][0]]:g} seconds ago"


def _minute(found: re.Match[str]) -> str:
    size = _UNIT_S[found["u"][0]]
    end = number(found["n"]) * size
    return f"between {_at(end - size)} and {_at(end)}" if size > 1 else f"at {_at(end)}"


def _at(at_s: float) -> str:
    return _point(f"{int(at_s // 3600)}:{int(at_s // 60 % 60)}:{int(at_s % 60)}")


_RULES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = tuple(
    (re.compile(pattern), say)
    for pattern, say in (
        *RULES[:-1],
        (rf"(?:从|在)?(?P<a>{_POINT})(?:到|至|-)(?P<b>{_POINT})(?:之间|期间|这段时间|内|里)?",
         lambda m: f"between {_point(m['a'])} and {_point(m['b'])}"),
        (rf"(?:大概|大约|差不多|约)?(?P<d>{_LENGTH})(?:钟)?(?:左右|上下)?(?:之前|以前|前)",
         lambda m: f"{_length(m['d'])} ago"),
        (rf"(?P<n>{NUMBER})个?多(?P<u>{_UNIT})(?:之前|以前|前)", _over),
        (rf"在?(?:最后|最近|过去|近|刚过去|刚才|刚刚)的?这?(?P<d>{_LENGTH})(?:之?内|里|中|当中)?",
         lambda m: f"in the last {_length(m['d'])}"),
        (rf"在?(?:最前面?|前|最初|最开始|开头|头)的?(?P<d>{_LENGTH})(?:之?内|里|中|当中)?",
         lambda m: f"in the first {_length(m['d'])}"),
        (rf"从?第(?P<a>{NUMBER})(?:分钟)?(?:到|至)第?(?P<b>{NUMBER})分钟(?:之间|期间|之?内|里)?",
         lambda m: f"between {_at(60 * (number(m['a']) - 1))} and {_at(60 * number(m['b']))}"),
        (rf"在?第(?P<n>{NUMBER})个?(?P<u>小时|分钟|秒钟|秒)(?:之?内|里|的时候|时|处)?", _minute),
        RULES[-1],
        (rf"在?(?P<d>{_LENGTH})(?:之|以)?内", lambda m: f"in the last {_length(m['d'])}" if is_seen(m) else ""),
        *BARE,
        (rf"在?(?P<p>\d{{1,2}}:\d\d(?::\d\d)?|{_LENGTH})(?:的时候|的地方|那时候?|左右|时候|时|处)",
         lambda m: f"at {_point(m['p'])}"),
        (r"在?(?P<p>\d{1,2}:\d\d(?::\d\d)?)", lambda m: f"at {_point(m['p'])}"),
        (r"刚开始的?时候|刚开始|一开始的?时候|一开始|最开始|开始的?时候|开头|起初|最初", lambda m: "at the beginning"),
        (r"刚才|刚刚|方才", lambda m: "just now"),
        (r"不久前|前不久|一会儿?前|片刻之?前", lambda m: "a while ago"),
        (r"最近|近来", lambda m: "recently"),
        (r"(?<![出发体实表])现在|此刻|此时|目前(?!为止)|当前|眼下|这会儿", lambda m: "right now"),
        (r"到(?:目前|现在)为止|从头到尾|整个(?:过程|视频|录像)?[中里]?|全程|总共|一共|今天|这段时间[里内]?",
         lambda m: "so far"),
        (r"结尾处?|末尾|快结束的?时候|结束的?时候|最后(?=发生|怎么|有什么|看到什么|说了?什么|$)",
         lambda m: "at the end"),
        (r"(?:在|到)?(?:视频|录像)的?(?:正?中间|一半)的?(?:时候|处)?|(?:在|到)?(?:中间|一半)的?(?:时候|处)|到一半|"
         r"(?:在|到)?中间(?=发生)", lambda m: "in the middle"),
        (r"^在?(?:之前|以前|此前|先前)(?=你|我|谁|有|发生)", lambda m: "so far"),
    )
)  # fmt: skip


def take_time(text: str) -> tuple[str, str]:
    """(the English time expression, the text without it); "" where none is named. text: without spaces."""
    for pattern, say in _RULES:
        found = pattern.search(text)
        if found and (said := say(found)):
            return said, text[: found.start()] + text[found.end() :]
    return "", text
