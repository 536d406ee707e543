"""How much memory a reasoner will take, part by part, and a clear refusal before anything is loaded.

Estimates, not measurements: weights and cache are exact, activations are those of the largest pass. Knows no network.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import psutil
import torch

from models.checkpoint import CheckpointError

LIBRARIES = 600_000_000  # bytes that CUDA and its libraries take of a GPU before anything else


@dataclass(frozen=True, kw_only=True)
class Tower:
    """A vision transformer: pictures that go through it at once, tokens of each with the class token, its widths."""

    pictures: int
    tokens: int
    hidden: int
    intermediate: int


@dataclass(frozen=True, kw_only=True)
class Text:
    """A decoder: positions read at once, its widths, kv: that of keys and values of one position and layer together."""

    positions: int
    hidden: int
    intermediate: int
    kv: int
    layers: int
    vocabulary: int


@dataclass(frozen=True)
class Need:
    """Bytes by what they are for."""

    weights: int
    cache: int
    pictures: int
    reading: int
    libraries: int

    @property
    def total(self) -> int:
        return self.weights + self.cache + self.pictures + self.reading + self.libraries

    def __str__(self) -> str:
        parts = {"weights": self.weights, "cache": self.cache, "pictures": self.pictures, "reading": self.reading}
        told = [f"{name} {size / 1e9:.2f}" for name, size in parts.items()]
        return ", ".join([*told, f"libraries {self.libraries / 1e9:.2f}"] if self.libraries else told)


def tower_bytes(tower: Tower, item: int) -> int:
    """The largest pass of a block: the stream, its normed copy, and either q, k, v and their result or both sides of
    the activation between the two matrices. item: bytes of a number."""
    widest = max(4 * tower.hidden, 2 * tower.intermediate)
    return tower.pictures * tower.tokens * (2 * tower.hidden + widest) * item


def reading_bytes(text: Text, item: int) -> int:
    """The largest pass of a layer over so many positions, the embeddings of the prompt, and logits in float32."""
    widest = max(2 * text.hidden + text.kv, 3 * text.intermediate)
    return text.positions * (3 * text.hidden + widest) * item + 3 * text.vocabulary * 4


def estimate(weights: int, capacity: int, text: Text, tower: Tower, item: int, *, kept: int, gpu: bool) -> Need:
    """Of a reasoner whose cache holds `capacity` positions with their embeddings, and that keeps `kept` tokens of
    pictures."""
    return Need(
        weights=weights,
        cache=capacity * (text.layers * text.kv + text.hidden) * item,
        pictures=tower_bytes(tower, item) + kept * text.hidden * item,
        reading=reading_bytes(text, item),
        libraries=LIBRARIES if gpu else 0,
    )


def budget_bytes(budget: float, devices: Sequence[torch.device]) -> int | None:
    """What may be taken. budget: up to 1 a share of all memory of the devices, above 1 bytes, 0 what is free on the
    GPUs. None: no limit (0 on a CPU). Raises ValueError for a negative one."""
    if budget < 0:
        raise ValueError(f"memory_budget {budget:g} is negative; give bytes, a share up to 1, or 0")
    if budget > 1:
        return int(budget)
    gpus = [device for device in devices if device.type == "cuda"]
    if not budget:
        return sum(torch.cuda.mem_get_info(gpu)[0] for gpu in gpus) if gpus else None
    whole = sum(torch.cuda.mem_get_info(gpu)[1] for gpu in gpus) if gpus else psutil.virtual_memory().total
    return int(budget * whole)


def require(need: Need, budget: float, devices: Sequence[torch.device], name: str) -> None:
    """Raise CheckpointError with need and budget where the first is larger."""
    allowed = budget_bytes(budget, devices)
    if allowed is None or need.total <= allowed:
        return
    where = ", ".join(map(str, devices))
    what = f"{allowed / 1e9:.2f} GB are {'the budget' if budget else 'free'}"
    raise CheckpointError(
        f"{name} needs {need.total / 1e9:.2f} GB on {where} ({need}), {what}; lower context, set bits = 8 or 4, "
        "take a smaller model or more devices, or stop what else uses them"
    )
