"""Drawn persons are counted once, with arms and all; a child beside a grown-up is a person too."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from perception.figures import drawn_figures, head_and_shoulders, stands
from perception.shapes import regions

pytestmark = pytest.mark.unit

ASPECT = 360 / 640


def _figure(draw: ImageDraw.ImageDraw, x: int, feet: int, size: float, coat: str) -> None:
    """A person with a round head, a coat, and arms with rounded shoulders beside it; size 1 is 200 pixels high."""
    s = size * 200
    top = feet - s
    draw.ellipse((x - 0.07 * s, top, x + 0.07 * s, top + 0.18 * s), fill="#d8a47f")
    draw.rectangle((x - 0.11 * s, top + 0.19 * s, x + 0.11 * s, feet), fill=coat)
    for side in (-1, 1):
        left, right = sorted((x + side * 0.13 * s, x + side * 0.2 * s))
        draw.ellipse((left + 0.01 * s, top + 0.19 * s, right - 0.01 * s, top + 0.24 * s), fill="#20307a")
        draw.rectangle((left, top + 0.26 * s, right, top + 0.55 * s), fill="#20307a")


def _picture(*figures: tuple[int, float, str]) -> NDArray[np.uint8]:
    image = Image.new("RGB", (640, 360), "#d9d4c4")
    draw = ImageDraw.Draw(image)
    for x, size, coat in figures:
        _figure(draw, x, 330, size, coat)
    return np.asarray(image)


@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_each_figure_counts_once_whatever_its_arms(n: int) -> None:
    coats = ("#1f4fbf", "#8a2a2a", "#2a7a3a")
    frame = _picture(*((120 + 190 * i, 1.0, coats[i]) for i in range(n)))
    assert len(drawn_figures(regions(frame), ASPECT)) == n


def test_a_child_beside_a_grown_up_is_a_person() -> None:
    frame = _picture((300, 1.0, "#1f4fbf"), (400, 0.75, "#8a2a2a"))
    assert len(drawn_figures(regions(frame), ASPECT)) == 2


def test_a_post_with_the_outline_of_a_person_is_none() -> None:
    image = Image.new("RGB", (640, 360), "#d9d4c4")
    draw = ImageDraw.Draw(image)
    draw.ellipse((286, 100, 314, 136), fill="#1f4fbf")
    draw.rounded_rectangle((270, 130, 330, 320), 20, fill="#1f4fbf")
    (person,) = regions(np.asarray(image))
    x0, y0, _, y1 = person.box
    assert len(drawn_figures([person], ASPECT)) == 1
    assert drawn_figures([replace(person, box=(x0, y0, x0 + 0.015, y1))], ASPECT) == []


def _outline(*parts: tuple[int, int, int, int]) -> NDArray[np.uint8]:
    """A head of 16 pixels on these (x0, y0, x1, y1), 40 wide and 100 high."""
    picture = Image.new("L", (40, 100))
    draw = ImageDraw.Draw(picture)
    draw.ellipse((12, 0, 28, 18), fill=1)
    for part in parts:
        draw.rectangle(part, fill=1)
    return np.asarray(picture, dtype=np.uint8)


def test_who_stands_on_legs_is_no_bottle() -> None:
    person = _outline((15, 15, 25, 24), (2, 24, 38, 58), (9, 58, 31, 99))
    bottle = _outline((15, 15, 25, 24), (2, 24, 38, 99))
    assert head_and_shoulders(person)
    assert stands(person)
    assert head_and_shoulders(bottle)
    assert not stands(bottle)
    assert not stands(person[:55])
