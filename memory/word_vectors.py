"""How near single words lie to each other, also those that no dictionary relates: a priest and a church.

From the table of words of all-MiniLM-L6-v2 as `bench.word_vectors` packs it. Words are known by the stems of
`memory.terms`. Knows no question and no memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
PACKED = Path(__file__).with_name("word_vectors.npz")


class WordVectors:
    """Words as unit vectors."""

    def __init__(self, packed: Path = PACKED) -> None:
        with np.load(packed) as arrays:
            names = arrays["names"].tobytes().decode().split("\n")
            vectors = arrays["vectors"].astype(np.float32)
        self._row = {name: n for n, name in enumerate(names)}
        self._vectors: Floats = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    def __contains__(self, word: str) -> bool:
        return word in self._row

    def rows(self, words: Iterable[str]) -> list[int]:
        """Of those that are known, in order."""
        return [self._row[word] for word in words if word in self._row]

    def cosines(self, words: Sequence[str]) -> Floats:
        """(V, N) of every known word to each of these; KeyError for one that is not known."""
        cosines: Floats = self._vectors @ self._vectors[[self._row[word] for word in words]].T
        return cosines


@lru_cache(maxsize=1)
def load() -> WordVectors:
    """The packed vectors, read once."""
    return WordVectors()
