"""How a Chinese phrase is spoken: times, addresses and symbols as words. Pure text; numbers stay figures, which voices
that speak Chinese read."""

# ruff: noqa: RUF001 (Chinese marks)

from __future__ import annotations

import re

_CLOCK = re.compile(r"(?<![\d:])(?:(\d{1,2}):)?(\d{1,3}):(\d{2})(?![\d:])")
_DATED = re.compile(  # what stands before a time of day
    r"(?:\d[日号](?:星期.)?|\d{4}-\d\d-\d\d|(?:[昨今明前]天|周.|星期.)?的?(?:早上|早晨|上午|中午|下午|傍晚|晚上|凌晨)|[昨今明前]天|周[一二三四五六日]|"
    r"星期.) ?$"
)
_UNTIL = re.compile(r"(?<=\d:\d\d)\s?[-–—~]\s?(?=\d{1,2}:\d\d)")
_ADDRESS = re.compile(r"(?:https?://)?(?:www\.)?((?:[a-z0-9-]+\.)+[a-z]{2,}(?:/[\w./?=&%#-]*)?)", re.IGNORECASE)
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s?[%\uff05]")
_MONEY = re.compile(r"([$€£¥\uffe5])\s?(\d+(?:,\d{3})*(?:\.\d+)?)")
_CURRENCIES = {"$": "美元", "€": "欧元", "£": "英镑", "¥": "元", "\uffe5": "元"}
_DEGREES = re.compile(r"(-?\d+(?:\.\d+)?)\s?(?:°C|℃|°)")
_NEGATIVE = re.compile(r"(?<![a-zA-Z0-9.])-(?=\d)")
_SYMBOLS = (
    ("&", "和"), ("+", "加"), ("=", "等于"), ("@", " at "), ("…", "，"), ("/", " "), ("_", " "), ("#", "号"), ('"', ""),
    ("*", ""), ("|", "，"), ("“", ""), ("”", ""), ("《", ""), ("》", ""), ("「", ""), ("」", ""),
)  # fmt: skip


def spoken_chinese(phrase: str) -> str:
    """The phrase as it is to be said; empty if there is nothing to say."""
    text = _ADDRESS.sub(_address, phrase)
    text = _CLOCK.sub(_time, _UNTIL.sub("到", text))
    text = _PERCENT.sub(r"百分之\1", text)
    text = _MONEY.sub(lambda found: f"{found[2].replace(',', '')}{_CURRENCIES[found[1]]}", text)
    text = _DEGREES.sub(r"\1度", text)
    text = _NEGATIVE.sub("负", text)
    for symbol, word in _SYMBOLS:
        text = text.replace(symbol, word)
    text = re.sub(r"\s+", " ", text).strip()
    return text if re.search(r"\w", text) else ""


def is_quoted(before: str) -> bool:
    """Whether what follows these words of a phrase is quoted in it, as a sign is: no place in the stream."""
    return before.count('"') % 2 == 1 or any(before.rfind(a) > before.rfind(b) for a, b in ("“”", "「」", "‘’"))


def _time(found: re.Match[str]) -> str:
    """A place in the stream: "1:05" is "1分5秒"; a time of day is "14点5分", as is what a sign says."""
    before = found.string[: found.start()]
    if _DATED.search(before) or is_quoted(before):
        hour, minute, second = (found[1], found[2], found[3]) if found[1] else (found[2], found[3], "0")
        minutes = f"{int(minute)}分" if int(minute) or int(second) else ""
        return f"{int(hour)}点{minutes}{f'{int(second)}秒' if int(second) else ''}"
    parts = [(int(found[1] or 0), "小时"), (int(found[2]), "分"), (int(found[3]), "秒")]
    return "".join(f"{n}{unit}" for n, unit in parts if n) or "一开始"


def _address(found: re.Match[str]) -> str:
    """Spelled with its dots; a number with a point is none."""
    if not re.search(r"[a-z]", found[1], re.IGNORECASE):
        return found[0]
    return f" {found[1].rstrip('/.').replace('.', ' 点 ').replace('/', ' 斜杠 ').replace('-', ' ')} "
