"""InternLM-XComposer-2.5: CLIP tiles, a projector and InternLM2 whose partial LoRA works on picture tokens only.

Published keys. Texts come as ids and pictures as normalised canvases; it knows no tokenizer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from transformers.cache_utils import Cache

from models.clip import ClipTower, merge_patches
from models.internlm2 import CausalOutput, InternLM2Config, InternLM2ForCausalLM
from models.ixc_vision import arrange, views

# Published sizes, for folders whose config.json leaves them out.
LORA_RANK = 256
MEMORY_WIDTH = 1536
TOWER = {
    "hidden_act": "quick_gelu",
    "hidden_size": 1024,
    "image_size": 560,
    "intermediate_size": 4096,
    "layer_norm_eps": 1e-5,
    "num_attention_heads": 16,
    "num_hidden_layers": 24,
    "patch_size": 14,
    "projection_dim": 768,
}


@dataclass(frozen=True, kw_only=True)
class Ixc25Config:
    language: InternLM2Config
    tower: Mapping[str, Any]
    select_layer: int = -1
    memory_width: int = MEMORY_WIDTH  # 0: a checkpoint without the projector of video memory

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Ixc25Config:
        """From a published config.json."""
        tower = {**TOWER, **(values.get("vision_config") or {})}
        rank = values.get("plora_r", LORA_RANK)
        return cls(
            language=InternLM2Config.from_dict(
                values, lora_rank=rank, lora_scale=values.get("plora_alpha", rank) / rank if rank else 1.0
            ),
            select_layer=tower.pop("select_layer", -1),
            tower=tower,
            memory_width=values.get("video_mem_size", MEMORY_WIDTH),
        )


class Vit(nn.Module):
    """One more level of published keys."""

    def __init__(self, config: Ixc25Config) -> None:
        super().__init__()
        self.vision_tower = ClipTower(config.tower, config.select_layer)


def projector(wide: int, hidden: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(wide, hidden), nn.GELU(), nn.Linear(hidden, hidden))


@dataclass(frozen=True)
class Prompt:
    """embeds (1, L, H); lora_mask (1, L) bool, true where the partial LoRA works."""

    embeds: Tensor
    lora_mask: Tensor


@dataclass(frozen=True)
class Part:
    """A piece of a prompt. embeds (L, H)."""

    embeds: Tensor
    masked: bool


class Ixc25(InternLM2ForCausalLM):
    def __init__(self, config: Ixc25Config) -> None:
        super().__init__(config.language)
        hidden, wide = config.language.hidden_size, 4 * config.tower["hidden_size"]
        self.vit = Vit(config)
        self.vision_proj = projector(wide, hidden)
        if config.memory_width:
            self.video_mem_proj = projector(config.memory_width, hidden)
        self.plora_glb_GN = nn.Parameter(torch.zeros(1, 1, wide))
        self.plora_sub_GN = nn.Parameter(torch.zeros(1, 1, 1, wide))

    @property
    def tile(self) -> int:
        return self.vit.vision_tower.size

    def picture_features(self, pixels: Tensor) -> Tensor:
        """A canvas (3, height, width) -> (N, 4C), newline tokens included, before the projector."""
        tile = self.tile
        # The global view is computed in the numbers of the pixels, whatever the weights have.
        tokens = merge_patches(self.vit.vision_tower(views(pixels, tile).to(self.plora_sub_GN.dtype)))
        rows, columns = pixels.shape[1] // tile, pixels.shape[2] // tile
        return arrange(tokens, rows, columns, self.plora_sub_GN.flatten(), self.plora_glb_GN.flatten())

    def picture(self, pixels: Tensor) -> Part:
        """The tokens of one picture in a prompt."""
        return Part(self.vision_proj(self.picture_features(pixels)), masked=True)

    def memory(self, tokens: Tensor) -> Part:
        """(K, memory width) of the video memory as tokens of a prompt."""
        return Part(self.video_mem_proj(tokens), masked=True)

    def text(self, ids: Tensor, *, masked: bool = False) -> Part:
        """Ids (L,) as tokens of a prompt."""
        return Part(self.model.tok_embeddings(ids), masked)

    def chat(self, texts: Sequence[Tensor], pictures: Sequence[Part]) -> Prompt:
        """Ids of the texts before, between and after the pictures (the first begins with BOS)."""
        parts = [self.text(texts[0])]
        for picture, ids in zip(pictures, texts[1:], strict=True):
            parts += [picture, self.text(ids)]
        return assemble(parts)

    def remember(
        self,
        head: Tensor,  # ids of BOS and the user's head
        overview: tuple[Tensor, Tensor] | None,  # ids of its caption; global memory (clips, memory width)
        related: tuple[Tensor, Tensor] | None,  # ids of its caption; local memory (K, memory width)
        picture: Part | None,  # the mosaic of the frames
        rest: Tensor,  # ids of everything after
        opening: Sequence[Part] = (),  # what comes before the head, BOS included
    ) -> Prompt:
        """A question to the video memory. The captions of the memories count as pictures for the partial LoRA."""
        parts = [*opening, self.text(head)]
        for caption, tokens in filter(None, (overview, related)):
            parts += [self.text(caption, masked=True), self.memory(tokens)]
        if picture is not None:
            parts.append(picture)
        return assemble([*parts, self.text(rest)])

    def logits(self, prompt: Prompt, cache: Cache | None = None) -> Tensor:
        """(1, L, V) of a whole prompt."""
        output: CausalOutput = self(prompt.embeds, past_key_values=cache, lora_mask=prompt.lora_mask)
        return output.logits


def assemble(parts: Sequence[Part]) -> Prompt:
    """One sequence; empty parts are left out."""
    embeds = torch.cat([part.embeds for part in parts])[None]
    mask = torch.cat([torch.full((len(part.embeds),), part.masked, device=embeds.device) for part in parts])[None]
    return Prompt(embeds, mask)
