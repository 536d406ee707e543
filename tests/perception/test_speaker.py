"""Whose an utterance is, through all of hearing."""

from __future__ import annotations

import numpy as np
import pytest

from perception.backends.base import Pcm, Vector
from perception.backends.fake import FakeAsr, FakeSound, FakeSpeakers, FakeVad, NoOptions, fake_speech
from perception.backends.no_speakers import NoSpeakers, NoSpeakersOptions
from perception.ear import RATE_HZ, SAMPLE_NS
from perception.hearing import Hearing
from perception.speaker import Speaker
from perception.turns import Finished, Onset, Stopped, TurnRules

pytestmark = pytest.mark.unit

NONE = NoOptions()
FRAME = 320


class Counting(FakeSpeakers):
    """Keeps how many samples it was given at a time."""

    def __init__(self) -> None:
        super().__init__(NONE)
        self.given: list[int] = []

    def encode(self, pcm: Pcm) -> Vector:
        self.given.append(pcm.size)
        return super().encode(pcm)


def silence(ms: int) -> Pcm:
    return np.zeros(16 * ms, np.int16)


def talk(*said: tuple[str, int], pause_ms: int = 900) -> Pcm:
    parts = [part for text, voice in said for part in (silence(pause_ms), fake_speech(text, voice))]
    return np.concatenate([*parts, silence(2_000)])


def ear(encoder: FakeSpeakers | None) -> Hearing:
    return Hearing(
        FakeVad(NONE), FakeAsr(NONE), FakeSound(NONE), encoder or NoSpeakers(NoSpeakersOptions()), TurnRules()
    )


def heard(hearing: Hearing, pcm: Pcm, chunk: int = 1_600, start_ns: int = 0) -> list[tuple[str, int]]:
    events = [
        event
        for at in range(0, pcm.size, chunk)
        for event in hearing.hear(start_ns + at * SAMPLE_NS, pcm[at : at + chunk])
    ]
    return [(event.text, event.voice) for event in events if isinstance(event, Finished)]


SAID = (
    ("the museum is open until nine", 3),
    ("and where is the garden then please", 1),
    ("behind the red house by the river", 3),
    ("thank you", 1),
)


@pytest.mark.parametrize("chunk", [160, 1_600, 4_801, 10**6])
def test_words_come_with_the_voice_that_said_them_however_sound_is_cut(chunk: int) -> None:
    assert heard(ear(FakeSpeakers(NONE)), talk(*SAID), chunk) == [
        (SAID[0][0], 1), (SAID[1][0], 2), (SAID[2][0], 1), (SAID[3][0], 0),  # 0.54 s tell nothing
    ]  # fmt: skip


def test_without_an_encoder_nobody_is_told() -> None:
    assert [voice for _, voice in heard(ear(None), talk(*SAID))] == [0, 0, 0, 0]


def test_voices_change_nothing_else_of_what_is_heard() -> None:
    def all_but_voices(hearing: Hearing) -> list[object]:
        events = hearing.hear(0, talk(*SAID))
        return [(e.t_ns, e.text, e.start_ns, e.end_ns) if isinstance(e, Finished) else e for e in events]

    told = all_but_voices(ear(FakeSpeakers(NONE)))
    assert told == all_but_voices(ear(None))
    assert {type(event) for event in told} >= {tuple, Onset, Stopped}


def test_the_work_is_done_in_the_pause_before_the_utterance_is_over() -> None:
    encoder = Counting()
    hearing = ear(encoder)
    words = fake_speech("the museum is open until nine")
    pcm = np.concatenate([silence(500), words, silence(400)])  # the voice is off, the utterance not over
    assert heard(hearing, pcm) == []
    assert len(encoder.given) == 1
    assert words.size <= encoder.given[0] <= words.size + RATE_HZ // 4


def test_speech_without_a_pause_is_taken_in_bounded_pieces() -> None:
    encoder = Counting()
    hearing = ear(encoder)
    assert heard(hearing, talk(("x" * 300, 2))) == [("x" * 300, 1)]  # 18 s
    assert len(encoder.given) >= 3
    assert max(encoder.given) <= 6 * RATE_HZ + FRAME


def test_an_utterance_in_which_two_talk_is_nobodys() -> None:
    both = np.concatenate(
        [silence(500), fake_speech("the museum is open until nine", 1), silence(400),
         fake_speech("and so is the garden behind", 2), silence(2_000)]
    )  # fmt: skip
    told = heard(ear(FakeSpeakers(NONE)), both)
    assert len(told) == 1
    assert told[0][1] == 0


def test_what_is_forgotten_is_forgotten_of_voices() -> None:
    speaker = Speaker(FakeSpeakers(NONE))

    def says(start_s: int, voice: int) -> int:
        pcm = fake_speech("the museum is open until nine", voice)
        for at in range(0, pcm.size, FRAME):
            speaker.hear(start_s * 10**9 + at * SAMPLE_NS, pcm[at : at + FRAME])
        return speaker.finish()

    assert [says(0, 1), says(10, 2), says(20, 1)] == [1, 2, 1]
    speaker.forget(9 * 10**9, 15 * 10**9)
    assert [says(30, 1), says(40, 2)] == [1, 3]


def test_words_that_are_forgotten_while_they_are_said_teach_nothing() -> None:
    hearing = ear(FakeSpeakers(NONE))
    heard(hearing, np.concatenate([silence(500), fake_speech("my secret is that i have a dog", 4)]))
    hearing._listener.forget(0, 10**10)
    later = heard(hearing, talk(("the museum is open until nine", 2)), start_ns=10 * 10**9)
    assert later == [("the museum is open until nine", 1)]


def test_what_was_said_after_a_pause_is_forgotten_with_its_own_time() -> None:
    speaker = Speaker(FakeSpeakers(NONE))
    short, more = fake_speech("the"), fake_speech("museum is open until nine")

    def say(at_ns: int, pcm: Pcm) -> None:
        for start in range(0, pcm.size, FRAME):
            speaker.hear(at_ns + start * SAMPLE_NS, pcm[start : start + FRAME])
        speaker.pause()

    def told(at_ns: int) -> int:
        say(at_ns, short)  # too short for a vector of its own
        say(at_ns + 3 * 10**9, more)
        return speaker.finish()

    assert [told(0), told(10 * 10**9)] == [1, 1]
    speaker.forget(4 * 10**9, 5 * 10**9)
    speaker.forget(14 * 10**9, 15 * 10**9)
    assert told(20 * 10**9) == 2
