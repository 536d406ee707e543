"""Local change: one letter, noise, drift, and the rectangles that cover it."""

from __future__ import annotations

import numpy as np
import pytest
from drawing import blank, pixels, slide, thing

from perception import gate
from perception.gate import Gate, changed_regions, changed_tiles, probe, tile_differences

pytestmark = pytest.mark.unit


def changed(before: np.ndarray, after: np.ndarray) -> int:
    return int(changed_tiles(tile_differences(probe(before), probe(after))).sum())


def test_a_probe_is_small_and_keeps_its_shape() -> None:
    assert probe(np.zeros((720, 1280, 3), np.uint8)).shape == (180, 320, 3)
    assert probe(np.zeros((100, 200, 3), np.uint8)).shape == (100, 200, 3)


@pytest.mark.parametrize("noise", [0.0, 4.0, 12.0])
def test_noise_is_no_change(noise: float) -> None:
    picture = slide(("Platform 9", 60), ("Train to Oxford 12:45", 30))
    assert changed(pixels(picture, noise, seed=1), pixels(picture, noise, seed=2)) == 0


@pytest.mark.parametrize(("before", "after", "size"), [("Room 12", "Room 17", 14), ("OPEN", "SHUT", 40)])
def test_one_changed_word_is_seen(before: str, after: str, size: int) -> None:
    assert 0 < changed(pixels(slide((before, size))), pixels(slide((after, size)))) < 60


def test_a_change_of_nothing_but_colour_is_seen() -> None:
    """Yellow (240, 200, 40) is as bright as this grey."""
    ground = blank((180, 200, 210))
    assert changed(pixels(ground), pixels(thing(ground, "circle", 300, 180, 40, (240, 200, 40)))) > 10


def test_slow_drift_adds_up() -> None:
    judge = Gate()
    verdicts = [judge.judge(probe(pixels(blank((100 + 5 * i,) * 3)))) for i in range(12)]
    assert not verdicts[0].redundant
    assert verdicts[0].change == 1.0
    assert sum(not v.redundant for v in verdicts[1:]) >= 2
    assert verdicts[1].redundant


def test_a_new_size_is_a_change() -> None:
    judge = Gate()
    judge.judge(np.zeros((90, 160, 3), np.uint8))
    assert not judge.judge(np.zeros((160, 90, 3), np.uint8)).redundant


def test_regions_cover_all_changed_tiles_and_do_not_overlap() -> None:
    tiles = np.zeros((20, 40), np.bool_)
    tiles[2, 3] = tiles[3, 4] = tiles[15, 30] = True
    assert changed_regions(tiles) == [(2, 1, 6, 5), (29, 14, 32, 17)]
    tiles[[0, 10, 19, 5], [0, 20, 39, 33]] = True
    assert changed_regions(tiles, most=3) == [(0, 0, 40, 20)]
    assert changed_regions(np.zeros((4, 4), np.bool_)) == []


def test_joined_replaces_what_overlaps() -> None:
    assert gate.joined([(0, 0, 4, 4), (3, 3, 6, 6), (10, 0, 12, 2)]) == [(0, 0, 6, 6), (10, 0, 12, 2)]


def test_a_pan_is_found_and_measured() -> None:
    rng = np.random.default_rng(3)
    wide = np.kron(rng.integers(0, 255, (45, 100, 3)), np.ones((4, 4, 1))).astype(np.uint8)
    found = gate.overlap_after_pan(wide[:, 40:360], wide[:, 0:320])
    assert found is not None
    assert found[2] == pytest.approx(40 / 320, abs=0.005)
    np.testing.assert_array_equal(found[0], found[1])
