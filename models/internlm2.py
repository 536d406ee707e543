"""The InternLM2 decoder: grouped query, key and value in one matrix, dynamic NTK rotation, optional partial LoRA.

Published keys. The caches are those of transformers, or stand where it wants one. Knows no pictures: a mask tells
which positions take the partial LoRA.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from transformers.cache_utils import Cache

from models.attention import attend
from models.masks import causal_mask


@dataclass(frozen=True, kw_only=True)
class InternLM2Config:
    vocab_size: int
    hidden_size: int
    intermediate_size: int
    num_hidden_layers: int
    num_attention_heads: int
    num_key_value_heads: int
    max_position_embeddings: int = 2048
    rms_norm_eps: float = 1e-6
    rope_theta: float = 10_000.0
    ntk_factor: float | None = None  # None: plain rotation
    linear_factor: float = 1.0
    bias: bool = False
    lora_rank: int = 0  # 0: no partial LoRA
    lora_scale: float = 1.0

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], *, lora_rank: int = 0, lora_scale: float = 1.0) -> InternLM2Config:
        """From a published config.json (of the language model)."""
        scaling = values.get("rope_scaling") or {}
        kind = scaling.get("type", scaling.get("rope_type"))
        if kind not in (None, "default", "dynamic", "linear"):
            raise ValueError(f"rope_scaling type {kind!r} is unknown for InternLM2; dynamic or linear are")
        heads = values["num_attention_heads"]
        return cls(
            vocab_size=values["vocab_size"],
            hidden_size=values["hidden_size"],
            intermediate_size=values["intermediate_size"],
            num_hidden_layers=values["num_hidden_layers"],
            num_attention_heads=heads,
            num_key_value_heads=values.get("num_key_value_heads") or heads,
            max_position_embeddings=values.get("max_position_embeddings", 2048),
            rms_norm_eps=values.get("rms_norm_eps", 1e-6),
            rope_theta=float(values.get("rope_theta", 10_000)),
            ntk_factor=float(scaling["factor"]) if kind == "dynamic" else None,
            linear_factor=float(scaling["factor"]) if kind == "linear" else 1.0,
            bias=bool(values.get("bias", False)),
            lora_rank=lora_rank,
            lora_scale=lora_scale,
        )


class PartialLoraLinear(nn.Linear):
    """y = W x, plus scale * B A x at the masked positions only."""

    def __init__(self, n_in: int, n_out: int, *, bias: bool, rank: int, scale: float) -> None:
        super().__init__(n_in, n_out, bias=bias)
        self.scale = scale
        self.Plora_A = nn.Linear(n_in, rank, bias=False)
        self.Plora_B = nn.Linear(rank, n_out, bias=False)

    def forward(self, x: Tensor, lora_mask: Tensor | None = None) -> Tensor:  # x (B, L, n_in), lora_mask (B, L) bool
        y = super().forward(x)
        if lora_mask is None:
            return y
        return y.index_put((lora_mask,), self.scale * self.Plora_B(self.Plora_A(x[lora_mask])), accumulate=True)


class PlainLinear(nn.Linear):
    """A linear layer that takes, and does not use, the mask of the partial LoRA."""

    def forward(self, x: Tensor, lora_mask: Tensor | None = None) -> Tensor:
        return super().forward(x)


def _linear(config: InternLM2Config, n_in: int, n_out: int, *, bias: bool = False) -> PartialLoraLinear | PlainLinear:
    if config.lora_rank:
        return PartialLoraLinear(n_in, n_out, bias=bias, rank=config.lora_rank, scale=config.lora_scale)
    return PlainLinear(n_in, n_out, bias=bias)


Table = tuple[Tensor, Tensor]  # cos and sin of the rotation, (B, L, 1, 1, D) each


def rotary_table(config: InternLM2Config, positions: Tensor, length: Tensor, dtype: torch.dtype) -> Table:
    """Of positions (B, L). Beyond the trained length the base grows with the length met (dynamic NTK)."""
    dim = config.hidden_size // config.num_attention_heads
    base = torch.full((), config.rope_theta, device=positions.device)
    if config.ntk_factor is not None:
        stretch = length.to(positions.device).float().clamp(min=config.max_position_embeddings)
        growth = config.ntk_factor * stretch / config.max_position_embeddings - (config.ntk_factor - 1)
        base = base * growth ** (dim / (dim - 2))
    exponent = torch.arange(0, dim, 2, device=positions.device).float() / dim
    angles = (positions[:, :, None, None, None].float() / config.linear_factor) * base**-exponent
    angles = torch.cat((angles, angles), dim=-1)
    return angles.cos().to(dtype), angles.sin().to(dtype)


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:  # x (B, L, kv heads, any, D)
    half = x.shape[-1] // 2
    return x * cos + torch.cat((-x[..., half:], x[..., :half]), dim=-1) * sin


class Attention(nn.Module):
    def __init__(self, config: InternLM2Config, layer: int) -> None:
        super().__init__()
        self.layer = layer
        self.kv_heads = config.num_key_value_heads
        self.group = config.num_attention_heads // config.num_key_value_heads
        self.head_dim = config.hidden_size // config.num_attention_heads
        rows = (config.num_attention_heads + 2 * self.kv_heads) * self.head_dim
        self.wqkv = _linear(config, config.hidden_size, rows, bias=config.bias)
        self.wo = _linear(config, config.hidden_size, config.hidden_size, bias=config.bias)

    def forward(
        self,
        x: Tensor,
        table: Table,
        mask: Tensor | None,
        cache: Cache | None,
        lora_mask: Tensor | None,
        lengths: Tensor | None = None,
    ) -> Tensor:
        batch, length, _ = x.shape
        # The rows of wqkv come a key-value head at a time: its query heads, its key, its value.
        qkv = self.wqkv(x, lora_mask).view(batch, length, self.kv_heads, self.group + 2, self.head_dim)
        turned = rotate(qkv[..., : self.group + 1, :], *table)  # queries and key at once: half as many kernels
        q = turned[..., : self.group, :].reshape(batch, length, -1, self.head_dim).transpose(1, 2)
        k = turned[..., self.group, :].transpose(1, 2)
        v = qkv[..., self.group + 1, :].transpose(1, 2)
        if cache is not None:
            k, v = cache.update(k, v, self.layer)
        out = attend(q, k, v, causal=True, mask=mask, lengths=lengths)
        joined: Tensor = self.wo(out.transpose(1, 2).reshape(batch, length, -1), lora_mask)
        return joined


class FeedForward(nn.Module):
    def __init__(self, config: InternLM2Config) -> None:
        super().__init__()
        self.w1 = _linear(config, config.hidden_size, config.intermediate_size)
        self.w3 = _linear(config, config.hidden_size, config.intermediate_size)
        self.w2 = _linear(config, config.intermediate_size, config.hidden_size)

    def forward(self, x: Tensor, lora_mask: Tensor | None) -> Tensor:
        y: Tensor = self.w2(F.silu(self.w1(x, lora_mask)) * self.w3(x, lora_mask), lora_mask)
        return y


class Block(nn.Module):
    def __init__(self, config: InternLM2Config, layer: int) -> None:
        super().__init__()
        self.attention = Attention(config, layer)
        self.feed_forward = FeedForward(config)
        self.attention_norm = nn.RMSNorm(config.hidden_size, eps=config.rms_norm_eps)
        self.ffn_norm = nn.RMSNorm(config.hidden_size, eps=config.rms_norm_eps)

    def forward(
        self,
        x: Tensor,
        table: Table,
        mask: Tensor | None,
        cache: Cache | None,
        lora_mask: Tensor | None,
        lengths: Tensor | None = None,
    ) -> Tensor:
        x = x + self.attention(self.attention_norm(x), table, mask, cache, lora_mask, lengths)
        y: Tensor = x + self.feed_forward(self.ffn_norm(x), lora_mask)
        return y


class InternLM2Model(nn.Module):
    """The decoder without its output matrix; returns the states after the final norm."""

    def __init__(self, config: InternLM2Config) -> None:
        super().__init__()
        self.config = config
        self.tok_embeddings = nn.Embedding(config.vocab_size, config.hidden_size)
        self.layers = nn.ModuleList(Block(config, i) for i in range(config.num_hidden_layers))
        self.norm = nn.RMSNorm(config.hidden_size, eps=config.rms_norm_eps)

    def forward(
        self,
        inputs_embeds: Tensor,  # (B, L, H)
        attention_mask: Tensor | None = None,  # (B, cached + L), 1 = real; or (B, 1, L, keys) bool
        position_ids: Tensor | None = None,  # (B, L)
        past_key_values: Cache | None = None,
        lora_mask: Tensor | None = None,  # (B, L) bool
        lengths: Tensor | None = None,  # (B,) int32: keys that a single position sees, said besides the mask
    ) -> Tensor:
        length, device = inputs_embeds.shape[1], inputs_embeds.device
        past = torch.as_tensor(past_key_values.get_seq_length() if past_key_values else 0, device=device)
        if position_ids is None:
            position_ids = (torch.arange(length, device=device) + past)[None]
        table = rotary_table(self.config, position_ids, past + length, inputs_embeds.dtype)
        mask = causal_mask(attention_mask, length, past_key_values, device)
        x = inputs_embeds
        for block in self.layers:
            x = block(x, table, mask, past_key_values, lora_mask, lengths)
        states: Tensor = self.norm(x)
        return states


@dataclass(frozen=True)
class CausalOutput:
    logits: Tensor  # (B, kept, V)


class InternLM2ForCausalLM(nn.Module):
    """Called like a causal language model of transformers, with embeddings."""

    def __init__(self, config: InternLM2Config) -> None:
        super().__init__()
        self.config = config
        self.model = InternLM2Model(config)
        self.output = nn.Linear(config.hidden_size, config.vocab_size, bias=False)

    def get_input_embeddings(self) -> nn.Embedding:
        return self.model.tok_embeddings

    def forward(
        self,
        inputs_embeds: Tensor,
        attention_mask: Tensor | None = None,
        position_ids: Tensor | None = None,
        past_key_values: Cache | None = None,
        lora_mask: Tensor | None = None,
        logits_to_keep: int = 0,  # 0: all
        lengths: Tensor | None = None,
    ) -> CausalOutput:
        states = self.model(inputs_embeds, attention_mask, position_ids, past_key_values, lora_mask, lengths)
        return CausalOutput(self.output(states[:, -logits_to_keep:] if logits_to_keep else states))
