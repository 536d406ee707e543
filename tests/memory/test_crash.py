"""A few rounds of the crash bench: nothing acknowledged is lost, nothing erased comes back, the memory is whole."""

from __future__ import annotations

import shutil

import pytest

from bench.memory_crash import run

pytestmark = pytest.mark.process


def test_killed_at_random_moments() -> None:
    result = run(rounds=8, seed=3, calls=False)
    assert result["wrong"] == 0
    assert int(str(result["acknowledged_s"])) > 50


def test_killed_at_any_write() -> None:
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    result = run(rounds=8, seed=4, calls=True)
    assert result["wrong"] == 0
