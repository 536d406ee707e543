"""What a picture looks like as a 512-d unit vector: where its colours lie and which way its edges run.

No network, a millisecond a frame. Good for "the same scene?", near-duplicates and look-alikes; it knows no meanings.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from perception.backends.base import Rgb

LAYOUT = 8  # cells a side of the colour layout: 8 x 8 x 3 = 192 numbers
EDGE_ROWS, EDGE_COLUMNS, DIRECTIONS = 5, 8, 8  # 320 numbers
WORK_SIZE = (160, 90)  # every picture is brought to it: the vector must not depend on its size
EDGE_WEIGHT = 0.9
BASE = 0.7  # what every picture shares, so that plain ones do not differ by their noise
EDGE_HALF = 3  # mean gradient at which edges count half


@dataclass(frozen=True, kw_only=True)
class AppearanceOptions:
    threshold: float = 0.9  # cosine at or below which two pictures in a row show different scenes


class Appearance:
    Options = AppearanceOptions

    def __init__(self, options: AppearanceOptions) -> None:
        cv2.setNumThreads(1)
        self.threshold = options.threshold

    def encode(self, frames: list[Rgb]) -> NDArray[np.float32]:
        """(N, 512), L2-normalised."""
        return np.stack([_vector(frame) for frame in frames]) if frames else np.empty((0, 512), dtype=np.float32)

    def close(self) -> None:
        """Nothing is held."""


def _vector(frame: Rgb) -> NDArray[np.float32]:
    small = cv2.resize(frame, WORK_SIZE, interpolation=cv2.INTER_AREA)
    vector = np.concatenate([_layout(small), EDGE_WEIGHT * _edges(small)])
    vector[0] += BASE  # the corner's lightness carries the shared part
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)


def _layout(small: NDArray[Any]) -> NDArray[np.float32]:
    """Mean CIELAB colour of each cell, about -1..1 around middle grey."""
    cells = cv2.resize(small, (LAYOUT, LAYOUT), interpolation=cv2.INTER_AREA).astype(np.float32) / 255.0
    lab = cv2.cvtColor(cells, cv2.COLOR_RGB2Lab)
    scaled = (lab - np.array([50.0, 0.0, 0.0], dtype=np.float32)) / np.array([50.0, 50.0, 50.0], dtype=np.float32)
    return (scaled.ravel() / LAYOUT).astype(np.float32)


def _edges(small: NDArray[Any]) -> NDArray[np.float32]:
    """Histogram of gradient directions (opposite ones are the same) of each cell; length 0..1 with their strength."""
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    dx, dy = cv2.Sobel(grey, cv2.CV_32F, 1, 0, ksize=3) / 4, cv2.Sobel(grey, cv2.CV_32F, 0, 1, ksize=3) / 4
    strength = np.sqrt(dx**2 + dy**2)
    turn = (np.arctan2(dy, dx) % np.pi) / np.pi * DIRECTIONS
    low = np.floor(turn).astype(np.int64)
    high_share = (turn - low) * strength
    height, width = grey.shape
    cell = (np.arange(height) * EDGE_ROWS // height)[:, None] * EDGE_COLUMNS + np.arange(width) * EDGE_COLUMNS // width
    size = EDGE_ROWS * EDGE_COLUMNS * DIRECTIONS
    histogram = np.bincount((cell * DIRECTIONS + low % DIRECTIONS).ravel(), (strength - high_share).ravel(), size)
    histogram += np.bincount((cell * DIRECTIONS + (low + 1) % DIRECTIONS).ravel(), high_share.ravel(), size)
    histogram = np.sqrt(histogram)
    mean = float(strength.mean())
    return (histogram / max(1e-6, float(np.linalg.norm(histogram))) * mean / (mean + EDGE_HALF)).astype(np.float32)
