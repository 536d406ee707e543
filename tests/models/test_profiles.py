"""The profiles with networks name backends that exist, options that they have, and say what is missing."""

from __future__ import annotations

import dataclasses
import re
import tomllib
from pathlib import Path

import pytest

from memory.backends import COMPRESSOR, TEXT_ENCODER
from perception.backends import ASR, SOUND, VAD, VISION
from reasoning.backends import LLM, TTS
from wire.config import BackendConfig, load
from wire.registry import BackendError, Registry

pytestmark = pytest.mark.models

WITH_CHECKPOINTS = ("omnilive-7b", "internvl2-8b", "internvl2-76b", "internvl-chat-v1-5", "mini-internvl-4b")
PROFILES = (*WITH_CHECKPOINTS, "remote")


def roles(profile: str) -> list[tuple[Registry, BackendConfig]]:
    config = load(profile)
    seen = [(VISION, backend) for backend in config.perception.vision]
    return [
        (VAD, config.perception.vad),
        (ASR, config.perception.asr),
        (SOUND, config.perception.sound),
        *seen,
        (COMPRESSOR, config.memory.compressor),
        (TEXT_ENCODER, config.memory.text_encoder),
        (LLM, config.reasoning.llm),
        (TTS, config.reasoning.tts),
    ]


@pytest.mark.parametrize("profile", PROFILES)
def test_backends_and_options_exist(profile: str) -> None:
    for registry, backend in roles(profile):
        assert registry.chosen(backend.backend) in registry.names()
        if backend.options:
            known = {field.name for field in dataclasses.fields(registry.load(backend.backend).Options)}
            assert set(backend.options) <= known


@pytest.mark.parametrize("profile", WITH_CHECKPOINTS)
def test_a_checkpoint_that_is_not_there_is_named(profile: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    wanting = [(r, b) for r, b in roles(profile) if "checkpoint" in b.options]
    assert wanting
    for registry, backend in wanting:
        with pytest.raises(BackendError, match=r"checkpoints/[\w.-]+"):
            registry.create(backend.backend, {**backend.options, "device": "cpu"})


def alternatives() -> list[tuple[str, str, str, dict[str, object]]]:
    """(profile, role, backend, options) of the lines that a profile holds as comments, to be uncommented."""
    found = []
    for profile in PROFILES:
        text = (Path(__file__).resolve().parents[2] / "config" / f"{profile}.toml").read_text(encoding="utf-8")
        for section in re.split(r"^(?=\[)", text, flags=re.M):
            shown = re.search(r'^# (backend = "\w+")\n# (options = \{.*\})$', section, re.M)
            if shown:
                role = section.splitlines()[0].strip("[]")
                values = tomllib.loads(f"{shown[1]}\n{shown[2]}")
                found.append((profile, role, values["backend"], values["options"]))
    return found


def test_what_profiles_offer_in_comments_exists() -> None:
    offered = alternatives()
    assert {(profile, backend) for profile, _, backend, _ in offered} == {
        ("omnilive-7b", "vits"),
        ("remote", "openai_asr"),
        ("remote", "openai_tts"),
    }
    registries = {"perception.asr": ASR, "reasoning.tts": TTS}
    for _, role, backend, options in offered:
        known = {field.name for field in dataclasses.fields(registries[role].load(backend).Options)}
        assert set(options) <= known
