"""Numbers as English and Chinese words."""

# ruff: noqa: RUF001 (Chinese marks)

from __future__ import annotations

import pytest

from reasoning.number_words import chinese, english, in_words

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("n", "in_english", "in_chinese"),
    [
        (0, "zero", "零"),
        (10, "ten", "十"),
        (12, "twelve", "十二"),
        (20, "twenty", "二十"),
        (21, "twenty-one", "二十一"),
        (105, "one hundred five", "一百零五"),
        (110, "one hundred ten", "一百一十"),
        (1005, "one thousand five", "一千零五"),
        (2026, "two thousand twenty-six", "二千零二十六"),
        (10_010, "ten thousand ten", "一万零一十"),
        (100_000, "one hundred thousand", "十万"),
        (1_000_500, "one million five hundred", "一百万零五百"),
        (120_000_000, "one hundred twenty million", "一亿二千万"),
    ],
)
def test_numbers(n: int, in_english: str, in_chinese: str) -> None:
    assert english(n) == in_english
    assert chinese(n) == in_chinese


def test_texts() -> None:
    assert in_words("It cost 1,200 in 2 shops.", is_chinese=False) == "It cost one thousand two hundred in two shops."
    assert in_words("3.14 and 007", is_chinese=False) == "three point one four and zero zero seven"
    assert in_words("有12个人，共3.5元", is_chinese=True) == "有十二个人，共三点五元"
    assert in_words("1234567890123", is_chinese=True) == "一二三四五六七八九零一二三"
    assert in_words("none", is_chinese=False) == "none"
