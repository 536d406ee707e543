"""Captions while somebody speaks: what stands never changes, and the cuts of the sound change nothing."""

from __future__ import annotations

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from perception.agreement import Agreement, joined, key_of, pieces_of
from perception.backends.base import Pcm, Transcript
from perception.windowed import RATE_HZ, SHORTEST, WindowedAsr, Windows

pytestmark = pytest.mark.unit

WORDS = st.text(st.sampled_from("ab A,.你好。世 "), max_size=24)


@given(WORDS)
def test_pieces_are_the_text(text: str) -> None:
    assert "".join(pieces_of(text)) == text.rstrip()
    assert all(piece.strip() for piece in pieces_of(text))


@given(st.lists(WORDS, max_size=8))
def test_what_is_committed_never_changes(readings: list[str]) -> None:
    agreement, before = Agreement(), ""
    for reading in readings:
        caption = agreement.take(reading)
        assert agreement.committed.startswith(before)
        assert caption.startswith(agreement.committed.strip())
        before = agreement.committed


@given(WORDS, WORDS)
def test_nothing_is_committed_that_two_readings_in_a_row_do_not_share(first: str, second: str) -> None:
    agreement = Agreement()
    agreement.take(first)
    agreement.take(second)
    keys = [[key_of(piece) for piece in pieces_of(text)] for text in (first, second)]
    committed = [key_of(piece) for piece in pieces_of(agreement.committed)]
    assert committed == keys[0][: len(committed)] == keys[1][: len(committed)]
    assert len(committed) < max(1, len(keys[1]))


@given(WORDS)
def test_a_reading_that_comes_again_is_shown_as_it_is(text: str) -> None:
    agreement = Agreement()
    agreement.take(text)
    assert agreement.take(text) == text.strip()


@pytest.mark.parametrize(
    ("readings", "captions", "committed"),
    [
        (
            ["the", "the cat", "The cat sat.", "the cat sat on", "a cat sat on the mat"],
            ["the", "the cat", "the cat sat.", "the cat sat on", "the cat sat on the mat"],
            "the cat sat on",
        ),
        (["今天", "今天天", "今天天气", "今天天气好"], ["今天", "今天天", "今天天气", "今天天气好"], "今天天气"),
        (["one two", "one two three", "one"], ["one two", "one two three", "one two"], "one two"),
        (["we saw", "we saw it", "we were saw it go"], ["we saw", "we saw it", "we saw it go"], "we saw it"),
    ],
)
def test_captions(readings: list[str], captions: list[str], committed: str) -> None:
    agreement = Agreement()
    assert [agreement.take(reading) for reading in readings] == captions
    assert agreement.committed == committed


def test_stretches_are_joined_as_their_script_wants() -> None:
    assert joined("the cat ", "sat") == "the cat sat"
    assert joined("今天", "天气") == "今天天气"
    assert joined("", "x") == joined("x", " ") == "x"


class Spelling:
    """Reads a number out of each block of samples; keeps what it was given."""

    def __init__(self) -> None:
        self.lengths: list[int] = []

    def read(self, pcm: Pcm) -> Transcript:
        self.lengths.append(pcm.size)
        return Transcript(text=" ".join(str(n) for n in np.unique(pcm[pcm > 0])), score=0.5)


