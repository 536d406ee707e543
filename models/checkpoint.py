"""Weights from a local folder into a network, strictly: every key must have its place and its shape.

Owns the reading of `.safetensors` and `.bin` files, whole or in shards. Knows nothing of any one network.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import torch
from huggingface_hub import snapshot_download
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn

from models.loading import Loading
from models.recognise import UNKNOWN, recognise

_HUB_ID = re.compile(r"[\w-][\w.-]*/[\w-][\w.-]*")


class CheckpointError(ValueError):
    """A checkpoint that cannot be used: the sentence names the file, the key and the fix."""


Rename = Callable[[str], str | None]  # a key of the file -> the key of the network, or None to leave it out
Placed = Callable[[str], torch.device]  # where a key of the network goes


@runtime_checkable
class Packed(Protocol):
    """A module that keeps its `weight` in other numbers than the file."""

    def pack(self, weight: Tensor, device: torch.device) -> None: ...
    def packed_bytes(self) -> int: ...


@dataclass(frozen=True)
class Weight:
    """One tensor of a checkpoint, and the file it came from."""

    key: str
    value: Tensor
    file: Path


def checkpoint_folder(name: str | Path) -> Path:
    """The folder of a checkpoint: a local one, or where the hub's cache on this machine holds the id `owner/name`.

    Nothing is downloaded. Raises CheckpointError when there is neither.
    """
    folder = Path(name).expanduser()
    if folder.is_dir():
        return folder
    if folder.exists():
        raise CheckpointError(f"{folder} is a file; give the folder that it lies in")
    if not _HUB_ID.fullmatch(str(name)):
        raise CheckpointError(f"{folder} is not a folder; give the checkpoint's local folder, or its hub id")
    try:
        return Path(snapshot_download(str(name), local_files_only=True))
    except (OSError, ValueError) as error:
        is_path = folder.parent.exists() or str(name).startswith("checkpoints/")
        fetch = "fetch the checkpoint into it" if is_path else f"`hf download {name}` fetches it"
        raise CheckpointError(
            f"{name} is not a folder, and the hub's cache holds nothing by that id; {fetch}, or name another folder "
            "(docs/models.md)"
        ) from error


def likely(source: Path) -> str:
    """The end of a sentence about weights that do not fit: what the folder seems to be, and who takes it."""
    folder = source if source.is_dir() else source.parent
    kind = recognise(folder)
    if kind is UNKNOWN:
        return "does the profile fit this checkpoint?"
    return f"by its config.json the folder is {kind.name}, for {kind.taken_by}"


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


def size_bytes(source: Path) -> int:
    """Of the weight files, on disk."""
    return sum(file.stat().st_size for file in ([source] if source.is_file() else weight_files(source)))


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
    device: str | torch.device | Placed = "cpu",
    dtype: torch.dtype | None = None,
    read: Callable[[Path], Iterator[Weight]] = read_weights,
) -> None:
    """Put a checkpoint into a network, which may have been built on the meta device.

    rename maps the file's keys to the network's; optional(key) tells which of the network's keys may be missing
    (they keep the value they were built with). Every tensor is moved to device (one for all, or that of its key),
    floating ones to dtype; modules that pack their weight do so as it comes. read gives the tensors of source.
    Raises CheckpointError at the first key that is unexpected, mis-shaped or missing.
    """
    wanted = network.state_dict(keep_vars=True)
    place = _placed(device)
    require_room(network, source, place, dtype)
    packed: set[str] = set()
    state: dict[str, Tensor] = {}
    loading = Loading(source, size_bytes(source))
    for weight in read(source):
        key = rename(weight.key) if rename else weight.key
        if key is None:
            continue
        if key not in wanted:
            raise CheckpointError(f"{weight.file}: unexpected key {weight.key!r}; {likely(source)}")
        if wanted[key].shape != weight.value.shape:
            raise CheckpointError(
                f"{weight.file}: key {weight.key!r} has the shape {tuple(weight.value.shape)}, "
                f"config.json asks for {tuple(wanted[key].shape)}; {likely(source)}"
            )
        to = dtype if weight.value.is_floating_point() else None
        owner = network.get_submodule(key.rpartition(".")[0])
        if isinstance(owner, Packed) and key.endswith(".weight"):
            owner.pack(weight.value.to(dtype=to), place(key))
            packed.add(key)
        else:
            state[key] = weight.value.to(device=place(key), dtype=to)
        loading.add(weight.value.nbytes)
    missing = [key for key in wanted if key not in state and key not in packed and not optional(key)]
    if missing:
        files = [source] if source.is_file() else weight_files(source)
        names = files[0].name if len(files) == 1 else f"{files[0].name} to {files[-1].name}"
        raise CheckpointError(
            f"{source}: {len(missing)} keys are missing, the first is {missing[0]!r}; looked in {names}; "
            f"{likely(source)}; are all shards there?"
        )
    network.load_state_dict(state, strict=False, assign=True)
    rebuild_buffers(network, place)
    network.eval().requires_grad_(False)
    loading.finish()


def _placed(device: str | torch.device | Placed) -> Placed:
    if not isinstance(device, str | torch.device):
        return device
    one = torch.device(device)
    return lambda key: one


def stored_bytes(network: nn.Module, dtype: torch.dtype | None) -> dict[str, int]:
    """What each tensor of a network takes once it is loaded."""
    found = {}
    for key, value in network.state_dict(keep_vars=True).items():
        owner = network.get_submodule(key.rpartition(".")[0])
        is_packed = isinstance(owner, Packed) and key.endswith(".weight")
        size = (dtype or value.dtype).itemsize if value.is_floating_point() else value.dtype.itemsize
        found[key] = owner.packed_bytes() if is_packed and isinstance(owner, Packed) else value.numel() * size
    return found


def require_room(network: nn.Module, source: Path, place: Placed, dtype: torch.dtype | None) -> None:
    """Raise CheckpointError before loading when the weights alone are larger than the free memory of a GPU."""
    needed: Counter[torch.device] = Counter()
    for key, size in stored_bytes(network, dtype).items():
        needed[place(key)] += size
    for device, size in needed.items():
        _require_free(size, source, device)


def require_memory(tensors: Iterable[Tensor], source: Path, device: torch.device, dtype: torch.dtype | None) -> None:
    """Raise CheckpointError before loading when the weights alone are larger than the GPU's free memory."""
    _require_free(sum(t.numel() * (dtype or t.dtype).itemsize for t in tensors), source, device)


