"""Is there a cut between two frames? Pure: pictures in, verdicts out.

A cut replaces the picture: most tiles change, or at least most of the tiles that held any structure do. A person who
walks in, a light that goes on, a camera that pans and the second half of a cross-fade change much too and are no cuts.
"""

from __future__ import annotations

from collections import deque

import cv2
import numpy as np
from numpy.typing import NDArray

from perception.gate import TILE_PX, Probe, changed_tiles, overlap_after_pan, tile_differences

MOST = 0.45  # share of tiles that changed: the picture is another one
SOME = 0.12  # share of tiles that changed: another one if little of what stood there survived
SURVIVED = 0.3  # share of structured tiles that stayed, below which the old picture is gone
SOLID = 0.6  # share of changed tiles that hold structure: a lamp or a shadow changes plain ones as well
MOST_PARTS = 6  # things sought elsewhere when something went
MOVED_LIKENESS = 0.75  # correlation of a thing with itself in another place
BORDER_TO_BORDER = 0.9  # share of the picture's width or height from which a part of it is no thing that moves
RETINTED = 0.15  # share of all tiles whose tint changed: no lamp does that
STRUCTURE = 6.0  # standard deviation of grey levels in a tile that shows something
REPLACED = 9.0  # levels by which a tile differs that shows something else: exposure and noise change it less
TINT = 14.0  # CIELAB chroma distance of a tile whose colour changed at equal brightness
SAME_TINT = 0.25  # range of the logarithms of the three channels' gains when a lamp is switched
DARKEST = 2.7  # logarithm of the gain beyond which there is no light left
GAIN_RESIDUE = 4.0  # levels
EXPOSURE = 0.3  # logarithm of the gain by which a camera adjusts itself between two frames
ALIKE = 0.85  # correlation of the grey levels of two pictures of one place in different light
BLEND_RESIDUE = 6.0  # grey levels by which a frame may differ from a mixture of its neighbours and still be one


class ShotDetector:
    """Frames of one stream, in order."""

    def __init__(self) -> None:
        self._recent: deque[tuple[Probe, NDArray[np.float32]]] = deque(maxlen=2)
        self._cut_before_last = False

    def judge(self, probe: Probe) -> float:
        """Strength of the cut between the frame before and this one (as its probe), 0 when there is none."""
        tint = _tint(probe)
        strength = 0.0
        if self._recent and self._recent[-1][0].shape == probe.shape:
            strength = _replaced(self._recent[-1], (probe, tint))
            if len(self._recent) == 2 and self._recent[0][0].shape == probe.shape:
                strength = self._across_fade(strength, probe, tint)
        elif self._recent:
            strength = 1.0  # another picture size is another source
        self._recent.append((probe, tint))
        self._cut_before_last = strength > 0
        return strength

    def _across_fade(self, strength: float, probe: Probe, tint: NDArray[np.float32]) -> float:
        """A cross-fade caught half way is one cut: announced when it began, or else now, when it is complete."""
        first, middle = self._recent
        if bool(strength) != self._cut_before_last or not _is_blend(first[0], middle[0], probe):
            return strength
        return 0.0 if self._cut_before_last else _replaced(first, (probe, tint))


def _tint(probe: Probe) -> NDArray[np.float32]:
    """(rows, columns, 2) mean chroma of each tile."""
    rows, columns = tile_differences(probe, probe).shape
    small = cv2.resize(probe, (columns, rows), interpolation=cv2.INTER_AREA).astype(np.float32) / 255.0
    return cv2.cvtColor(small, cv2.COLOR_RGB2Lab)[..., 1:].astype(np.float32)


def _replaced(before: tuple[Probe, NDArray[np.float32]], after: tuple[Probe, NDArray[np.float32]]) -> float:
    """Share of tiles that changed if that makes a cut, else 0."""
    tinted = np.linalg.norm(before[1] - after[1], axis=-1) > TINT
    shares = _shares(before[0], after[0], tinted)
    if not _is_cut(*shares, float(tinted.mean())):
        return 0.0
    if _same_place_other_light(before[0], after[0], coloured=bool(tinted.mean() >= MOST)):
        return 0.0
    if _panned(before[0], after[0]) or (shares[0] <= MOST and _only_moved(before[0], after[0])):
        return 0.0
    return shares[0]


def _is_cut(share: float, survived: float, replaced: float, tinted: float = 0.0) -> bool:
    if share > MOST:
        return survived < 2 * SURVIVED
    gone = share > 2 * SOME and survived < SURVIVED / 2
    return gone or (share > SOME and survived < SURVIVED and (replaced > SOLID or tinted > RETINTED))


def _shares(before: Probe, after: Probe, tinted: NDArray[np.bool_]) -> tuple[float, float, float]:
    """Share of tiles that changed; of those with structure before, the share that did not; and of those that changed,
    the share with structure in either frame. 0 where there are none."""
    differences = tile_differences(_exposed_like(before, after), after)
    changed = (changed_tiles(differences) & (differences > REPLACED)) | tinted
    shows, showed = _structured(after), _structured(before)
    survived = float((showed & ~changed).sum() / showed.sum()) if showed.any() else 0.0
    replaced = float((changed & (shows | showed)).sum() / changed.sum()) if changed.any() else 0.0
    return float(changed.mean()), survived, replaced


