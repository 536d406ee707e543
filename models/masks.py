"""Attention masks: which key each query may see. True = may see."""

from __future__ import annotations

import torch
from torch import Tensor
from transformers.cache_utils import Cache


def causal_mask(attention_mask: Tensor | None, length: int, cache: Cache | None, device: torch.device) -> Tensor | None:
    """(B, 1, length, keys) for `length` new positions after those of the cache, or None where causality aligned at the
    last key says the same.

    attention_mask: (B, keys) with 0 for padding, or a mask of that shape, which is taken as it is.
    """
    if attention_mask is None or attention_mask.dim() == 4:
        return attention_mask
    if bool(attention_mask.all()):
        return None
    keys = cache.get_mask_sizes(length, 0)[0] if cache is not None else length
    rows = torch.arange(length, device=device)[:, None] + (cache.get_seq_length() if cache is not None else 0)
    columns = torch.arange(keys, device=device)[None]
    # A padded query sees itself, so that no row of the softmax is empty.
    mask = ((columns <= rows)[None] & attention_mask[:, None, :keys].bool()) | (columns == rows)[None]
    return mask[:, None]
