"""The backends of the lite profile, and those beside them that need no checkpoint, keep to the contracts."""

from __future__ import annotations

import numpy as np
import pytest
from conforming import Pcm, check, of_profile

from bench.sample.voices import speak
from wire.config import BackendConfig

pytestmark = pytest.mark.lite

BACKENDS = [
    *of_profile("lite"),
    ("vad", BackendConfig(backend="silero")),
    ("speakers", BackendConfig(backend="none")),
    ("tts", BackendConfig(backend="flite")),
]


@pytest.fixture(scope="module")
def speech() -> Pcm:
    quiet = np.zeros(4_000, np.int16)
    return np.concatenate([quiet, speak("slt", "The key of the tower is under the flower pot."), quiet])


@pytest.mark.parametrize(("role", "backend"), BACKENDS, ids=[f"{r}-{b.backend}" for r, b in BACKENDS])
def test_keeps_the_contract(role: str, backend: BackendConfig, speech: Pcm, capfd: pytest.CaptureFixture[str]) -> None:
    check(role, backend, speech)
    assert capfd.readouterr().out == ""
