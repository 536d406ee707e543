"""The voices as they sound: length, loudness, cancel, sameness, and whether a recogniser understands them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from reasoning.backends import TTS
from reasoning.backends.base import Pcm, Tts
from wire.registry import BackendError

pytestmark = pytest.mark.lite

SENTENCE = "the train to london leaves at nine"


@pytest.fixture(params=["espeak", "flite"])
def voice(request: pytest.FixtureRequest) -> Iterator[Tts]:
    try:
        made: Tts = TTS.create(request.param, {})
    except BackendError as error:
        pytest.skip(str(error))
    yield made
    made.close()


def spoken(voice: Tts, text: str) -> Pcm:
    pieces = list(voice.speak(text, lambda: False))
    return np.concatenate(pieces) if pieces else np.zeros(0, np.int16)


def test_it_sounds_like_speech(voice: Tts) -> None:
    pcm = spoken(voice, SENTENCE)
    seconds = pcm.size / voice.sample_rate
    assert 1.2 < seconds < 4.5
    loudness = np.sqrt(np.mean(pcm.astype(np.float64) ** 2))
    assert 500 < loudness < 10_000
    assert np.abs(pcm.astype(np.int32)).max() < 32_767  # not clipped
    spectrum = np.abs(np.fft.rfft(pcm.astype(np.float64))) ** 2
    hz = np.fft.rfftfreq(pcm.size, 1 / voice.sample_rate)
    assert spectrum[(hz > 80) & (hz < 4_000)].sum() > 0.8 * spectrum.sum()


def test_a_phrase_is_always_of_the_same_length(voice: Tts) -> None:
    """Replays depend on it: the time that a reply takes decides what comes after it."""
    first = spoken(voice, SENTENCE)
    spoken(voice, "something else")
    assert spoken(voice, SENTENCE).size == first.size


def test_longer_texts_take_longer(voice: Tts) -> None:
    assert spoken(voice, SENTENCE).size > 2 * spoken(voice, "yes").size


@pytest.mark.parametrize("after", [0, 1, 3])
def test_cancel_is_noticed_at_once(voice: Tts, after: int) -> None:
    given: list[Pcm] = []
    for piece in voice.speak(SENTENCE + ", " + SENTENCE, lambda: len(given) >= after):
        given.append(piece)
    assert len(given) == after
    assert spoken(voice, SENTENCE).size > 0


@pytest.mark.parametrize("text", ["", "   ", "...", "\0", "é", "日本"])
def test_odd_texts(voice: Tts, text: str) -> None:
    assert spoken(voice, text).dtype == np.int16


def test_two_voices_in_one_process() -> None:
    one, other = TTS.create("espeak", {}), TTS.create("espeak", {"voice": "de", "words_per_minute": 120})
    first = spoken(one, SENTENCE)
    spoken(other, SENTENCE)
    other.close()
    assert spoken(one, SENTENCE).tobytes() == first.tobytes()
    one.close()


@pytest.mark.parametrize(("name", "options"), [("espeak", {"voice": "xx-nowhere"}), ("flite", {"voice": "nobody"})])
def test_an_unknown_voice_is_named(name: str, options: dict[str, str]) -> None:
    with pytest.raises(BackendError, match=options["voice"]):
        TTS.create(name, options)


def test_a_recogniser_understands_flite(recognise: Callable[[Pcm], str]) -> None:
    try:
        voice: Tts = TTS.create("flite", {})
    except BackendError as error:
        pytest.skip(str(error))
    heard = recognise(spoken(voice, SENTENCE)).split()
    assert sum(word in heard for word in SENTENCE.split()) >= 6


@pytest.fixture
def recognise() -> Callable[[Pcm], str]:
    """PocketSphinx on 16 kHz PCM."""
    from pocketsphinx import Decoder

    decoder = Decoder(samprate=16_000, loglevel="FATAL")

    def heard(pcm: Pcm) -> str:
        silence = np.zeros(4_800, np.int16)
        decoder.start_utt()
        decoder.process_raw(np.concatenate([silence, pcm, silence]).tobytes(), False, True)
        decoder.end_utt()
        found = decoder.hyp()
        return found.hypstr if found else ""

    return heard
