"""One decoded video frame becomes an upright RGB picture of square pixels. Knows nothing of time or streams."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import cast

import av
import numpy as np
from av.sidedata.sidedata import SideDataContainer
from numpy.typing import NDArray

Rgb = NDArray[np.uint8]  # (height, width, 3)


@dataclass(frozen=True, slots=True)
class Pixels:
    """RGB bytes, row by row from the upper left corner."""

    width: int
    height: int
    rgb: bytes


def upright(frame: av.VideoFrame, aspect: Fraction | None, longest_side_px: int) -> Pixels:
    """The frame as a person is meant to see it: stretched by `aspect` (width of a pixel over its height), scaled
    down so that no side exceeds longest_side_px, turned and mirrored by its display matrix."""
    width, height = shown_size(frame.width, frame.height, aspect, longest_side_px)
    converted = frame.reformat(width=width, height=height, format="rgb24", interpolation="AREA")
    picture = turned(np.asarray(converted.to_ndarray(), dtype=np.uint8), display_matrix(frame))
    return Pixels(picture.shape[1], picture.shape[0], np.ascontiguousarray(picture).tobytes())


def shown_size(width: int, height: int, aspect: Fraction | None, longest_side_px: int) -> tuple[int, int]:
    """Width and height with square pixels and no side longer than longest_side_px; at least 1 each."""
    wide = width * float(aspect) if aspect else float(width)
    scale = min(1.0, longest_side_px / max(wide, height))
    return max(1, round(wide * scale)), max(1, round(height * scale))


def display_matrix(frame: av.VideoFrame) -> tuple[int, int, int, int] | None:
    """(a, b, c, d) of the frame's display matrix: x' = a x + c y, y' = b x + d y; None when it has none."""
    side_data = cast(SideDataContainer, frame.side_data)  # PyAV's own annotation knows of motion vectors only
    matrix = side_data.get("DISPLAYMATRIX")
    if matrix is None:
        return None
    raw = np.frombuffer(bytes(matrix), dtype="=i4")
    return int(raw[0]), int(raw[1]), int(raw[3]), int(raw[4])


def turned(picture: Rgb, matrix: tuple[int, int, int, int] | None) -> Rgb:
    """The picture after the quarter turn and mirroring nearest to the matrix. Other angles are left as they are."""
    if matrix is None:
        return picture
    a, b, c, d = matrix
    if abs(b) + abs(c) > abs(a) + abs(d):
        picture = picture.transpose(1, 0, 2)  # x' runs along y: then c and b say which way
        x_sign, y_sign = c, b
    else:
        x_sign, y_sign = a, d
    if x_sign < 0:
        picture = picture[:, ::-1]
    if y_sign < 0:
        picture = picture[::-1]
    return picture
