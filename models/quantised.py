"""Linear layers whose weights are kept in 8 or 4 bits, through bitsandbytes: LLM.int8() and NF4.

Only the layers of a language model are packed; vision, embedding and head keep their numbers, as the published quick
starts do. Source: Dettmers et al., "LLM.int8()" (2022) and "QLoRA" (2023).
"""

from __future__ import annotations

import importlib
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.internlm2 import PartialLoraLinear

CHOICES = (0, 4, 8)  # bits of a weight; 0: as it is stored
_BLOCK = 64  # weights that share a scale in 4 bits
_ROWS = 32  # that bitsandbytes takes together on a processor with AVX-512 for bfloat16; it fails on other numbers
_OUTLIER = 6.0  # size of an input from which on its column is multiplied in 16 bits, as published


def library() -> Any:
    """bitsandbytes. Raises ValueError with the fix where it is not installed."""
    try:
        return importlib.import_module("bitsandbytes")
    except ImportError as error:
        raise ValueError(
            f"bits = 4 and 8 need bitsandbytes ({error.name or error} is missing); "
            "pip install 'omnilive[quantised]', or leave bits out"
        ) from error


class PackedLinear(nn.Module):
    """Stands in for a linear layer, with or without partial LoRA (which is not packed); same keys."""

    def __init__(self, plain: nn.Linear, bits: int) -> None:
        super().__init__()
        self.bits = bits
        self.shape = (plain.out_features, plain.in_features)
        self.weight: Tensor | None = plain.weight
        self.bias = plain.bias
        self.inner: Any = None
        if isinstance(plain, PartialLoraLinear):
            self.scale = plain.scale
            self.Plora_A, self.Plora_B = plain.Plora_A, plain.Plora_B

    def packed_bytes(self) -> int:
        rows, columns = self.shape
        if self.bits == 8:
            return rows * columns + 4 * rows
        return rows * columns // 2 + 4 * (rows * columns // _BLOCK)

    def pack(self, weight: Tensor, device: torch.device) -> None:
        """Take the weight (out, in); it is packed on the device."""
        nn8bit, (rows, columns) = library().nn, self.shape
        if self.bits == 8:
            inner = nn8bit.Linear8bitLt(
                columns, rows, bias=False, has_fp16_weights=False, threshold=_OUTLIER, device="meta"
            )
            inner.weight = nn8bit.Int8Params(weight.contiguous(), requires_grad=False, has_fp16_weights=False)
        else:
            inner = nn8bit.Linear4bit(
                columns, rows, bias=False, compute_dtype=weight.dtype, quant_type="nf4", device="meta"
            )
            inner.weight = nn8bit.Params4bit(weight.contiguous(), requires_grad=False, quant_type="nf4", module=inner)
            if rows % _ROWS or columns % _BLOCK:
                inner.support_avx512bf16_for_cpu = False
        self.inner = inner.to(device)
        self.weight = None

    def forward(self, x: Tensor, lora_mask: Tensor | None = None) -> Tensor:
        y: Tensor = self.inner(x)
        if self.bias is not None:
            y = y + self.bias
        if lora_mask is None or not hasattr(self, "Plora_A"):
            return y
        added = self.scale * F.linear(F.linear(x[lora_mask], self.Plora_A.weight), self.Plora_B.weight)
        return y.index_put((lora_mask,), added.to(y.dtype), accumulate=True)


def pack_layers(layers: nn.Module, bits: int) -> None:
    """Put a packed layer in the place of every linear one below `layers`, which may be on the meta device; the weights
    are packed as they are loaded. Raises ValueError for a number of bits that is not known, or without the library."""
    if bits not in CHOICES:
        raise ValueError(f"bits = {bits} is unknown; choose from {', '.join(map(str, CHOICES))}")
    if not bits:
        return
    library()
    for module in list(layers.modules()):
        for name, child in list(module.named_children()):
            is_adapter = isinstance(module, PartialLoraLinear | PackedLinear)
            if isinstance(child, nn.Linear) and not is_adapter:
                setattr(module, name, PackedLinear(child, bits))
