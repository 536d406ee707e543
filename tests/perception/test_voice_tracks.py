"""Stretches of speech become voices of a session."""

from __future__ import annotations

import numpy as np
import pytest

from perception.backends.base import SpeakerScale, Vector
from perception.voices import UNKNOWN, Stretch, Voices

pytestmark = pytest.mark.unit

SCALE = SpeakerScale(half_s=0.0, same=0.7, other=0.5)
DIM = 80


def of(voice: int, noise: float = 0.0, seed: int = 0) -> Vector:
    """A vector of a voice, as far from its own as noise says."""
    vector = np.eye(DIM)[voice] + noise * np.random.default_rng(seed).standard_normal(DIM) / np.sqrt(DIM)
    found: Vector = (vector / np.linalg.norm(vector)).astype(np.float32)
    return found


def stretch(vector: Vector, at_s: float = 0.0, seconds: float = 3.0) -> Stretch:
    return Stretch(round(at_s * 1e9), round((at_s + seconds) * 1e9), seconds, vector)


def heard(voices: Voices, *vectors: Vector, seconds: float = 3.0) -> list[int]:
    return [voices.heard([stretch(vector, 10.0 * n, seconds)]) for n, vector in enumerate(vectors)]


def test_voices_are_numbered_as_they_are_first_heard_and_known_again() -> None:
    assert heard(Voices(SCALE), of(5), of(2), of(5, 0.4), of(7), of(2, 0.4, 1)) == [1, 2, 1, 3, 2]


def test_what_is_in_doubt_is_no_voice_and_teaches_nothing() -> None:
    voices = Voices(SCALE)
    between = (0.6 * of(1) + 0.8 * of(2)).astype(np.float32)  # 0.6 like the first voice
    assert heard(voices, of(1), between, between, of(2)) == [1, UNKNOWN, UNKNOWN, 2]


def test_a_short_utterance_begins_no_voice_but_is_known_again() -> None:
    voices = Voices(SCALE)
    assert heard(voices, of(1), seconds=1.0) == [UNKNOWN]
    assert heard(voices, of(1)) == [1]
    assert heard(voices, of(1), of(2), seconds=1.0) == [1, UNKNOWN]


def test_short_speech_is_measured_by_what_it_can_show() -> None:
    scale = SpeakerScale(half_s=1.25, same=0.7, other=0.5)
    voices = Voices(scale)
    alike = 0.58  # a little less than what one second shows of it on the average
    short = (alike * of(1) + np.sqrt(1 - alike**2) * of(9)).astype(np.float32)
    assert voices.heard([stretch(of(1), seconds=10.0)]) == 1
    assert voices.heard([stretch(short, 20.0, 10.0)]) == UNKNOWN  # ten seconds would show more
    assert voices.heard([stretch(short, 40.0, 1.0)]) == 1


def test_an_utterance_of_several_voices_is_its_own_that_said_most_or_nobodys() -> None:
    voices = Voices(SCALE)
    assert heard(voices, of(1), of(2)) == [1, 2]
    most = [stretch(of(1), 0, 5.0), stretch(of(2), 6, 1.0), stretch(of(1, 0.3), 8, 2.0)]
    half = [stretch(of(1), 0, 3.0), stretch(of(2), 4, 3.0)]
    assert voices.heard(most) == 1
    assert voices.heard(half) == UNKNOWN
    assert heard(voices, of(2, 0.3)) == [2]  # the second voice was not taken for the first one's


def test_what_is_forgotten_is_not_known_again_and_its_number_is_not_given_again() -> None:
    voices = Voices(SCALE)
    assert heard(voices, of(1), of(2)) == [1, 2]  # at 0 s and at 10 s
    voices.forget(9 * 10**9, 14 * 10**9)
    assert voices.heard([stretch(of(1), 20)]) == 1
    assert voices.heard([stretch(of(2), 30)]) == 3


def test_a_voice_that_was_heard_before_the_forgotten_time_too_stays() -> None:
    voices = Voices(SCALE)
    assert heard(voices, of(1), of(1, 0.2)) == [1, 1]
    voices.forget(9 * 10**9, 14 * 10**9)
    assert voices.heard([stretch(of(1), 20)]) == 1


def test_of_many_voices_the_one_not_heard_for_longest_is_forgotten() -> None:
    voices = Voices(SCALE)
    assert heard(voices, *(of(n) for n in range(64))) == list(range(1, 65))
    assert heard(voices, of(0), of(70)) == [1, 65]
    assert heard(voices, of(0), of(2)) == [1, 3]
    assert heard(voices, of(1)) == [66]  # it was the oldest


def test_a_process_that_was_restarted_gives_no_number_again() -> None:
    assert heard(Voices(SCALE, before=90), of(1), of(2), of(1)) == [91, 92, 91]


def test_nothing_said_is_nobody() -> None:
    assert Voices(SCALE).heard([]) == UNKNOWN
