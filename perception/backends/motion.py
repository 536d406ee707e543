"""Simple coloured things that stand out, and which way they move from frame to frame."""

from __future__ import annotations

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
        self._luma: gate.Luma | None = None

    def observe(self, frame: Rgb, context: FrameContext) -> list[Seen]:
        aspect = frame.shape[0] / frame.shape[1]
        luma = gate.probe_of(frame, context.shared)
        drift = camera_drift(self._luma, luma) if not context.shot else (0.0, 0.0)
        self._luma = luma
        found = [region for region in shapes.regions_of(frame, context.shared) if self._stands_out(region)]
        things = self._follower.follow(found, context.t_ns, aspect, context.shot, drift)
        told = [thing for thing in things if self._is_told(thing)][: self._options.most]
        return [seen for thing in told for seen in _seen(thing)]

    def _stands_out(self, region: shapes.Region) -> bool:
        return region.area >= self._options.least_area and region.contrast >= self._options.least_contrast

    def _is_told(self, thing: Thing) -> bool:
        """A named outline at once; an unnamed one when it moves; a pale or cut-off one when it was seen twice."""
        region = thing.region
        if thing.shape:
            sure = region.colour not in PALE or region.contrast > 2 * self._options.least_contrast
            if not region.touches and sure:
                return True
            return thing.frames > 1 and (not region.touches or thing.ever_moved)
        return thing.ever_moved and thing.frames > 2 and region.solidity > 0.6 and region.colour not in PALE


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


def camera_drift(before: gate.Luma | None, after: gate.Luma) -> tuple[float, float]:
    """By how much of the picture everything moved between two frames; (0, 0) when only parts of it did."""
    if before is None or before.shape != after.shape:
        return 0.0, 0.0
    changed = gate.changed_tiles(gate.tile_differences(before, after)).mean()
    if changed < 0.3:
        return 0.0, 0.0
    height, width = after.shape
    window = cv2.createHanningWindow((width, height), cv2.CV_32F)
    (dx, dy), _ = cv2.phaseCorrelate(before.astype("float32"), after.astype("float32"), window)
    x, y = round(dx), round(dy)
    old = before[max(0, -y) : height - max(0, y), max(0, -x) : width - max(0, x)]
    new = after[max(0, y) : height - max(0, -y), max(0, x) : width - max(0, -x)]
    if min(old.shape) < height // 2:
        return 0.0, 0.0
    left = gate.changed_tiles(gate.tile_differences(old, new)).mean()
    return (dx / width, dy / height) if left < 0.5 * changed else (0.0, 0.0)
