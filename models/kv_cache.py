"""A key-value cache of fixed size: positions are written where the caller says, and a window of keys is read.

Nothing in it moves while tokens are generated, so that a step of a decoder can be captured and replayed; writing the
same position twice is harmless. Stands where transformers wants a Cache.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor
from transformers.cache_utils import Cache, CacheLayerMixin


@dataclass
class Span:
    """positions (L,): where the next keys and values go. window: how many keys from the start attention reads."""

    positions: Tensor = field(default_factory=lambda: torch.zeros(1, dtype=torch.long))
    window: int = 0


class FixedLayer(CacheLayerMixin):
    """Keys and values of one layer, (B, heads, capacity, D), made when the first ones come."""

    is_compileable = True
    is_sliding = False

    def __init__(self, capacity: int, span: Span) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.capacity, self.span = capacity, span
        self.keys: Tensor | None = None
        self.values: Tensor | None = None

    def lazy_initialization(self, key_states: Tensor, value_states: Tensor) -> None:
        self.keys, self.values = (
            t.new_zeros(t.shape[0], t.shape[1], self.capacity, t.shape[3]) for t in (key_states, value_states)
        )
        self.is_initialized = True

    def update(self, key_states: Tensor, value_states: Tensor, *_: Any, **__: Any) -> tuple[Tensor, Tensor]:
        if self.keys is None:
            self.lazy_initialization(key_states, value_states)
        assert self.keys is not None
        assert self.values is not None
        positions = self.span.positions.to(self.keys.device)
        self.keys.index_copy_(2, positions, key_states)
        self.values.index_copy_(2, positions, value_states)
        return self.keys[:, :, : self.span.window], self.values[:, :, : self.span.window]

    def get_mask_sizes(self, query_length: int) -> tuple[int, int]:
        return self.span.window, 0

    def get_seq_length(self) -> Any:  # a tensor, so that a captured step reads it anew
        return self.span.positions[0]

    def get_max_length(self) -> int:
        return self.capacity


class FixedCache(Cache):
    """Of `layers` layers. Raises ValueError for a write beyond its capacity."""

    def __init__(self, layers: int, capacity: int) -> None:
        self.span = Span()
        self.capacity = capacity
        self._own = [FixedLayer(capacity, self.span) for _ in range(layers)]
        super().__init__(layers=list(self._own))

    def aim(self, positions: Tensor, window: int) -> None:
        """What the next pass of the network writes and reads."""
        if window > self.capacity:
            raise ValueError(f"{window} positions do not fit into a cache of {self.capacity}")
        self.span.positions, self.span.window = positions, window

    def wipe(self) -> None:
        """Zeros everywhere."""
        for held in self._held():
            held.zero_()

    def n_bytes(self) -> int:
        return sum(held.numel() * held.element_size() for held in self._held())

    def _held(self) -> list[Tensor]:
        return [held for layer in self._own for held in (layer.keys, layer.values) if held is not None]
