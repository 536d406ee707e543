"""Where a network runs and in which numbers, from the words of a profile."""

from __future__ import annotations

import torch

_DTYPES = {"float32": torch.float32, "float16": torch.float16, "bfloat16": torch.bfloat16}


def choose_device(name: str) -> torch.device:
    """ "auto" is the first GPU, or the CPU where there is none. Raises ValueError for a device that is not there."""
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    device = torch.device(name)
    if device.type == "cuda" and not torch.cuda.is_available():
        raise ValueError(f"device {name!r}: no GPU is usable here; set device = 'cpu' or 'auto'")
    return device


def choose_dtype(name: str, device: torch.device) -> torch.dtype:
    """ "auto" is bfloat16 on a GPU and float32 on the CPU."""
    if name == "auto":
        return torch.bfloat16 if device.type == "cuda" else torch.float32
    if name not in _DTYPES:
        raise ValueError(f"dtype {name!r} is unknown; choose auto, {', '.join(_DTYPES)}")
    return _DTYPES[name]


def choose_devices(name: str) -> tuple[torch.device, ...]:
    """Several for one network: "all" is every GPU, "cuda:0,cuda:2" those two, and any word of choose_device that one.

    Raises ValueError for a device that is not there.
    """
    if name == "all":
        if not torch.cuda.is_available():
            raise ValueError("device 'all': no GPU is usable here; set device = 'cpu' or 'auto'")
        return tuple(torch.device("cuda", number) for number in range(torch.cuda.device_count()))
    return tuple(choose_device(one.strip()) for one in name.split(","))
