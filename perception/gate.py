"""Did this frame change, and where? Local differences in tiles, and the rule that calls a frame redundant.

Pure: pictures in, verdicts out. A mean over the whole picture misses one changed word, so differences are judged tile
by tile, above what noise does to every tile. It knows nothing of shots, text or people.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Rgb = NDArray[np.uint8]  # (height, width, 3)
Probe = NDArray[Any]  # (h, w, 3) uint8, longer side PROBE_PX at most

PROBE_PX = 320  # halving 640 averages noise away and still shows a 12-pixel letter that changed
TILE_PX = 8  # of the probe: about one letter of small print, so that one letter fills its tile
CHANGED = 3.5  # mean levels by which a tile differs when something changed in it
NOISE_SHARE = 1.5  # on top of CHANGED: how far a tile rises above the middle tile by noise alone
NOISE_CAP = 8.0  # a middle tile beyond this is a change of the whole picture, not noise


def probe(frame: Rgb) -> Probe:
    """The small picture on which frames are compared. In colour: yellow on grey may differ in nothing but that."""
    scale = PROBE_PX / max(frame.shape[:2])
    if scale >= 1:
        return frame
    size = (max(TILE_PX, round(frame.shape[1] * scale)), max(TILE_PX, round(frame.shape[0] * scale)))
    return cv2.resize(frame, size, interpolation=cv2.INTER_AREA)


def probe_of(frame: Rgb, shared: dict[str, Any]) -> Probe:
    """`probe` of a frame, made once for all who look at it; shared: what its observers share."""
    if "probe" not in shared:
        shared["probe"] = probe(frame)
    found: Probe = shared["probe"]
    return found


def tile_differences(before: Probe, after: Probe) -> NDArray[np.float32]:
    """(rows, columns) mean absolute difference of each tile, in levels of the channel that differs most."""
    rows, columns = -(-after.shape[0] // TILE_PX), -(-after.shape[1] // TILE_PX)
    difference = strongest(cv2.absdiff(before, after))
    padded = cv2.copyMakeBorder(
        difference,
        0,
        rows * TILE_PX - after.shape[0],
        0,
        columns * TILE_PX - after.shape[1],
        cv2.BORDER_REPLICATE,
    )
    tiles = padded.reshape(rows, TILE_PX, columns, TILE_PX)
    return np.asarray(tiles.mean(axis=(1, 3), dtype=np.float32))


def changed_tiles(differences: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Which tiles changed, above the noise that all tiles share."""
    floor = min(float(np.median(differences)), NOISE_CAP)
    return differences > CHANGED + NOISE_SHARE * floor


def strongest(picture: NDArray[Any]) -> NDArray[Any]:
    """(h, w, 3) → (h, w): the largest channel, several times faster than a maximum over the last axis."""
    red, green, blue = cv2.split(picture)
    return np.asarray(cv2.max(cv2.max(red, green), blue))


def overlap_after_pan(before: Probe, after: Probe) -> tuple[Probe, Probe, float, float] | None:
    """The parts of two frames that show the same if a panning camera moved everything by one step, and that step in
    shares of the picture (x, y). None when no such step is found or it leaves less than half of the picture."""
    height, width = before.shape[:2]
    greys = [cv2.cvtColor(one, cv2.COLOR_RGB2GRAY).astype(np.float32) for one in (before, after)]
    window = cv2.createHanningWindow((width, height), cv2.CV_32F)
    (dx, dy), _ = cv2.phaseCorrelate(greys[0], greys[1], window)
    x, y = round(dx), round(dy)
    if (x, y) == (0, 0) or abs(x) > width // 2 or abs(y) > height // 2:
        return None
    old = before[max(0, -y) : height - max(0, y), max(0, -x) : width - max(0, x)]
    new = after[max(0, y) : height - max(0, -y), max(0, x) : width - max(0, -x)]
    return old, new, dx / width, dy / height


@dataclass(frozen=True)
class Verdict:
    """change: mean absolute difference to the last kept frame, 0..1. redundant: no tile changed since that frame."""

    change: float
    redundant: bool


class Gate:
    """Compares each frame with the last one that was not redundant, so that slow drift adds up and shows."""

    def __init__(self) -> None:
        self._kept: Probe | None = None

    def judge(self, now: Probe) -> Verdict:
        if self._kept is None or self._kept.shape != now.shape:
            self._kept = now
            return Verdict(1.0, False)
        differences = tile_differences(self._kept, now)
        redundant = not changed_tiles(differences).any()
        if not redundant:
            self._kept = now
        return Verdict(float(differences.mean()) / 255.0, redundant)


def changed_regions(changed: NDArray[np.bool_], margin: int = 1, most: int = 3) -> list[tuple[int, int, int, int]]:
    """Tile rectangles (x0, y0, x1, y1), ends excluded, that cover all changed tiles with `margin` tiles around them.

    Rectangles that touch are joined; when more than `most` remain, one covers them all.
    """
    if not changed.any():
        return []
    size = 2 * margin + 1
    grown = cv2.dilate(changed.astype(np.uint8), np.ones((size, size), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(grown, connectivity=8)
    boxes = [(int(x), int(y), int(x + w), int(y + h)) for x, y, w, h, _ in stats[1:]]
    boxes = joined(boxes)
    if len(boxes) > most:
        boxes = [cover(boxes)]
    return boxes


def joined(boxes: list[tuple[int, int, int, int]]) -> list[tuple[int, int, int, int]]:
    """Overlapping rectangles replaced by the one that covers them, until none overlap."""
    result: list[tuple[int, int, int, int]] = []
    pending = list(boxes)
    while pending:
        box = pending.pop()
        for other in result:
            if box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]:
                result.remove(other)
                pending.append(cover([box, other]))
                break
        else:
            result.append(box)
    return sorted(result, key=lambda b: (b[1], b[0]))


def cover(boxes: list[tuple[int, int, int, int]]) -> tuple[int, int, int, int]:
    x0, y0, x1, y1 = zip(*boxes, strict=True)
    return min(x0), min(y0), max(x1), max(y1)
