"""The recogniser of the lite profile on voices, on what is no voice, and on recordings where there are some."""

from __future__ import annotations

from pathlib import Path

import jiwer
import numpy as np
import pytest

from bench import wer
from bench.sample.voices import bang, melody, speak
from perception.backends.base import Pcm, Transcript
from perception.backends.moonshine import Moonshine, MoonshineOptions, spelled

pytestmark = pytest.mark.lite

SENTENCES = ("How many people are in the room?", "The captain keeps his keys in the wooden drawer.")


@pytest.fixture(scope="module")
def asr() -> Moonshine:
    return Moonshine(MoonshineOptions())


def heard(asr: Moonshine, pcm: Pcm, chunk: int = 1_600) -> tuple[Transcript, list[str]]:
    stream = asr.stream()
    stream.begin()
    captions = [stream.feed(pcm[at : at + chunk]) for at in range(0, pcm.size, chunk)]
    return stream.finish(), captions


@pytest.mark.parametrize("voice", ["slt", "rms", "awb", "kal16"])
def test_clear_voices_are_understood(asr: Moonshine, voice: str) -> None:
    said = [wer.plain(sentence) for sentence in SENTENCES]
    words = [wer.plain(heard(asr, wer.padded(speak(voice, s)))[0].text) for s in SENTENCES]
    assert jiwer.wer(said, words) <= 0.15


def test_speech_over_music_is_understood(asr: Moonshine) -> None:
    pcm = wer.padded(speak("rms", SENTENCES[0])).astype(np.int32)
    pcm += melody(pcm.size / 16_000, 3)[: pcm.size]
    assert wer.plain(heard(asr, pcm.clip(-32_768, 32_767).astype(np.int16))[0].text) == wer.plain(SENTENCES[0])


@pytest.mark.parametrize(
    "pcm",
    [melody(4, 1), melody(4, 2), wer.padded(bang(1)), np.zeros(32_000, np.int16), wer.padded(np.zeros(0, np.int16))],
    ids=["music", "other music", "bang", "nothing", "room"],
)
def test_what_is_no_voice_has_no_words(asr: Moonshine, pcm: Pcm) -> None:
    assert heard(asr, pcm)[0].text == ""


def test_words_do_not_depend_on_chunks_nor_on_what_came_before(asr: Moonshine) -> None:
    pcm = wer.padded(speak("rms", SENTENCES[1]))
    first, captions = heard(asr, pcm)
    heard(asr, wer.padded(speak("awb", SENTENCES[0])))
    assert heard(asr, pcm)[0] == heard(asr, pcm, 333)[0] == first
    assert captions[-1].lower().startswith("the captain")


def test_recordings_of_people_are_understood(asr: Moonshine, media: Path) -> None:
    names = [name for name, text in wer.MEDIA.items() if text is not None]
    said = [wer.plain(wer.MEDIA[name] or "") for name in names]
    words = [wer.plain(heard(asr, wer.padded(wer.recording(media / name)))[0].text) for name in names]
    assert jiwer.wer(said, words) <= 0.1


def test_prices_places_and_titles_are_written_as_they_were_said() -> None:
    assert spelled("It costs $3, or $1,250.50 or $1.") == "It costs 3 dollars, or 1,250.50 dollars or 1 dollar."
    assert spelled("Dr. Low paid £2 on the 3rd, the 20th and the 1st.") == (
        "Doctor Low paid 2 pounds on the third, the 20th and the first."
    )


def test_a_folder_without_the_model_is_named(tmp_path: Path) -> None:
    (tmp_path / "tokenizer.bin").write_bytes(b"\x01a")
    with pytest.raises(ValueError, match=r"lacks encoder_model.ort, decoder_model_merged.ort; install moonshine-voice"):
        Moonshine(MoonshineOptions(checkpoint=str(tmp_path)))


def test_a_broken_model_is_named(tmp_path: Path) -> None:
    for name in ("encoder_model.ort", "decoder_model_merged.ort"):
        (tmp_path / name).write_bytes(b"no model")
    (tmp_path / "tokenizer.bin").write_bytes(b"\x01a")
    with pytest.raises(ValueError, match=r"encoder_model.ort cannot be loaded"):
        Moonshine(MoonshineOptions(checkpoint=str(tmp_path)))
