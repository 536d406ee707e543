"""Words that mean nearly the same, and what makes a sentence bear on a question."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from memory.bearing import Newness, Wanted
from memory.odds import Signs, shipped
from memory.related import FEWEST, load
from memory.terms import root, terms

pytestmark = pytest.mark.unit


def strength(a: str, b: str) -> float:
    """How strongly two words, or phrases of two, are related."""
    stems = [" ".join(root(part) for part in words.split()) for words in (a, b)]
    return load().related(stems[0]).get(stems[1], 0.0)


@pytest.mark.parametrize(
    ("a", "b"),
    [("pails", "buckets"), ("halt", "stopped"), ("toboggan", "sledge"), ("shellfish", "oysters"),
     ("singer", "choirboy"), ("month", "June"), ("chef", "cook"), ("take off", "remove"), ("strongbox", "safe"),
     ("city", "Budapest")],
)  # fmt: skip
def test_words_that_mean_nearly_the_same_are_related_both_ways(a: str, b: str) -> None:
    assert strength(a, b.lower()) >= 0.5
    assert strength(b.lower(), a) > FEWEST


@pytest.mark.parametrize(("a", "b"), [("kangaroo", "alpaca"), ("electrician", "electricity"), ("animal", "table"),
                                      ("pail", "pail"), ("zzyzx", "pail")])  # fmt: skip
def test_others_are_not_nor_is_a_word_to_itself(a: str, b: str) -> None:
    assert strength(a, b) == 0.0


def test_stems_are_those_by_which_sentences_are_found() -> None:
    for word in ("glasses", "buckets", "oysters", "libraries", "running", "stolen"):
        assert root(word) in load()
    assert load().weight(root("pails")) > load().weight(root("time")) > 0
    assert load().weight("zzyzx") == 1.0


def signs(question: str, sentence: str, occurrences: Mapping[str, int] | None = None) -> Signs:
    near = (0.4, 0.3, 0.4)
    return Wanted(question, load()).bears(terms(sentence), near, Newness(occurrences or {}, 1000))


def odds(found: Signs) -> float:
    return float(shipped().log_odds(np.asarray([found]))[0])


def test_related_words_explain_a_question_and_a_sentence() -> None:
    near = signs("Whose is the toboggan?", 'Someone said: "the sledge belongs to the innkeeper"')
    far = signs("Whose is the toboggan?", 'Someone said: "give the goblet to Hannes"')
    assert (near.unexplained, far.unexplained) == (0.0, 1.0)
    assert near.related > 0.8 > far.related == 0.0
    assert near.explains > far.explains == 0.0
    assert odds(near) > odds(far) + 1


def test_a_phrase_of_two_words_is_one() -> None:
    together = signs("What should people take off at the door?", "please remove wet shoes")
    apart = signs("What should people at the door take?", "please remove wet shoes")
    assert together.related > apart.related


def test_a_number_or_a_time_is_looked_for_where_one_is_asked_for() -> None:
    asked = "How many pipes does the organ have?"
    assert signs(asked, "the organ has two thousand pipes").answers == 1.0
    assert signs(asked, "the organ is out of tune").answers == -1.0
    assert signs("When will they marry?", "the wedding is in spring").answers == 1.0
    assert signs("Who will marry?", "the wedding is in spring").answers == 0.0


def test_names_in_the_question_are_missed() -> None:
    assert signs("What is the capital of Mongolia?", "the capital has a new mayor").absent == 1.0
    assert signs("What must Tobias not eat?", "Tobias has an allergy to nuts").absent == 0.0


def test_however_many_names_are_missing_counts_once() -> None:
    none, one, several = (
        odds(signs(question, "mind the gap"))
        for question in ("Where did he meet her?", "Where did Anna meet her?", "Where did Anna Becker meet Carl Meyer?")
    )
    assert one <= none + 0.2
    assert several <= one + 0.6


def test_worn_words_are_not_new() -> None:
    worn = {"gate": 500, "number": 900}
    assert Newness(worn, 1000).of(["gate"])[0] < 0.15
    assert Newness(worn, 1000).of(["gate", "sledge", "innkeeper"])[0] == 1.0
    assert Newness(worn, 1000).of([]) == (0.0, 0.0, 0.0)
    assert Newness({"gate": 3}, 5).of(["gate"])[0] > 0.8  # so few sentences make no word worn


def test_what_stands_out_bears_more_on_a_question() -> None:
    usual = {root(word): 400 for word in ("mind", "shutter")}
    assert odds(signs("Where was it?", "mind the shutter", usual)) < odds(signs("Where was it?", "mind the shutter"))


def test_signs_are_told_from_speech() -> None:
    assert signs("Who is it?", 'Someone said: "the priest"').spoken == 1.0
    assert signs("Who is it?", 'A blue sign reads "the priest".').spoken == 0.0
