"""InternVL-C and InternVL-G as frame encoder: pictures and texts in one space."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.checkpoint import checkpoint_folder
from models.devices import choose_device, choose_dtype
from models.encoders import run_blocks, square, unit_rows
from models.pair_encoders import InternVlPairs
from models.pixels import IMAGENET
from perception.backends.base import Rgb


@dataclass(frozen=True, kw_only=True)
class InternVlCgOptions:
    checkpoint: str  # local folder: the published one, or C in its first layout
    kind: str = "c"  # "c", or "g", which takes the query tokens too
    threshold: float = 0.9  # cosine at or below which two frames in a row show different scenes
    device: str = "auto"
    dtype: str = "auto"


class InternVlCgEncoder:
    Options = InternVlCgOptions

    def __init__(self, options: InternVlCgOptions) -> None:
        if options.kind not in ("c", "g"):
            raise ValueError(f"kind {options.kind!r} is unknown; c and g are")
        self.threshold = options.threshold
        self._device = choose_device(options.device)
        self._dtype = choose_dtype(options.dtype, self._device)
        self._pairs = InternVlPairs(checkpoint_folder(options.checkpoint), options.kind, self._device, self._dtype)
        self.encode([np.zeros((8, 8, 3), np.uint8)])

    def encode(self, frames: list[Rgb]) -> NDArray[np.float32]:
        """(N, E), L2-normalised."""
        if not frames:
            return np.empty((0, 0), np.float32)
        side = self._pairs.side
        rows = run_blocks(
            frames, lambda frame: square(frame, side, IMAGENET), self._pairs.embed, self._device, self._dtype
        )
        return unit_rows(rows)

    def encode_texts(self, texts: list[str]) -> NDArray[np.float32]:
        """(N, E), L2-normalised, in the space of the pictures."""
        if not texts:
            return np.empty((0, 0), np.float32)
        return unit_rows(self._pairs.texts(texts))

    def close(self) -> None:
        """The weights go with the object."""