def _structured(probe: Probe) -> NDArray[np.bool_]:
    """Tiles that show something, and are not plain."""
    grey = cv2.cvtColor(probe, cv2.COLOR_RGB2GRAY).astype(np.float32)
    spread = np.sqrt(np.maximum(cv2.blur(grey**2, (8, 8)) - cv2.blur(grey, (8, 8)) ** 2, 0))
    rows, columns = tile_differences(probe, probe).shape
    return np.asarray(cv2.resize(spread, (columns, rows), interpolation=cv2.INTER_AREA) > STRUCTURE)


def _exposed_like(before: Probe, after: Probe) -> Probe:
    """The earlier frame with the exposure and white balance of the later one, where a camera may have adjusted it."""
    gains = np.median((after[::4, ::4] + 4.0) / (before[::4, ::4] + 4.0), axis=(0, 1))
    if np.abs(np.log(gains)).max() > EXPOSURE:
        return before
    return np.clip(before * gains, 0, 255).astype(np.uint8)


def _same_place_other_light(before: Probe, after: Probe, coloured: bool) -> bool:
    """A lamp was switched: all pixels have more or less light by one factor, or their grey levels follow one another.
    Those of flat pictures tell nothing. coloured: the tint changed all over, as it does where a bright colour dims;
    then both must hold, for a wall may have been painted."""
    gained, follows = _one_gain(before, after), _follows(before, after)
    return (gained and follows) if coloured else (gained or follows)


def _follows(before: Probe, after: Probe) -> bool:
    """Where one picture is brighter the other is, too."""
    greys = (cv2.cvtColor(one, cv2.COLOR_RGB2GRAY).astype(np.float32) for one in (before, after))
    a, b = (cv2.GaussianBlur(grey, (0, 0), 2) for grey in greys)
    if min(a.std(), b.std()) < STRUCTURE / 2:
        return False
    return float(np.corrcoef(a.ravel(), b.ravel())[0, 1]) > ALIKE


def _one_gain(before: Probe, after: Probe) -> bool:
    """The darker frame is the brighter one with a share of its light; black is no share of any."""
    if before.mean() < after.mean():
        before, after = after, before
    gains = np.median((after[::2, ::2] + 1.0) / (before[::2, ::2] + 1.0), axis=(0, 1))
    logs = np.log(gains)
    if np.ptp(logs) > SAME_TINT or abs(float(logs.mean())) > DARKEST:
        return False
    residue = np.abs(after.astype(np.float32) - before * gains).mean()
    return bool(residue < GAIN_RESIDUE)


def _panned(before: Probe, after: Probe) -> bool:
    """The picture is the earlier one moved sideways or up and down, as far as they overlap."""
    panned = overlap_after_pan(before, after)
    if panned is None:
        return False
    at_rest, moved = _blurred_shares(before, after), _blurred_shares(panned[0], panned[1])
    return moved[0] < 0.6 * at_rest[0] and not _is_cut(*moved)


def _blurred_shares(before: Probe, after: Probe) -> tuple[float, float, float]:
    """As `_shares`, of pictures whose edges need not meet to the pixel."""
    old, new = (cv2.GaussianBlur(part, (0, 0), 2) for part in (before, after))
    return _shares(old, new, np.zeros(tile_differences(old, new).shape, dtype=np.bool_))


def _only_moved(before: Probe, after: Probe) -> bool:
    """Most of what is no longer where it was is somewhere else now: things moved before a plain ground."""
    gone = (_structured(before) & changed_tiles(tile_differences(before, after))).astype(np.uint8)
    count, _, stats, _ = cv2.connectedComponentsWithStats(gone, connectivity=8)
    parts = sorted(((int(s[4]), s) for s in stats[1:count]), key=lambda part: -part[0])[:MOST_PARTS]
    found = 0
    for size, (x, y, w, h, _) in parts:
        if w >= BORDER_TO_BORDER * gone.shape[1] or h >= BORDER_TO_BORDER * gone.shape[0]:
            continue  # a floor's edge is like another floor's edge
        template = before[y * TILE_PX : (y + h) * TILE_PX, x * TILE_PX : (x + w) * TILE_PX]
        match = cv2.matchTemplate(after, np.ascontiguousarray(template), cv2.TM_CCOEFF_NORMED)
        found += size if float(match.max()) > MOVED_LIKENESS else 0
    return found > 0.5 * sum(size for size, _ in parts)


def _is_blend(first: Probe, middle: Probe, last: Probe) -> bool:
    """middle = a·first + (1-a)·last for one a inside (0, 1)."""
    a, m, b = (x.astype(np.float32) for x in (first, middle, last))
    span = a - b
    energy = float((span**2).sum())
    if energy == 0:
        return False
    share = float(((m - b) * span).sum()) / energy
    residue = float(np.abs(m - share * a - (1 - share) * b).mean())
    return 0.1 < share < 0.9 and residue < BLEND_RESIDUE
