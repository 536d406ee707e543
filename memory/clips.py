"""The published rule that cuts a stream into clips, frame by frame.

Knows frame vectors and counts; not times, observations or storage. Source: InternLM-XComposer-2.5-OmniLive, the
streaming memory loop: a new clip begins when the open one has at least 3 frames and either the cosine between this
frame and the one before is at most 0.9, or the clip has 16 frames.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

MIN_FRAMES = 3
MAX_FRAMES = 16
COSINE = 0.9  # SigLIP's; other encoders have their own


class ClipCutter:
    """Says of each frame whether a new clip begins with it."""

    def __init__(self, *, cosine: float = COSINE, min_frames: int = MIN_FRAMES, max_frames: int = MAX_FRAMES) -> None:
        if not 1 <= min_frames <= max_frames:
            raise ValueError(f"clips of {min_frames} to {max_frames} frames cannot be; need 1 <= min <= max")
        self._cosine = cosine
        self._min_frames = min_frames
        self._max_frames = max_frames
        self._previous: NDArray[np.float32] | None = None
        self._frames = 0  # of the open clip

    def cuts(self, vector: NDArray[np.float32]) -> bool:
        """True if the frame with this (D,) vector begins a new clip; also true for the very first frame."""
        previous, self._previous = self._previous, vector
        if previous is None:
            self._frames = 1
            return True
        similar = previous.shape == vector.shape and _cosine(previous, vector) > self._cosine
        if self._frames >= self._min_frames and (self._frames >= self._max_frames or not similar):
            self._frames = 1
            return True
        self._frames += 1
        return False


def _cosine(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    lengths = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float(a @ b) / lengths if lengths else 1.0  # two blank vectors are alike
