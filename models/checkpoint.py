"""Weights from a local folder into a network, strictly: every key must have its place and its shape.

Owns the reading of `.safetensors` and `.bin` files, whole or in shards. Knows nothing of any one network.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn


class CheckpointError(ValueError):
    """A checkpoint that cannot be used: the sentence names the file, the key and the fix."""


Rename = Callable[[str], str | None]  # a key of the file -> the key of the network, or None to leave it out


@dataclass(frozen=True)
class Weight:
    """One tensor of a checkpoint, and the file it came from."""

    key: str
    value: Tensor
    file: Path


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object of a checkpoint folder. Raises CheckpointError when it is missing or is not an object."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise CheckpointError(f"{path} is missing; give the checkpoint folder as it was published") from error
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise CheckpointError(f"{path} is not valid JSON ({error}); fetch it again") from error
    if not isinstance(value, dict):
        raise CheckpointError(f"{path} holds no JSON object; fetch it again")
    return value


def weight_files(folder: Path) -> list[Path]:
    """The weight files of a folder, in order; safetensors are preferred. An index file that names missing shards
    raises CheckpointError."""
    if not folder.is_dir():
        raise CheckpointError(f"{folder} is not a folder; give the checkpoint's local folder")
    for pattern in ("*.safetensors", "pytorch_model*.bin"):
        files = sorted(folder.glob(pattern))
        if files:
            _check_index(folder, files)
            return files
    raise CheckpointError(f"{folder} holds no *.safetensors and no pytorch_model*.bin; fetch the weights into it")


def _check_index(folder: Path, files: list[Path]) -> None:
    stem = "model.safetensors" if files[0].suffix == ".safetensors" else "pytorch_model.bin"
    index = folder / f"{stem}.index.json"
    if not index.exists():
        return
    named = set(read_json(index).get("weight_map", {}).values())
    missing = sorted(named - {file.name for file in files})
    if missing:
        raise CheckpointError(f"{index} names {missing[0]}, which is not there; fetch the missing shard")


def read_weights(source: Path) -> Iterator[Weight]:
    """Every tensor of a folder or of one file, one shard in memory at a time."""
    for file in [source] if source.is_file() else weight_files(source):
        try:
            if file.suffix == ".safetensors":
                with safe_open(file, framework="pt") as shard:
                    for key in shard.keys():  # noqa: SIM118 (not a mapping)
                        yield Weight(key, shard.get_tensor(key), file)
            else:
                state = torch.load(file, map_location="cpu", weights_only=True, mmap=True)
                for key, value in state.items():
                    yield Weight(key, value, file)
        except (SafetensorError, OSError, RuntimeError) as error:
            raise CheckpointError(f"{file} cannot be read ({error}); fetch it again") from error


def holds_key(folder: Path, key: str) -> bool:
    """Whether a folder's weights hold a key, without reading the weights where an index or a header tells."""
    for file in weight_files(folder):
        if file.suffix != ".safetensors":
            return any(weight.key == key for weight in read_weights(folder))
        try:
            with safe_open(file, framework="pt") as shard:
                if key in shard.keys():  # noqa: SIM118 (not a mapping)
                    return True
        except (SafetensorError, OSError) as error:
            raise CheckpointError(f"{file} cannot be read ({error}); fetch it again") from error
    return False


def load_weights(
    network: nn.Module,
    source: Path,
    *,
    rename: Rename | None = None,
    optional: Callable[[str], bool] = lambda key: False,
    device: str | torch.device = "cpu",
    dtype: torch.dtype | None = None,
) -> None:
    """Put a checkpoint into a network, which may have been built on the meta device.

    rename maps the file's keys to the network's; optional(key) tells which of the network's keys may be missing
    (they keep the value they were built with). Every tensor is moved to device, floating ones to dtype.
    Raises CheckpointError at the first key that is unexpected, mis-shaped or missing.
    """
    wanted = network.state_dict(keep_vars=True)
    require_memory(wanted.values(), source, torch.device(device), dtype)
    state: dict[str, Tensor] = {}
    for weight in read_weights(source):
        key = rename(weight.key) if rename else weight.key
        if key is None:
            continue
        if key not in wanted:
            raise CheckpointError(
                f"{weight.file}: unexpected key {weight.key!r}; does the profile fit this checkpoint?"
            )
        if wanted[key].shape != weight.value.shape:
            raise CheckpointError(
                f"{weight.file}: key {weight.key!r} has the shape {tuple(weight.value.shape)}, "
                f"config.json asks for {tuple(wanted[key].shape)}"
            )
        to = dtype if weight.value.is_floating_point() else None
        state[key] = weight.value.to(device=device, dtype=to)
    missing = [key for key in wanted if key not in state and not optional(key)]
    if missing:
        raise CheckpointError(
            f"{source}: {len(missing)} keys are missing, the first is {missing[0]!r}; "
            "does the profile fit this checkpoint, and are all shards there?"
        )
    network.load_state_dict(state, strict=False, assign=True)
    rebuild_buffers(network, device)
    network.eval().requires_grad_(False)


def require_memory(tensors: Iterable[Tensor], source: Path, device: torch.device, dtype: torch.dtype | None) -> None:
    """Raise CheckpointError before loading when the weights alone are larger than the GPU's free memory."""
    if device.type != "cuda":
        return
    needed = sum(t.numel() * (dtype or t.dtype).itemsize for t in tensors)
    free = torch.cuda.mem_get_info(device)[0]
    if needed > free:
        raise CheckpointError(
            f"{source} needs {needed / 1e9:.1f} GB on {device}, where {free / 1e9:.1f} GB are free; "
            "stop what else uses that GPU, or choose another device, dtype = 'bfloat16' or a smaller model"
        )


def rebuild_buffers(network: nn.Module, device: str | torch.device = "cpu") -> None:
    """Fill the buffers that no checkpoint holds (rotary frequencies, position ids) after a build on the meta device."""
    for module in network.modules():
        own = {name: buffer for name, buffer in module.named_buffers(recurse=False)}
        if any(buffer.is_meta for buffer in own.values()):
            fresh = _fresh_buffers(module, own)
            for name, buffer in fresh.items():
                setattr(module, name, buffer.to(device))
        else:
            for name, buffer in own.items():
                setattr(module, name, buffer.to(device))


def _fresh_buffers(module: nn.Module, own: dict[str, Tensor]) -> dict[str, Tensor]:
    if set(own) == {"position_ids"}:
        shape = own["position_ids"].shape
        return {"position_ids": torch.arange(shape[-1]).expand(shape)}
    config = getattr(module, "config", None)
    if config is None or "inv_freq" not in own:
        raise CheckpointError(f"{type(module).__name__} has buffers that no checkpoint holds: {sorted(own)}")
    return dict(type(module)(config).named_buffers(recurse=False))
