"""Low-rank changes to the weights of a model, as they lie in a file.

An archive with two arrays for each weight that changes: `<weight>.a` (rank, n_in) and `<weight>.b` (n_out, rank), both
float16; the weight becomes w + b a. Source: E. Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models", 2021
(arXiv:2106.09685).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

Adapter = Mapping[str, tuple[NDArray[np.float16], NDArray[np.float16]]]  # weight -> (rank, n_in), (n_out, rank)


def load_adapter(path: Path) -> Adapter:
    """Raises ValueError where the file is missing or is no adapter."""
    try:
        with np.load(path) as arrays:
            found = {name: arrays[name] for name in arrays.files}
        return {name[:-2]: (found[name], found[name[:-2] + ".b"]) for name in found if name.endswith(".a")}
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
        raise ValueError(f"{path} is no low-rank adapter ({error}); install omnilive again") from error


def save_adapter(path: Path, adapter: Adapter, **others: NDArray[np.float16]) -> None:
    """As `load_adapter` reads it; others: arrays that go with it, which it does not read."""
    arrays = {
        f"{name}.{half}": matrix for name, pair in adapter.items() for half, matrix in zip("ab", pair, strict=True)
    }
    np.savez_compressed(path, allow_pickle=False, **arrays, **others)


def change(adapter: Adapter, name: str) -> NDArray[np.float32]:
    """(n_out, n_in): what is added to a weight."""
    a, b = adapter[name]
    found: NDArray[np.float32] = b.astype(np.float32) @ a.astype(np.float32)
    return found
