"""Is there a cut between two frames? Pure: pictures in, verdicts out.

A cut replaces the picture: most tiles change, or at least most of the tiles that held any structure do. A person who
walks in, a light that goes on, a camera that pans and the second half of a cross-fade change much too and are no cuts.
"""

from __future__ import annotations

from collections import deque

import cv2
import numpy as np
from numpy.typing import NDArray

from perception.gate import Luma, Rgb, changed_tiles, tile_differences

MOST = 0.5  # share of tiles that changed: the picture is another one
SOME = 0.12  # share of tiles that changed: another one if little of what stood there survived
SURVIVED = 0.25  # share of structured tiles that stayed, below which the old picture is gone
STRUCTURE = 6.0  # standard deviation of grey levels in a tile that shows something
TINT = 14.0  # CIELAB chroma distance of a tile whose colour changed at equal brightness
ALIKE = 0.85  # correlation of the grey levels of two pictures of one place in different light
BLEND_RESIDUE = 6.0  # grey levels by which a frame may differ from a mixture of its neighbours and still be one
MAX_SHIFT = 0.45  # share of the picture by which a panning camera may move between two frames


class ShotDetector:
    """Frames of one stream, in order."""

    def __init__(self) -> None:
        self._recent: deque[tuple[Luma, NDArray[np.float32]]] = deque(maxlen=2)
        self._cut_before_last = False

    def judge(self, frame: Rgb, luma: Luma) -> float:
        """Strength of the cut between the frame before and this one, 0 when there is none; luma: its probe."""
        tint = _tint(frame, luma)
        strength = 0.0
        if self._recent and self._recent[-1][0].shape == luma.shape:
            strength = _replaced(self._recent[-1], (luma, tint))
            if len(self._recent) == 2 and self._recent[0][0].shape == luma.shape:
                strength = self._across_fade(strength, luma, tint)
        elif self._recent:
            strength = 1.0  # another picture size is another source
        self._recent.append((luma, tint))
        self._cut_before_last = strength > 0
        return strength

    def _across_fade(self, strength: float, luma: Luma, tint: NDArray[np.float32]) -> float:
        """A cross-fade caught half way is one cut: announced when it began, or else now, when it is complete."""
        first, middle = self._recent
        if bool(strength) != self._cut_before_last or not _is_blend(first[0], middle[0], luma):
            return strength
        return 0.0 if self._cut_before_last else _replaced(first, (luma, tint))


def _tint(frame: Rgb, luma: Luma) -> NDArray[np.float32]:
    """(rows, columns, 2) mean chroma of each tile."""
    rows, columns = tile_differences(luma, luma).shape
    small = cv2.resize(frame, (columns, rows), interpolation=cv2.INTER_AREA).astype(np.float32) / 255.0
    return cv2.cvtColor(small, cv2.COLOR_RGB2Lab)[..., 1:].astype(np.float32)


def _replaced(before: tuple[Luma, NDArray[np.float32]], after: tuple[Luma, NDArray[np.float32]]) -> float:
    """Share of tiles that changed if that makes a cut, else 0."""
    tinted = np.linalg.norm(before[1] - after[1], axis=-1) > TINT
    share, survived = _shares(before[0], after[0], tinted)
    if not _is_cut(share, survived):
        return 0.0
    if tinted.mean() < MOST and _same_place_other_light(before[0], after[0]):
        return 0.0
    if _panned(before, after):
        return 0.0
    return share


def _is_cut(share: float, survived: float) -> bool:
    return (share > MOST and survived < 2 * SURVIVED) or (share > SOME and survived < SURVIVED)


def _shares(before: Luma, after: Luma, tinted: NDArray[np.bool_]) -> tuple[float, float]:
    """Share of tiles that changed, and share of those with structure before that did not (0 if none had any)."""
    changed = changed_tiles(tile_differences(before, after)) | tinted
    mean = cv2.blur(before.astype(np.float32), (8, 8))
    spread = np.sqrt(np.maximum(cv2.blur(before.astype(np.float32) ** 2, (8, 8)) - mean**2, 0))
    rows, columns = changed.shape
    structured = cv2.resize(spread, (columns, rows), interpolation=cv2.INTER_AREA) > STRUCTURE
    survived = float((structured & ~changed).sum() / structured.sum()) if structured.any() else 0.0
    return float(changed.mean()), survived


def _same_place_other_light(before: Luma, after: Luma) -> bool:
    """Grey levels of both follow one another: a lamp was switched. Flat pictures tell nothing and are no evidence."""
    a, b = (cv2.GaussianBlur(x.astype(np.float32), (0, 0), 2) for x in (before, after))
    if min(a.std(), b.std()) < STRUCTURE / 2:
        return False
    return float(np.corrcoef(a.ravel(), b.ravel())[0, 1]) > ALIKE


def _panned(before: tuple[Luma, NDArray[np.float32]], after: tuple[Luma, NDArray[np.float32]]) -> bool:
    """The picture is the earlier one moved sideways or up and down, as far as they overlap."""
    height, width = before[0].shape
    window = cv2.createHanningWindow((width, height), cv2.CV_32F)
    (dx, dy), _ = cv2.phaseCorrelate(before[0].astype(np.float32), after[0].astype(np.float32), window)
    x, y = round(dx), round(dy)
    if (x, y) == (0, 0) or abs(x) > MAX_SHIFT * width or abs(y) > MAX_SHIFT * height:
        return False
    old = before[0][max(0, -y) : height - max(0, y), max(0, -x) : width - max(0, x)]
    new = after[0][max(0, y) : height - max(0, -y), max(0, x) : width - max(0, -x)]
    blurred = [cv2.GaussianBlur(part, (0, 0), 2) for part in (old, new)]
    untinted = np.zeros(tile_differences(blurred[0], blurred[1]).shape, dtype=np.bool_)
    return not _is_cut(*_shares(blurred[0], blurred[1], untinted))


def _is_blend(first: Luma, middle: Luma, last: Luma) -> bool:
    """middle = a·first + (1-a)·last for one a inside (0, 1)."""
    a, m, b = (x.astype(np.float32) for x in (first, middle, last))
    span = a - b
    energy = float((span**2).sum())
    if energy == 0:
        return False
    share = float(((m - b) * span).sum()) / energy
    residue = float(np.abs(m - share * a - (1 - share) * b).mean())
    return 0.1 < share < 0.9 and residue < BLEND_RESIDUE