def _require_free(needed: int, source: Path, device: torch.device) -> None:
    if device.type != "cuda":
        return
    free = torch.cuda.mem_get_info(device)[0]
    if needed > free:
        raise CheckpointError(
            f"{source} needs {needed / 1e9:.1f} GB on {device}, where {free / 1e9:.1f} GB are free; "
            "stop what else uses that GPU, or choose another device, dtype = 'bfloat16' or a smaller model"
        )


def rebuild_buffers(network: nn.Module, device: str | torch.device | Placed = "cpu") -> None:
    """Fill the buffers that no checkpoint holds (rotary frequencies, position ids) after a build on the meta device."""
    place = _placed(device)
    for path, module in network.named_modules():
        own = {name: buffer for name, buffer in module.named_buffers(recurse=False)}
        if any(buffer.is_meta for buffer in own.values()):
            fresh = _fresh_buffers(module, own)
            for name, buffer in fresh.items():
                setattr(module, name, buffer.to(place(f"{path}.{name}")))
        else:
            for name, buffer in own.items():
                setattr(module, name, buffer.to(place(f"{path}.{name}")))


def _fresh_buffers(module: nn.Module, own: dict[str, Tensor]) -> dict[str, Tensor]:
    if set(own) == {"position_ids"}:
        shape = own["position_ids"].shape
        return {"position_ids": torch.arange(shape[-1]).expand(shape)}
    config = getattr(module, "config", None)
    if config is None or "inv_freq" not in own:
        raise CheckpointError(f"{type(module).__name__} has buffers that no checkpoint holds: {sorted(own)}")
    return dict(type(module)(config).named_buffers(recurse=False))
