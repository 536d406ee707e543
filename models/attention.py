"""Attention of all networks here: flash-attn where it is installed and fits, else PyTorch's scaled dot product.

One function decides, and can say why. Registered with transformers as OURS, so that its decoders use it as well.
Causality is bottom-right: the last query sees all keys, as with keys of a cache in front of the new ones.
"""

from __future__ import annotations

import importlib
import importlib.util
from dataclasses import dataclass
from functools import cache
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.nn.attention.bias import causal_lower_right
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.masking_utils import sdpa_mask

OURS = "omnilive"  # the name under which transformers knows it
SPLIT = 512  # keys that one block of the weighted sum of a single query takes
_FLASH_HEAD = 256  # widest head that flash-attn takes
_HALVES = (torch.float16, torch.bfloat16)


@dataclass(frozen=True)
class Choice:
    """What is used, "flash" or "sdpa", and why, in words for a log."""

    name: str
    reason: str


@cache
def _flash() -> tuple[Any, str]:
    """The module of flash-attn, or None and what is wrong with it."""
    if importlib.util.find_spec("flash_attn") is None:
        return None, "flash-attn is not installed"
    try:
        return importlib.import_module("flash_attn"), ""
    except (ImportError, OSError, RuntimeError) as error:  # built for another PyTorch or CUDA
        return None, f"flash-attn is installed but cannot be imported ({error})"


def choose_attention(device: torch.device, dtype: torch.dtype, head: int = 0) -> Choice:
    """For networks on a device, in these numbers, with heads so wide (0: not known)."""
    if device.type != "cuda":
        return Choice("sdpa", f"flash-attn needs a GPU, this runs on {device.type}")
    if dtype not in _HALVES:
        return Choice("sdpa", f"flash-attn takes float16 and bfloat16, not {str(dtype).removeprefix('torch.')}")
    if head > _FLASH_HEAD:
        return Choice("sdpa", f"flash-attn takes heads up to {_FLASH_HEAD} wide, not {head}")
    module, fault = _flash()
    return Choice("sdpa", fault) if module is None else Choice("flash", f"flash-attn {module.__version__}")


def attend(
    q: Tensor,  # (B, heads, L, D)
    k: Tensor,  # (B, kv heads, K, D)
    v: Tensor,
    *,
    causal: bool,
    mask: Tensor | None = None,  # (B, 1, L, K) bool, true = may see; replaces causality
    scale: float | None = None,
    lengths: Tensor | None = None,  # (B,) int32: keys that a single query sees, said besides the mask where it is known
) -> Tensor:  # (B, heads, L, D)
    length, keys = q.shape[2], k.shape[2]
    if length == 1 and causal:
        if lengths is not None and _use_flash(q):
            return _flash_step(q, k, v, lengths, scale)
        return one_query(q, k, v, mask, scale)
    if mask is None and _use_flash(q):
        return _flash_many(q, k, v, causal=causal, scale=scale)
    grouped = q.shape[1] != k.shape[1]
    if mask is None and (not causal or length == keys):
        return F.scaled_dot_product_attention(q, k, v, is_causal=causal, scale=scale, enable_gqa=grouped)
    # With a mask, grouped heads are known to the slowest kernel only: repeat them.
    k, v = (t.repeat_interleave(q.shape[1] // k.shape[1], dim=1) if grouped else t for t in (k, v))
    bias = causal_lower_right(length, keys) if mask is None else mask
    return F.scaled_dot_product_attention(q, k, v, attn_mask=bias, scale=scale)


def one_query(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None, scale: float | None) -> Tensor:
    """A single query a head over many keys. The kernels for many queries would give each head one core of a GPU."""
    batch, heads, _, width = q.shape
    groups, keys = k.shape[1], k.shape[2]
    q = q.reshape(batch, groups, heads // groups, width) * (width**-0.5 if scale is None else scale)
    scores = (q @ k.transpose(-1, -2)).float()
    if mask is not None:
        scores = scores.masked_fill(~mask, -torch.inf)
    shares = scores.softmax(-1).to(v.dtype)
    if keys % SPLIT or keys == SPLIT:
        out = shares @ v
    else:
        blocks = shares.reshape(*shares.shape[:3], -1, SPLIT).transpose(
            2, 3
        )  # (B, groups, blocks, heads of a group, SPLIT)
        out = (blocks @ v.reshape(batch, groups, -1, SPLIT, v.shape[-1])).sum(2, dtype=torch.float32).to(v.dtype)
    return out.reshape(batch, heads, 1, v.shape[-1])


def _use_flash(q: Tensor) -> bool:
    return q.is_cuda and choose_attention(q.device, q.dtype, q.shape[-1]).name == "flash"


def _flash_step(q: Tensor, k: Tensor, v: Tensor, lengths: Tensor, scale: float | None) -> Tensor:
    q, k, v = (t.transpose(1, 2) for t in (q, k, v))  # flash-attn has heads after positions
    out: Tensor = _flash()[0].flash_attn_with_kvcache(q, k, v, cache_seqlens=lengths, softmax_scale=scale)
    return out.transpose(1, 2)


def _flash_many(q: Tensor, k: Tensor, v: Tensor, *, causal: bool, scale: float | None) -> Tensor:
    q, k, v = (t.transpose(1, 2) for t in (q, k, v))
    out: Tensor = _flash()[0].flash_attn_func(q, k, v, softmax_scale=scale, causal=causal)
    return out.transpose(1, 2)


def _for_transformers(
    module: torch.nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    scaling: float | None = None,
    is_causal: bool | None = None,
    lengths: Tensor | None = None,
    **_: Any,
) -> tuple[Tensor, None]:
    """As transformers calls an attention: heads come back after the positions."""
    causal = bool(getattr(module, "is_causal", True) if is_causal is None else is_causal)
    out = attend(query, key, value, causal=causal, mask=attention_mask, scale=scaling, lengths=lengths)
    return out.transpose(1, 2).contiguous(), None


def _mask_for_transformers(
    *, attention_mask: Tensor | None = None, local_size: int | None = None, kv_length: int, **more: Any
) -> Tensor | None:
    """No mask where bottom-right causality says it all."""
    windowed = local_size is not None and kv_length > local_size
    packed = more.get("allow_is_causal_skip") is False and more.get("q_length") != 1
    if attention_mask is not None and bool(attention_mask.all()):
        attention_mask = None
    if attention_mask is None and not windowed and not packed:
        return None
    more["allow_is_causal_skip"] = False
    found: Tensor | None = sdpa_mask(attention_mask=attention_mask, local_size=local_size, kv_length=kv_length, **more)
    return found


AttentionInterface.register(OURS, _for_transformers)
AttentionMaskInterface.register(OURS, _mask_for_transformers)
