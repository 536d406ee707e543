"""The checker takes any wording of a right answer, and neither silence nor a heap of words."""

from __future__ import annotations

from typing import Any

import pytest

from bench.sample.check import judge, score

pytestmark = pytest.mark.unit

HEAP = (
    "Yes, no, red green blue yellow black white, left right up down, one two three four five six seven, "
    "first then before after, Susan, green leaf, dark bright, flower pot, at 0:10, 0:20, 0:30, 0:40, 0:50, 1:00."
)
EXPECTED: dict[str, dict[str, Any]] = {
    "text": {"all": [["green leaf"], ["open", "cafe"]]},
    "number": {"number": [2, 2]},
    "nobody": {"number": [0, 0]},
    "colour": {"colour": ["purple", "violet"]},
    "motion": {"direction": "right"},
    "when": {"when": [48.0, 49.0], "within": 4},
    "ago": {"ago": [30.0, 38.0], "within": 5},
    "order": {"order": [["red"], ["blue"]]},
    "yes": {"yes": True, "during": [80.0, 86.0], "within": 4},
    "no": {"yes": False},
    "choice": {"option": "B"},
    "unanswerable": {"abstain": True},
    "heard": {"all": [["flower", "pot"]], "heard": True},
    "summary": {"any": [["cafe"], ["report"], ["circle"]], "at_least": 2, "none": ["boston"]},
}


def ask(kind: str, text: str, *, t: float = 100.0, option: str = "", evidence: tuple[Any, ...] = ()) -> str:
    expected = {"id": "q", "t": t, "kind": kind, "source": "typed", "question": "?"} | EXPECTED[kind]
    return judge(expected, {"id": "q", "t_query": t, "text": text, "option": option, "evidence": list(evidence)})


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("text", 'It says "GREEN LEAF CAFE, OPEN 9 TO 5".'),
        ("number", "Two people, at 0:12 and 0:15."),
        ("number", "I can see 2."),
        ("nobody", "Nobody is there."),
        ("nobody", "No, I see no people now."),
        ("colour", "The wall is purple now; it was yellow before."),
        ("motion", "From left to right."),
        ("when", "The lights went out at 0:48, 52 seconds ago."),
        ("when", "About 50 seconds ago."),
        ("when", "It was dark from 0:47 to 0:53."),
        ("ago", "About a minute ago, 65 seconds ago to be exact."),
        ("ago", "1 minute and 5 seconds."),
        ("order", "The red circle came first, at 0:30, then the blue square."),
        ("order", "The blue square came after the red circle."),
        ("order", "The red circle."),
        ("yes", "Yes, from 1:20 to 1:26."),
        ("yes", "I heard music at 1:20."),
        ("no", "No."),
        ("no", "I did not see that."),
        ("unanswerable", "I did not hear that."),
        ("unanswerable", "I don't know; nobody named the doctor."),
        ("heard", "Under the flour pot."),
        ("summary", "First a cafe, then a report was shown."),
    ],
)
def test_right(kind: str, text: str) -> None:
    assert ask(kind, text) == ""


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("text", 'It says "BLUE LEAF CAFE".'),
        ("number", "Three people, two of them in blue."),
        ("number", "People were there at 0:02."),
        ("nobody", "One person."),
        ("colour", "The wall was yellow, then purple."),
        ("motion", "From the right to the left."),
        ("when", "At 1:48."),
        ("when", "It went dark."),
        ("when", "10 seconds ago."),
        ("ago", "At 0:34."),
        ("ago", "20 seconds ago."),
        ("order", "The blue square came first, then the red circle."),
        ("order", "The red circle came after the blue square."),
        ("order", "The red circle and the blue square."),
        ("yes", "No, I did not hear any."),
        ("yes", "I did not hear that."),
        ("yes", "Yes, the music started at 0:31."),
        ("yes", "Yes, one minute ago."),
        ("no", "Yes, at 0:30."),
        ("unanswerable", "The doctor's name is Susan."),
        ("heard", "Behind the red door."),
        ("summary", "A cafe."),
        ("summary", "A cafe, a report and a train to Boston."),
        ("choice", "Platform 4"),
    ],
)
def test_wrong(kind: str, text: str) -> None:
    assert ask(kind, text) != ""


@pytest.mark.parametrize("kind", EXPECTED)
@pytest.mark.parametrize("text", ["", "Ok.", HEAP, " ".join([HEAP] * 4)])
def test_not_fooled(kind: str, text: str) -> None:
    assert ask(kind, text) != ""


@pytest.mark.parametrize("kind", [k for k in EXPECTED if k not in ("unanswerable", "no", "nobody")])
def test_not_knowing_is_wrong_where_it_can_be_known(kind: str) -> None:
    assert ask(kind, "I did not see that.") != ""


def test_option_is_taken_from_its_field() -> None:
    assert ask("choice", "Platform 4", option="B") == ""
    assert ask("choice", "Platform 2", option="A") != ""


def test_evidence_of_the_future_is_wrong() -> None:
    assert ask("yes", "Yes.", evidence=({"start": 10.0, "end": 100.0},)) == ""
    assert "after the question" in ask("yes", "Yes.", evidence=({"start": 10.0, "end": 100.5},))


def spoken(t: float) -> dict[str, Any]:
    return {"id": None, "t": t, "source": "spoken", "kind": "yes", "question": "?", "yes": True}


def answer(t: float, text: str = "Yes.", source: str = "spoken", name: str = "turn-1") -> dict[str, Any]:
    return {"id": name, "t_query": t, "source": source, "text": text, "option": "", "evidence": []}


def test_spoken_answers_are_matched_by_time() -> None:
    result = score([spoken(10.0), spoken(20.0)], [answer(20.9), answer(11.2)])
    assert (result.n_right, result.n_counted) == (2, 2)


def test_answers_to_no_question_count_against() -> None:
    result = score([spoken(10.0)], [answer(11.0), answer(40.0), answer(50.0, text="")])
    assert (result.n_right, result.n_counted) == (1, 2)


def test_a_missing_answer_is_wrong() -> None:
    result = score([spoken(10.0)], [answer(11.0, source="typed"), answer(30.0)])
    assert result.n_right == 0
    assert result.verdicts[0].fault == "no answer"
