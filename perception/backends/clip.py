"""CLIP's tower: the states that the published video memory reads, and their mean as the frame's vector.

From the release (its memory/ folder holds the tower) or from a CLIP folder. Frames are squeezed to a square, as the
published streaming memory does.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from models.checkpoint import CheckpointError, checkpoint_folder, load_weights, read_json
from models.clip import ClipTower
from models.devices import choose_device, choose_dtype
from models.encoders import part_of, run_blocks, under, unit_rows
from models.frames import FramePixels
from perception.backends.base import Rgb

IN_MEMORY = "model.vision_tower.vision_tower."


@dataclass(frozen=True, kw_only=True)
class ClipOptions:
    checkpoint: str  # local folder: the release, its memory/, or a CLIP model
    select_layer: int = -2  # of a CLIP folder; the release says its own
    threshold: float = 0.9  # cosine at or below which two frames in a row show different scenes
    device: str = "auto"
    dtype: str = "auto"


class Clip:
    Options = ClipOptions

    def __init__(self, options: ClipOptions) -> None:
        self.threshold = options.threshold
        self._device = choose_device(options.device)
        self._dtype = choose_dtype(options.dtype, self._device)
        folder = _folder(checkpoint_folder(options.checkpoint))
        values = read_json(folder / "config.json")
        layer, prefix = options.select_layer, "vision_model."
        tower_folder = folder
        if "pool_num" in values:
            layer, prefix = values.get("mm_vision_select_layer", layer), f"{IN_MEMORY}vision_model."
            tower_folder = _tower_folder(folder, values.get("mm_vision_tower", ""))
        tower = part_of(read_json(tower_folder / "config.json"), "vision_config", "clip_vision_model", tower_folder)
        with torch.device("meta"):
            self._tower = ClipTower(tower, layer)
        rename = under(prefix, "vision_model.")
        load_weights(self._tower, folder, rename=rename, device=self._device, dtype=self._dtype)
        picture = tower_folder / "preprocessor_config.json"
        self._pixels = FramePixels.from_dict(read_json(picture)) if picture.exists() else FramePixels(self._tower.size)
        self.encode([np.zeros((8, 8, 3), np.uint8)])

    def encode(self, frames: list[Rgb]) -> NDArray[np.float32]:
        """(N, C), L2-normalised."""
        return self.encode_full(frames)[0]

    def encode_full(self, frames: list[Rgb]) -> tuple[NDArray[np.float32], NDArray[np.float16]]:
        """Vectors (N, C), and tower states (N, patches, C) in half precision, as they travel."""
        if not frames:
            return np.empty((0, 0), np.float32), np.empty((0, 0, 0), np.float16)
        states = run_blocks(frames, self._pixels.streaming, self._tower, self._device, self._dtype)
        return unit_rows(states.mean(1)), states.half().numpy()

    def close(self) -> None:
        """The weights go with the object."""


def _folder(path: Path) -> Path:
    for folder in (path, path / "memory"):
        if (folder / "config.json").exists():
            return folder
    raise CheckpointError(f"{path} has no config.json, nor has its memory/; give a CLIP folder or the release")


def _tower_folder(memory: Path, name: str) -> Path:
    """The folder with the tower's configuration that a memory folder names."""
    for folder in (memory / Path(name).name, memory / "clip_vision", memory.parent / Path(name).name):
        if name and (folder / "config.json").exists():
            return folder
    raise CheckpointError(f"{memory} names the tower {name!r}, but holds no folder of it; put its config.json there")
