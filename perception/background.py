"""What stands in front of the scene: a picture of the empty scene, learnt as it goes, and what differs from it.

Pure: small pictures in, blobs out. It knows no persons. A thing that was taken away leaves a blob too, whose edges are
in the learnt picture and not in the frame; such ghosts, and shadows, are told apart here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from perception.gate import Rgb, strongest

Picture = NDArray[Any]  # (h, w, 3) float32, levels 0..255

WORK_PX = 256  # longer side of the pictures compared
DIFFERENT = 30.0  # levels of a channel, above twice the noise
SMALLEST = 0.006  # share of the picture
ALL = 0.6  # share of the picture in front of the scene that makes it another scene
LEARN = 0.1  # share of a frame that is learnt where nothing stands
SETTLED_FRAMES = 4  # frames for which a thing must not change to become part of the scene
STEADY = 9.0  # levels within which two frames show the same
SHADE_TINT = 0.035  # difference of the colour shares of a pixel that a shadow leaves
SHADE_LIGHT = (0.35, 0.97)  # how much light a shadow leaves
ALIGN_PX = 6.0  # shake of a hand-held camera that is undone
EDGE_BAND = np.ones((3, 3), np.uint8)


@dataclass(frozen=True)
class Blob:
    """One connected thing in front of the scene.

    box: (x0, y0, x1, y1) and area as shares of the picture. mask: the pixels inside the box. edges: 0..1, how much
    more its outline is an edge in the frame than in the empty scene; a ghost is near 0. sharp: how much of its
    difference to the scene is one step at its outline. shadow: share of its pixels
    that are the scene with less light. steady: frames for which nothing changed in it. tint: its mean RGB.
    motley: how far its pixels are from its middle colour, in levels.
    """

    box: tuple[float, float, float, float]
    area: float
    mask: NDArray[Any]
    edges: float
    sharp: float
    shadow: float
    steady: int
    tint: tuple[float, float, float]
    motley: float

    @property
    def is_ghost(self) -> bool:
        return self.edges < 0.45

    @property
    def is_shadow(self) -> bool:
        return (self.shadow > 0.5 and self.sharp < 0.28) or (self.shadow > 0.9 and self.sharp < 0.5)


def shrunk(frame: Rgb) -> Rgb:
    """The picture on which backgrounds are compared."""
    scale = WORK_PX / max(frame.shape[:2])
    if scale >= 1:
        return frame
    size = (max(16, round(frame.shape[1] * scale)), max(16, round(frame.shape[0] * scale)))
    return cv2.resize(frame, size, interpolation=cv2.INTER_AREA).astype(np.uint8)


class Background:
    """The empty scene of one stream. `age`: frames since it was begun anew; nothing is known before the second."""

    def __init__(self) -> None:
        self._scene: Picture | None = None
        self._last: Picture | None = None
        self._steady: NDArray[np.int16] | None = None
        self.age = 0

    def blobs(self, small: Rgb, shot: bool) -> list[Blob]:
        """What stands in front of the scene in this frame; the scene is learnt where nothing stands."""
        frame = cv2.GaussianBlur(small, (3, 3), 0).astype(np.float32)
        if self._scene is None or shot or self._scene.shape != frame.shape or self._last is None:
            self._begin(frame)
            return []
        frame = self._aligned(frame)
        lit = _relit(self._scene, frame)
        mask = _in_front(lit, frame)
        assert self._steady is not None
        still = strongest(cv2.absdiff(_relit(self._last, frame), frame)) < STEADY
        self._steady = np.where(still, self._steady + 1, 0).astype(np.int16)
        self._last = frame
        if float(mask.mean()) > ALL:
            self._begin(frame)
            return []
        self.age += 1
        found = self._found(mask, frame, lit)
        self._learn(frame, lit, mask, found)
        return found

    def absorb(self, blobs: Sequence[Blob]) -> None:
        """Make these blobs of the last frame part of the scene."""
        if self._scene is None or self._last is None:
            return
        height, width = self._scene.shape[:2]
        for blob in blobs:
            x0, y0 = round(blob.box[0] * width), round(blob.box[1] * height)
            rows, columns = blob.mask.shape
            grown = cv2.dilate(blob.mask, np.ones((5, 5), np.uint8))[..., None] > 0
            part = np.s_[y0 : y0 + rows, x0 : x0 + columns]
            self._scene[part] = np.where(grown, self._last[part], self._scene[part])

    def _begin(self, frame: Picture) -> None:
        self._scene, self._last = frame.copy(), frame
        self._steady = np.zeros(frame.shape[:2], dtype=np.int16)
        self.age = 0

    def _aligned(self, frame: Picture) -> Picture:
        """The frame moved back to where the scene is, if that explains most of what differs."""
        assert self._scene is not None
        before = _in_front(_relit(self._scene, frame), frame).mean()
        if before < 0.02:
            return frame
        grey, scene = (cv2.cvtColor(x / 255.0, cv2.COLOR_RGB2GRAY) for x in (frame, self._scene))
        window = cv2.createHanningWindow(grey.shape[::-1], cv2.CV_32F)
        (dx, dy), _ = cv2.phaseCorrelate(scene, grey, window)
        if not 0.4 < max(abs(dx), abs(dy)) < ALIGN_PX:
            return frame
        move = np.array([[1, 0, -dx], [0, 1, -dy]], dtype=np.float32)
        moved = cv2.warpAffine(frame, move, grey.shape[::-1], flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        moved = moved.astype(np.float32)
        return moved if _in_front(_relit(self._scene, moved), moved).mean() < 0.6 * before else frame

    def _found(self, mask: NDArray[Any], frame: Picture, lit: Picture) -> list[Blob]:
        assert self._steady is not None
        count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
        height, width = mask.shape
        found = []
        for label in range(1, count):
            x, y, w, h, area = (int(v) for v in stats[label])
            if area < SMALLEST * mask.size:
                continue
            part = np.s_[y : y + h, x : x + w]
            own = (labels[part] == label).astype(np.uint8)
            padded = cv2.copyMakeBorder(own, 2, 2, 2, 2, cv2.BORDER_CONSTANT)
            rim = (cv2.dilate(padded, EDGE_BAND) - cv2.erode(padded, EDGE_BAND))[2:-2, 2:-2] > 0
            here, there = (float(_slope(picture[part])[rim].mean()) for picture in (frame, lit))
            difference = strongest(cv2.absdiff(frame[part], lit[part]))
            step = float(difference[own > 0].mean())
            tint = frame[part][own > 0].mean(axis=0)
            solid = frame[part][(own > 0) & (difference > DIFFERENT)]  # without gaps that were closed
            found.append(
                Blob(
                    box=(x / width, y / height, (x + w) / width, (y + h) / height),
                    area=area / mask.size,
                    mask=own,
                    edges=here / max(1e-6, here + there),
                    sharp=here / max(1e-6, step),
                    shadow=float(_shaded(lit[part], frame[part])[own > 0].mean()),
                    steady=int(np.median(self._steady[part][own > 0])),
                    tint=(float(tint[0]), float(tint[1]), float(tint[2])),
                    motley=float(np.abs(solid - np.median(solid, axis=0)).mean()) if len(solid) else 0.0,
                )
            )
        return found

    def _learn(self, frame: Picture, lit: Picture, mask: NDArray[Any], found: Sequence[Blob]) -> None:
        """Take over the light everywhere, the frame where nothing stands, and what was left behind or taken away."""
        assert self._scene is not None
        assert self._steady is not None
        empty = cv2.dilate(mask, np.ones((5, 5), np.uint8))[..., None] == 0
        self._scene = np.where(empty, (1 - LEARN) * lit + LEARN * frame, lit).astype(np.float32)
        self.absorb([blob for blob in found if blob.is_ghost and blob.steady >= 1])


def _relit(scene: Picture, frame: Picture) -> Picture:
    """The scene in the light of the frame: a camera that adjusts its exposure changes all pixels by one factor."""
    ratio = np.median((frame[::4, ::4] + 4.0) / (scene[::4, ::4] + 4.0), axis=(0, 1))
    return np.minimum((scene + 4.0) * np.clip(ratio, 0.5, 2.0) - 4.0, 255.0).astype(np.float32)


def _in_front(lit: Picture, frame: Picture) -> NDArray[Any]:
    """1 where the frame is not the scene, specks removed and parts of one thing joined."""
    difference = strongest(cv2.absdiff(frame, lit))
    noise = float(np.median(difference[::4, ::4]))
    mask: NDArray[Any] = (difference > DIFFERENT + 2 * min(noise, 12.0)).astype(np.uint8)
    mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
    # With room around it: closing would else stretch what comes near the border to the border.
    wide = cv2.copyMakeBorder(mask, 9, 9, 9, 9, cv2.BORDER_CONSTANT)
    return np.asarray(cv2.morphologyEx(wide, cv2.MORPH_CLOSE, np.ones((9, 5), np.uint8))[9:-9, 9:-9])


def _slope(picture: Picture) -> Picture:
    """Largest step between neighbours two pixels apart, over the channels."""
    dx = strongest(np.abs(cv2.Sobel(picture, cv2.CV_32F, 1, 0, ksize=3)))
    dy = strongest(np.abs(cv2.Sobel(picture, cv2.CV_32F, 0, 1, ksize=3)))
    return np.asarray(np.maximum(dx, dy) / 4, dtype=np.float32)


def _shaded(lit: Picture, frame: Picture) -> NDArray[Any]:
    """Where a pixel has the scene's colour with less light."""
    sums = frame.sum(axis=2) + 12.0, lit.sum(axis=2) + 12.0
    light = sums[0] / sums[1]
    tint = np.abs((frame + 4.0) / sums[0][..., None] - (lit + 4.0) / sums[1][..., None]).max(axis=2)
    return np.asarray((tint < SHADE_TINT) & (light > SHADE_LIGHT[0]) & (light < SHADE_LIGHT[1]))
