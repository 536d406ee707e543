"""The one attention: against the plain formula, and which kernel it takes where."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor

from models import attention
from models.attention import SPLIT, attend, choose_attention, one_query

pytestmark = pytest.mark.models

torch.set_num_threads(1)
CPU, GPU = torch.device("cpu"), torch.device("cuda")


def random(*shape: int) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(sum(shape)))


def plain(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None, scale: float | None = None) -> Tensor:
    """By the formula; mask (..., L, K)."""
    k, v = (t.repeat_interleave(q.shape[1] // k.shape[1], 1) for t in (k, v))
    scores = q @ k.transpose(-1, -2) * (q.shape[-1] ** -0.5 if scale is None else scale)
    if mask is not None:
        scores = scores.masked_fill(~mask, -torch.inf)
    return scores.softmax(-1) @ v


def lower_right(length: int, keys: int) -> Tensor:
    return torch.ones(length, keys, dtype=torch.bool).tril(keys - length)


@pytest.mark.parametrize("kv_heads", [4, 2, 1])
@pytest.mark.parametrize(("length", "keys"), [(6, 6), (6, 11), (1, 11)])
@pytest.mark.parametrize("causal", [True, False])
def test_it_is_attention(kv_heads: int, length: int, keys: int, *, causal: bool) -> None:
    q, k, v = random(2, 4, length, 8), random(2, kv_heads, keys, 8), random(2, kv_heads, keys, 9)[..., :8]
    expected = plain(q, k, v, lower_right(length, keys) if causal else None, 0.3)
    torch.testing.assert_close(attend(q, k, v, causal=causal, scale=0.3), expected)
    mask = torch.rand(2, 1, length, keys, generator=torch.Generator().manual_seed(1)) < 0.6
    mask[..., 0] = True
    torch.testing.assert_close(attend(q, k, v, causal=causal, mask=mask), plain(q, k, v, mask))


@pytest.mark.parametrize("keys", [SPLIT, 3 * SPLIT, 3 * SPLIT + 1])
def test_a_single_query_over_many_keys(keys: int) -> None:
    held = random(1, 2, 4 * SPLIT, 8)  # a cache of which a window is read
    q, k, v = random(1, 6, 1, 8), held[:, :, :keys], held.flip(2)[:, :, :keys]
    mask = (torch.arange(keys) < keys - 100)[None, None, None]
    torch.testing.assert_close(one_query(q, k, v, mask, None), plain(q, k, v, mask))


def test_which_one_and_why(monkeypatch: pytest.MonkeyPatch) -> None:
    half = torch.bfloat16
    assert choose_attention(CPU, half).reason == "flash-attn needs a GPU, this runs on cpu"
    assert "not float32" in choose_attention(GPU, torch.float32).reason
    assert "up to 256" in choose_attention(GPU, half, 512).reason
    monkeypatch.setattr(attention, "_flash", lambda: (None, "flash-attn is not installed"))
    assert choose_attention(GPU, half) == attention.Choice("sdpa", "flash-attn is not installed")
    monkeypatch.setattr(attention, "_flash", lambda: (SimpleNamespace(__version__="2.8"), ""))
    assert choose_attention(GPU, half, 128) == attention.Choice("flash", "flash-attn 2.8")


def test_a_flash_attn_that_cannot_be_imported_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    (tmp_path / "flash_attn.py").write_text("raise ImportError('undefined symbol')")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "flash_attn", raising=False)
    module, fault = attention._flash.__wrapped__()
    assert module is None
    assert "undefined symbol" in fault


class FlashLike:
    """The two functions of flash-attn that are called, by their documented meaning: (B, L, heads, D), bottom-right."""

    def __init__(self) -> None:
        self.called: list[str] = []

    def flash_attn_func(self, q: Tensor, k: Tensor, v: Tensor, *, softmax_scale: float | None, causal: bool) -> Tensor:
        self.called.append("func")
        q, k, v = (t.transpose(1, 2) for t in (q, k, v))
        mask = lower_right(q.shape[2], k.shape[2]) if causal else None
        return plain(q, k, v, mask, softmax_scale).transpose(1, 2)

    def flash_attn_with_kvcache(
        self, q: Tensor, k_cache: Tensor, v_cache: Tensor, *, cache_seqlens: Tensor, softmax_scale: float | None
    ) -> Tensor:
        self.called.append("kvcache")
        assert cache_seqlens.dtype == torch.int32
        q, k, v = (t.transpose(1, 2) for t in (q, k_cache, v_cache))
        mask = torch.arange(k.shape[2]) < cache_seqlens[:, None, None, None]
        return plain(q, k, v, mask, softmax_scale).transpose(1, 2)


def test_flash_attn_is_called_as_it_wants(monkeypatch: pytest.MonkeyPatch) -> None:
    flash = FlashLike()
    monkeypatch.setattr(attention, "_flash", lambda: (flash, ""))
    monkeypatch.setattr(attention, "_use_flash", lambda q: True)
    q, k, v = random(2, 4, 5, 8), random(2, 2, 9, 8), random(2, 2, 9, 8) + 1
    torch.testing.assert_close(attend(q, k, v, causal=True, scale=0.4), plain(q, k, v, lower_right(5, 9), 0.4))
    torch.testing.assert_close(attend(q, k, v, causal=False), plain(q, k, v, None))
    one, lengths = q[:, :, :1], torch.tensor([4, 9], dtype=torch.int32)
    seen = torch.arange(9) < lengths[:, None, None, None]
    torch.testing.assert_close(attend(one, k, v, causal=True, mask=seen, lengths=lengths), plain(one, k, v, seen))
    assert flash.called == ["func", "func", "kvcache"]
    attend(q, k, v, causal=True, mask=torch.ones(2, 1, 5, 9, dtype=torch.bool))  # a mask is not for flash-attn
    assert len(flash.called) == 3
