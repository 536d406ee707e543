"""One clause out of what somebody said."""

from __future__ import annotations

import pytest

from memory.clauses import one_clause

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("said", "clause"),
    [
        ("the car: which colour?", "which colour was the car?"),
        ("That blue car, which side did it disappear to?", "which side did That blue car disappear to?"),
        ("The baker, what colour was her hat?", "what colour was The baker's hat?"),
        ("There was this shop with fish, what was the name of it?", "what was the name of this shop with fish?"),
        ("Sorry, I didn't catch the winner's name. Could you repeat it?", "the winner's name"),
        ("Before I go, where are the samples kept?", "where are the samples kept?"),
        ("One last thing, who opened the show?", "who opened the show?"),
        ("Something just changed about that wall. What exactly?", "what changed about that wall?"),
        ("The wall was white a moment ago. What colour did it turn?", "What colour did The wall turn?"),
        ("How often does it run, did he mention it?", "How often does it run?"),
        ("Which of the two came first: the bell or the dog?", "Which came first the bell or the dog?"),
        ("Before the lights went out, what was on the wall?", "Before the lights went out what was on the wall?"),
        ("The man by the door, what was the name?", "what was the name of The man by the door?"),
        ("What time does the train, the slow one, leave?", "What time does the train leave?"),
    ],
)
def test_the_question_is_found_and_its_topic_put_in_place(said: str, clause: str) -> None:
    assert one_clause(said) == clause


@pytest.mark.parametrize(
    "said",
    [
        "What does the sign say?",
        "What is the name of the doctor?",
        "price of the soup?",
        "how long is it since the red car passed",
        "and before that",
        "",
    ],
)
def test_one_clause_stays_as_it_is(said: str) -> None:
    assert one_clause(said) == said
