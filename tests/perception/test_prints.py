"""Plates, inks, half tones, and recognising a line again."""

from __future__ import annotations

import numpy as np
import pytest
from drawing import pixels, slide
from numpy.typing import NDArray
from PIL import Image

from perception.prints import plate_of, print_of, same_print

pytestmark = pytest.mark.unit

GROUNDS = [
    ((200, 20, 30), (255, 255, 255), "red", "white"),
    ((250, 210, 30), (0, 0, 0), "yellow", "black"),
    ((20, 40, 140), (255, 230, 80), "blue", "yellow"),
    ((20, 110, 50), (255, 255, 255), "green", "white"),
    ((255, 255, 255), (200, 20, 30), "white", "red"),
]


def crop(
    words: str, size: int = 40, dx: int = 0, noise: float = 0.0, **colours: tuple[int, int, int]
) -> NDArray[np.uint8]:
    """The box of a line as a detector gives it, dx pixels off."""
    height = round(1.25 * size)
    width = round(0.62 * size * len(words))
    return pixels(slide((words, size), **colours), noise)[24 : 24 + height, 36 + dx : 36 + dx + width]


@pytest.mark.parametrize(("ground", "ink", "plate", "letters"), GROUNDS)
def test_plate_and_ink(ground: tuple[int, int, int], ink: tuple[int, int, int], plate: str, letters: str) -> None:
    found = plate_of(crop("EXIT", ground=ground, ink=ink, noise=4.0))
    assert (found.colour, found.ink) == (plate, letters)
    assert found.contrast > 40
    assert not found.blended


def test_a_busy_picture_is_no_plate() -> None:
    busy = np.random.default_rng(0).integers(0, 255, (40, 120, 3), np.uint8)
    assert plate_of(busy).colour == ""


def test_an_empty_plate_has_no_ink() -> None:
    found = plate_of(np.full((40, 120, 3), 200, np.uint8))
    assert (found.ink, found.contrast) == ("", 0.0)


@pytest.mark.parametrize("share", [0.4, 0.5, 0.6])
def test_the_middle_of_a_fade_is_blended(share: float) -> None:
    first, second = slide(("First page here", 50)), slide(("Second chapter", 50))
    mixed = pixels(Image.blend(first, second, share))[26:90, 36:420]
    assert plate_of(mixed).blended


@pytest.mark.parametrize("size", [14, 22, 40])
@pytest.mark.parametrize("dx", [0, 2])
def test_the_same_words_are_known_again(size: int, dx: int) -> None:
    assert same_print(
        print_of(crop("Gate 12 to Oslo", size)), print_of(crop("Gate 12 to Oslo", size, dx=dx, noise=2.0))
    )


@pytest.mark.parametrize("size", [14, 22, 40])
@pytest.mark.parametrize(
    ("old", "new"), [("Gate 13", "Gate 18"), ("Gate 12", "Gate 17"), ("OPEN", "SHUT"), ("Room 5", "Room 6")]
)
def test_one_changed_letter_is_another_line(size: int, old: str, new: str) -> None:
    assert not same_print(print_of(crop(old, size)), print_of(crop(new, size)))


def test_other_sizes_are_other_prints() -> None:
    assert not same_print(print_of(crop("EXIT", 40)), print_of(crop("EXIT", 20)))
    assert not same_print(print_of(crop("EXIT", 40)), np.zeros((4, 4), np.uint8))
