"""Frames through a vision network in blocks, to unit vectors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from models.checkpoint import CheckpointError
from models.pixels import Normalisation

Rgb = NDArray[np.uint8]  # (height, width, 3)
Vectors = NDArray[np.float32]  # (N, D)
BLOCK = 64  # frames a pass


@torch.inference_mode()
def run_blocks(
    frames: Sequence[Rgb],
    prepare: Callable[[Rgb], Tensor],  # (3, S, S), normalised
    network: Callable[[Tensor], Tensor],  # (n, 3, S, S) -> (n, ...)
    device: torch.device,
    dtype: torch.dtype,
) -> Tensor:
    """(N, ...) on the CPU in float32; at least one frame."""
    pixels = [prepare(frame) for frame in frames]
    blocks = [torch.stack(pixels[at : at + BLOCK]) for at in range(0, len(pixels), BLOCK)]
    return torch.cat([network(block.to(device, dtype)).float().cpu() for block in blocks])


def unit_rows(rows: Tensor) -> Vectors:
    """(N, D) as unit vectors."""
    unit: Vectors = torch.nn.functional.normalize(rows.float(), dim=-1).numpy()
    return unit


def square(frame: Rgb, side: int, normalisation: Normalisation) -> Tensor:
    """(3, side, side): squeezed (bicubic), normalised."""
    picture = Image.fromarray(frame).resize((side, side), Image.Resampling.BICUBIC)
    return normalisation.apply(picture)


def part_of(values: dict[str, Any], key: str, kind: str, folder: Path) -> dict[str, Any]:
    """A sub-configuration by its key, or the whole one when its model_type is already `kind`."""
    if values.get("model_type") == kind:
        return values
    part = values.get(key)
    if not isinstance(part, dict):
        raise CheckpointError(f"{folder / 'config.json'} is no {kind} and has no {key}; is this its profile?")
    return part


def under(prefix: str, to: str = "") -> Callable[[str], str | None]:
    """A rename that takes the keys under a prefix and leaves out all others."""
    return lambda key: to + key.removeprefix(prefix) if key.startswith(prefix) else None
