"""What the picture of one line of print shows besides words: plate, ink, half tones, and whether it is one seen before.

Pure: crops in, marks out. It knows no recogniser.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from perception import colours

Print = NDArray[np.uint8]  # a line's picture, grey, PRINT_PX to twice that high

PRINT_PX = 16  # prints are halved while they are twice this high, so that a box a pixel wider changes no scale
ALIKE = 0.88  # correlation of every stretch of two prints that show the same words
STROKE = 0.3  # share of the contrast by which a spot the width of a stroke may differ in them
UNREST = 12.0  # CIELAB spread along the rim of a crop beyond which there is no plate
FAINT = 12.0  # CIELAB distance below which nothing stands on a plate
# Height of a crop, and share of half tones over that of ink from which it is a blend: small print has many of its own.
HALF_TONES = ((34, 1.0), (25, 1.7), (0, 3.0))


@dataclass(frozen=True)
class Plate:
    """colour: of the ground, ink: of the letters, "" when unclear. contrast: how far they stand apart (CIELAB, less for
    half tones and unrest). blended: half tones as in the middle of a fade, when two pictures lie over each other."""

    colour: str = ""
    ink: str = ""
    contrast: float = 0.0
    blended: bool = False


def plate_of(crop: NDArray[np.uint8]) -> Plate:
    """The plate in one line's picture (height, width, 3); print on a busy picture stands on none."""
    pixels = cv2.cvtColor(crop.astype(np.float32) / 255.0, cv2.COLOR_RGB2Lab)
    edge = max(1, crop.shape[0] // 10)
    frame = np.ones(crop.shape[:2], dtype=np.bool_)
    frame[edge:-edge, edge:-edge] = False
    rim = pixels[frame]
    plate = np.median(rim, axis=0)
    spread = float(np.quantile(np.abs(rim - plate).max(axis=1), 0.6))
    if spread > UNREST:
        return Plate()
    colour = colours.name_of(np.median(crop[frame], axis=0))
    inside = np.linalg.norm(pixels[~frame] - plate, axis=1)
    far = float(np.quantile(inside, 0.97)) if inside.size else 0.0
    if far <= FAINT:
        return Plate(colour)
    strokes = crop[~frame][inside >= 0.92 * far]  # the middle of a stroke: its sides are half tones
    between, ink = _tones(inside, far)
    # A codec keeps colours at half the sharpness: where lightness tells letters from plate, it alone is asked.
    lightness = np.abs(pixels[~frame][:, 0] - plate[0])
    light = float(np.quantile(lightness, 0.97))
    half_tones, full_tones = _tones(lightness, light) if light > 2 * FAINT else (between, ink)
    return Plate(
        colour,
        colours.name_of(np.median(strokes, axis=0)),
        far * (1 - 2 * between) - 4 * spread,  # print has few half tones, things have many
        half_tones > full_tones * next(share for least_px, share in HALF_TONES if crop.shape[0] >= least_px),
    )


def _tones(distances: NDArray[np.float32], far: float) -> tuple[float, float]:
    """Share of half tones and of ink, by the distance of each pixel from the plate."""
    half = (distances > 0.25 * far) & (distances < 0.75 * far)
    return float(half.mean()), float((distances >= 0.75 * far).mean())


def print_of(crop: NDArray[np.uint8]) -> Print:
    """The small grey picture by which a line is recognised again."""
    grey = cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY)
    while grey.shape[0] >= 2 * PRINT_PX:
        grey = cv2.resize(grey, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    return grey.astype(np.uint8)


def same_print(old: Print, new: Print) -> bool:
    """Both show the same words. Judged stretch by stretch, each a letter wide, so that one changed letter tells."""
    height = old.shape[0]
    if abs(height - new.shape[0]) > 0.3 * height or abs(old.shape[1] - new.shape[1]) > 0.4 * height:
        return False
    trim = max(1, height // 8)  # boxes of one line differ by a pixel or two from frame to frame
    core = old[trim:-trim, trim:-trim]
    if min(core.shape) < 4:
        return False
    room = cv2.copyMakeBorder(new, 3, 3, height // 2, height // 2, cv2.BORDER_REPLICATE)
    if room.shape[0] < core.shape[0] or room.shape[1] < core.shape[1]:
        return False
    _, best, _, (x, y) = cv2.minMaxLoc(cv2.matchTemplate(room, core, cv2.TM_CCOEFF_NORMED))
    if best < ALIKE:
        return False
    there = room[y : y + core.shape[0], x : x + core.shape[1]].astype(np.float32)
    here = core.astype(np.float32)
    contrast = float(np.ptp(here))
    if float(cv2.blur(np.abs(here - there), (3, 3)).max()) > STROKE * contrast:
        return False
    width = max(4, round(0.7 * height))
    return all(
        _stretch_alike(here[:, at : at + width], there[:, at : at + width], contrast)
        for at in range(0, core.shape[1], max(2, width // 2))
    )


def _stretch_alike(a: NDArray[np.float32], b: NDArray[np.float32], contrast: float) -> bool:
    if max(float(a.std()), float(b.std())) < 0.1 * contrast:
        return True  # a gap between words
    a, b = a - a.mean(), b - b.mean()
    norm = float(np.sqrt((a**2).sum() * (b**2).sum()))
    return norm > 0 and float((a * b).sum()) / norm >= ALIKE