def spoken(n_seconds: int) -> Pcm:
    """Second n has the value n + 1, and half a second of its end is silent."""
    seconds = np.repeat(np.arange(1, n_seconds + 1, dtype=np.int16), RATE_HZ).reshape(-1, RATE_HZ)
    seconds[:, RATE_HZ // 2 :] = 0
    return seconds.reshape(-1)


def test_captions_grow_with_the_sound_and_the_transcript_is_a_reading_of_all() -> None:
    spelling = Spelling()
    stream = WindowedAsr(spelling.read, Windows())
    captions = [stream.feed(second) for second in spoken(3).reshape(3, -1)]
    assert captions == ["1", "1 2", "1 2 3"]
    assert stream.finish() == Transcript(text="1 2 3", score=0.5)
    assert spelling.lengths == [RATE_HZ, 2 * RATE_HZ, 3 * RATE_HZ, 3 * RATE_HZ]


def test_a_long_utterance_is_cut_where_it_is_quiet_and_nothing_is_lost() -> None:
    spelling = Spelling()
    stream = WindowedAsr(spelling.read, Windows(every_s=0, longest_s=4, cut_s=2))
    stream.feed(spoken(11))
    assert stream.finish().text == " ".join(str(n) for n in range(1, 12))
    assert max(spelling.lengths) <= 4 * RATE_HZ
    assert sum(spelling.lengths) == 11 * RATE_HZ


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 40_000), max_size=20), st.sampled_from([0.0, 0.7, 1.0]), st.sampled_from([1.5, 4.0]))
def test_chunks_change_nothing(sizes: list[int], every_s: float, longest_s: float) -> None:
    sound = spoken(6)
    windows = Windows(every_s=every_s, longest_s=longest_s, cut_s=1.0)
    whole, cut = Spelling(), Spelling()
    one, two = WindowedAsr(whole.read, windows), WindowedAsr(cut.read, windows)
    caption = one.feed(sound)
    shown = ""
    for piece in np.split(sound, np.clip(np.cumsum(sizes), 0, sound.size)):
        shown = two.feed(piece)
    assert shown == caption
    assert one.finish() == two.finish()
    assert whole.lengths == cut.lengths


def test_no_words_are_invented_where_nothing_is_heard() -> None:
    spelling = Spelling()
    stream = WindowedAsr(spelling.read, Windows())
    for nothing in (np.ones(SHORTEST - 1, np.int16), np.zeros(5 * RATE_HZ, np.int16), np.zeros(0, np.int16)):
        stream.begin()
        assert stream.feed(nothing) == ""
        assert stream.finish() == Transcript(text="", score=0.0)
    assert spelling.lengths == []


def test_an_utterance_knows_nothing_of_the_one_before() -> None:
    stream = WindowedAsr(Spelling().read, Windows())
    stream.feed(spoken(2))
    stream.begin()
    assert stream.feed(spoken(1)) == "1"
    assert stream.finish().text == "1"
    assert stream.finish() == Transcript(text="", score=0.0)


def test_what_is_read_when_the_voice_stops_is_the_transcript() -> None:
    whole, glance = Spelling(), Spelling()
    stream = WindowedAsr(whole.read, Windows(at_pause=True), glance.read)
    stream.feed(spoken(2))
    assert stream.voice(False) == "1 2"
    assert stream.feed(np.full(2 * RATE_HZ, 9, np.int16)) == "1 2"  # no caption while the voice is away
    assert stream.finish().text == "1 2"
    assert whole.lengths == [2 * RATE_HZ]
    assert glance.lengths == [RATE_HZ, 2 * RATE_HZ]


def test_a_voice_that_comes_back_is_heard_too() -> None:
    whole = Spelling()
    stream = WindowedAsr(whole.read, Windows(every_s=0, at_pause=True))
    stream.feed(spoken(3)[: 2 * RATE_HZ])
    assert stream.voice(False) == "1 2"
    assert stream.voice(True) == "1 2"
    stream.feed(spoken(3)[2 * RATE_HZ :])
    assert stream.finish().text == "1 2 3"


def test_without_at_pause_the_voice_changes_nothing() -> None:
    whole = Spelling()
    stream = WindowedAsr(whole.read, Windows(every_s=0))
    stream.feed(spoken(2))
    assert (stream.voice(False), stream.voice(True)) == ("", "")
    assert stream.finish().text == "1 2"
    assert whole.lengths == [2 * RATE_HZ]


def test_a_better_reading_stands_whatever_was_committed() -> None:
    agreement = Agreement()
    agreement.take("the cad sat")
    agreement.take("the cad sat on")
    assert agreement.settle("The cat sat on a") == "The cat sat on a"
    assert agreement.take("the cad sat on a mat") == "The cat sat on a mat"
