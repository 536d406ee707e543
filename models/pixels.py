"""Pictures as normalised tensors. Owns the two sets of means that the published models use; knows no model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image
from torch import Tensor


@dataclass(frozen=True)
class Normalisation:
    mean: tuple[float, float, float]
    std: tuple[float, float, float]

    def apply(self, picture: Image.Image) -> Tensor:
        """An RGB picture as (3, height, width) float32: /255, minus mean, over std."""
        rgb = torch.from_numpy(np.array(picture.convert("RGB"), copy=True)).permute(2, 0, 1)
        mean, std = torch.tensor(self.mean), torch.tensor(self.std)
        return (rgb.float() / 255 - mean[:, None, None]) / std[:, None, None]


IMAGENET = Normalisation((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
CLIP = Normalisation((0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711))
