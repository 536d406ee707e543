"""Low-rank changes of a network while they are learned, and how fast: for the trainers of adapters.

Source: E. Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models", 2021 (arXiv:2106.09685).
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

RANK, SCALE = 16, 2.0
LAST_RATE = 0.03  # of the highest


class LowRank(nn.Module):
    """A frozen matrix and its change."""

    def __init__(self, given: nn.Linear, rank: int) -> None:
        super().__init__()
        self.given = given
        self.scale = SCALE  # 0: as if nothing had changed
        self.a = nn.Parameter(torch.randn(rank, given.in_features) / math.sqrt(given.in_features))
        self.b = nn.Parameter(torch.zeros(given.out_features, rank))

    def start(self, a: Tensor, b: Tensor) -> None:
        """Begin with the change b a, (O, R) and (R, I), of this rank or a lower one: what is more begins as nothing."""
        n = a.shape[0]
        with torch.no_grad():
            self.a[:n], self.b[:, :n] = a, b
            self.a[n:] *= a.norm(dim=1).mean() / self.a[n:].norm(dim=1, keepdim=True)
            self.b[:, n:] = 0.0

    def forward(self, x: Tensor) -> Tensor:
        changed: Tensor = self.given(x) + F.linear(F.linear(x, self.a), self.b) * self.scale
        return changed


def put_in(network: nn.Module, name: str, rank: int = RANK) -> LowRank:
    """A LowRank in place of the linear layer of that name."""
    inside, _, last = name.rpartition(".")
    parent = network.get_submodule(inside)
    changed = LowRank(getattr(parent, last), rank)
    setattr(parent, last, changed)
    return changed


def rate_at(step: int, share: float, warm_up: int) -> float:
    """What share of the highest learning rate: up over `warm_up` steps, then down half a cosine over the time."""
    fall = 0.5 * (1.0 + math.cos(math.pi * min(1.0, share)))
    return min(1.0, (step + 1) / warm_up) * (fall * (1.0 - LAST_RATE) + LAST_RATE)
