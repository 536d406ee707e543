"""Neural voices on tiny checkpoints with random weights: which signs a text has, and that it is spoken in pieces."""

# ruff: noqa: RUF001 (phonemes and Chinese marks)

from __future__ import annotations

import builtins
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tiny_audio import write_vits, write_whisper
from transformers import VitsModel, VitsTokenizer

from reasoning.backends import TTS
from reasoning.backends.vits import VitsTts, clauses
from wire.registry import BackendError

pytestmark = pytest.mark.models

torch.set_num_threads(1)
PHONEMES = " abdefhijklmnopstuvwzæðŋɐɑɔəɚɛɜɡɪɹʃʊʌʒθˈˌː,.!?"


def voice(folder: Path, alphabet: str = "", **more: Any) -> VitsTts:
    options: dict[str, Any] = {name: more.pop(name) for name in ("speaker", "seed", "speaking_rate") if name in more}
    write_vits(folder, *([alphabet] if alphabet else []), **more)
    made = TTS.create("vits", {"checkpoint": str(folder), "device": "cpu", **options})
    assert isinstance(made, VitsTts)
    return made


def spoken(backend: VitsTts, phrase: str) -> np.ndarray[Any, np.dtype[np.int16]]:
    return np.concatenate([np.zeros(0, np.int16), *backend.speak(phrase, lambda: False)])


def test_it_says_what_the_class_says(tmp_path: Path) -> None:
    backend = voice(tmp_path)
    kinds: Any = VitsTokenizer
    inputs = kinds.from_pretrained(tmp_path)("Hello, it's me.", return_tensors="pt")
    network: Any = VitsModel.from_pretrained(tmp_path)
    torch.manual_seed(0)
    with torch.inference_mode():
        wave = network.train(False)(input_ids=inputs["input_ids"]).waveform[0]
    wanted = np.round(wave.clamp(-1, 1).numpy() * 32_767).astype(np.int16)
    np.testing.assert_allclose(spoken(backend, "Hello, it's me."), wanted, atol=1)
    assert wanted.std() > 0


def test_the_same_words_sound_the_same_and_nobody_elses_chance_is_touched(tmp_path: Path) -> None:
    backend = voice(tmp_path)
    torch.manual_seed(5)
    wanted = torch.rand(3)
    torch.manual_seed(5)
    first = spoken(backend, "There is a red car.")
    assert torch.equal(torch.rand(3), wanted)
    np.testing.assert_array_equal(spoken(backend, "There is a red car."), first)
    other = voice(tmp_path, seed=1)
    assert (
        spoken(other, "There is a red car.").shape != first.shape
        or (spoken(other, "There is a red car.") != first).any()
    )


def test_faster_is_shorter(tmp_path: Path) -> None:
    plain, fast = voice(tmp_path / "a"), voice(tmp_path / "b", speaking_rate=3.0)
    assert 0 < spoken(fast, "There is a red car.").size < spoken(plain, "There is a red car.").size


def test_numbers_become_words(tmp_path: Path) -> None:
    backend = voice(tmp_path / "letters")
    assert backend.signs("12 cars, 3.5 m") == "twelve cars three point five m"
    assert voice(tmp_path / "digits", " abcdefghijklmnopqrstuvwxyz0123456789").signs("12 cars") == "12 cars"


def test_chinese_is_read_by_a_voice_that_has_its_signs(tmp_path: Path) -> None:
    backend = voice(tmp_path, "有一二三十个人在门口，。", language="cmn")
    assert backend.signs("有12个人在门口。") == "有十二个人在门口。"
    assert spoken(backend, "有12个人在门口。").size > 0
    with pytest.raises(ValueError, match=r"'cmn'\) has no signs for most of 'what is it'.*a voice of the language"):
        list(backend.speak("What is it", lambda: False))


def test_an_english_voice_refuses_chinese(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="has no signs for most of '门口有两个人。'"):
        list(voice(tmp_path).speak("门口有两个人。", lambda: False))


def test_phonemes_are_espeaks(tmp_path: Path) -> None:
    backend = voice(tmp_path, PHONEMES, phonemize=True)
    signs = backend.signs("Hello, two cars!")
    assert signs.startswith("həlˈoʊ, tˈuː k")
    assert signs.endswith("!")
    assert spoken(backend, "Hello, two cars!").size > 0


def test_a_romanised_voice_names_what_it_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_vits(tmp_path, is_uroman=True, language="kor")
    real = builtins.__import__

    def without(name: str, *more: Any, **named: Any) -> Any:
        if name == "uroman":
            raise ModuleNotFoundError("No module named 'uroman'", name="uroman")
        return real(name, *more, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(BackendError, match=r"needs uroman for its language; pip install 'omnilive\[voices\]'"):
        TTS.create("vits", {"checkpoint": str(tmp_path), "device": "cpu"})


def test_a_romanised_voice_reads_other_scripts(tmp_path: Path) -> None:
    backend = voice(tmp_path, is_uroman=True, language="kor")
    assert backend.signs("안녕") == "annyeong"


def test_speakers(tmp_path: Path) -> None:
    write_vits(tmp_path, num_speakers=3)
    options = {"checkpoint": str(tmp_path), "device": "cpu"}
    said = [spoken(TTS.create("vits", {**options, "speaker": n}), "A red car.") for n in (0, 2)]
    assert said[0].shape != said[1].shape or (said[0] != said[1]).any()
    with pytest.raises(BackendError, match=r"speaker 3 is not there.*has speakers 0 to 2"):
        TTS.create("vits", {**options, "speaker": 3})


def test_it_is_cancelled_between_pieces_and_between_clauses(tmp_path: Path) -> None:
    backend = voice(tmp_path)
    made: list[str] = []
    say = backend._voice.say

    def counted(signs: str, seed: int = 0) -> Any:
        made.append(signs)
        return say(signs, seed)

    backend._voice.say = counted  # type: ignore[method-assign]
    pieces: Iterator[Any] = backend.speak(
        "There is a red car at the gate, and a blue one behind the house.", lambda: bool(made)
    )
    assert list(pieces) == []
    assert made == ["there is a red car at the gate"]


def test_clauses() -> None:
    assert clauses("One, two.") == ["One, two."]
    assert clauses("There is a red car at the gate, and a blue one behind it.") == [
        "There is a red car at the gate,", "and a blue one behind it.",
    ]  # fmt: skip
    assert clauses("门口有两个人，一个穿红衣服，另一个穿蓝衣服，都在等车。后面还有一条白色的小狗在跑。") == [
        "门口有两个人，一个穿红衣服，另一个穿蓝衣服，", "都在等车。后面还有一条白色的小狗在跑。",
    ]  # fmt: skip
    assert all(len(piece) <= 120 for piece in clauses("word " * 100))
    assert "".join(clauses("word " * 100)).replace(" ", "") == "word" * 100
    assert clauses(" ... ") == []


def test_another_kind_of_folder_is_refused(tmp_path: Path) -> None:
    write_whisper(tmp_path)
    with pytest.raises(BackendError, match=r"is whisper by its config.json, not VITS"):
        TTS.create("vits", {"checkpoint": str(tmp_path), "device": "cpu"})
