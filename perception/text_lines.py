"""From boxes of words to lines as a person reads them: what is print at all, which belongs together, in which order.

Pure: boxes, words and small pictures in, lines out. It knows no recogniser and no frame but the crops it is handed.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

import cv2
import numpy as np
from numpy.typing import NDArray

from perception import colours

Box = tuple[float, float, float, float]  # x0, y0, x1, y1 in pixels
Print = NDArray[np.uint8]  # a line's picture, grey, PRINT_PX to twice that high

PRINT_PX = 16  # prints are halved while they are twice this high, so that a box a pixel wider changes no scale
MIN_SCORE = 0.6
SURE = 0.9  # words less sure than this must be seen twice: print in the middle of a fade reads as nonsense
LONE_SCORE = 0.9  # a single character must be sure ...
LONE_HEIGHT = 0.09  # ... and this large a share of the picture: a digit on a door, not a speck
LONE_CONTRAST = 40.0  # ... and stand out this far (CIELAB) from a plain plate
GAP = 0.9  # heights between two boxes of one line
SAME_HEIGHT = 1.6  # ratio of heights within one line
LINE_GAP = 1.3  # heights between two lines of one block
ALIKE = 0.88  # correlation of every stretch of two prints that show the same words
STROKE = 0.3  # share of the contrast by which a spot the width of a stroke may differ in them


@dataclass(frozen=True)
class Line:
    """Words read at one place. colour: of the plate they stand on, ink: of the letters; "" when it is unclear.
    settled: sure enough, or seen twice."""

    box: Box
    text: str
    score: float
    colour: str = ""
    ink: str = ""
    settled: bool = True

    @property
    def height(self) -> float:
        return self.box[3] - self.box[1]


def cleaned(text: str) -> str:
    """Full-width forms made plain, runs of spaces made one."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def is_print(text: str, score: float, height_share: float, contrast: float) -> bool:
    """Words, and not what a recogniser makes of a circle or of floor boards. contrast: see plate_and_ink."""
    letters = sum(character.isalnum() for character in text)
    if score < MIN_SCORE or letters == 0 or letters * 2 < len(text.replace(" ", "")):
        return False
    if letters > 1:
        return True
    return score >= LONE_SCORE and height_share >= LONE_HEIGHT and contrast >= LONE_CONTRAST and len(text) == 1


def alike(a: str, b: str) -> bool:
    """The same words but for a slip of the recogniser."""
    return a == b or SequenceMatcher(None, a.casefold(), b.casefold(), autojunk=False).ratio() >= 0.8


def lines_in_order(parts: Sequence[Line]) -> list[Line]:
    """Parts of one row joined to lines; lines in reading order: block after block, from the top, from the left."""
    lines: list[Line] = []
    for row in _rows(parts):
        current = row[0]
        for part in row[1:]:
            if _continues(current, part):
                current = _joined(current, part)
            else:
                lines.append(current)
                current = part
        lines.append(current)
    return [line for block in _blocks(lines) for line in block]


def _rows(parts: Sequence[Line]) -> list[list[Line]]:
    """Parts whose middles lie on one height, each row from left to right, rows from top to bottom."""
    rows: list[list[Line]] = []
    for part in sorted(parts, key=lambda p: (p.box[1] + p.box[3], p.box[0])):
        for row in rows:
            shared = min(part.box[3], row[-1].box[3]) - max(part.box[1], row[-1].box[1])
            if shared > 0.5 * min(part.height, row[-1].height):
                row.append(part)
                break
        else:
            rows.append([part])
    return [sorted(row, key=lambda p: p.box[0]) for row in rows]


def _continues(left: Line, right: Line) -> bool:
    high, low = max(left.height, right.height), max(1.0, min(left.height, right.height))
    gap = right.box[0] - left.box[2]
    return gap < GAP * high and high < SAME_HEIGHT * low and left.colour == right.colour and left.ink == right.ink


def _joined(left: Line, right: Line) -> Line:
    box = (
        min(left.box[0], right.box[0]),
        min(left.box[1], right.box[1]),
        max(left.box[2], right.box[2]),
        max(left.box[3], right.box[3]),
    )
    return replace(left, box=box, text=f"{left.text} {right.text}", score=min(left.score, right.score))


def _blocks(lines: list[Line]) -> list[list[Line]]:
    """Lines that stand under one another on one ground; blocks by their top edge, side by side ones from the left."""
    blocks: list[list[Line]] = []
    for line in sorted(lines, key=lambda one: one.box[1]):
        for block in blocks:
            last = block[-1]
            width = min(last.box[2], line.box[2]) - max(last.box[0], line.box[0])
            gap = line.box[1] - last.box[3]
            high = max(last.height, line.height)
            if (
                width > 0.3 * min(last.box[2] - last.box[0], line.box[2] - line.box[0])
                and gap < LINE_GAP * high
                and last.colour == line.colour
            ):
                block.append(line)
                break
        else:
            blocks.append([line])
    ordered: list[list[Line]] = []
    for block in blocks:  # by top edge already; one that starts beside another and further left goes before it
        at = len(ordered)
        while at > 0 and block[0].box[1] < ordered[at - 1][0].box[3] and block[0].box[0] < ordered[at - 1][0].box[0]:
            at -= 1
        ordered.insert(at, block)
    return ordered


def plate_and_ink(crop: NDArray[np.uint8]) -> tuple[str, str, float]:
    """Colour words of the ground and of the letters of one line's picture (height, width, 3), and how far they stand
    apart (CIELAB, less for half tones and unrest). Print on a busy picture stands on no plate: ("", "", 0)."""
    pixels = cv2.cvtColor(crop.astype(np.float32) / 255.0, cv2.COLOR_RGB2Lab)
    edge = max(1, crop.shape[0] // 10)
    frame = np.ones(crop.shape[:2], dtype=np.bool_)
    frame[edge:-edge, edge:-edge] = False
    rim = pixels[frame]
    plate = np.median(rim, axis=0)
    spread = float(np.quantile(np.abs(rim - plate).max(axis=1), 0.6))
    if spread > 12:
        return "", "", 0.0
    ground = np.median(crop[frame], axis=0)
    inside = np.linalg.norm(pixels[~frame] - plate, axis=1)
    far = float(np.quantile(inside, 0.97)) if inside.size else 0.0
    if far <= 12:
        return colours.name_of(ground), "", 0.0
    strokes = crop[~frame][inside >= 0.8 * far]
    # Print has few half tones, things have many.
    between = float(((inside > 0.25 * far) & (inside < 0.75 * far)).mean())
    return colours.name_of(ground), colours.name_of(np.median(strokes, axis=0)), far * (1 - 2 * between) - 4 * spread


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
