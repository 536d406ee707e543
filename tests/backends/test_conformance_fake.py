"""The scripted backends keep to the contracts, and the registries name what is wrong."""

from __future__ import annotations

import numpy as np
import pytest
from conforming import REGISTRIES, check, of_profile

from wire.config import BackendConfig
from wire.registry import BackendError

pytestmark = pytest.mark.unit

FAKES = of_profile("fake")


@pytest.mark.parametrize(("role", "backend"), FAKES, ids=[f"{r}-{b.backend}" for r, b in FAKES])
def test_keeps_the_contract(role: str, backend: BackendConfig, capfd: pytest.CaptureFixture[str]) -> None:
    speech = np.random.default_rng(3).normal(0, 3_000, 24_000).astype(np.int16)
    check(role, backend, speech)
    assert capfd.readouterr().out == ""


@pytest.mark.parametrize("role", REGISTRIES)
def test_an_unknown_backend_is_told_the_choices(role: str) -> None:
    with pytest.raises(BackendError, match="fake"):
        REGISTRIES[role].load("fakee")
