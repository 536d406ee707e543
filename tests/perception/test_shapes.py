"""Simple things before plain, graded, textured and grainy grounds; and what is no thing."""

from __future__ import annotations

import numpy as np
import pytest
from drawing import BLUE, GREEN, GREY, RED, WHITE, blank, pixels, slide, thing
from PIL import Image

from perception.shapes import regions

pytestmark = pytest.mark.unit

SHAPES = ("circle", "oval", "square", "rectangle", "triangle", "diamond", "pentagon", "hexagon", "star", "cross")


def ground(kind: str) -> Image.Image:
    picture = np.ones((360, 640, 3)) * GREY
    if kind == "gradient":
        picture *= np.linspace(0.4, 1.1, 640)[None, :, None]
    if kind == "texture":
        patches = np.random.default_rng(1).normal(0, 20, (90, 160))
        picture += np.kron(patches, np.ones((4, 4)))[..., None]
    return Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("kind", "noise"), [("plain", 2.0), ("gradient", 2.0), ("texture", 0.0), ("plain", 12.0)])
def test_a_thing_has_its_colour_and_its_outline(shape: str, kind: str, noise: float) -> None:
    found = regions(pixels(thing(ground(kind), shape, 250, 170, 45, RED), noise))
    assert [(region.colour, region.shape) for region in found if region.shape] == [("red", shape)]


@pytest.mark.parametrize("radius", [16, 30, 80])
def test_place_and_size(radius: int) -> None:
    region = max(regions(pixels(thing(blank(), "circle", 160, 90, radius, BLUE), 2.0)), key=lambda one: one.contrast)
    assert region.centre == pytest.approx((0.25, 0.25), abs=0.01)
    assert region.area == pytest.approx(np.pi * radius**2 / (640 * 360), rel=0.2)
    assert not region.touches


def test_a_thing_at_the_border_touches_it() -> None:
    assert [region.touches for region in regions(pixels(thing(blank(), "circle", 5, 90, 40, BLUE)))] == [True]


def test_several_things() -> None:
    picture = thing(
        thing(thing(blank(), "circle", 100, 90, 40, RED), "star", 320, 250, 50, BLUE), "square", 540, 90, 35, GREEN
    )
    found = {(region.colour, region.shape) for region in regions(pixels(picture, 3.0))}
    assert found == {("red", "circle"), ("blue", "star"), ("green", "square")}


@pytest.mark.parametrize("noise", [0.0, 8.0])
@pytest.mark.parametrize("kind", ["plain", "gradient", "texture"])
def test_a_ground_is_no_thing(kind: str, noise: float) -> None:
    assert [region for region in regions(pixels(ground(kind), noise)) if region.shape] == []


def test_what_is_as_pale_as_its_ground_does_not_stand_out() -> None:
    found = regions(pixels(thing(blank(WHITE), "circle", 300, 180, 60, (246, 246, 244))))
    assert found == []


def test_letters_are_small() -> None:
    """Print of everyday size makes no things; larger letters are told from things by whoever reads them."""
    assert [region for region in regions(pixels(slide(("Room 204 is free", 24)))) if region.area > 0.002] == []


def test_a_picture_too_small_shows_nothing() -> None:
    assert regions(np.zeros((4, 640, 3), np.uint8)) == []
