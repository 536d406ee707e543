"""Clips as the vectors of their pictures, and questions as vectors of a text tower of the same space.

For profiles whose eyes are SigLIP or InternVL-C/G with texts: what was in sight is found by words, though no detector
named it. The vectors of the pictures come with the frames; here only texts are encoded, by the same checkpoint.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from memory.backends.base import ClipInput, ClipMemory, TextEncoder
from models.checkpoint import CheckpointError, checkpoint_folder
from models.devices import choose_device, choose_dtype
from models.pair_encoders import open_encoder

Array = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class PictureOptions:
    checkpoint: str  # the folder that perception.vision has
    kind: str = ""  # c or g, of InternVL-C and -G; as perception.vision has it
    device: str = "auto"
    dtype: str = "auto"


class PictureClips:
    """A clip's vector is the mean direction of its frames; no tokens."""

    Options = PictureOptions

    def __init__(self, options: PictureOptions) -> None:
        """Raises CheckpointError."""
        device = choose_device(options.device)
        folder = checkpoint_folder(options.checkpoint)
        self._pairs = open_encoder(folder, options.kind, device, choose_dtype(options.dtype, device))
        if not self._pairs.has_texts or self._pairs.name == "clip":
            raise CheckpointError(
                f"{folder} is {self._pairs.name}, whose frame vectors in perception know no texts; take SigLIP, "
                "InternVL-C or InternVL-G for both, or the compressor 'sentences'"
            )
        self.dim = len(self.question("warm up"))
        nothing = np.zeros((1, self.dim), np.float32)
        one = np.eye(1, self.dim, dtype=np.float32)
        bias, both = (float(self._logit(a, one)) for a in (nothing, one))
        self.sharpness = both - bias
        self.bias = bias if self._pairs.name == "siglip" else None

    def attach(self, encoder: TextEncoder) -> None:
        """Questions are read by the text tower."""

    def compress(self, clips: list[ClipInput]) -> list[ClipMemory]:
        """Raises ValueError for frames whose vectors are of another space."""
        return [ClipMemory(vector=self._mean(clip.appearance)) for clip in clips]

    def question(self, text: str) -> Array:
        """(D,) unit vector."""
        row: Array = self._pairs.texts([text]).numpy()[0]
        return row

    def close(self) -> None:
        """The weights go with the object."""

    def _mean(self, appearance: Array) -> Array:
        if appearance.ndim != 2 or not len(appearance) or appearance.shape[1] != self.dim:
            raise ValueError(
                f"the clip's frames have vectors of the shape {appearance.shape}, the texts of {self.dim}; give "
                "perception.vision and memory.compressor the same checkpoint"
            )
        mean = appearance.mean(axis=0)
        unit: Array = mean / max(float(np.linalg.norm(mean)), 1e-12)
        return unit

    def _logit(self, picture: Array, text: Array) -> float:
        return float(self._pairs.logits(torch.from_numpy(picture), torch.from_numpy(text))[0, 0])
