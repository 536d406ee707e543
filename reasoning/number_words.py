"""Numbers in a text as words, in English and Chinese, for voices that know letters only. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable

_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_LARGE = ((10**9, "billion"), (10**6, "million"), (10**3, "thousand"), (100, "hundred"))
_DIGITS = "零一二三四五六七八九"
_PLACES = ((1000, "千"), (100, "百"), (10, "十"))
_GROUPS = ((10**8, "亿"), (10**4, "万"))
_MOST = 10**12  # above it, digit by digit
_NUMBER = re.compile(r"(?<![\d.])(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d+))?(?![\d.]*\d)")


def english(n: int) -> str:
    """ "one thousand two hundred five" of 1205. n: 0 and more."""
    if n < 20:
        return _ONES[n]
    if n < 100:
        return _TENS[n // 10 - 2] + (f"-{_ONES[n % 10]}" if n % 10 else "")
    size, name = next(one for one in _LARGE if n >= one[0])
    rest = f" {english(n % size)}" if n % size else ""
    return f"{english(n // size)} {name}{rest}"


def chinese(n: int) -> str:
    """ "一千二百零五" of 1205. n: 0 and more."""
    return _chinese(n).removeprefix("一") if 10 <= n < 20 else _chinese(n)


def _chinese(n: int) -> str:
    for size, name in _GROUPS:
        if n >= size:
            high, low = divmod(n, size)
            gap = "零" if low and low < size // 10 else ""
            return f"{chinese(high)}{name}{gap}{_chinese(low) if low else ''}"
    if n < 10:
        return _DIGITS[n]
    words, zero = "", False
    for size, name in _PLACES:
        digit, n = divmod(n, size)
        if digit:
            words += ("零" if zero and words else "") + _DIGITS[digit] + name
        zero = not digit
    return words + ((("零" if zero and words else "") + _DIGITS[n]) if n else "")


def in_words(text: str, *, is_chinese: bool) -> str:
    """Every number of a text as words; digits behind the point one by one, and those of very long numbers too."""
    say: Callable[[int], str] = chinese if is_chinese else english
    gap, point = ("", "点") if is_chinese else (" ", " point ")

    def digits(number: str) -> str:
        return gap.join(say(int(digit)) for digit in number)

    def worded(found: re.Match[str]) -> str:
        whole, fraction = found[1].replace(",", ""), found[2]
        said = say(int(whole)) if int(whole) < _MOST and not (len(whole) > 1 and whole[0] == "0") else digits(whole)
        return said + (point + digits(fraction) if fraction else "")

    spelled = _NUMBER.sub(worded, text)
    return re.sub(r"\d+", lambda found: digits(found[0]), spelled)
