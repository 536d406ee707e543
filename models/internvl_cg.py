"""InternVL-C and InternVL-G: pictures and texts in one space, and captions.

C pools the vision states by attention. G adds what 96 query tokens gather from them in a LLaMA-like stack with cross
attention, which also encodes the texts and, with an output matrix, writes captions. Published keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from transformers import LlamaConfig
from transformers.cache_utils import Cache, DynamicCache
from transformers.models.llama.modeling_llama import LlamaAttention, LlamaMLP, LlamaRMSNorm, LlamaRotaryEmbedding

from models.internvit import InternVit, InternVitConfig


@dataclass(frozen=True, kw_only=True)
class InternVlCgConfig:
    vision: InternVitConfig
    text: Mapping[str, Any]  # of the LLaMA-like stack
    embed_dim: int
    pool_heads: int
    n_queries: int = 96  # 0: InternVL-C, without query tokens and captions
    cross_every: int = 2
    pad_id: int = 0

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> InternVlCgConfig:
        """From a published config.json of model type internvl."""
        vision, text = dict(values["vision_config"]), values["qllama_config"]
        vision["image_size"] = values.get("force_image_size") or vision["image_size"]
        return cls(
            vision=InternVitConfig.from_dict(vision),
            text=text,
            embed_dim=values["clip_embed_dim"],
            pool_heads=values["attn_pool_num_heads"],
            n_queries=values.get("num_query_token", text.get("num_query_token", 96)),
            cross_every=values.get("cross_attention_frequency", text.get("cross_attention_frequency", 2)),
            pad_id=text.get("pad_token_id") or 0,
        )


class PoolAttention(nn.Module):
    """Keys of their own: matrices without bias, biases beside them."""

    def __init__(self, dim: int, heads: int, out_dim: int) -> None:
        super().__init__()
        self.heads = heads
        self.q, self.k, self.v = (nn.Linear(dim, dim, bias=False) for _ in range(3))
        self.q_bias, self.k_bias, self.v_bias = (nn.Parameter(torch.zeros(dim)) for _ in range(3))
        self.proj = nn.Linear(dim, out_dim)

    def forward(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        q, k, v = (self.q(q) + self.q_bias, self.k(k) + self.k_bias, self.v(v) + self.v_bias)
        q, k, v = (t.view(*t.shape[:2], self.heads, -1).transpose(1, 2) for t in (q, k, v))
        y: Tensor = self.proj(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2))
        return y


class AttentionPool(nn.Module):
    """(B, N, C) -> (B, E): the mean of all states asks, the states answer."""

    def __init__(self, dim: int, heads: int, out_dim: int) -> None:
        super().__init__()
        self.norm1_q, self.norm1_k, self.norm1_v = (nn.LayerNorm(dim, eps=1e-5) for _ in range(3))
        self.cross_attn = PoolAttention(dim, heads, out_dim)

    def forward(self, x: Tensor) -> Tensor:
        asked: Tensor = self.cross_attn(self.norm1_q(x.mean(1, keepdim=True)), self.norm1_k(x), self.norm1_v(x))
        return asked[:, 0]


class CrossAttention(nn.Module):
    """Queries look at the vision states; norms of its own, no biases, no rotation."""

    def __init__(self, config: LlamaConfig, vision_dim: int) -> None:
        super().__init__()
        dim = config.hidden_size
        self.heads = config.num_attention_heads
        self.norm1 = LlamaRMSNorm(dim, eps=config.rms_norm_eps)
        self.norm2 = LlamaRMSNorm(vision_dim, eps=config.rms_norm_eps)
        self.q_proj = nn.Linear(dim, dim, bias=False)
        self.k_proj = nn.Linear(vision_dim, dim, bias=False)
        self.v_proj = nn.Linear(vision_dim, dim, bias=False)
        self.o_proj = nn.Linear(dim, dim, bias=False)

    def forward(self, x: Tensor, vision: Tensor) -> Tensor:
        vision = self.norm2(vision)
        q, k, v = self.q_proj(self.norm1(x)), self.k_proj(vision), self.v_proj(vision)
        q, k, v = (t.view(*t.shape[:2], self.heads, -1).transpose(1, 2) for t in (q, k, v))
        y: Tensor = self.o_proj(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2))
        return y


class QLlamaLayer(nn.Module):
    def __init__(self, config: LlamaConfig, layer: int, vision_dim: int | None) -> None:
        super().__init__()
        self.self_attn = LlamaAttention(config, layer)
        self.mlp = LlamaMLP(config)  # type: ignore[no-untyped-call]
        self.input_layernorm = LlamaRMSNorm(config.hidden_size, eps=config.rms_norm_eps)
        self.post_attention_layernorm = LlamaRMSNorm(config.hidden_size, eps=config.rms_norm_eps)
        self.cross_attn = None if vision_dim is None else CrossAttention(config, vision_dim)

    def forward(
        self,
        x: Tensor,
        table: tuple[Tensor, Tensor],
        mask: Tensor,
        cache: Cache | None,
        vision: Tensor | None,
        n_queries: int,
    ) -> Tensor:
        x = x + self.self_attn(self.input_layernorm(x), table, mask, cache)[0]
        if self.cross_attn is not None and vision is not None and n_queries:
            queries = x[:, :n_queries] + self.cross_attn(x[:, :n_queries], vision)
            x = torch.cat((queries, x[:, n_queries:]), dim=1)
        y: Tensor = x + self.mlp(self.post_attention_layernorm(x))
        return y


class QLlamaModel(nn.Module):
    def __init__(self, config: LlamaConfig, vision_dim: int | None, cross_every: int) -> None:
        super().__init__()
        self.embed_tokens = nn.Embedding(config.vocab_size, config.hidden_size)
        self.layers = nn.ModuleList(
            QLlamaLayer(config, i, vision_dim if i % cross_every == 0 else None)
            for i in range(config.num_hidden_layers)
        )
        self.norm = LlamaRMSNorm(config.hidden_size, eps=config.rms_norm_eps)
        self.rotary_emb = LlamaRotaryEmbedding(config)

    def forward(
        self,
        x: Tensor,  # (B, L, H) embeddings, the queries first
        mask: Tensor,  # (B, 1, L, keys) bool
        *,
        first_position: int = 0,
        cache: Cache | None = None,
        vision: Tensor | None = None,  # (B, N, C)
        n_queries: int = 0,  # how many of x look at it
    ) -> Tensor:
        positions = torch.arange(first_position, first_position + x.shape[1], device=x.device)[None]
        table = self.rotary_emb(x, positions)
        for layer in self.layers:
            x = layer(x, table, mask, cache, vision, n_queries)
        y: Tensor = self.norm(x)
        return y


class QLlama(nn.Module):
    def __init__(self, config: LlamaConfig, vision_dim: int | None, cross_every: int) -> None:
        super().__init__()
        self.model = QLlamaModel(config, vision_dim, cross_every)
        if vision_dim is not None:
            self.lm_head = nn.Linear(config.hidden_size, config.vocab_size, bias=False)


class InternVlCg(nn.Module):
    """InternVL-G with n_queries > 0 (which holds C), InternVL-C alone otherwise."""

    def __init__(self, config: InternVlCgConfig) -> None:
        super().__init__()
        self.config = config
        text, vision_dim = LlamaConfig.from_dict(dict(config.text)), config.vision.hidden_size
        text._attn_implementation = "sdpa"  # the layers are used by themselves, where nothing else chooses it
        self.vision_model = InternVit(config.vision)
        self.clip_projector = AttentionPool(vision_dim, config.pool_heads, config.embed_dim)
        self.qllama = QLlama(text, vision_dim if config.n_queries else None, config.cross_every)
        self.text_projection = nn.Parameter(torch.zeros(text.hidden_size, config.embed_dim))
        self.logit_scale = nn.Parameter(torch.zeros(()))
        if config.n_queries:
            self.query_tokens = nn.Parameter(torch.zeros(1, config.n_queries, text.hidden_size))
            self.clip_projector2 = AttentionPool(text.hidden_size, config.pool_heads, config.embed_dim)
            self.itm_head = nn.Linear(text.hidden_size, 2)

    def image_c(self, vision: Tensor) -> Tensor:
        """(B, E) of vision states (B, 1 + patches, C)."""
        y: Tensor = self.clip_projector(vision)
        return y

    def query_features(self, vision: Tensor) -> Tensor:
        """(B, n_queries, H): what the query tokens gather; they all see one another."""
        n = self.config.n_queries
        mask = torch.ones(1, 1, n, n, dtype=torch.bool, device=vision.device)
        queries = self.query_tokens.expand(len(vision), -1, -1)
        y: Tensor = self.qllama.model(queries, mask, vision=vision, n_queries=n)
        return y

    def image_g(self, vision: Tensor) -> Tensor:
        """(B, E): C's vector and that of the queries, both of length one, added."""
        gathered: Tensor = self.clip_projector2(self.query_features(vision))
        return F.normalize(self.image_c(vision), dim=-1) + F.normalize(gathered, dim=-1)

    def text_states(self, ids: Tensor) -> Tensor:
        """(B, L, H) of right-padded ids (B, L)."""
        real = ids != self.config.pad_id
        length = ids.shape[1]
        causal = torch.ones(length, length, dtype=torch.bool, device=ids.device).tril()
        mask = (causal & real[:, None]) | torch.eye(length, dtype=torch.bool, device=ids.device)
        y: Tensor = self.qllama.model(self.qllama.model.embed_tokens(ids), mask[:, None])
        return y

    def text(self, ids: Tensor) -> Tensor:
        """(B, E): the state at the last real id (the end of the text), projected."""
        last = (ids != self.config.pad_id).sum(1) - 1
        states = self.text_states(ids)[torch.arange(len(ids), device=ids.device), last]
        return states @ self.text_projection

    def similarity(self, images: Tensor, texts: Tensor) -> Tensor:
        """Logits (images, texts): scaled cosines of the vectors."""
        return self.logit_scale.exp() * F.normalize(images, dim=-1) @ F.normalize(texts, dim=-1).T

    @torch.inference_mode()
    def caption(
        self, pixels: Tensor, prompt_ids: Tensor, max_new_tokens: int, stop_id: int | None = None
    ) -> list[tuple[Tensor, Tensor]]:
        """Greedy ids (B,) and their logits (B, V), a token at a time, after an unpadded prompt (B, L).

        The queries see one another, the words what came before them.
        """
        vision, n = self.vision_model(pixels), self.config.n_queries
        embed = self.qllama.model.embed_tokens
        x = torch.cat((self.query_tokens.expand(len(vision), -1, -1), embed(prompt_ids)), dim=1)
        mask = torch.ones(x.shape[1], x.shape[1], dtype=torch.bool, device=x.device).tril()
        mask[:n, :n] = True
        cache, steps, done = DynamicCache(), [], 0
        states = self.qllama.model(x, mask[None, None], cache=cache, vision=vision, n_queries=n)
        for _ in range(max_new_tokens):
            done += x.shape[1]
            logits = self.qllama.lm_head(states[:, -1])
            ids = logits.argmax(-1)
            steps.append((ids, logits))
            if stop_id is not None and bool((ids == stop_id).all()):
                break
            x = embed(ids[:, None])
            mask = torch.ones(1, 1, 1, done + 1, dtype=torch.bool, device=x.device)
            states = self.qllama.model(x, mask, first_position=done, cache=cache)
        return steps
