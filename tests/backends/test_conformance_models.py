"""Listeners that are networks, and backends behind a server, keep to the contracts; tiny weights, scripted answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from conforming import Pcm, check
from openai_server import Answer, OpenAiServer, reply, serving, stream, words
from tiny_audio import write_moonshine, write_qwen2_audio, write_vits, write_whisper

from wire.config import BackendConfig

pytestmark = pytest.mark.models

SPEECH: Pcm = np.random.default_rng(3).normal(0, 3_000, 40_000).astype(np.int16)
SOUND = np.random.default_rng(4).integers(-2_000, 2_000, 24_000).astype("<i2").tobytes()
LISTENERS: list[tuple[str, str, Callable[[Path], None], dict[str, float]]] = [
    ("asr", "qwen2_audio", write_qwen2_audio, {"max_new_tokens": 4}),
    ("asr", "whisper", write_whisper, {"max_new_tokens": 4}),
    ("asr", "whisper", write_moonshine, {"max_new_tokens": 4}),
    ("sound", "qwen2_audio", write_qwen2_audio, {"window_s": 1.0}),
]


@pytest.fixture
def remote() -> Iterator[OpenAiServer]:
    with serving() as server:
        server.answers["/v1/chat/completions"] = [stream(*words("It says ", "EXIT."))]
        server.answers["/v1/audio/speech"] = [Answer(content_type="audio/pcm", pieces=[SOUND[:30_001], SOUND[30_001:]])]
        server.answers["/v1/audio/transcriptions"] = [reply({"text": "what is that"})]
        yield server


@pytest.mark.parametrize(("role", "name", "write", "options"), LISTENERS)
def test_listeners(
    role: str,
    name: str,
    write: Callable[[Path], None],
    options: dict[str, float],
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    write(tmp_path)
    capfd.readouterr()
    check(role, BackendConfig(backend=name, options={"checkpoint": str(tmp_path), "device": "cpu", **options}), SPEECH)
    assert capfd.readouterr().out == ""


def test_voices(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    write_vits(tmp_path)
    capfd.readouterr()
    check("tts", BackendConfig(backend="vits", options={"checkpoint": str(tmp_path), "device": "cpu"}), SPEECH)
    assert capfd.readouterr().out == ""


@pytest.mark.parametrize(("role", "name"), [("llm", "openai_chat"), ("tts", "openai_tts"), ("asr", "openai_asr")])
def test_servers(role: str, name: str, remote: OpenAiServer, capfd: pytest.CaptureFixture[str]) -> None:
    check(role, BackendConfig(backend=name, options={"base_url": remote.url, "deadline_s": 5.0}), SPEECH)
    assert capfd.readouterr().out == ""
