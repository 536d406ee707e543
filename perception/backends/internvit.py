"""InternViT as frame encoder: the mean of its patch states. 300M and 6B, alone or inside an InternVL-Chat folder."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from models.checkpoint import checkpoint_folder, load_weights, read_json
from models.devices import choose_device, choose_dtype
from models.encoders import part_of, run_blocks, square, under, unit_rows
from models.internvit import InternVit, InternVitConfig
from models.pixels import IMAGENET
from perception.backends.base import Rgb


@dataclass(frozen=True, kw_only=True)
class InternVitOptions:
    checkpoint: str  # local folder: an InternViT, or an InternVL chat model
    threshold: float = 0.9  # cosine at or below which two frames in a row show different scenes
    layer: int = -1  # whose states; counts from the end
    device: str = "auto"
    dtype: str = "auto"


class InternVitEncoder:
    Options = InternVitOptions

    def __init__(self, options: InternVitOptions) -> None:
        self.threshold = options.threshold
        self._device = choose_device(options.device)
        self._dtype = choose_dtype(options.dtype, self._device)
        self._layer = options.layer
        folder = checkpoint_folder(options.checkpoint)
        values = read_json(folder / "config.json")
        alone = values.get("model_type") == "intern_vit_6b"
        config = InternVitConfig.from_dict(part_of(values, "vision_config", "intern_vit_6b", folder))
        with torch.device("meta"):
            self._network = InternVit(config)
        rename = None if alone else under("vision_model.")
        load_weights(self._network, folder, rename=rename, device=self._device, dtype=self._dtype)
        self.encode([np.zeros((8, 8, 3), np.uint8)])

    def encode(self, frames: list[Rgb]) -> NDArray[np.float32]:
        """(N, C), L2-normalised."""
        if not frames:
            return np.empty((0, 0), np.float32)
        side = self._network.config.image_size
        rows = run_blocks(
            frames,
            lambda frame: square(frame, side, IMAGENET),
            lambda pixels: self._network.states(pixels, [self._layer])[0][:, 1:].mean(1),
            self._device,
            self._dtype,
        )
        return unit_rows(rows)

    def close(self) -> None:
        """The weights go with the object."""
