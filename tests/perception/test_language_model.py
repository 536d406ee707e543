"""How likely English words follow each other."""

from __future__ import annotations

import math

import pytest

from perception.language_model import LanguageModel, words_of

pytestmark = pytest.mark.lite


@pytest.fixture(scope="module")
def english() -> LanguageModel:
    return LanguageModel()


@pytest.mark.parametrize(
    ("likely", "unlikely"),
    [
        ("which way did the red car drive", "which we did the red car drive"),
        ("Cars have to wait here when the gates are closed.", "Cars have to wait here when the dates are closed."),
        ("How many people work in this building?", "How many people work in this gliding?"),
        ("where do the vegetables come from", "where do the vegetables confront"),
        ("what does the sign say", "what does the science a"),
    ],
)
def test_what_people_say_is_likelier(english: LanguageModel, likely: str, unlikely: str) -> None:
    assert english.log_probability(likely) > english.log_probability(unlikely)


def test_capitals_marks_and_spelling_do_not_matter(english: LanguageModel) -> None:
    assert words_of("The harbour, it's GREY!") == ["the", "harbor", "it's", "gray"]
    assert english.log_probability("What colour is it?") == english.log_probability("what color is it")


def test_words_that_nobody_knows_and_figures_have_a_chance(english: LanguageModel) -> None:
    for text in ("", "the zzyzx", "it costs 35 dollars", "\u4f60\u597d", "' '"):
        assert -100.0 < english.log_probability(text) < 0.0
    assert math.isclose(english.log_probability("bus 14"), english.log_probability("bus 41"))
