"""The choice among several readings of an utterance."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from perception.rescoring import CLOSE, MOST, MOST_WORDS, Reading, likeliest

pytestmark = pytest.mark.unit


def reading(text: str, sound: float, seconded: bool = False) -> Reading:
    return Reading(text, tuple(text.split()), sound, seconded)


def test_the_language_decides_between_what_sounds_alike() -> None:
    likely = {"which way did the red car drive": -20.0, "which we did the red car drive": -32.0}
    heard = [reading("which we did the red car drive", -2.1), reading("which way did the red car drive", -2.6)]
    assert likeliest(heard, likely.__getitem__).text == "which way did the red car drive"
    assert likeliest(heard, lambda _: -20.0) is heard[0]


def test_a_sound_that_is_much_likelier_is_kept_whatever_the_language_says() -> None:
    likely = {"call the vet": -9.0, "call the yeti": -19.0}
    heard = [reading("call the yeti", -1.0), reading("call the vet", -9.0)]
    assert likeliest(heard, likely.__getitem__).text == "call the yeti"


def test_what_another_recogniser_read_too_is_preferred() -> None:
    heard = [reading("a new sale", -1.0), reading("a new sail", -1.5, seconded=True)]
    assert likeliest(heard, lambda _: -10.0).text == "a new sail"


def test_leaving_words_out_does_not_pay() -> None:
    heard = [reading("who won the race on sunday", -2.0), reading("who won the race", -2.0)]
    likely = {"who won the race on sunday": -20.0, "who won the race": -16.0}
    assert likeliest(heard, likely.__getitem__).text == "who won the race on sunday"


class Slow:
    """Gives the same to all but `liked`; keeps what it was asked."""

    def __init__(self, liked: str = "") -> None:
        self.asked: list[Sequence[str]] = []
        self._liked = liked

    def __call__(self, sentences: Sequence[str]) -> list[float]:
        self.asked.append(sentences)
        return [-10.0 if sentence == self._liked else -40.0 for sentence in sentences]


def test_among_close_readings_the_better_model_has_its_say() -> None:
    heard = [reading("the old drain", -1.0), reading("the old crane", -2.0), reading("the old grain", -3.0)]
    slow = Slow("the old crane")
    assert likeliest(heard, lambda _: -20.0, slow) is heard[1]
    assert slow.asked == [["the old drain", "the old crane", "the old grain"]]
    assert likeliest(heard, lambda _: -20.0, Slow()) is heard[0]


def test_what_is_clearly_worse_is_not_asked_about() -> None:
    heard = [reading("a b", -1.0), reading("c d", -1.5), reading("e f", -1.0 - CLOSE - 0.1)]
    slow = Slow("e f")
    assert likeliest(heard, lambda _: -20.0, slow) is heard[0]
    assert slow.asked == [["a b", "c d"]]


def test_where_one_is_clearly_best_nobody_is_asked() -> None:
    slow = Slow("c d")
    assert likeliest([reading("a b", -1.0), reading("c d", -9.0)], lambda _: -20.0, slow).text == "a b"
    assert likeliest([reading("a b", -1.0)], lambda _: -20.0, slow).text == "a b"
    assert slow.asked == []


def test_few_are_asked_about_and_fewer_when_they_are_long() -> None:
    slow = Slow()
    likeliest([reading(f"a {n}", -1.0) for n in range(9)], lambda _: -20.0, slow)
    likeliest([reading(f"{'a ' * (MOST_WORDS // 3 - 1)}{n}", -1.0) for n in range(9)], lambda _: -20.0, slow)
    likeliest([reading(f"{'a ' * MOST_WORDS}{n}", -1.0) for n in range(9)], lambda _: -20.0, slow)
    assert [len(sentences) for sentences in slow.asked] == [MOST, 3, 2]


def test_the_quick_model_keeps_its_say() -> None:
    heard = [reading("a new sail", -1.0), reading("a new sale", -1.0)]
    likely = {"a new sail": -20.0, "a new sale": -14.0}
    assert likeliest(heard, likely.__getitem__, Slow()) is heard[1]
