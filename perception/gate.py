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
Luma = NDArray[Any]  # (h, w) uint8: grey, longer side PROBE_PX at most

PROBE_PX = 320  # halving 640 averages noise away and still shows a 12-pixel letter that changed
TILE_PX = 8  # of the probe: about one letter of small print, so that one letter fills its tile
CHANGED = 3.5  # mean grey levels by which a tile differs when something changed in it
NOISE_SHARE = 1.5  # on top of CHANGED: how far a tile rises above the middle tile by noise alone
NOISE_CAP = 8.0  # a middle tile beyond this is a change of the whole picture, not noise


def probe(frame: Rgb) -> Luma:
    """The small grey picture on which frames are compared."""
    grey = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)
    scale = PROBE_PX / max(grey.shape)
    if scale < 1:
        size = (max(TILE_PX, round(grey.shape[1] * scale)), max(TILE_PX, round(grey.shape[0] * scale)))
        grey = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    return grey


def probe_of(frame: Rgb, shared: dict[str, Any]) -> Luma:
    """`probe` of a frame, made once for all who look at it; shared: what its observers share."""
    if "probe" not in shared:
        shared["probe"] = probe(frame)
    found: Luma = shared["probe"]
    return found


def tile_differences(before: Luma, after: Luma) -> NDArray[np.float32]:
    """(rows, columns) mean absolute difference of each tile, in grey levels; both pictures of one size."""
    rows, columns = -(-after.shape[0] // TILE_PX), -(-after.shape[1] // TILE_PX)
    difference = cv2.absdiff(before, after)
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


@dataclass(frozen=True)
class Verdict:
    """change: mean absolute difference to the last kept frame, 0..1. redundant: no tile changed since that frame."""

    change: float
    redundant: bool


class Gate:
    """Compares each frame with the last one that was not redundant, so that slow drift adds up and shows."""

    def __init__(self) -> None:
        self._kept: Luma | None = None

    def judge(self, luma: Luma) -> Verdict:
        if self._kept is None or self._kept.shape != luma.shape:
            self._kept = luma
            return Verdict(1.0, False)
        differences = tile_differences(self._kept, luma)
        redundant = not changed_tiles(differences).any()
        if not redundant:
            self._kept = luma
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
