"""A sentence is weighed no further once it cannot bear on the question, which changes no answer."""

import pytest
from hypothesis import given, settings, strategies as st

from memory.bearing import Newness, wanted
from memory.odds import ADAPTED, PLAIN, Fit
from memory.recall import ALONG, LEAST_ODDS, strength_of
from memory.terms import terms

pytestmark = pytest.mark.unit

QUESTIONS = ("Which seafood was on offer?", "How much does the boat cost?", "Where did Karin leave the kettle?", "")
SENTENCES = (
    "Fresh oysters today", "the ferry leaves from pier nine", "a sledge for 40 crowns", "GATE 12",
    "Karin put the kettle on the shelf", "", "my grandmother was born in Lisbon in nineteen thirty two",
)  # fmt: skip
cosine = st.floats(-1.0, 1.0)


@settings(deadline=None)  # the first one reads the relations
@given(
    st.sampled_from(QUESTIONS), st.sampled_from(SENTENCES), cosine, cosine, cosine, st.integers(0, 1000),
    st.sampled_from((ADAPTED, PLAIN)),
)  # fmt: skip
def test_what_may_bear_is_weighed_in_full_and_the_rest_never_too_low(
    text: str, sentence: str, near: float, others: float, crowding: float, often: int, fit: Fit
) -> None:
    question, present = wanted(text), terms(sentence)
    newness = Newness(dict.fromkeys(present, often), 1000)
    at_hand = (near, others, crowding)
    whole = fit.log_odds(question.bears(present, at_hand, newness))
    found = question.log_odds(present, at_hand, newness, LEAST_ODDS, fit)
    if found >= LEAST_ODDS:
        assert found == whole
    else:
        assert whole <= found + 1e-9


def test_a_far_sentence_without_a_word_of_the_question_is_not_weighed() -> None:
    question, present = wanted("Which seafood was on offer?"), terms("the rocket starts on Thursday")
    assert question.log_odds(present, (0.1, 0.3, 0.5), Newness({}, 1000), LEAST_ODDS) > ADAPTED.log_odds(
        question.bears(present, (0.1, 0.3, 0.5), Newness({}, 1000))
    )


def test_what_is_not_weighed_comes_along_with_nothing() -> None:
    assert round(strength_of(LEAST_ODDS - 1e-6), 3) < ALONG


def test_without_the_adapter_a_nearness_means_less() -> None:
    question, present = wanted("Which seafood was on offer?"), terms("the rocket starts on Thursday")
    alike = question.bears(present, (0.45, 0.2, 0.3), Newness({}, 1000))
    assert ADAPTED.log_odds(alike) > PLAIN.log_odds(alike) + 1
