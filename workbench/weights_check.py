"""A checkpoint looked at without loading it: is it the right one, are its files there and whole, how large is it."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path

from safetensors import SafetensorError, safe_open

from models.checkpoint import CheckpointError, checkpoint_folder, read_json, weight_files
from models.recognise import RELEASE, UNKNOWN, Kind, recognise

# Where in a release the part of a backend may lie, and what that part may be.
PARTS: dict[str, tuple[str, ...]] = {
    "ixc25": ("", "merge_lora", "base"),
    "qwen2_audio": ("", "audio"),
    "ixc_memory": ("", "memory"),
    "clip": ("", "memory"),
}
FAMILIES: dict[str, frozenset[str]] = {
    "ixc25": frozenset({"ixc25"}),
    "internvl": frozenset({"internvl_chat"}),
    "qwen2_audio": frozenset({"qwen2_audio"}),
    "ixc_memory": frozenset({"ixc_memory"}),
    "clip": frozenset({"clip", "ixc_memory"}),
    "siglip": frozenset({"siglip"}),
    "internvit": frozenset({"internvit", "internvl_chat"}),
    "internvl_cg": frozenset({"internvl_cg"}),
    "whisper": frozenset({"whisper"}),
    "pictures": frozenset({"siglip", "internvl_cg"}),
    "vits": frozenset({"vits"}),
}
# Backends whose checkpoint is a few files of their own, without a config.json.
PLAIN_FILES = {
    "moonshine": ("encoder_model.ort", "decoder_model_merged.ort", "tokenizer.bin"),
    "whisper_ct2": ("model.bin", "config.json", "tokenizer.json", "vocabulary.json"),
}
WITHOUT_TOKENIZER = frozenset({"clip", "siglip", "internvit", "internvl_cg"})
_TOKENIZERS = ("tokenizer.json", "tokenizer.model", "spiece.model", "vocab.json", "vocab.txt")
_WIDE = {"F64": 8, "I64": 8, "F32": 4, "I32": 4, "I8": 1, "U8": 1}  # bytes; the others have two


@dataclass(frozen=True)
class Weights:
    """What lies in a folder. n_numbers: parameters, as near as the files' headers tell."""

    folder: Path
    kind: Kind
    n_files: int
    n_bytes: int
    n_numbers: int


def look_at(backend: str, checkpoint: str) -> Weights:
    """The part of a checkpoint that a backend reads. Raises CheckpointError with what is missing or wrong."""
    root = checkpoint_folder(checkpoint)
    if backend in PLAIN_FILES:
        return _plain(root, PLAIN_FILES[backend])
    expected = FAMILIES.get(backend)
    folder = next((root / part for part in PARTS.get(backend, ("",)) if _fits(root / part, expected)), None)
    if folder is None:
        kind = recognise(root)
        if kind not in (RELEASE, UNKNOWN) or (kind is RELEASE and backend not in PARTS):
            raise CheckpointError(f"{root} is {kind.name}, which {backend} does not read; it is for {kind.taken_by}")
        where = " or ".join(f"{root / part}" for part in PARTS.get(backend, ("",)) if part) or str(root)
        raise CheckpointError(f"there is no config.json for {backend} in {where}; fetch that part of the checkpoint")
    files = weight_files(folder)
    n_numbers = sum(_numbers(file) for file in files)
    _check_whole(folder, files)
    if backend not in WITHOUT_TOKENIZER and not any((folder / name).exists() for name in _TOKENIZERS):
        raise CheckpointError(f"{folder} has no tokenizer ({' or '.join(_TOKENIZERS[:2])}); fetch it")
    return Weights(folder, recognise(folder), len(files), sum(file.stat().st_size for file in files), n_numbers)


def _plain(folder: Path, names: tuple[str, ...]) -> Weights:
    missing = [name for name in names if not (folder / name).is_file()]
    if missing:
        raise CheckpointError(f"{folder} lacks {', '.join(missing)}; fetch what is missing")
    size = sum((folder / name).stat().st_size for name in names)
    return Weights(folder, Kind("", "its own files"), len(names), size, size // 4)


def _fits(folder: Path, expected: frozenset[str] | None) -> bool:
    if not (folder / "config.json").exists():
        return False
    return expected is None or recognise(folder).family in expected


def _numbers(file: Path) -> int:
    """Parameters in a file, by its header. Raises CheckpointError for a file that was cut short."""
    size = file.stat().st_size
    if file.suffix != ".safetensors":
        if not zipfile.is_zipfile(file):
            raise CheckpointError(f"{file} cannot be read (it is damaged, or was cut short); fetch it again")
        return size // 2
    try:
        with safe_open(file, framework="np") as shard:
            first = next(iter(shard.keys()), None)
            wide = _WIDE.get(shard.get_slice(first).get_dtype(), 2) if first is not None else 2
    except (SafetensorError, OSError) as error:
        raise CheckpointError(f"{file} cannot be read ({error}); fetch it again") from error
    return size // wide


def _check_whole(folder: Path, files: list[Path]) -> None:
    """The published size of all shards against what lies there."""
    for index in folder.glob("*.index.json"):
        total = read_json(index).get("metadata", {}).get("total_size")
        size = sum(file.stat().st_size for file in files)
        if isinstance(total, int) and size < total * 0.99:
            raise CheckpointError(
                f"{folder} holds {size / 1e9:.1f} GB of weights, {index.name} speaks of {total / 1e9:.1f} GB; "
                "fetch the rest"
            )
