"""Outlines of persons and of what resembles one."""

from __future__ import annotations

import numpy as np
import pytest
from drawing import BLUE, RED, blank, bottle, person, pixels, room, thing
from numpy.typing import NDArray
from PIL import Image

from perception.background import Background, shrunk
from perception.figures import drawn_figures, head_and_shoulders, inside
from perception.shapes import regions

pytestmark = pytest.mark.unit

ASPECT = 360 / 640


def outline(picture: Image.Image) -> NDArray[np.uint8]:
    """What stands before a plain ground."""
    background = Background()
    background.blobs(shrunk(pixels(blank())), False)
    return max(background.blobs(shrunk(pixels(picture)), False), key=lambda blob: blob.area).mask


@pytest.mark.parametrize("style", ["limbs", "coat", "shadow"])
@pytest.mark.parametrize("height", [120, 200, 300])
def test_a_person_has_a_head_on_shoulders(style: str, height: int) -> None:
    assert head_and_shoulders(outline(person(blank(), 300, height, RED, style)))


@pytest.mark.parametrize("shape", ["circle", "oval", "square", "rectangle", "triangle", "diamond", "hexagon", "star"])
def test_a_thing_has_none(shape: str) -> None:
    assert not head_and_shoulders(outline(thing(blank(), shape, 300, 180, 80, RED)))


def test_a_bottle_is_nobody() -> None:
    assert not head_and_shoulders(outline(bottle(blank(), 300)))


@pytest.mark.parametrize("style", ["limbs", "coat", "shadow"])
def test_a_drawn_person_is_put_together(style: str) -> None:
    found = drawn_figures(regions(pixels(person(blank(), 320, 220, RED, style), 2.0)), ASPECT)
    assert len(found) == 1
    assert found[0] == pytest.approx((0.45, 0.347, 0.55, 0.958), abs=0.02)


def test_several_persons() -> None:
    picture = person(person(person(room(), 150, 200, RED), 300, 220, BLUE, "coat"), 500, 180, (30, 130, 60), "shadow")
    assert len(drawn_figures(regions(pixels(picture, 2.0)), ASPECT)) == 3


def test_things_beside_each_other_are_nobody() -> None:
    picture = thing(thing(blank(), "circle", 200, 100, 40, RED), "square", 420, 260, 60, BLUE)
    assert drawn_figures(regions(pixels(picture)), ASPECT) == []


def test_a_ball_high_above_a_box_is_nobody() -> None:
    picture = thing(thing(blank(), "circle", 300, 80, 30, RED), "square", 300, 280, 50, BLUE)
    assert drawn_figures(regions(pixels(picture)), ASPECT) == []


def test_inside() -> None:
    assert inside((0.0, 0.0, 0.2, 0.2), (0.1, 0.0, 1.0, 1.0)) == pytest.approx(0.5)
    assert inside((0.0, 0.0, 0.2, 0.2), (0.3, 0.3, 1.0, 1.0)) == 0.0
    assert inside((), (0.3, 0.3, 1.0, 1.0)) == 0.0
