"""Which GPU holds which layer of a network that is too large for one, and how states get from one to the next.

The vision tower and the ends (embedding, last norm, head) lie on the first device, layers in order on all of them,
as the published quick start of InternVL spreads them; how many on which follows from their sizes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import psutil
import torch
from torch import Tensor, nn

SPARE = 0.1  # of each device, for caches, pictures and the libraries
_STEPS = 40  # of halving: finer than a layer of any size


def map_layers(first: int, layers: Sequence[int], memories: Sequence[int], *, spare: float = SPARE) -> list[int]:
    """The device of each layer, 0 being the first; never falling, so that states pass each border once.

    first: bytes of what must lie on device 0. layers: bytes of each, in order. memories: free bytes of each device, of
    which the share `spare` stays free. All devices are filled to the same share, as far as whole layers allow.
    Raises ValueError with both sums when it does not fit.
    """
    rooms = [memory * (1 - spare) for memory in memories]
    if _filled(1.0, first, layers, rooms) is None:
        needed, free = (first + sum(layers)) / 1e9, sum(memories) / 1e9
        raise ValueError(
            f"the weights take {needed:.1f} GB, {first / 1e9:.1f} GB of them on the first of {len(memories)} devices; "
            f"{free:.1f} GB are free on all, {memories[0] / 1e9:.1f} GB on the first, and {spare:.0%} of each "
            "must stay free; take more devices, bits = 8 or 4, or a smaller model"
        )
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if _filled(middle, first, layers, rooms) is None:
            low = middle
        else:
            high = middle
    found = _filled(high, first, layers, rooms)
    assert found is not None  # it fitted at 1.0, and high never falls below what fits
    return found


def _filled(share: float, first: int, layers: Sequence[int], rooms: Sequence[float]) -> list[int] | None:
    """The layers put in order into `share` of each room; None if they do not go in."""
    left = [room * share for room in rooms]
    left[0] -= first
    if left[0] < 0:
        return None
    device, found = 0, []
    for size in layers:
        while device < len(left) and left[device] < size:
            device += 1
        if device == len(left):
            return None
        left[device] -= size
        found.append(device)
    return found


def place_layers(
    sizes: Mapping[str, int], layers: str, devices: Sequence[torch.device], memories: Sequence[int]
) -> Callable[[str], torch.device]:
    """The device of each key of a network. sizes: bytes by key. layers: path of the list of layers.

    Raises ValueError when it does not fit.
    """
    numbered = re.compile(rf"{re.escape(layers)}\.(\d+)\.")
    by_layer: dict[int, int] = {}
    first = 0
    for key, size in sizes.items():
        found = numbered.match(key)
        if found is None:
            first += size
        else:
            by_layer[int(found[1])] = by_layer.get(int(found[1]), 0) + size
    numbers = sorted(by_layer)
    chosen = dict(zip(numbers, map_layers(first, [by_layer[n] for n in numbers], memories), strict=True))

    def place(key: str) -> torch.device:
        found = numbered.match(key)
        return devices[0 if found is None else chosen[int(found[1])]]

    return place


def free_bytes(device: torch.device) -> int:
    """What may still be put there."""
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    return int(psutil.virtual_memory().available)


def follow(layers: Sequence[nn.Module], last: nn.Module, home: torch.device) -> None:
    """Make each layer bring what it is called with to its own device, and `last`, which comes after, bring it home.

    Caches stay where their layer is.
    """
    for layer in layers:
        device = next(layer.parameters()).device
        layer.register_forward_pre_hook(_bring(device), with_kwargs=True)
    last.register_forward_pre_hook(_bring(home), with_kwargs=True)


def _bring(device: torch.device) -> Callable[[nn.Module, Any, Any], tuple[Any, Any]]:
    def hook(module: nn.Module, arguments: Any, named: Any) -> tuple[Any, Any]:
        return brought(arguments, device), brought(named, device)

    return hook


def brought(value: Any, device: torch.device) -> Any:
    """Tensors, also within tuples, lists and dicts, on the device; everything else as it is."""
    if isinstance(value, Tensor):
        return value.to(device)
    if isinstance(value, tuple | list):
        return type(cast(Any, value))(brought(one, device) for one in value)
    if isinstance(value, dict):
        return {key: brought(one, device) for key, one in value.items()}
    return value
