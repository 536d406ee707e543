"""The spectrogram that Whisper reads is the published one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from transformers import WhisperFeatureExtractor

from perception.log_mel import HOP, RATE_HZ, log_mel

pytestmark = pytest.mark.models


@pytest.mark.parametrize("n_bands", [80, 128])
def test_values_are_those_of_the_published_code(n_bands: int) -> None:
    rng = np.random.default_rng(3)
    times = np.arange(4 * RATE_HZ) / RATE_HZ
    sound = (0.3 * np.sin(2 * np.pi * (200 + 900 * times) * times) + 0.01 * rng.normal(size=times.size)).astype(
        np.float32
    )
    published: Any = WhisperFeatureExtractor(feature_size=n_bands, chunk_length=8)  # type: ignore[no-untyped-call]
    expected = published(sound, sampling_rate=RATE_HZ, return_tensors="np")["input_features"][0]
    found = log_mel(sound, 800, n_bands)
    assert found.dtype == np.float32
    assert found.shape == (n_bands, 800)
    assert np.abs(found - expected).max() < 1e-3


def test_silence_is_flat_and_what_is_too_long_is_cut() -> None:
    assert len(np.unique(log_mel(np.zeros(0, np.float32), 20))) == 1
    sound = np.random.default_rng(1).normal(size=40 * HOP).astype(np.float32)
    assert np.array_equal(log_mel(sound, 20), log_mel(sound[: 20 * HOP], 20))
