"""The choice among several readings of an utterance."""

from __future__ import annotations

import pytest

from perception.rescoring import Reading, likeliest

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
