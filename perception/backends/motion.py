"""Simple coloured things that stand out, and which way they move from frame to frame."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import cv2

from perception import gate, movement, shapes, strangers
from perception.backends.base import FrameContext, Rgb, Seen
from perception.movement import Follower, Thing

BORDER_TO_BORDER = 0.96  # share of the picture's width or height
STRIP = 0.03  # the same, of what is left in the picture of a thing that leaves it
PALE = ("white", "grey", "beige", "black")  # colours that walls, shadows and paper have too


@dataclass(frozen=True, kw_only=True)
class MotionOptions:
    least_area: float = 0.0022  # share of the picture, for a thing to be told
    least_contrast: float = 24.0  # CIELAB distance to what surrounds it
    most: int = 8  # things told of one frame, the largest


class Motion:
    """`object` for each simple thing, `motion` while one moves. What an observer of persons, called before this one,
    found to stand in front of the scene is told when it moves, even if it is not simple."""

    Options = MotionOptions
    every_frame = True

    def __init__(self, options: MotionOptions) -> None:
        cv2.setNumThreads(1)
        self._options = options

    def stream(self) -> MotionStream:
        return MotionStream(self._options)

    def close(self) -> None:
        """Nothing is held."""


class MotionStream:
    def __init__(self, options: MotionOptions) -> None:
        self._options = options
        self._follower = Follower()
        self._strangers = Follower()
        self._probe: gate.Probe | None = None

    def observe(self, frame: Rgb, context: FrameContext) -> list[Seen]:
        aspect = frame.shape[0] / frame.shape[1]
        probe = gate.probe_of(frame, context.shared)
        drift = camera_drift(self._probe, probe) if not context.shot else (0.0, 0.0)
        self._probe = probe
        found = [region for region in shapes.regions_of(frame, context.shared) if self._stands_out(region)]
        things = self._follower.follow(found, context.t_ns, aspect, context.shot, drift)
        blobs, small = context.shared.get("strangers", ((), frame)) if drift == (0.0, 0.0) else ((), frame)
        blobs = [(blob, nobody) for blob, nobody in blobs if strangers.is_sizeable(blob)]
        shapeless = [strangers.as_region(blob, small) for blob, _ in blobs]
        loose = self._strangers.follow(shapeless, context.t_ns, aspect, context.shot)
        things = [thing for thing in things if not strangers.is_part(thing, loose)]
        unnamed = Counter(thing.region.colour for thing in things if not thing.shape)
        told = [thing for thing in things if self._is_told(thing, unnamed[thing.region.colour])][: self._options.most]
        going = [
            one
            for one, (_, nobody) in zip(loose, blobs, strict=True)
            if nobody and strangers.going(one) and not strangers.shown_by(one, told)
        ]
        # Two followers count for themselves: odd tracks are simple things, even ones the others.
        odd = [seen for thing in told for seen in _seen(thing, 2 * thing.track - 1)]
        return odd + [seen for thing in going for seen in _seen(thing, 2 * thing.track)]

    def _stands_out(self, region: shapes.Region) -> bool:
        return region.area >= self._options.least_area and region.contrast >= self._options.least_contrast

    def _is_told(self, thing: Thing, alike: int) -> bool:
        """A named outline at once, a pale or cut-off one when it was seen twice; an unnamed one when it goes on moving
        and is not one of many patches of that colour (`alike`), which are easily taken for one another."""
        region = thing.region
        if _is_edge(region):
            return False
        if thing.shape:
            sure = region.colour not in PALE or region.contrast > 2 * self._options.least_contrast
            if not region.touches and sure:
                return True
            return thing.frames > 1 and (not region.touches or thing.moves > 0)
        walked = thing.moves >= movement.WALK and thing.rested <= movement.REST
        clear = region.colour not in PALE or region.contrast > 2 * self._options.least_contrast
        return walked and clear and alike <= 2 and region.solidity > 0.6


def _is_edge(region: shapes.Region) -> bool:
    """What runs from border to border is ground; of what the border cuts off all but a strip, nothing can be said."""
    wide, high = region.box[2] - region.box[0], region.box[3] - region.box[1]
    return max(wide, high) > BORDER_TO_BORDER or (region.touches and min(wide, high) < STRIP)


def _seen(thing: Thing, track: int) -> Iterable[Seen]:
    region = thing.region
    shape = thing.shape or "shape"
    box = tuple(round(v, 4) for v in region.box)
    where = movement.position(region.centre)
    yield Seen(
        kind="object",
        text=f"{region.colour} {shape}",
        value=round(region.area, 4),
        box=box,
        track=track,
        attrs={"colour": region.colour, "shape": shape, "position": where},
    )
    if thing.moving:
        yield Seen(
            kind="motion",
            text=thing.moving,
            value=round(thing.speed, 4),
            box=box,
            track=track,
            attrs={"colour": region.colour, "shape": shape},
        )


def camera_drift(before: gate.Probe | None, after: gate.Probe) -> tuple[float, float]:
    """By how much of the picture everything moved between two frames; (0, 0) when only parts of it did."""
    if before is None or before.shape != after.shape:
        return 0.0, 0.0
    changed = gate.changed_tiles(gate.tile_differences(before, after)).mean()
    panned = gate.overlap_after_pan(before, after) if changed > 0.3 else None
    if panned is None:
        return 0.0, 0.0
    old, new, dx, dy = panned
    left = gate.changed_tiles(gate.tile_differences(old, new)).mean()
    return (dx, dy) if left < 0.5 * changed else (0.0, 0.0)
