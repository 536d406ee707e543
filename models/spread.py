"""Weights into a network on one device or on several, with packed layers where that is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import torch
from torch import nn

from models.checkpoint import Placed, Rename, Weight, load_weights, read_weights, stored_bytes
from models.device_map import follow, free_bytes, place_layers
from models.quantised import pack_layers


def load_spread(
    network: nn.Module,
    folder: Path,
    devices: Sequence[torch.device],
    dtype: torch.dtype,
    *,
    layers: str,  # path of the list of layers that are shared and packed
    last: str,  # path of what comes after them
    bits: int = 0,
    rename: Rename | None = None,
    optional: Callable[[str], bool] = lambda key: False,
    read: Callable[[Path], Iterator[Weight]] = read_weights,
    free: Sequence[int] = (),
    check: Callable[[int], None] = lambda weights: None,  # is told the bytes of the weights, and may refuse them
) -> None:
    """Load a network that was built on the meta device. The first device holds all but the layers, and a share
    of these.

    bits: 8 or 4 for packed layers, 0 for those of the file. free: bytes of each device, asked of them when left out.
    Raises CheckpointError for a folder that does not fit, ValueError for devices that are too small.
    """
    pack_layers(network.get_submodule(layers), bits)
    sizes = stored_bytes(network, dtype)
    check(sum(sizes.values()))
    place: torch.device | Placed = devices[0]
    if len(devices) > 1:
        free = free or [free_bytes(device) for device in devices]
        place = place_layers(sizes, layers, devices, free)
    load_weights(network, folder, rename=rename, optional=optional, device=place, dtype=dtype, read=read)
    if len(devices) > 1:
        follow(list(network.get_submodule(layers).children()), network.get_submodule(last), devices[0])
