"""InternViT, the vision transformer of InternVL: 300M style (LayerNorm, biased qkv) and 6B style (RMSNorm, q/k norm).

Published keys. There is no final norm.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.attention import attend


@dataclass(frozen=True, kw_only=True)
class InternVitConfig:
    hidden_size: int
    intermediate_size: int
    num_hidden_layers: int
    num_attention_heads: int
    image_size: int
    patch_size: int = 14
    layer_norm_eps: float = 1e-6
    rms_norm: bool = True
    qkv_bias: bool = False
    qk_normalization: bool = True

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> InternVitConfig:
        """From a published vision_config; the oldest ones (6B) leave norm_type out."""
        return cls(
            hidden_size=values["hidden_size"],
            intermediate_size=values["intermediate_size"],
            num_hidden_layers=values["num_hidden_layers"],
            num_attention_heads=values["num_attention_heads"],
            image_size=values["image_size"],
            patch_size=values.get("patch_size", 14),
            layer_norm_eps=values.get("layer_norm_eps", 1e-6),
            rms_norm=values.get("norm_type", "rms_norm") == "rms_norm",
            qkv_bias=values.get("qkv_bias", False),
            qk_normalization=values.get("qk_normalization", True),
        )

    def norm(self) -> nn.Module:
        kind = nn.RMSNorm if self.rms_norm else nn.LayerNorm
        return kind(self.hidden_size, eps=self.layer_norm_eps)


def resize_positions(table: Tensor, rows: int, columns: int) -> Tensor:
    """(1, 1 + grid², C) -> (1, 1 + rows*columns, C): the class part is kept, the square grid part resized (bicubic)."""
    side = round((table.shape[1] - 1) ** 0.5)
    if (rows, columns) == (side, side):
        return table
    grid = table[:, 1:].float().reshape(1, side, side, -1).permute(0, 3, 1, 2)
    grid = F.interpolate(grid, size=(rows, columns), mode="bicubic", align_corners=False)
    return torch.cat((table[:, :1], grid.flatten(2).transpose(1, 2).to(table.dtype)), dim=1)


class Embeddings(nn.Module):
    def __init__(self, config: InternVitConfig) -> None:
        super().__init__()
        n_positions = (config.image_size // config.patch_size) ** 2 + 1
        self.class_embedding = nn.Parameter(torch.zeros(1, 1, config.hidden_size))
        self.patch_embedding = nn.Conv2d(3, config.hidden_size, config.patch_size, stride=config.patch_size)
        self.position_embedding = nn.Parameter(torch.zeros(1, n_positions, config.hidden_size))

    def forward(self, pixels: Tensor) -> Tensor:  # (B, 3, height, width) -> (B, 1 + patches, C)
        patches = self.patch_embedding(pixels)
        positions = resize_positions(self.position_embedding, *patches.shape[-2:])
        tokens = patches.flatten(2).transpose(1, 2)
        return torch.cat((self.class_embedding.expand(len(pixels), -1, -1), tokens), dim=1) + positions


class Attention(nn.Module):
    def __init__(self, config: InternVitConfig) -> None:
        super().__init__()
        self.heads = config.num_attention_heads
        self.qkv = nn.Linear(config.hidden_size, 3 * config.hidden_size, bias=config.qkv_bias)
        self.proj = nn.Linear(config.hidden_size, config.hidden_size)
        if config.qk_normalization:
            self.q_norm = nn.RMSNorm(config.hidden_size, eps=config.layer_norm_eps)
            self.k_norm = nn.RMSNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.normalised = config.qk_normalization

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = self.qkv(x).chunk(3, dim=-1)
        if self.normalised:  # over the full width, before the heads are split
            q, k = self.q_norm(q), self.k_norm(k)
        q, k, v = (t.view(*t.shape[:2], self.heads, -1).transpose(1, 2) for t in (q, k, v))
        y: Tensor = self.proj(attend(q, k, v, causal=False).transpose(1, 2).flatten(2))
        return y


class Mlp(nn.Module):
    def __init__(self, config: InternVitConfig) -> None:
        super().__init__()
        self.fc1 = nn.Linear(config.hidden_size, config.intermediate_size)
        self.fc2 = nn.Linear(config.intermediate_size, config.hidden_size)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.fc2(F.gelu(self.fc1(x)))
        return y


class Block(nn.Module):
    def __init__(self, config: InternVitConfig) -> None:
        super().__init__()
        self.norm1, self.norm2 = config.norm(), config.norm()
        self.attn = Attention(config)
        self.mlp = Mlp(config)
        self.ls1 = nn.Parameter(torch.ones(config.hidden_size))
        self.ls2 = nn.Parameter(torch.ones(config.hidden_size))

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.ls1 * self.attn(self.norm1(x))
        y: Tensor = x + self.ls2 * self.mlp(self.norm2(x))
        return y


class Encoder(nn.Module):
    def __init__(self, config: InternVitConfig) -> None:
        super().__init__()
        self.layers = nn.ModuleList(Block(config) for _ in range(config.num_hidden_layers))


class InternVit(nn.Module):
    def __init__(self, config: InternVitConfig) -> None:
        super().__init__()
        self.config = config
        self.embeddings = Embeddings(config)
        self.encoder = Encoder(config)

    def states(self, pixels: Tensor, layers: Sequence[int]) -> list[Tensor]:
        """The states at the given indices of [embeddings, after layer 1, ...]; negative ones count from the end.

        pixels: (B, 3, height, width), both sides multiples of the patch. Runs no layer that nobody asked for.
        """
        count = len(self.encoder.layers) + 1
        wanted = [layer % count for layer in layers]
        x = self.embeddings(pixels)
        found = {0: x}
        for i, block in enumerate(self.encoder.layers[: max(wanted)], start=1):
            x = block(x)
            if i in wanted:
                found[i] = x
        return [found[i] for i in wanted]

    def forward(self, pixels: Tensor) -> Tensor:  # (B, 1 + patches, C), the class token first
        return self.states(pixels, [-1])[0]
