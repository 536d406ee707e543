"""Reads QR codes with OpenCV's detectors, on the parts of a picture that look like one, enlarged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from perception.backends.base import FrameContext, Rgb, Seen

STEP = 32  # grey levels between neighbours as between the modules of a code
DENSE = 0.09  # share of such steps, across as well as down, inside a code
REACH_PX = 25  # over which that share is taken
SMALLEST_PX = 36  # side of a code below which its modules melt
SQUARE = 1.9  # ratio of the sides of a patch that may hold a code, which may lean
GOAL_PX = 420  # side to which a patch is enlarged: both detectors are at their best there
MOST_PATCHES = 4


@dataclass(frozen=True, kw_only=True)
class CodesOptions:
    work_px: int = 1280  # longer side of a frame on which codes are sought


class Codes:
    """`code` for each code that could be read, while it is there."""

    Options = CodesOptions
    every_frame = False

    def __init__(self, options: CodesOptions) -> None:
        cv2.setNumThreads(1)
        self._options = options
        self._detectors = (cv2.QRCodeDetectorAruco(), cv2.QRCodeDetector())

    def stream(self) -> Codes:
        return self  # one frame says all: nothing is kept between frames

    def close(self) -> None:
        """Nothing is held."""

    def observe(self, frame: Rgb, context: FrameContext) -> list[Seen]:
        grey = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)
        scale = min(1.0, self._options.work_px / max(grey.shape))
        if scale < 1.0:
            grey = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        height, width = grey.shape
        if min(height, width) < SMALLEST_PX:
            return []
        seen: dict[str, Seen] = {}
        for level in (grey, cv2.resize(grey, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)):
            by = height / level.shape[0]  # large codes are dense at half the size only
            for corners in patches(level.astype(np.uint8)):
                x0, y0, x1, y1 = (round(v * by) for v in corners)
                for payload in self._read(grey[y0:y1, x0:x1].astype(np.uint8)):
                    box = (x0 / width, y0 / height, x1 / width, y1 / height)
                    seen[payload] = Seen(kind="code", text=payload, box=tuple(round(v, 4) for v in box))
            if seen:
                break
        return sorted(seen.values(), key=lambda one: (one.box[1], one.box[0]))

    def _read(self, patch: NDArray[np.uint8]) -> list[str]:
        """Payloads found by the first detector and size that finds any."""
        scale = max(1.0, GOAL_PX / max(patch.shape))
        sizes = dict.fromkeys((scale, min(scale, 2.0), 1.0))
        for factor in sizes:
            picture = cv2.resize(patch, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
            for detector in self._detectors:
                _, payloads, _, _ = detector.detectAndDecodeMulti(picture)
                found = [payload for payload in payloads if payload]
                if found:
                    return found
        return []


def patches(grey: NDArray[np.uint8]) -> Iterator[tuple[int, int, int, int]]:
    """Squarish parts (x0, y0, x1, y1) full of hard steps in both directions, largest first."""
    across = np.zeros(grey.shape, dtype=np.float32)
    down = np.zeros(grey.shape, dtype=np.float32)
    across[:, :-1] = cv2.absdiff(grey[:, 1:], grey[:, :-1]) > STEP
    down[:-1] = cv2.absdiff(grey[1:], grey[:-1]) > STEP
    reach = (REACH_PX, REACH_PX)
    dense = ((cv2.blur(across, reach) > DENSE) & (cv2.blur(down, reach) > DENSE)).astype(np.uint8)
    count, _, stats, _ = cv2.connectedComponentsWithStats(dense, connectivity=4)
    order = sorted(range(1, count), key=lambda i: -int(stats[i, cv2.CC_STAT_AREA]))
    taken = 0
    for index in order:
        x, y, w, h, area = (int(v) for v in stats[index])
        if min(w, h) < SMALLEST_PX or max(w, h) > SQUARE * min(w, h) or area < 0.45 * w * h:
            continue
        pad = REACH_PX // 2
        yield max(0, x - pad), max(0, y - pad), min(grey.shape[1], x + w + pad), min(grey.shape[0], y + h + pad)
        taken += 1
        if taken == MOST_PATCHES:
            return
