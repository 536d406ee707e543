"""Which parts of a frame are to be read: those that changed since they were read last, and are worth it.

Pure: probes and boxes in, rectangles out. A tile that changed is read again until it no longer changes, so that print
caught in the middle of a fade is replaced by what it becomes. It knows no recogniser and no words.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from perception import gate

Rect = tuple[int, int, int, int]  # x0, y0, x1, y1 in pixels
Box = tuple[float, float, float, float]

FRUITLESS = 6  # a part that keeps moving and was read in vain so often (by VAIN_STEP each time) is read ...
PATIENCE = 3  # ... once in so many frames only, until it comes to rest
VAIN_STEP, VAIN_MOST = 4, 12  # each frame in which a tile does not move takes one back
WHOLE = 0.6  # share of the frame from which all of it is read at once


class Rereading:
    """The tiles of one stream's frames: as they were when they were last read, and how often that was in vain."""

    def __init__(self) -> None:
        self._looked: gate.Probe | None = None
        self._before: gate.Probe = np.zeros((1, 1, 3), dtype=np.uint8)
        self._vain = np.zeros((1, 1), dtype=np.int32)
        self._waited = np.zeros((1, 1), dtype=np.int32)  # frames for which a reading was put off

    def is_new(self, probe: gate.Probe) -> bool:
        """Nothing is known of pictures of this size."""
        return self._looked is None or self._looked.shape != probe.shape

    def begin(self, probe: gate.Probe, size: tuple[int, int]) -> list[Rect]:
        """A new scene: all of the frame of size (width, height) is to be read."""
        tiles = gate.tile_differences(probe, probe).shape
        self._looked, self._before = probe, probe
        self._vain, self._waited = np.zeros(tiles, dtype=np.int32), np.zeros(tiles, dtype=np.int32)
        return [(0, 0, *size)]

    def due(self, probe: gate.Probe, size: tuple[int, int], known: Sequence[Box]) -> list[Rect]:
        """What is to be read in the next frame, of size (width, height): around what changed, and never through the
        middle of a known line."""
        assert self._looked is not None
        changed = gate.changed_tiles(gate.tile_differences(self._looked, probe))
        moving = gate.changed_tiles(gate.tile_differences(self._before, probe))
        self._before = probe
        self._vain = np.where(moving, self._vain, np.maximum(self._vain - 1, 0))
        ready = self._ready(changed, moving)
        self._waited = np.where(changed & ~ready, self._waited + 1, 0)
        # Only what is read is taken over: a fade too slow for one step still adds up.
        mask = np.kron(ready, np.ones((gate.TILE_PX, gate.TILE_PX), dtype=np.bool_))
        mask = mask[: probe.shape[0], : probe.shape[1], None]
        self._looked = np.where(mask, probe, self._looked).astype(np.uint8)
        return _rectangles(ready, gate.TILE_PX * size[0] / probe.shape[1], size, known)

    def reckon(self, regions: Sequence[Rect], lines: Sequence[Box], size: tuple[int, int]) -> None:
        """Remember where reading was in vain, and where it was not."""
        rows, columns = self._vain.shape
        across, down = columns / size[0], rows / size[1]
        for found, boxes in ((False, regions), (True, lines)):
            for x0, y0, x1, y1 in boxes:
                part = np.s_[int(y0 * down) : int(y1 * down) + 1, int(x0 * across) : int(x1 * across) + 1]
                self._vain[part] = 0 if found else np.minimum(self._vain[part] + VAIN_STEP, VAIN_MOST)

    def _ready(self, changed: NDArray[np.bool_], moving: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """The changed tiles without those of a part that keeps moving and never showed print."""
        ready = changed.copy()
        for x0, y0, x1, y1 in gate.changed_regions(changed, margin=2, most=8):
            part = np.s_[y0:y1, x0:x1]
            vain = (self._vain[part] >= FRUITLESS)[changed[part]]
            if moving[part].any() and vain.mean() > 0.7 and self._waited[part].max() < PATIENCE - 1:
                ready[part] = False
        return ready


def _rectangles(tiles: NDArray[np.bool_], tile_px: float, size: tuple[int, int], known: Sequence[Box]) -> list[Rect]:
    width, height = size
    rects = [
        (round(x0 * tile_px), round(y0 * tile_px), min(width, round(x1 * tile_px)), min(height, round(y1 * tile_px)))
        for x0, y0, x1, y1 in gate.changed_regions(tiles, margin=2)
    ]
    margin = round(tile_px / 2)
    while True:
        grown = [
            gate.cover([rect, *(_padded(box, margin, size) for box in known if touch(box, rect))]) for rect in rects
        ]
        merged = gate.joined(grown)
        if merged == rects:
            break
        rects = merged
    if sum((x1 - x0) * (y1 - y0) for x0, y0, x1, y1 in rects) > WHOLE * width * height:
        return [(0, 0, width, height)]
    return rects


def touch(a: Sequence[float], b: Sequence[float]) -> bool:
    """Two rectangles share some area."""
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _padded(box: Box, margin: int, size: tuple[int, int]) -> Rect:
    width, height = size
    return (
        max(0, int(box[0]) - margin),
        max(0, int(box[1]) - margin),
        min(width, int(box[2]) + margin + 1),
        min(height, int(box[3]) + margin + 1),
    )
