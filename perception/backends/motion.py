"""Simple coloured things that stand out, and which way they move from frame to frame."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import cv2

from perception import gate, movement, shapes
from perception.backends.base import FrameContext, Rgb, Seen
from perception.movement import Follower, Thing

PALE = ("white", "grey", "beige", "black")  # colours that walls, shadows and paper have too


@dataclass(frozen=True, kw_only=True)
class MotionOptions:
    least_area: float = 0.0022  # share of the picture, for a thing to be told
    least_contrast: float = 24.0  # CIELAB distance to what surrounds it
    most: int = 8  # things told of one frame, the largest


class Motion:
    """`object` for each simple thing, `motion` while one moves."""

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
        self._probe: gate.Probe | None = None

    def observe(self, frame: Rgb, context: FrameContext) -> list[Seen]:
        aspect = frame.shape[0] / frame.shape[1]
        probe = gate.probe_of(frame, context.shared)
        drift = camera_drift(self._probe, probe) if not context.shot else (0.0, 0.0)
        self._probe = probe
        found = [region for region in shapes.regions_of(frame, context.shared) if self._stands_out(region)]
        things = self._follower.follow(found, context.t_ns, aspect, context.shot, drift)
        unnamed = Counter(thing.region.colour for thing in things if not thing.shape)
        told = [thing for thing in things if self._is_told(thing, unnamed[thing.region.colour])][: self._options.most]
        return [seen for thing in told for seen in _seen(thing)]

    def _stands_out(self, region: shapes.Region) -> bool:
        return region.area >= self._options.least_area and region.contrast >= self._options.least_contrast

    def _is_told(self, thing: Thing, alike: int) -> bool:
        """A named outline at once, a pale or cut-off one when it was seen twice; an unnamed one when it goes on moving
        and is not one of many patches of that colour (`alike`), which are easily taken for one another."""
        region = thing.region
        if thing.shape:
            sure = region.colour not in PALE or region.contrast > 2 * self._options.least_contrast
            if not region.touches and sure:
                return True
            return thing.frames > 1 and (not region.touches or thing.moves > 0)
        walked = thing.moves >= movement.WALK and thing.rested <= movement.REST
        clear = region.colour not in PALE or region.contrast > 2 * self._options.least_contrast
        return walked and clear and alike <= 2 and region.solidity > 0.6


def _seen(thing: Thing) -> Iterable[Seen]:
    region = thing.region
    shape = thing.shape or "shape"
    box = tuple(round(v, 4) for v in region.box)
    where = movement.position(region.centre)
    yield Seen(
        kind="object",
        text=f"{region.colour} {shape}",
        value=round(region.area, 4),
        box=box,
        track=thing.track,
        attrs={"colour": region.colour, "shape": shape, "position": where},
    )
    if thing.moving:
        yield Seen(
            kind="motion",
            text=thing.moving,
            value=round(thing.speed, 4),
            box=box,
            track=thing.track,
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
