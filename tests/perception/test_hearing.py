"""From samples to events: exact times, whatever the chunks; gaps; the end of the stream."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from perception.backends.base import Pcm, Transcript
from perception.backends.fake import FakeAsr, FakeSound, FakeVad, NoOptions, fake_speech
from perception.backends.no_speakers import NoSpeakers, NoSpeakersOptions
from perception.ear import SAMPLE_NS
from perception.hearing import Hearing
from perception.turns import MS, Event, FalseAlarm, Finished, Heard, Onset, Stopped, TurnRules

pytestmark = pytest.mark.unit

NONE = NoOptions()


def hearing(**rules: float) -> Hearing:
    return Hearing(FakeVad(NONE), FakeAsr(NONE), FakeSound(NONE), NoSpeakers(NoSpeakersOptions()), TurnRules(**rules))  # type: ignore[arg-type]


def silence(ms: int) -> Pcm:
    return np.zeros(16 * ms, np.int16)


def heard(ear: Hearing, pcm: Pcm, sizes: list[int], start_ns: int = 0) -> list[Event]:
    events: list[Event] = []
    at = n = 0
    while at < pcm.size:
        piece = pcm[at : at + sizes[n % len(sizes)]]
        events += ear.hear(start_ns + at * SAMPLE_NS, piece)
        at, n = at + piece.size, n + 1
    return events


TALK = np.concatenate(
    [
        silence(500),
        fake_speech("the museum is open"),
        silence(900),
        np.full(16_000, 3_000, np.int16),
        silence(333),
        fake_speech("what is the"),
        silence(700),
        fake_speech(" colour"),
        silence(1_500),
    ]
)


def test_words_and_times_of_a_talk() -> None:
    ear = hearing()
    events = heard(ear, TALK, [1_600]) + ear.finish(TALK.size * SAMPLE_NS)
    words = [(e.text, e.start_ns // MS, e.end_ns // MS, e.t_ns // MS) for e in events if isinstance(e, Finished)]
    first_end = 500 + 18 * 60
    second = first_end + 900 + 1_000 + 333
    assert words[0] == ("the museum is open", 500, first_end, first_end + 600)
    assert words[1][0] == "what is the colour"
    assert abs(words[1][1] - second) <= 20  # the voice may begin inside a frame
    assert [e.t_ns for e in events] == sorted(e.t_ns for e in events)
    labels = [e.label for e in events if isinstance(e, Heard)]
    assert labels[:4] == ["silence", "speech", "silence", "noise"]
    assert labels[-1] == "silence"


@settings(max_examples=20, deadline=None)
@given(
    sizes=st.lists(st.integers(20, 5_000), min_size=1, max_size=6).filter(lambda sizes: sum(sizes) > 200),
    start_ms=st.sampled_from([0, 7, 1_000, 86_400_000]),
)
def test_nothing_depends_on_the_chunks(sizes: list[int], start_ms: int) -> None:
    start_ns, end_ns = start_ms * MS, start_ms * MS + TALK.size * SAMPLE_NS
    whole, cut = hearing(), hearing()
    expected = heard(whole, TALK, [TALK.size], start_ns) + whole.finish(end_ns)
    assert heard(cut, TALK, sizes, start_ns) + cut.finish(end_ns) == expected


@pytest.mark.parametrize("sizes", [[320], [1_600], [333]])
def test_a_gap_ends_what_was_being_said(sizes: list[int]) -> None:
    ear = hearing()
    speech = fake_speech("good morn")
    events = heard(ear, np.concatenate([silence(500), speech]), sizes)
    end_ns = 500 * MS + 9 * 60 * MS
    after_ns = end_ns + 3_600 * 10 * 1_000 * MS  # ten hours
    events += ear.hear(after_ns, silence(100), gap_ns=after_ns - end_ns)
    (words,) = [e for e in events if isinstance(e, Finished)]
    assert words.text == "good morn"
    assert abs(words.t_ns - end_ns - 200 * MS) <= 20 * MS
    assert [type(e) for e in events if isinstance(e, Onset | Stopped)] == [Onset, Stopped]


def test_a_lost_packet_does_not_end_it() -> None:
    ear = hearing()
    first, second = fake_speech("good morn"), fake_speech("ing")
    gap_ns = 60 * MS
    events = heard(ear, first, [320])
    later_ns = first.size * SAMPLE_NS + gap_ns
    events += ear.hear(later_ns, np.concatenate([second, silence(1_000)]), gap_ns)
    assert [e.text for e in events if isinstance(e, Finished)] == ["good morning"]


def test_sound_that_comes_twice_is_heard_once() -> None:
    ear = hearing()
    speech = fake_speech("hello you")
    events = ear.hear(0, speech)
    events += ear.hear(speech.size // 2 * SAMPLE_NS, speech[speech.size // 2 :])
    events += ear.hear(speech.size * SAMPLE_NS, silence(1_000))
    assert [e.text for e in events if isinstance(e, Finished)] == ["hello you"]


def test_the_end_of_the_stream_ends_what_is_said() -> None:
    ear = hearing()
    speech = fake_speech("good night")
    end_ns = speech.size * SAMPLE_NS
    events = ear.hear(0, speech) + ear.finish(end_ns)
    assert [(e.text, e.asks) for e in events if isinstance(e, Finished)] == [("good night", True)]
    assert max(e.t_ns for e in events) <= end_ns
    assert ear.finish(end_ns) == []


def test_a_silent_stretch_after_the_last_sound_is_a_gap() -> None:
    ear = hearing()
    speech = fake_speech("good night")
    events = ear.hear(0, speech) + ear.advance(speech.size * SAMPLE_NS + 100 * MS)
    assert not [e for e in events if isinstance(e, Finished)]
    events += ear.advance(speech.size * SAMPLE_NS + 1_000 * MS)
    assert [e.text for e in events if isinstance(e, Finished)] == ["good night"]


def test_noise_and_silence_make_no_words() -> None:
    ear = hearing()
    noise = np.random.default_rng(0).normal(0, 3_000, 32_000).astype(np.int16)
    events = ear.hear(0, np.concatenate([silence(2_000), noise])) + ear.finish(4_000 * MS)
    assert not [e for e in events if isinstance(e, Onset | Finished | FalseAlarm)]


def test_a_long_monologue_is_cut_and_loses_no_letter() -> None:
    ear = hearing(longest_s=2.0)
    text = "a long tale without any pause that goes on and on"
    events = ear.hear(0, np.concatenate([fake_speech(text), silence(2_000)]))
    parts = [e.text for e in events if isinstance(e, Finished)]
    assert len(parts) == 2
    assert "".join(parts).replace(" ", "") == text.replace(" ", "")


class Pausing:
    """Says what it was told of the voice, with the samples it had by then."""

    def __init__(self) -> None:
        self.told: list[tuple[bool, int]] = []
        self.fed = 0

    def begin(self) -> None:
        self.fed = 0

    def feed(self, pcm: Pcm) -> str:
        self.fed += pcm.size
        return "one two"

    def voice(self, on: bool) -> str:
        self.told.append((on, self.fed))
        return "one two three"

    def finish(self) -> Transcript:
        return Transcript(text="one two three")


def test_a_recogniser_that_wants_it_is_told_when_the_voice_stops_and_comes_back() -> None:
    asr = FakeAsr(NONE)
    pausing = Pausing()
    asr.stream = lambda: pausing  # type: ignore[method-assign, assignment, return-value]
    ear = Hearing(
        FakeVad(NONE),
        asr,
        FakeSound(NONE),
        NoSpeakers(NoSpeakersOptions()),
        TurnRules(unfinished_pause_ms=900, pause_ms=900),
    )
    talk = np.concatenate([silence(500), fake_speech("abcdef"), silence(600), fake_speech("ghi"), silence(1_500)])
    events = heard(ear, talk, [1_600]) + ear.finish(talk.size * SAMPLE_NS)
    assert [on for on, _ in pausing.told] == [False, True, False]
    stopped = [e.t_ns for e in events if isinstance(e, Stopped)]
    first, back, last = (n for _, n in pausing.told)
    assert first < back < last
    assert first == pytest.approx((stopped[0] - (500 - 300) * MS) // SAMPLE_NS, abs=16 * 60)
    assert [e.text for e in events if isinstance(e, Finished)] == ["one two three"]
