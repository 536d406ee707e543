"""Profiles load, overrides apply, and mistakes name the key and the nearest one."""

from __future__ import annotations

from pathlib import Path

import pytest

from wire import config
from wire.config import ConfigError

pytestmark = pytest.mark.unit


def test_lite_is_the_default_profile() -> None:
    loaded = config.load()
    assert loaded.perception.asr.backend == "whisper_ct2, moonshine"
    assert loaded.perception.vision[0].backend == "appearance"
    assert loaded.streamer.fps == 1.0


def test_every_shipped_profile_loads() -> None:
    assert {"lite", "fake"} <= set(config.profiles())
    for name in config.profiles():
        config.load(name)


@pytest.mark.parametrize(
    ("override", "read"),
    [
        ("perception.asr.backend=fake", lambda c: c.perception.asr.backend == "fake"),
        ("streamer.fps=2", lambda c: c.streamer.fps == 2.0),
        (
            "perception.vision.1.options={ short_side = 480 }",
            lambda c: c.perception.vision[1].options["short_side"] == 480,
        ),
        ('reasoning.tts.options.voice="en-us"', lambda c: c.reasoning.tts.options == {"voice": "en-us"}),
        ("reasoning.tts.options.voice=en-us", lambda c: c.reasoning.tts.options == {"voice": "en-us"}),
    ],
)
def test_an_override_changes_one_value(override: str, read: object) -> None:
    assert callable(read)
    assert read(config.load(overrides=[override]))


@pytest.mark.parametrize(
    ("override", "sentence"),
    [
        ("streamer.fsp=2", "unknown key 'streamer.fsp'; did you mean 'fps'?"),
        ("percepton.asr.backend=fake", "unknown key 'percepton'; did you mean 'perception'?"),
        ("streamer.fps=fast", "streamer.fps must be a number"),
        ("streamer.fps", "is not KEY=VALUE"),
        ("perception.vision.9.backend=ocr", "'9' is not an index"),
        ("perception.asr.backend.x=1", "'backend' is a value"),
        ("perception.asr=5", "perception.asr must be a table"),
    ],
)
def test_a_mistake_names_the_key_and_the_fix(override: str, sentence: str) -> None:
    with pytest.raises(ConfigError) as error:
        config.load(overrides=[override])
    assert sentence in str(error.value)


def test_a_profile_that_is_not_there_lists_those_that_are() -> None:
    with pytest.raises(ConfigError, match=r"no profile 'lit'; did you mean 'lite'\? \(choose from .*fake"):
        config.load("lit")


def test_a_file_that_is_no_toml_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "x.toml"
    broken.write_text("[perception")
    with pytest.raises(ConfigError, match=r"x\.toml is not TOML"):
        config.load(file=broken)
    with pytest.raises(ConfigError, match="cannot read the configuration"):
        config.load(file=tmp_path / "missing.toml")


def test_a_missing_key_is_named(tmp_path: Path) -> None:
    file = tmp_path / "x.toml"
    file.write_text('[perception.vad]\nbackend = "fake"\n')
    with pytest.raises(ConfigError, match=r"the key 'memory' is missing"):
        config.load(file=file)
