"""The real voice detectors, recogniser and sound classes, on made sounds and on recordings where there are some."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bench import wer
from bench.sample.voices import bang, melody, speak
from perception.backends.base import Asr, Pcm, SoundClassifier, Transcript, Vad
from perception.backends.no_speakers import NoSpeakers, NoSpeakersOptions
from perception.backends.pocketsphinx_asr import PocketSphinxAsr, PocketSphinxOptions
from perception.backends.silero_vad import SileroOptions, SileroVad
from perception.backends.spectral_sound import SpectralOptions, SpectralSound
from perception.backends.webrtc_vad import WebrtcOptions, WebrtcVad
from perception.ear import Ear
from perception.hearing import Hearing
from perception.turns import Finished, TurnRules
from perception.voice_detector import VoiceDetector

pytestmark = pytest.mark.lite

RATE = 16_000
SENTENCE = "What does the sign say?"
RNG = np.random.default_rng(5)


@pytest.fixture(scope="module")
def asr() -> Asr:
    return PocketSphinxAsr(PocketSphinxOptions())


@pytest.fixture(scope="module")
def sound() -> SoundClassifier:
    return SpectralSound(SpectralOptions())


def tone(hz: float, seconds: float = 3.0) -> Pcm:
    return (8_000 * np.sin(2 * np.pi * hz * np.arange(round(seconds * RATE)) / RATE)).astype(np.int16)


def noise(size: float, seconds: float = 3.0) -> Pcm:
    return RNG.normal(0, size, round(seconds * RATE)).astype(np.int16)


def transcribed(asr: Asr, pcm: Pcm, chunk: int = 1_600) -> Transcript:
    stream = asr.stream()
    stream.begin()
    for at in range(0, pcm.size, chunk):
        stream.feed(pcm[at : at + chunk])
    return stream.finish()


def edges(vad: Vad, pcm: Pcm) -> list[tuple[float, bool]]:
    ear = Ear(vad.stream(), VoiceDetector(vad.frame_ms), vad.frame_ms)
    parts = [*ear.hear(0, wer.padded(pcm)), *ear.finish(0)]
    return [(edge.since_ns / 1e9, edge.on) for part in parts for edge in getattr(part, "edges", ())]


@pytest.mark.parametrize("vad", [WebrtcVad(WebrtcOptions()), SileroVad(SileroOptions())], ids=["webrtc", "silero"])
@pytest.mark.parametrize("voice", ["slt", "rms", "awb", "kal16"])
def test_a_voice_is_found_where_it_is(vad: Vad, voice: str) -> None:
    pcm = speak(voice, "The key of the tower is under the flower pot.")
    found = edges(vad, pcm)
    assert [on for _, on in found] == [True, False]
    loud = np.flatnonzero(np.abs(pcm.astype(int)) > 800) / RATE + wer.PAD_S
    assert found[0][0] == pytest.approx(loud[0], abs=0.25)
    assert found[1][0] == pytest.approx(loud[-1], abs=0.35)


@pytest.mark.parametrize("pcm", [noise(30), noise(1_000), np.zeros(48_000, np.int16)], ids=["room", "noise", "nothing"])
def test_webrtc_takes_even_noise_for_no_voice(pcm: Pcm) -> None:
    ear = Ear(WebrtcVad(WebrtcOptions()).stream(), VoiceDetector(20), 20)
    assert not [edge for part in ear.hear(0, pcm) for edge in getattr(part, "edges", ())]


@pytest.mark.parametrize(
    "pcm", [noise(1_000), tone(440), tone(200), melody(5, 1), bang(2)], ids=["noise", "tone", "low", "music", "bang"]
)
def test_silero_takes_no_other_sound_for_a_voice(pcm: Pcm) -> None:
    assert edges(SileroVad(SileroOptions()), pcm) == []


@pytest.mark.parametrize("pcm", [noise(1_000), tone(440), tone(200)], ids=["noise", "tone", "low tone"])
def test_what_is_no_voice_is_no_turn(pcm: Pcm, asr: Asr, sound: SoundClassifier) -> None:
    whole = wer.padded(pcm)
    ear = Hearing(SileroVad(SileroOptions()), asr, sound, NoSpeakers(NoSpeakersOptions()), TurnRules())
    events = [*ear.hear(0, whole), *ear.finish(whole.size * wer.SAMPLE_NS)]
    assert not [e for e in events if isinstance(e, Finished)]


def test_words_do_not_depend_on_chunks_nor_on_what_came_before(asr: Asr) -> None:
    pcm = wer.padded(speak("rms", SENTENCE))
    first = transcribed(asr, pcm)
    transcribed(asr, wer.padded(speak("awb", "The river flows from the mountains to the northern sea.")))
    assert transcribed(asr, pcm) == first
    assert transcribed(asr, pcm, 333) == first
    assert first.text.startswith("what does the")


def test_two_people_may_speak_at_one_time(asr: Asr) -> None:
    one, two = (wer.padded(speak(v, SENTENCE)) for v in ("slt", "rms"))
    alone = [transcribed(asr, pcm) for pcm in (one, two)]
    streams = [asr.stream(), asr.stream()]
    for stream in streams:
        stream.begin()
    for at in range(0, max(one.size, two.size), 1_600):
        for stream, pcm in zip(streams, (one, two), strict=True):
            stream.feed(pcm[at : at + 1_600])
    assert [stream.finish() for stream in streams] == alone


def test_loudness_does_not_matter_much(asr: Asr) -> None:
    pcm = speak("rms", SENTENCE)
    for factor in (0.2, 1.0):
        heard = transcribed(asr, wer.padded((pcm * factor).astype(np.int16))).text
        wrong = set(wer.plain(SENTENCE).split()) - set(wer.plain(heard).split())
        assert len(wrong) <= 1


@pytest.mark.parametrize(
    ("pcm", "label"),
    [
        (melody(5, 1), "music"),
        (melody(5, 7), "music"),
        (noise(1_000), "noise"),
        (tone(440), "noise"),
        (bang(1), "bang"),
        (speak("slt", "Good morning, and welcome to our little tour of the town."), "speech"),
        (speak("slt", "The children are playing outside."), "speech"),
        (speak("kal16", "The old mill was turned into a school."), "speech"),
    ],
)
def test_classes_of_sound(pcm: Pcm, label: str, sound: SoundClassifier) -> None:
    stream = sound.stream()
    found = [*stream.feed(wer.padded(pcm)), *stream.finish()]
    told = [one for one in found if one.label != "silence"]
    assert {one.label for one in told} == {label}
    assert told[0].start_sample / RATE == pytest.approx(wer.PAD_S, abs=0.4)


@pytest.mark.parametrize("name", ["jfk.flac", "librivox_0870.wav", "english.mp3", "chinese.mp3", "cat_meow.wav"])
def test_recordings_run_through(name: str, media: Path, asr: Asr, sound: SoundClassifier) -> None:
    pcm = wer.padded(wer.recording(media / name))
    ear = Hearing(SileroVad(SileroOptions()), asr, sound, NoSpeakers(NoSpeakersOptions()), TurnRules())
    events = [*ear.hear(0, pcm), *ear.finish(pcm.size * wer.SAMPLE_NS)]
    words = [e for e in events if isinstance(e, Finished)]
    assert bool(words) is (name != "cat_meow.wav")
    assert [e.t_ns for e in events] == sorted(e.t_ns for e in events)
