"""Frames as the CLIP tower wants them, in the two published ways: offline (shape kept) and streaming (squeezed)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from models.pixels import CLIP, Normalisation

Rgb = NDArray[np.uint8]  # (height, width, 3)


@dataclass(frozen=True)
class FramePixels:
    """Shortest side to `side` (bicubic), the middle `side` x `side` cut out, normalised."""

    side: int
    normalisation: Normalisation = CLIP

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> FramePixels:
        """From a published preprocessor_config.json."""
        crop, size = values["crop_size"], values["size"]
        side = crop["height"] if isinstance(crop, Mapping) else crop
        shortest = size["shortest_edge"] if isinstance(size, Mapping) else size
        if shortest != side:
            raise ValueError(f"preprocessor_config.json resizes to {shortest} but cuts {side}; they must be equal")
        red, green, blue = values["image_mean"]
        return cls(side, Normalisation((red, green, blue), tuple(values["image_std"])))

    def offline(self, frame: Rgb) -> Tensor:
        """(3, side, side)."""
        picture = Image.fromarray(frame)
        width, height = picture.size
        shorter = min(width, height)
        wide, high = self.side * width // shorter, self.side * height // shorter
        picture = picture.resize((wide, high), Image.Resampling.BICUBIC)
        left, top = (wide - self.side) // 2, (high - self.side) // 2
        return self.normalisation.apply(picture.crop((left, top, left + self.side, top + self.side)))

    def streaming(self, frame: Rgb) -> Tensor:
        """(3, side, side): squeezed to a square by nearest neighbours first, whatever the frame's shape."""
        return self.offline(squeeze(frame, self.side))

    def batch(self, frames: list[Rgb]) -> Tensor:
        """(N, 3, side, side) of streaming frames."""
        return torch.stack([self.streaming(frame) for frame in frames])


def squeeze(frame: Rgb, side: int) -> Rgb:
    """(side, side, 3): row and column i are those at floor(i * length / side)."""
    height, width = frame.shape[:2]
    steps = np.arange(side)
    return np.ascontiguousarray(frame[steps * height // side][:, steps * width // side])
