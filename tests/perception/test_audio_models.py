"""The listeners that are networks, on tiny checkpoints in the published layouts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from tiny_audio import write_moonshine, write_qwen2_audio, write_whisper
from transformers import AutoProcessor, Qwen2AudioForConditionalGeneration

from models.audio_prompts import ASR as ASR_WORDS, chat_prompt
from perception.backends import ASR, SOUND
from perception.backends.qwen2_audio import words_of
from wire.registry import BackendError

pytestmark = pytest.mark.models

SECONDS = np.random.default_rng(7).integers(-4_000, 4_000, 3 * 16_000).astype(np.int16)
WRITERS: dict[str, tuple[str, Callable[[Path], None], dict[str, Any]]] = {
    "qwen2_audio": ("qwen2_audio", write_qwen2_audio, {"max_new_tokens": 6}),
    "release": ("qwen2_audio", lambda folder: write_qwen2_audio(folder / "audio"), {"max_new_tokens": 6}),
    "whisper": ("whisper", write_whisper, {"max_new_tokens": 6, "language": "zh"}),
    "whisper detects": ("whisper", write_whisper, {"max_new_tokens": 6, "prompt": "hello"}),
    "whisper en": ("whisper", lambda folder: write_whisper(folder, multilingual=False), {"max_new_tokens": 6}),
    "moonshine": ("whisper", write_moonshine, {}),
}


def options(folder: Path, more: dict[str, Any]) -> dict[str, Any]:
    return {"checkpoint": str(folder), "device": "cpu", **more}


@pytest.mark.parametrize("kind", WRITERS)
def test_chunked_sound_is_heard_as_whole_sound(kind: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    name, write, more = WRITERS[kind]
    write(tmp_path)
    capfd.readouterr()
    asr = ASR.create(name, options(tmp_path, more))
    heard = []
    for pieces in ([SECONDS], np.split(SECONDS, [1, 700, 16_001, 30_000])):
        stream = asr.stream()
        stream.begin()
        captions = [stream.feed(piece) for piece in pieces]
        heard.append((captions[-1], stream.finish()))
    assert heard[0] == heard[1]
    assert heard[0][1] == asr._read(SECONDS)  # the transcript is a reading of all of it
    assert 0.0 < heard[0][1].score <= 1.0
    assert stream.finish().text == ""
    assert capfd.readouterr().out == ""
    asr.close()
    asr.close()


@pytest.mark.parametrize("kind", ["qwen2_audio", "whisper", "moonshine"])
def test_half_precision_hears_too(kind: str, tmp_path: Path) -> None:
    name, write, more = WRITERS[kind]
    write(tmp_path)
    asr = ASR.create(name, options(tmp_path, {**more, "dtype": "bfloat16"}))
    assert 0.0 < asr._read(SECONDS).score <= 1.0


def test_qwen2_audio_is_that_of_transformers_with_the_published_prompt(tmp_path: Path) -> None:
    write_qwen2_audio(tmp_path)
    processor: Any = AutoProcessor.from_pretrained(tmp_path)  # type: ignore[no-untyped-call]
    network: Any = Qwen2AudioForConditionalGeneration.from_pretrained(tmp_path)
    inputs = processor(text=chat_prompt(ASR_WORDS), audio=[SECONDS / np.float32(32_768)], return_tensors="pt")
    with torch.inference_mode():
        ids = network.generate(**inputs, max_new_tokens=6, do_sample=False)[0, inputs["input_ids"].shape[1] :]
    expected = words_of(processor.tokenizer.decode(ids, skip_special_tokens=True))
    assert ASR.create("qwen2_audio", options(tmp_path, {"max_new_tokens": 6}))._read(SECONDS).text == expected


def test_recognition_and_classes_share_the_weights(tmp_path: Path) -> None:
    write_qwen2_audio(tmp_path / "audio")
    asr = ASR.create("qwen2_audio", options(tmp_path, {}))
    sound = SOUND.create("qwen2_audio", options(tmp_path / "audio", {"window_s": 0.5}))
    assert asr._model is sound._model
    stream = sound.stream()
    found = stream.feed(np.concatenate([np.zeros(16_000, np.int16), SECONDS])) + stream.finish()
    assert found[0].label == "silence"
    assert found[0].end_sample == 16_000
    assert found[-1].end_sample == 64_000
    asr.close()
    assert sound.stream().feed(SECONDS) is not None  # one that goes leaves the other its weights


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        ("What is that?", "What is that?"),
        ("The person says in English: 'it's over there.'", "it's over there."),
        ('The original content of this audio is: "你好世界"', "你好世界"),
        ("He said: yes", "He said: yes"),
        ("", ""),
    ],
)
def test_the_words_of_a_reply(reply: str, words: str) -> None:
    assert words_of(reply) == words


def test_what_does_not_fit_is_said(tmp_path: Path) -> None:
    write_whisper(tmp_path / "whisper")
    write_qwen2_audio(tmp_path / "qwen")
    for role, name, folder, sentence in (
        (ASR, "qwen2_audio", "whisper", "holds no Qwen2-Audio"),
        (SOUND, "qwen2_audio", "nowhere", "is not a folder"),
        (ASR, "whisper", "qwen", "is qwen2_audio by its config.json, not Whisper or Moonshine"),
        (ASR, "whisper", "nowhere", "is not a folder"),
    ):
        with pytest.raises(BackendError, match=sentence):
            role.create(name, options(tmp_path / folder, {}))


@pytest.mark.parametrize(("kind", "name"), [("qwen", "qwen2_audio"), ("whisper", "whisper")])
def test_a_checkpoint_that_is_not_whole_is_refused(kind: str, name: str, tmp_path: Path) -> None:
    {"qwen": write_qwen2_audio, "whisper": write_whisper}[kind](tmp_path)
    weights = tmp_path / "model.safetensors"
    state = load_file(weights)
    key = sorted(state)[-1]
    save_file({k: v for k, v in state.items() if k != key}, weights, metadata={"format": "pt"})
    with pytest.raises(BackendError, match="1 missing keys, the first is"):
        ASR.create(name, options(tmp_path, {}))
    save_file({**state, "more.weight": torch.zeros(2)}, weights, metadata={"format": "pt"})
    with pytest.raises(BackendError, match=r"1 unexpected keys, the first is .*more\.weight"):
        ASR.create(name, options(tmp_path, {}))
    weights.unlink()
    with pytest.raises(BackendError, match=r"holds no \*\.safetensors"):
        ASR.create(name, options(tmp_path, {}))
