"""Things are recognised from frame to frame, and which way they go."""

from __future__ import annotations

import numpy as np
import pytest

from perception.movement import Follower, Thing, position
from perception.shapes import Region

pytestmark = pytest.mark.unit

ASPECT = 360 / 640
SECOND_NS = 1_000_000_000
RED, BLUE = (220.0, 30.0, 30.0), (30.0, 80.0, 220.0)


def region(
    x: float, y: float = 0.5, size: float = 0.1, colour: str = "red", shape: str = "circle", touches: bool = False
) -> Region:
    """A region around (x, y), `size` widths of the picture wide and high."""
    half, high = size / 2, size / 2 / ASPECT
    box = (max(0.0, x - half), max(0.0, y - high), min(1.0, x + half), min(1.0, y + high))
    return Region(
        box=box,
        area=(box[2] - box[0]) * (box[3] - box[1]),
        colour=colour,
        shape=shape,
        rgb=RED if colour == "red" else BLUE,
        contrast=60.0,
        solidity=0.98,
        touches=touches,
        mask=np.ones((2, 2), np.uint8),
    )


def follow(frames: list[list[Region]], shots: tuple[int, ...] = ()) -> list[list[Thing]]:
    follower = Follower()
    return [follower.follow(one, i * SECOND_NS, ASPECT, i in shots) for i, one in enumerate(frames)]


@pytest.mark.parametrize(
    ("places", "direction"),
    [
        ([(0.1, 0.5), (0.35, 0.5), (0.6, 0.5)], "right"),
        ([(0.9, 0.5), (0.5, 0.52), (0.1, 0.5)], "left"),
        ([(0.5, 0.2), (0.5, 0.4), (0.5, 0.6)], "down"),
        ([(0.5, 0.8), (0.52, 0.6), (0.5, 0.4)], "up"),
        ([(0.5, 0.5), (0.505, 0.5), (0.5, 0.5)], ""),
    ],
)
def test_a_thing_keeps_its_track_and_goes_one_way(places: list[tuple[float, float]], direction: str) -> None:
    things = follow([[region(x, y)] for x, y in places])
    assert {one.track for frame in things for one in frame} == {1}
    assert things[-1][0].moving == direction


def test_speed_is_in_widths_a_second() -> None:
    follower = Follower()
    follower.follow([region(0.2)], 0, ASPECT, False)
    assert follower.follow([region(0.4)], 2 * SECOND_NS, ASPECT, False)[0].speed == pytest.approx(0.1)


def test_things_that_cross_are_told_apart_by_colour() -> None:
    things = follow([[region(0.2 + 0.2 * i), region(0.8 - 0.2 * i, colour="blue")] for i in range(4)])
    assert [[one.track for one in frame] for frame in things] == [[1, 2]] * 4
    assert [one.moving for one in things[-1]] == ["right", "left"]


def test_equal_things_keep_their_places() -> None:
    things = follow([[region(0.2), region(0.8)], [region(0.25), region(0.75)], [region(0.7), region(0.3)]])
    assert [one.track for one in things[-1]] == [2, 1]


def test_a_thing_hidden_for_a_frame_is_the_same_one() -> None:
    things = follow([[region(0.2)], [], [region(0.3)], [], [], [], [region(0.3)]])
    assert things[2][0].track == 1
    assert things[-1][0].track == 2


def test_a_cut_begins_anew() -> None:
    assert follow([[region(0.2)], [region(0.6)]], shots=(1,))[1][0].track == 2


def test_a_thing_that_comes_in_moves_by_the_edge_that_is_inside() -> None:
    """A disc that comes over the left border grows there; its right edge says how far it went."""
    cut, whole = region(0.02, size=0.1, touches=True), region(0.12)
    moved = follow([[cut], [whole]])[1][0]
    assert moved.step[0] == pytest.approx(0.1)


def test_an_outline_found_a_little_differently_did_not_move() -> None:
    things = follow([[region(0.5, size=0.1)], [region(0.52, size=0.14)]])
    assert things[1][0].moving == ""


def test_growing_is_coming_nearer_when_it_goes_on() -> None:
    for factor, name in ((1.2, "toward"), (1 / 1.2, "away")):
        follower = Follower()
        moving = [
            follower.follow([region(0.5, size=0.15 * factor**i)], i * SECOND_NS, ASPECT, False)[0].moving
            for i in range(4)
        ]
        assert moving == ["", "", name, name]


def test_a_camera_that_drifts_moves_no_thing() -> None:
    follower = Follower()
    follower.follow([region(0.5)], 0, ASPECT, False)
    assert follower.follow([region(0.4)], SECOND_NS, ASPECT, False, drift=(-0.1, 0.0))[0].moving == ""


@pytest.mark.parametrize(
    ("centre", "name"),
    [((0.1, 0.5), "left"), ((0.9, 0.5), "right"), ((0.5, 0.1), "top"), ((0.5, 0.9), "bottom"), ((0.5, 0.5), "centre"),
     ((0.1, 0.1), "top left"), ((0.9, 0.9), "bottom right")],
)  # fmt: skip
def test_position(centre: tuple[float, float], name: str) -> None:
    assert position(centre) == name
