"""Attention masks: which key each query may see. True = may see."""

from __future__ import annotations

import torch
from torch import Tensor
from transformers.cache_utils import Cache


def causal_mask(attention_mask: Tensor | None, length: int, cache: Cache | None, device: torch.device) -> Tensor | None:
    """(B, 1, length, keys) for `length` new positions after those of the cache, or None where plain causality
    (or, for a single new position, no mask at all) says the same.

    attention_mask: (B, keys) with 0 for padding; it may be as long as a static cache.
    """
    past = cache.get_seq_length() if cache is not None else 0
    static = cache is not None and cache.is_compileable
    if not static and (attention_mask is None or bool(attention_mask.all())) and (past == 0 or length == 1):
        return None
    keys = cache.get_mask_sizes(length, 0)[0] if cache is not None else length
    rows = torch.arange(length, device=device)[:, None] + past
    columns = torch.arange(keys, device=device)[None]
    mask = (columns <= rows)[None]
    if attention_mask is not None:
        real = torch.zeros(attention_mask.shape[0], keys, dtype=torch.bool, device=device)
        shown = attention_mask[:, :keys].bool()
        real[:, : shown.shape[1]] = shown
        # A padded query sees itself, so that no row of the softmax is empty.
        mask = (mask & real[:, None]) | (columns == rows)[None]
    return mask[:, None]
