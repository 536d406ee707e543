"""SigLIP's pooled picture vectors: what the published streaming memory cuts clips by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import SiglipVisionConfig, SiglipVisionModel

from models.checkpoint import checkpoint_folder, load_weights, read_json
from models.devices import choose_device, choose_dtype
from models.encoders import part_of, run_blocks, square, under, unit_rows
from models.pixels import Normalisation
from perception.backends.base import Rgb

HALF = Normalisation((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))


@dataclass(frozen=True, kw_only=True)
class SiglipOptions:
    checkpoint: str  # local folder of a SigLIP model
    threshold: float = 0.9  # the published one
    device: str = "auto"
    dtype: str = "auto"


class Siglip:
    Options = SiglipOptions

    def __init__(self, options: SiglipOptions) -> None:
        self.threshold = options.threshold
        self._device = choose_device(options.device)
        self._dtype = choose_dtype(options.dtype, self._device)
        folder = checkpoint_folder(options.checkpoint)
        values = part_of(read_json(folder / "config.json"), "vision_config", "siglip_vision_model", folder)
        config = SiglipVisionConfig.from_dict(values)
        with torch.device("meta"):
            self._network = SiglipVisionModel(config)
        load_weights(self._network, folder, rename=under("vision_model."), device=self._device, dtype=self._dtype)
        self._side = int(values.get("image_size", 224))
        self.encode([np.zeros((8, 8, 3), np.uint8)])

    def encode(self, frames: list[Rgb]) -> NDArray[np.float32]:
        """(N, D), L2-normalised."""
        if not frames:
            return np.empty((0, 0), np.float32)
        rows = run_blocks(
            frames,
            lambda frame: square(frame, self._side, HALF),
            lambda pixels: self._network(pixel_values=pixels).pooler_output,
            self._device,
            self._dtype,
        )
        return unit_rows(rows)

    def close(self) -> None:
        """The weights go with the object."""
