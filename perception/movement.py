"""Follows simple things from frame to frame and says which way they move. Pure: regions in, things out.

At one frame a second a thing may be anywhere in the next frame, so it is recognised by colour, outline and size, and
nearness only decides between equals.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from perception.shapes import Region

STILL = 0.015  # widths of the picture: a smaller step is no movement
RIGID = 0.5  # share of a step by which two ends of a thing may differ in it
WALK = 2  # steps in a row that are no accident
REST = 5  # frames for which a thing that walked is told though its outline has no name
GROWTH = 1.18  # ratio of areas in one second that makes a thing come nearer
LOST_FRAMES = 2  # frames for which a thing may be hidden and still be the same one
SAME_RGB = 60.0  # distance in RGB within which a thing may change its colour with the light
SAME_AREA = 2.2  # ratio of areas beyond which it is another thing
NO_MATCH = 3.0  # cost above which two regions are not the same thing


@dataclass
class Thing:
    """One followed thing. `step`: how far its centre moved since the frame before, in widths of the picture."""

    track: int
    region: Region
    t_ns: int
    first_ns: int
    came_in: bool = False  # the border cut it off when it was first seen
    frames: int = 1
    missed: int = 0
    step: tuple[float, float] = (0.0, 0.0)
    seconds: float = 0.0  # media time the step took
    names: Counter[str] = field(default_factory=Counter)
    moves: int = 0  # steps that it took one after the other, up to now or to when it stood
    rested: int = 0  # frames since it moved
    swelling: int = 0  # frames in a row in which it grew (or, below 0, shrank) as only what comes or goes does

    @property
    def shape(self) -> str:
        """The outline it had most often while it was whole."""
        return self.names.most_common(1)[0][0] if self.names else ""

    @property
    def moving(self) -> str:
        """left, right, up, down, toward, away, or "" when it stands."""
        if self.missed or not self.seconds:
            return ""
        dx, dy = self.step
        if math.hypot(dx, dy) >= STILL:
            if abs(dx) >= abs(dy):
                return "right" if dx > 0 else "left"
            return "down" if dy > 0 else "up"
        return "toward" if self.swelling >= WALK else "away" if self.swelling <= -WALK else ""

    @property
    def speed(self) -> float:
        """Widths of the picture per second."""
        return math.hypot(*self.step) / self.seconds if self.seconds else 0.0


class Follower:
    """The things of one stream. Things that left are forgotten; tracks are never used twice."""

    def __init__(self) -> None:
        self.things: list[Thing] = []
        self._next = 1

    def follow(
        self, regions: Sequence[Region], t_ns: int, aspect: float, shot: bool, drift: tuple[float, float] = (0.0, 0.0)
    ) -> list[Thing]:
        """The things of this frame, one for each region, in the order of the regions.

        aspect: height of the picture over its width. drift: how far the camera moved everything, in shares of the
        picture, which is no movement of a thing.
        """
        if shot:
            self.things = []
        pairs = _pairs(self.things, regions, aspect, drift)
        result: list[Thing] = []
        for index, region in enumerate(regions):
            thing = pairs.get(index)
            if thing is None:
                thing = Thing(track=self._next, region=region, t_ns=t_ns, first_ns=t_ns, came_in=region.touches)
                self._next += 1
                self.things.append(thing)
            else:
                _advance(thing, region, t_ns, aspect, drift)
            if region.shape and not region.touches:
                thing.names[region.shape] += 1
            result.append(thing)
        present = {thing.track for thing in result}
        for thing in self.things:
            if thing.track not in present:
                thing.missed += 1
        self.things = [thing for thing in self.things if thing.missed <= LOST_FRAMES]
        return result


def _advance(thing: Thing, region: Region, t_ns: int, aspect: float, drift: tuple[float, float]) -> None:
    old, new = thing.region, region
    # A thing that comes in or goes out is cut off at the border: the edge that is inside tells how far it went.
    dx = _shift((old.box[0], old.box[2]), (new.box[0], new.box[2])) - drift[0]
    dy = (_shift((old.box[1], old.box[3]), (new.box[1], new.box[3])) - drift[1]) * aspect
    thing.step = (dx, dy)
    thing.seconds = max(1e-3, (t_ns - thing.t_ns) / 1e9)
    rate = (new.area / old.area) ** (1.0 / thing.seconds)
    sign = 0 if new.touches or 1 / GROWTH <= rate <= GROWTH else 1 if rate > 1 else -1
    thing.swelling = thing.swelling + sign if sign and sign * thing.swelling >= 0 else sign
    if math.hypot(dx, dy) >= STILL:
        thing.moves, thing.rested = thing.moves + 1, 0
    else:
        thing.rested += 1
        thing.moves = thing.moves if thing.moves >= WALK else 0
    thing.region, thing.t_ns = region, t_ns
    thing.frames += 1
    thing.missed = 0


def _shift(old: tuple[float, float], new: tuple[float, float]) -> float:
    """How far an interval of [0, 1] moved: by its middle, or by the end that both times lies inside."""
    low_inside, high_inside = min(old[0], new[0]) > 0.01, max(old[1], new[1]) < 0.99
    low, high = new[0] - old[0], new[1] - old[1]
    if low_inside != high_inside:
        return low if low_inside else high
    # Both ends go together when a thing moves; when only its outline was found a little differently, they do not.
    return (low + high) / 2 if abs(low - high) < RIGID * max(abs(low), abs(high)) else 0.0


def _pairs(
    things: Sequence[Thing], regions: Sequence[Region], aspect: float, drift: tuple[float, float]
) -> dict[int, Thing]:
    """Index of a region → the thing it is, cheapest pairs first."""
    costs = []
    for index, region in enumerate(regions):
        for thing in things:
            cost = _cost(thing, region, aspect, drift)
            if cost < NO_MATCH:
                costs.append((cost, thing.track, index, thing))
    taken: dict[int, Thing] = {}
    used: set[int] = set()
    for _, track, index, thing in sorted(costs, key=lambda c: c[:3]):
        if index not in taken and track not in used:
            taken[index] = thing
            used.add(track)
    return taken


def _cost(thing: Thing, region: Region, aspect: float, drift: tuple[float, float]) -> float:
    old = thing.region
    tint = math.dist(old.rgb, region.rgb) / SAME_RGB
    if tint > 1 and old.colour != region.colour:
        return NO_MATCH
    cut_off = old.touches or region.touches
    size = abs(math.log(region.area / old.area)) / math.log(SAME_AREA)
    if size > 1 and not cut_off:
        return NO_MATCH
    known = thing.shape
    shape = 1.5 if known and region.shape and known != region.shape and not cut_off else 0.0
    # Where it should be by now, if it goes on as it went; half the weight for where it was.
    steps = 1 + thing.missed
    expected = (
        old.centre[0] + steps * (thing.step[0] + drift[0]),
        old.centre[1] + steps * (thing.step[1] / aspect + drift[1]),
    )
    ahead = math.hypot(region.centre[0] - expected[0], (region.centre[1] - expected[1]) * aspect)
    away = math.hypot(region.centre[0] - old.centre[0], (region.centre[1] - old.centre[1]) * aspect)
    return min(tint, 1.5) + (0.3 if cut_off else 1.0) * min(size, 1.5) + shape + 1.5 * min(ahead, 0.5 * away + 0.1)


def position(centre: tuple[float, float]) -> str:
    """Where in the picture: left, right, top, bottom, centre, or two of them as in "top left"."""
    across = "left" if centre[0] < 0.37 else "right" if centre[0] > 0.63 else ""
    along = "top" if centre[1] < 0.3 else "bottom" if centre[1] > 0.7 else ""
    return " ".join(word for word in (along, across) if word) or "centre"
