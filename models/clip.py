"""CLIP's vision tower as the published models use it: the patch states of one layer, merged two by two."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from transformers import CLIPVisionConfig, CLIPVisionModel

from models.attention import OURS

BLOCK = 16  # frames a pass of the tower, to bound its memory


class ClipTower(nn.Module):
    """Published keys: the tower sits under `vision_model`."""

    def __init__(self, values: Mapping[str, Any], select_layer: int) -> None:
        super().__init__()
        self.vision_model = CLIPVisionModel(CLIPVisionConfig.from_dict(dict(values)))
        self.vision_model.set_attn_implementation(OURS)
        # An index into [embeddings, after layer 1, ...]; the last layers are not run where none asks for them.
        self.n_layers = select_layer % (values["num_hidden_layers"] + 1)
        self.size = int(values["image_size"])

    def forward(self, pixels: Tensor) -> Tensor:
        """(B, 3, size, size) -> (B, patches, C): no post norm, no class token."""
        return torch.cat([self._states(block) for block in torch.split(pixels, BLOCK)])[:, 1:]

    def _states(self, pixels: Tensor) -> Tensor:
        tower = self.vision_model
        x: Tensor = tower.pre_layrnorm(tower.embeddings(pixels))
        for layer in tower.encoder.layers[: self.n_layers]:
            x = layer(x, None)
        return x


def merge_patches(x: Tensor) -> Tensor:
    """(..., h*h, C) -> (..., h*h/4, 4C): each square of four tokens becomes one, channels in reading order."""
    side = round(x.shape[-2] ** 0.5)
    if side * side != x.shape[-2] or side % 2:
        raise ValueError(f"{x.shape[-2]} patches are no square grid of even side")
    grid = x.reshape(*x.shape[:-2], side // 2, 2, side // 2, 2, x.shape[-1]).transpose(-3, -4)
    return grid.reshape(*x.shape[:-2], side * side // 4, 4 * x.shape[-1])
