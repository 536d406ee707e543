"""What only its moving before the scene shows."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from perception import strangers
from perception.background import Blob
from perception.movement import Follower, Thing

pytestmark = pytest.mark.unit

SECOND_NS = 1_000_000_000
WIDE, HIGH = 160, 90


def disc(size: int) -> NDArray[np.uint8]:
    mask = np.zeros((size, size), np.uint8)
    cv2.circle(mask, (size // 2, size // 2), size // 2 - 1, 1, cv2.FILLED)
    return mask


def wedge() -> NDArray[np.uint8]:
    """A car: a low body with something on it."""
    mask = np.zeros((24, 40), np.uint8)
    mask[12:] = 1
    mask[:12, 8:26] = 1
    return mask


def blob(x: int, y: int, mask: NDArray[np.uint8]) -> Blob:
    rows, columns = mask.shape
    return Blob(
        box=(x / WIDE, y / HIGH, (x + columns) / WIDE, (y + rows) / HIGH),
        area=float(mask.sum()) / (WIDE * HIGH),
        mask=mask,
        edges=0.9,
        sharp=0.5,
        shadow=0.0,
        steady=0,
        tint=(0.0, 0.0, 0.0),
        motley=20.0,
    )


def picture(colour: tuple[int, int, int] = (20, 20, 22)) -> NDArray[np.uint8]:
    return np.full((HIGH, WIDE, 3), colour, np.uint8)


def walk(places: list[int], mask: NDArray[np.uint8]) -> list[Thing]:
    """The blob in the last frame, followed through all of them."""
    follower = Follower()
    things: list[Thing] = []
    for i, x in enumerate(places):
        region = strangers.as_region(blob(x, 40, mask), picture())
        things = follower.follow([region], i * SECOND_NS, HIGH / WIDE, False)
    return things


def test_a_blob_has_the_colour_that_most_of_it_has() -> None:
    small = picture((36, 82, 178))
    small[40:48, 60:100] = (186, 206, 216)  # windows
    region = strangers.as_region(blob(60, 40, wedge()), small)
    assert (region.colour, region.shape, region.touches) == ("blue", "", False)
    assert strangers.as_region(blob(60, 40, disc(24)), small).shape == "circle"
    assert strangers.as_region(blob(0, 40, disc(24)), small).touches


@pytest.mark.parametrize(
    ("places", "goes"),
    [
        pytest.param([0, 20], True, id="one step from the border"),
        pytest.param([30, 50], False, id="one step from anywhere"),
        pytest.param([30, 50, 70], True, id="two steps"),
        pytest.param([0, 0, 0], False, id="stands at the border"),
    ],
)
def test_what_goes(places: list[int], goes: bool) -> None:
    (thing,) = walk(places, wedge())
    assert strangers.going(thing) is goes


def test_one_step_of_what_is_still_cut_off_is_none() -> None:
    tall = np.ones((50, 30), np.uint8)  # down to the border below: perhaps a shoulder
    assert not strangers.going(walk([0, 20], tall)[0])
    assert strangers.going(walk([0, 20, 40], tall)[0])


def test_a_wheel_is_part_of_what_moves_and_not_of_what_stands() -> None:
    (car,), (parked,) = walk([0, 20], wedge()), walk([30, 30, 30], wedge())
    for whole, x, is_part in ((car, 24, True), (parked, 34, False), (car, 100, False)):
        wheel = strangers.as_region(blob(x, 54, disc(9)), picture())
        assert strangers.is_part(Thing(track=1, region=wheel, t_ns=0, first_ns=0), [whole]) is is_part


def test_a_ball_is_no_part_of_its_own_blob() -> None:
    (whole,) = walk([0, 20], disc(24))
    ball = Thing(track=1, region=whole.region, t_ns=0, first_ns=0)
    ball.names["circle"] += 1
    assert not strangers.is_part(ball, [whole])
    assert strangers.shown_by(whole, [ball])
    assert not strangers.shown_by(walk([0, 20], wedge())[0], [Thing(track=1, region=whole.region, t_ns=0, first_ns=0)])


@pytest.mark.parametrize(("size", "fits"), [(6, False), (24, True), (88, False)])
def test_specks_and_whole_scenes_are_no_things(size: int, fits: bool) -> None:
    assert strangers.is_sizeable(blob(0, 0, disc(size))) is fits
