"""How long a text is to a model, and which part of it is shown."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from reasoning.shortening import CUT, cut, estimate, level, wanted

pytestmark = pytest.mark.unit


def test_four_letters_or_one_chinese_character_are_a_token() -> None:
    assert estimate("") == 0
    assert estimate("a" * 40) == 10
    assert estimate("渡轮九点出发") == 6


def test_only_the_dearest_are_cut() -> None:
    assert level([5, 7, 9], 100) == 9
    assert level([5, 100, 100], 55) == 25
    assert level([], 10) == 0
    assert level([5, 5], 0) == 0


def test_what_fits_is_left_as_it_is() -> None:
    assert cut("the ferry leaves at nine", 10, wanted("When does the ferry leave?")) == "the ferry leaves at nine"


@pytest.mark.parametrize(
    ("text", "question", "expected"),
    [
        ("one two three four five ferries six seven eight nine ten", "the ferry?", "… four five ferries six …"),
        ("a ferry went by and nothing else was there to be seen", "the ferry?", "a ferry went by and …"),
        ("nothing that was asked for is in here at all", "the ferry?", "nothing that was asked …"),
        ("ferry far away from here stood the old lamp by the ferry pier", "ferry pier?", "… lamp by the ferry pier"),
        ("我们今天在这里等了很久渡轮九点出发然后我们回家吃饭", "渡轮什么时候出发", "… 很久渡轮九点出发然后 …"),
    ],
)
def test_the_part_with_the_words_of_the_question_is_shown(text: str, question: str, expected: str) -> None:
    assert cut(text, 11 if not text.isascii() else 7, wanted(question)) == expected


@given(st.text(max_size=300), st.integers(1, 60), st.text(max_size=40))
def test_a_cut_text_is_short_and_of_its_words(text: str, most: int, question: str) -> None:
    shown = cut(text, most, wanted(question))
    assert estimate(shown) <= max(most, 12)  # one piece at least
    assert shown.replace(CUT, "").strip() in text.replace(CUT, "") or CUT in text
