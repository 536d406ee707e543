"""Everyday names of colours."""

from __future__ import annotations

import numpy as np
import pytest

from perception import colours

pytestmark = pytest.mark.unit

NAMED = {
    "red": [(220, 40, 40), (178, 34, 34), (139, 0, 0)],
    "orange": [(255, 140, 0), (230, 126, 34)],
    "yellow": [(255, 220, 0), (241, 196, 15)],
    "green": [(0, 128, 0), (46, 139, 87), (140, 200, 100)],
    "cyan": [(0, 200, 210), (64, 224, 208)],
    "blue": [(30, 80, 220), (135, 206, 235), (15, 30, 80)],
    "purple": [(128, 0, 128), (138, 43, 226)],
    "pink": [(255, 105, 180), (255, 192, 203)],
    "brown": [(120, 70, 30), (139, 69, 19)],
    "beige": [(245, 222, 179)],
    "black": [(0, 0, 0), (20, 20, 24)],
    "grey": [(128, 128, 128), (90, 92, 95)],
    "white": [(255, 255, 255), (240, 240, 235)],
}


@pytest.mark.parametrize(("name", "rgb"), [(name, rgb) for name, many in NAMED.items() for rgb in many])
def test_a_colour_has_its_name(name: str, rgb: tuple[int, int, int]) -> None:
    assert colours.name_of(rgb) == name


@pytest.mark.parametrize(("name", "rgb"), [(name, many[0]) for name, many in NAMED.items()])
def test_grain_changes_no_name(name: str, rgb: tuple[int, int, int]) -> None:
    patch = np.array(rgb) + np.random.default_rng(0).normal(0, 6, (40, 40, 3))
    names = colours.name_indices(np.clip(patch, 0, 255).astype(np.uint8))
    assert next(iter(colours.shares(names))) == name


def test_every_prototype_names_itself() -> None:
    assert set(NAMED) == set(colours.NAMES)


def test_shares_add_up_largest_first() -> None:
    picture = np.zeros((10, 10, 3), np.uint8)
    picture[:3] = (220, 30, 30)
    shares = colours.shares(colours.name_indices(picture))
    assert list(shares.items()) == [("black", 0.7), ("red", 0.3)]


@pytest.mark.parametrize(("rgb", "lab"), [((255, 255, 255), (100.0, 0.0, 0.0)), ((255, 0, 0), (53.24, 80.09, 67.2))])
def test_lab(rgb: tuple[int, int, int], lab: tuple[float, float, float]) -> None:
    assert colours.lab_of(np.array(rgb, np.uint8)).tolist() == pytest.approx(lab, abs=0.1)
