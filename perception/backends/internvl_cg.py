"""InternVL-C and InternVL-G as frame encoder: pictures and texts in one space."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models import internvl_c_keys
from models.checkpoint import checkpoint_folder, load_weights, read_json
from models.devices import choose_device, choose_dtype
from models.encoders import run_blocks, square, unit_rows
from models.internvl_cg import InternVlCg, InternVlCgConfig
from models.pixels import IMAGENET
from models.tokenizers import Vocabulary
from perception.backends.base import Rgb

PREFIX, TEXT_LENGTH = "summarize:", 80  # as published


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
        folder = checkpoint_folder(options.checkpoint)
        values = read_json(folder / "config.json")
        first_layout = "qllama_config" not in values
        config = internvl_c_keys.config_from_dict(values) if first_layout else InternVlCgConfig.from_dict(values)
        if options.kind == "g" and not config.n_queries:
            raise ValueError(f"{folder} is InternVL-C alone; kind = 'g' needs a checkpoint with query tokens")
        with torch.device("meta"):
            self._network = InternVlCg(config)
        rename = internvl_c_keys.rename if first_layout else None
        load_weights(self._network, folder, rename=rename, device=self._device, dtype=self._dtype)
        self._kind, self._folder = options.kind, folder
        self._vocabulary: Vocabulary | None = None
        self.encode([np.zeros((8, 8, 3), np.uint8)])

    def encode(self, frames: list[Rgb]) -> NDArray[np.float32]:
        """(N, E), L2-normalised."""
        if not frames:
            return np.empty((0, 0), np.float32)
        side = self._network.config.vision.image_size
        rows = run_blocks(frames, lambda frame: square(frame, side, IMAGENET), self._image, self._device, self._dtype)
        return unit_rows(rows)

    def _image(self, pixels: Tensor) -> Tensor:
        vision = self._network.vision_model(pixels)
        return self._network.image_g(vision) if self._kind == "g" else self._network.image_c(vision)

    @torch.inference_mode()
    def encode_texts(self, texts: list[str]) -> NDArray[np.float32]:
        """(N, E), L2-normalised, in the space of the pictures."""
        if not texts:
            return np.empty((0, 0), np.float32)
        self._vocabulary = self._vocabulary or Vocabulary(self._folder)
        begin, end = self._vocabulary.bos, self._vocabulary.end
        rows = [[*begin, *self._vocabulary.ids(PREFIX + text).tolist()] for text in texts]
        rows = [[*row[: TEXT_LENGTH - len(end)], *end] for row in rows]
        ids = torch.full((len(rows), max(map(len, rows))), self._network.config.pad_id)
        for i, row in enumerate(rows):
            ids[i, : len(row)] = torch.tensor(row)
        return unit_rows(self._network.text(ids.to(self._device)).float().cpu())

    def close(self) -> None:
        """The weights go with the object."""
