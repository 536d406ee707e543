"""What kind of thing a question asks for, and whether a sentence holds one."""

from __future__ import annotations

import pytest

from memory.answer_kinds import holds, kind_asked
from memory.terms import terms

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("How old is the oak?", "age"),
        ("At the age of seven, where did he live?", "place"),
        ("Where was the dog when it barked?", "place"),
        ("Who lost weight?", ""),
        ("Why was the speed camera removed?", ""),
        ("Who pays the rent?", ""),
        ("Where is the phone?", "place"),
        ("When is the rent due?", "time"),
        ("Until when is the rent due?", "time"),
        ("When did you see the words speed limit?", ""),
        ("What colour code does the door have?", "number"),
        ("What's the colour of the door?", "colour"),
        ("What did the keeper say when the whale was weighed?", ""),
        ("How high is the fee?", "number"),
        ("How high is the mast?", "length"),
        ("How long was the strike?", "duration"),
        ("How late does it get?", "time"),
        ("Which platform does it leave from?", "spot"),
        ("In which town was she born?", "place"),
        ("At what time is supper?", "time"),
        ("What does the stall cost?", "number"),
        ("How much does the anvil weigh?", "weight"),
        ("How much rain fell?", "number"),
        ("Is it nine yet?", ""),
    ],
)
def test_the_first_word_that_asks_says_what_for(question: str, kind: str) -> None:
    assert kind_asked(question) == kind


@pytest.mark.parametrize(
    ("kind", "sentence", "answers"),
    [
        ("age", "the oak was felled", -1.0),
        ("age", "the oak is two hundred", 1.0),
        ("age", "Lost bag found in Oslo", -1.0),
        ("weight", "Crane 4 closed", 0.0),
        ("weight", "the anvil weighs a ton", 0.0),
        ("weight", "the anvil weighs 90 kilos", 1.0),
        ("weight", "Mind the anvil", -1.0),
        ("length", "the mast is twelve metres", 1.0),
        ("length", "Mast 3 closed", 0.0),
        ("speed", "the sledge went at 80 km an hour", 1.0),
        ("colour", "the barge was painted lilac", 1.0),
        ("colour", "the barge was painted twice", -1.0),
        ("often", "the well is cleaned every spring", 1.0),
        ("often", "the well is dry", -1.0),
        ("often", "twice a year", 1.0),
        ("duration", "Closed for a week", 1.0),
        ("duration", "Closed for repair", -1.0),
        ("number", "Soup of the day 4.50", 1.0),
        ("number", "Entry is free", 1.0),
        ("number", "I am hungry", -1.0),
        ("time", "Open from nine", 1.0),
        ("time", "Closed on Monday", 1.0),
        ("time", "Push the door", -1.0),
        ("place", "the ladder stands behind the shed", 1.0),
        ("place", "the ladder is rotten", -1.0),
        ("spot", "Yoga room 4", 1.0),
        ("", "Anna has the ladder", 0.0),
    ],
)
def test_a_sentence_holds_it_or_not(kind: str, sentence: str, answers: float) -> None:
    assert holds(kind, terms(sentence)) == answers
