"""Changes to weights in two bits: what is lost of them, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from memory.backends.deltas import load_deltas, save_deltas

pytestmark = pytest.mark.unit

RNG = np.random.default_rng(3)
CHANGE = (RNG.normal(size=(64, 128)) * np.exp(RNG.normal(size=(64, 1))) * 1e-3).astype(np.float32)


def test_an_eighth_of_what_is_spread_normally_is_lost(tmp_path: Path) -> None:
    whole = RNG.normal(size=7).astype(np.float32)
    save_deltas(tmp_path / "d.npz", {"w": CHANGE, "none": np.zeros((3, 8), np.float32)}, {"bias": whole})
    found = load_deltas(tmp_path / "d.npz")
    lost = ((found.changes["w"] - CHANGE) ** 2).sum() / (CHANGE**2).sum()
    assert 0.10 < lost < 0.14  # 11.7 % is the least that four levels lose
    assert not found.changes["none"].any()
    np.testing.assert_allclose(found.whole["bias"], whole, rtol=1e-3)
    assert (tmp_path / "d.npz").stat().st_size < CHANGE.size // 4 + 2500
    weights = {"w": np.ones((64, 128), np.float32), "bias": np.zeros(7, np.float32), "other": np.ones(2, np.float32)}
    applied = found.applied(weights | {"none": np.ones((3, 8), np.float32)})
    np.testing.assert_array_equal(applied["w"], 1.0 + found.changes["w"])
    np.testing.assert_array_equal(applied["bias"], found.whole["bias"])
    np.testing.assert_array_equal(applied["other"], weights["other"])


def test_what_does_not_fit_is_told(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="w has 6 columns; they must be a multiple of 4"):
        save_deltas(tmp_path / "d.npz", {"w": np.zeros((2, 6), np.float32)}, {})
    save_deltas(tmp_path / "d.npz", {"w": CHANGE}, {})
    for weights in ({}, {"w": np.zeros((2, 2), np.float32)}):
        with pytest.raises(ValueError, match="changes to w, which this network does not have"):
            load_deltas(tmp_path / "d.npz").applied(weights)
    (tmp_path / "d.npz").write_bytes(b"another")
    with pytest.raises(ValueError, match=r"holds no changes to a network .*; install omnilive again"):
        load_deltas(tmp_path / "d.npz")
    with pytest.raises(ValueError, match="holds no changes to a network"):
        load_deltas(tmp_path / "nowhere.npz")
