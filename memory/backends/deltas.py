"""Changes to the matrices of a small network, in two bits each, as they lie in a file.

An archive: for each matrix that changes `<name>.levels`, (n_out, ceil(n_in / 4)) bytes that hold four levels each, and
`<name>.spread`, (n_out,) in float16, the spread of a row's changes; and whole tensors by their names, in float16. The
four levels are those that lose least of what is spread normally (S. Lloyd, "Least Squares Quantization in PCM", 1982).
That changes learned on top of a network bear one bit each: J. Liu et al., "BitDelta", 2024 (arXiv:2402.10193).
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

_LEVELS = np.asarray([-1.51, -0.4528, 0.4528, 1.51], np.float32)  # in spreads
_BETWEEN = np.asarray([-0.9816, 0.0, 0.9816], np.float32)
_IN_A_BYTE = 4


@dataclass(frozen=True, slots=True, eq=False)
class Deltas:
    """changes: (n_out, n_in) by matrix; whole: tensors that are put in the place of others."""

    changes: Mapping[str, Array]
    whole: Mapping[str, Array]

    def applied(self, tensors: Mapping[str, Array]) -> dict[str, Array]:
        """Weights with these changes. Raises ValueError for changes to weights that are not there."""
        missing = [n for n in self.changes if n not in tensors or tensors[n].shape != self.changes[n].shape]
        if missing:
            raise ValueError(f"changes to {missing[0]}, which this network does not have")
        changed = {n: t + self.changes[n] if n in self.changes else t for n, t in tensors.items()}
        return changed | dict(self.whole)


def save_deltas(path: Path, changes: Mapping[str, Array], whole: Mapping[str, Array]) -> None:
    """Raises ValueError for a matrix whose width is no multiple of four."""
    arrays: dict[str, NDArray[np.uint8] | NDArray[np.float16]] = {}
    for name, change in changes.items():
        if change.shape[1] % _IN_A_BYTE:
            raise ValueError(f"{name} has {change.shape[1]} columns; they must be a multiple of {_IN_A_BYTE}")
        spread = np.sqrt((change**2).mean(axis=1)).astype(np.float16)
        level = np.digitize(change / np.maximum(spread.astype(np.float32), 1e-12)[:, None], _BETWEEN).astype(np.uint8)
        parts = level.reshape(len(change), -1, _IN_A_BYTE) << (2 * np.arange(_IN_A_BYTE, dtype=np.uint8))
        arrays[f"{name}.levels"] = np.bitwise_or.reduce(parts, axis=2)
        arrays[f"{name}.spread"] = spread
    others = {name: tensor.astype(np.float16) for name, tensor in whole.items()}
    np.savez_compressed(path, allow_pickle=False, **arrays, **others)


def load_deltas(path: Path) -> Deltas:
    """Raises ValueError where the file is missing or broken."""
    try:
        with np.load(path) as arrays:
            found = {name: arrays[name] for name in arrays.files}
        named = [name.removesuffix(".levels") for name in found if name.endswith(".levels")]
        changes = {name: _change(found.pop(f"{name}.levels"), found.pop(f"{name}.spread")) for name in named}
        return Deltas(changes, {name: tensor.astype(np.float32) for name, tensor in found.items()})
    except (OSError, ValueError, KeyError, EOFError, BadZipFile, zlib.error) as error:
        raise ValueError(f"{path} holds no changes to a network ({error}); install omnilive again") from error


def _change(packed: NDArray[np.uint8], spread: NDArray[np.float16]) -> Array:
    level = (packed[:, :, None] >> (2 * np.arange(_IN_A_BYTE, dtype=np.uint8))) & 3
    found: Array = _LEVELS[level].reshape(len(packed), -1) * spread.astype(np.float32)[:, None]
    return found
