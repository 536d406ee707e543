"""What kind of thing a question asks for, and whether a sentence holds one."""

from __future__ import annotations

import pytest

from memory.answer_kinds import holds, kind_asked
from memory.terms import terms

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("question", "sentence", "answers"),
    [
        ("How old is the goldfish?", "the goldfish in the waiting room is called turbo", -1.0),
        ("How old is the goldfish?", "the goldfish is three", 1.0),
        ("How old is the house?", "Built by my grandfather", 1.0),
        ("How heavy are the dogs?", "Dogs sleep in kennels, deck nine", 0.0),
        ("How heavy are the dogs?", "the dog weighs thirty kilos", 1.0),
        ("How heavy are the dogs?", "Beware of the dog", -1.0),
        ("How tall is the funnel?", "the funnel is twelve metres", 1.0),
        ("How tall is the funnel?", "Funnel 3 closed", 0.0),
        ("How fast was the train?", "the train went at 300 km an hour", 1.0),
        ("What colour is the parrot?", "yusuf taught his parrot to shout half price", -1.0),
        ("Which colour is the parrot?", "the parrot is green", 1.0),
        ("How often is the soot removed?", "the chimney sweep comes every spring", 1.0),
        ("How often is the soot removed?", "the chimney sweep is ill", -1.0),
        ("How often is the soot removed?", "twice a year", 1.0),
        ("How much is the soup?", "Soup of the day 4.50", 1.0),
        ("When does the shop open?", "Open from nine", 1.0),
        ("When does the shop open?", "Closed on Monday", 1.0),
        ("When does the shop open?", "Push the door", -1.0),
        ("Where is the key?", "the key lies under the mat", 1.0),
        ("Where is the key?", "the key is rusty", -1.0),
        ("Who has the key?", "Anna has the key", 0.0),
    ],
)
def test_a_sentence_holds_what_is_asked_for_or_not(question: str, sentence: str, answers: float) -> None:
    assert holds(kind_asked(question), terms(sentence)) == answers
