"""docs/models.md: every profile, every setting and every backend that it names exists."""

from __future__ import annotations

import dataclasses
import re
import shlex
from itertools import pairwise
from pathlib import Path

import pytest

from perception.backends import ASR, SOUND
from reasoning.backends import LLM, TTS
from wire import config
from wire.config import Config

pytestmark = pytest.mark.models

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "models.md").read_text(encoding="utf-8")


def commands() -> list[list[str]]:
    """The lines of the shell blocks that give settings, as words."""
    blocks = re.findall(r"```sh\n(.*?)```", TEXT, re.S)
    lines = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    return [words for line in lines if "--set" in (words := shlex.split(line))]


def settings(words: list[str]) -> list[str]:
    return [value for flag, value in pairwise(words) if flag == "--set"]


def known_options(loaded: Config) -> None:
    """Raises for a backend, or an option of one, that does not exist."""
    hearing = loaded.perception
    for registry, chosen in (
        (ASR, hearing.asr),
        (SOUND, hearing.sound),
        (LLM, loaded.reasoning.llm),
        (TTS, loaded.reasoning.tts),
    ):
        fields = {field.name for field in dataclasses.fields(registry.load(chosen.backend).Options)}
        assert set(chosen.options) <= fields, chosen.backend


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_commands_configure(words: list[str]) -> None:
    profile = words[words.index("--profile") + 1] if "--profile" in words else "lite"
    known_options(config.load(profile, overrides=settings(words)))


def test_every_profile_with_models_is_told_of() -> None:
    told = set(re.findall(r"^\| `([\w.-]+)`(?: \(default\))? \|", TEXT, re.M))
    assert set(config.profiles()) - {"fake"} <= told


def test_the_voice_for_mandarin_exists() -> None:
    assert "`reasoning.tts.options.voice=cmn+Hugo`" in TEXT
    voice = TTS.create("espeak", {"voice": "cmn+Hugo"})
    said = [b"".join(piece.tobytes() for piece in voice.speak("你好", lambda: False)) for _ in range(2)]
    assert len(said[0]) > 2 * voice.sample_rate // 10
    assert said[0] == said[1]  # which replays need
    voice.close()


@pytest.mark.parametrize("option", ["frames", "extra", "max_tokens_field", "deadline_s", "api_key_file", "model"])
def test_options_of_servers_exist(option: str) -> None:
    assert f"`{option}" in TEXT
    assert option in {field.name for field in dataclasses.fields(LLM.load("openai_chat").Options)}
