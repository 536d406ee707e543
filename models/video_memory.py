"""The published video memory: clips through a pooled projector and a Qwen2 decoder to memory and time tokens.

Three passes: clips alone, an integration of all clips, questions in front of what was integrated. Published keys.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from transformers import Qwen2Config, Qwen2Model

from models.attention import OURS
from models.clip import ClipTower, merge_patches

PICTURE_ID = -200  # stands in a clip's text where its tokens go
TEMPERATURE = 0.1  # of the softmax over clips
TEXT, VIDEO, LOCAL, TIME = 0, 2, 100, 200  # what a row's positions are


@dataclass(frozen=True, kw_only=True)
class VideoMemoryConfig:
    decoder: Mapping[str, Any]  # Qwen2 values
    tower: Mapping[str, Any]  # CLIP vision values
    resolution: int  # merged tokens a frame
    pool_num: int  # local memory tokens a frame
    select_layer: int = -2

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], tower: Mapping[str, Any] | None = None) -> VideoMemoryConfig:
        """From the published config.json and that of its CLIP tower, which a memory without a tower can do without."""
        return cls(
            decoder={k: v for k, v in values.items() if k not in ("model_type", "architectures", "torch_dtype")},
            tower=tower or {"hidden_size": values["mm_hidden_size"]},
            resolution=values["resolution"],
            pool_num=values["pool_num"],
            select_layer=values.get("mm_vision_select_layer", -2),
        )


class PoolProjector(nn.Module):
    """Merged tokens -> patch tokens, slots and one global token, in the decoder's width.

    All means are taken before the MLP. Order: patches of all frames, slots of all frames, the global one.
    """

    def __init__(self, wide: int, hidden: int, pool_num: int) -> None:
        super().__init__()
        self.pool_side = round(pool_num**0.5)
        self.mlp = nn.Sequential(nn.Linear(wide, hidden), nn.GELU(), nn.Linear(hidden, hidden))

    def forward(self, merged: Tensor) -> Tensor:  # (clips, T, M, 4C) -> (clips, T*M + T*pool_num + 1, H)
        clips, frames, tokens, wide = merged.shape
        block = round(tokens**0.5) // self.pool_side
        grid = merged.reshape(clips, frames, self.pool_side, block, self.pool_side, block, wide)
        slots = grid.mean(dim=(3, 5)).reshape(clips, -1, wide)
        everything = merged.reshape(clips, -1, wide)
        y: Tensor = self.mlp(torch.cat((everything, slots, everything.mean(1, keepdim=True)), dim=1))
        return y


@dataclass(frozen=True)
class Rows:
    """Right-padded sequences. embeds (B, L, H), mask (B, L) bool, indicators (B, L): what each position is."""

    embeds: Tensor
    mask: Tensor
    indicators: Tensor


@dataclass(frozen=True)
class Clips:
    """local (clips, T*pool_num, H): memory of each clip. time (clips, H): what questions are compared with."""

    local: Tensor
    time: Tensor


class TowerHolder(nn.Module):
    """One more level of published keys."""

    def __init__(self, config: VideoMemoryConfig) -> None:
        super().__init__()
        self.vision_tower = ClipTower(config.tower, config.select_layer)


class Decoder(Qwen2Model):  # type: ignore[no-untyped-call]
    """Qwen2 with the tower and the projector beside its layers."""

    def __init__(self, config: VideoMemoryConfig, *, with_tower: bool) -> None:
        values = Qwen2Config.from_dict(dict(config.decoder))
        super().__init__(values)
        self.set_attn_implementation(OURS)
        if with_tower:
            self.vision_tower = TowerHolder(config)
        self.mm_projector = PoolProjector(4 * config.tower["hidden_size"], values.hidden_size, config.pool_num)


class VideoMemory(nn.Module):
    """Without its tower where the features come from elsewhere."""

    def __init__(self, config: VideoMemoryConfig, *, with_tower: bool = True) -> None:
        super().__init__()
        self.config = config
        self.model = Decoder(config, with_tower=with_tower)
        # Never used; the published files hold it.
        self.lm_head = nn.Linear(config.decoder["hidden_size"], config.decoder["vocab_size"], bias=False)

    def features(self, pixels: Tensor) -> Tensor:
        """(frames, 3, S, S) -> (frames, patches, C)."""
        y: Tensor = self.model.vision_tower.vision_tower(pixels)
        return y

    def project(self, features: Tensor) -> Tensor:
        """(clips, T, patches, C) -> (clips, T*resolution + T*pool_num + 1, H)."""
        y: Tensor = self.model.mm_projector(merge_patches(features))
        return y

    def embed(self, ids: Tensor) -> Tensor:
        y: Tensor = self.model.embed_tokens(ids)
        return y

    def read(self, embeds: Tensor, mask: Tensor | None = None) -> Tensor:
        """States (B, L, H) after the final norm: plain causal, padded keys hidden."""
        states: Tensor = self.model(inputs_embeds=embeds, attention_mask=mask, use_cache=False).last_hidden_state
        return states

    def slots(self, n_tokens: int) -> int:
        """Local memory tokens of a clip of so many projected tokens."""
        return (n_tokens - 1) // (self.config.resolution + self.config.pool_num) * self.config.pool_num

    def clip_rows(self, ids: Sequence[Tensor], tokens: Sequence[Tensor]) -> Rows:
        """Rows of pass 1: unpadded ids (L,) of each clip with its projected tokens (N, H) in place of PICTURE_ID."""
        rows, kinds = [], []
        for row_ids, video in zip(ids, tokens, strict=True):
            at = int((row_ids == PICTURE_ID).nonzero()[0])
            rows.append(torch.cat((self.embed(row_ids[:at]), video, self.embed(row_ids[at + 1 :]))))
            n_local = self.slots(len(video))
            kind = torch.full((len(rows[-1]),), TEXT)
            kind[at : at + len(video)] = VIDEO
            kind[at + len(video) - 1 - n_local : at + len(video) - 1] = LOCAL
            kind[at + len(video) - 1] = TIME
            kinds.append(kind)
        return _pad(rows, kinds)

    def compress(self, rows: Rows) -> tuple[Clips, Tensor]:
        """Pass 1: the memory of each clip, and all states. Clips must have equally many frames."""
        states = self.read(rows.embeds, rows.mask)
        local = states[rows.indicators == LOCAL].reshape(len(states), -1, states.shape[-1])
        return Clips(local, states[rows.indicators == TIME]), states

    def integration_row(self, local: Sequence[Tensor], time: Tensor) -> Tensor:
        """(1, L, H) of pass 2: all local memories in clip order, then all time tokens."""
        return torch.cat((*local, time))[None]

    def integrate(self, local: Sequence[Tensor], time: Tensor) -> Tensor:
        """Pass 2: global memory (clips, H)."""
        return self.read(self.integration_row(local, time))[0, -len(time) :]

    def question_rows(self, global_memory: Tensor, ids: Sequence[Tensor]) -> Rows:
        """Rows of pass 3: global memory (clips, H) in front of each question's unpadded ids (L,)."""
        rows = [torch.cat((global_memory, self.embed(row))) for row in ids]
        return _pad(rows, [torch.zeros(len(row), dtype=torch.long) for row in rows])

    def question_tokens(self, rows: Rows) -> Tensor:
        """Pass 3: (questions, H), the state at the last real position of each."""
        states = self.read(rows.embeds, rows.mask)
        return states[torch.arange(len(states)), rows.mask.sum(1) - 1]


def _pad(rows: Sequence[Tensor], kinds: Sequence[Tensor]) -> Rows:
    embeds = nn.utils.rnn.pad_sequence(list(rows), batch_first=True)
    mask = nn.utils.rnn.pad_sequence([torch.ones(len(row), dtype=torch.bool) for row in rows], batch_first=True)
    indicators = nn.utils.rnn.pad_sequence(list(kinds), batch_first=True)
    return Rows(embeds, mask.to(embeds.device), indicators.to(embeds.device))


def similarity(questions: Tensor, times: Tensor) -> Tensor:
    """Cosines (questions, clips)."""
    return F.cosine_similarity(questions[:, None], times[None], dim=-1)


def clip_shares(cosines: Tensor) -> Tensor:
    """The published offline score: a softmax over clips."""
    return (cosines / TEMPERATURE).softmax(-1)
