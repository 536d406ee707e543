"""InternVL-Chat: InternViT tiles through pixel shuffle and a projector into the places of a language model's prompt.

Published keys. Knows token ids and pixels, no text and no files of pictures.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import Tensor, nn

from models.internvit import InternVit, InternVitConfig
from models.language import CausalLm, build_language_model


def pixel_shuffle(x: Tensor, scale: float, version: str) -> Tensor:
    """(N, W, H, C) -> (N, W*scale, H*scale, C/scale²): neighbours move into the channels.

    version "v1" leaves the two spatial axes exchanged, as the first checkpoints were trained; "v2" does not.
    """
    n, width, height, channels = x.shape
    x = x.reshape(n, width, int(height * scale), int(channels / scale)).transpose(1, 2)
    x = x.reshape(n, int(height * scale), int(width * scale), int(channels / scale**2))
    return x if version == "v1" else x.transpose(1, 2)


@dataclass(frozen=True, kw_only=True)
class InternVlConfig:
    vision: InternVitConfig
    language: Mapping[str, Any]
    select_layer: int = -1
    downsample_ratio: float = 0.5
    ps_version: str = "v1"
    template: str = "internvl2_5"
    use_thumbnail: bool = False
    dynamic_image_size: bool = False
    pad2square: bool = False
    min_dynamic_patch: int = 1
    max_dynamic_patch: int = 6
    tile: int | None = None  # pixels; None: the size of the tower's table of positions, which is resized otherwise

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> InternVlConfig:
        """From a published config.json of model type internvl_chat."""
        version = values.get("ps_version", "v1")
        if version not in ("v1", "v2"):
            raise ValueError(f"ps_version {version!r} is unknown; v1 and v2 are")
        return cls(
            vision=InternVitConfig.from_dict(values["vision_config"]),
            language=values["llm_config"],
            select_layer=values.get("select_layer", -1),
            downsample_ratio=values.get("downsample_ratio", 0.5),
            ps_version=version,
            template=values.get("template", "internvl2_5"),
            use_thumbnail=values.get("use_thumbnail", False),
            dynamic_image_size=values.get("dynamic_image_size", False),
            pad2square=values.get("pad2square", False),
            min_dynamic_patch=values.get("min_dynamic_patch", 1),
            max_dynamic_patch=values.get("max_dynamic_patch", 6),
            tile=values.get("force_image_size"),
        )

    @property
    def image_size(self) -> int:
        return self.tile or self.vision.image_size

    @property
    def tokens_per_tile(self) -> int:
        return int((self.image_size // self.vision.patch_size) ** 2 * self.downsample_ratio**2)


class InternVlChat(nn.Module):
    def __init__(self, config: InternVlConfig) -> None:
        super().__init__()
        self.config = config
        self.vision_model = InternVit(config.vision)
        self.language_model = build_language_model(config.language)
        wide = int(config.vision.hidden_size / config.downsample_ratio**2)
        narrow = config.language["hidden_size"]
        self.mlp1 = nn.Sequential(nn.LayerNorm(wide), nn.Linear(wide, narrow), nn.GELU(), nn.Linear(narrow, narrow))

    @property
    def lm(self) -> CausalLm:
        return cast(CausalLm, self.language_model)

    def encode_tiles(self, pixels: Tensor) -> Tensor:
        """(tiles, 3, size, size) -> (tiles, tokens per tile, H)."""
        states = self.vision_model.states(pixels, [self.config.select_layer])[0][:, 1:]
        side = round(states.shape[1] ** 0.5)
        grid = states.reshape(len(states), side, side, -1)
        shuffled = pixel_shuffle(grid, self.config.downsample_ratio, self.config.ps_version)
        return cast(Tensor, self.mlp1(shuffled.flatten(1, 2)))

    def embed(self, ids: Tensor, tiles: Tensor | None, context_id: int) -> Tensor:
        """(B, L) ids -> (B, L, H), the encoded tiles (N, T, H) put in order into the places of context_id.

        Raises ValueError when the number of places is not that of the tile tokens.
        """
        embeds = cast(Tensor, self.lm.get_input_embeddings()(ids))
        if tiles is None:
            return embeds
        places = ids == context_id
        if int(places.sum()) != tiles.shape[0] * tiles.shape[1]:
            raise ValueError(f"{int(places.sum())} places for {tiles.shape[0] * tiles.shape[1]} picture tokens")
        return embeds.index_put((places,), tiles.flatten(0, 1).to(embeds.dtype))

    def forward(self, pixels: Tensor, ids: Tensor, mask: Tensor, image_flags: Tensor, context_id: int) -> Tensor:
        """Logits (B, L, V) of right-padded prompts. Tiles with flag 0 (tiles, 1) are dropped after encoding."""
        tiles = self.encode_tiles(pixels)[image_flags.flatten() == 1]
        output = self.lm(
            inputs_embeds=self.embed(ids, tiles, context_id),
            attention_mask=mask,
            position_ids=torch.arange(ids.shape[1], device=ids.device)[None],
            past_key_values=None,
            logits_to_keep=0,
        )
        return output.logits
