"""Exact nearest neighbours without faiss: the few calls of a faiss index that `memory.index` makes, in numpy.

For an installation without the extra that brings faiss. Fast enough for some 1e5 vectors; it makes no inverted lists.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_GROWTH = 1.5


class NumpyIndex:
    """Inner product over fp16 rows (N, D), each with an id."""

    def __init__(self, dim: int) -> None:
        self.d = dim
        self._rows: NDArray[np.float16] = np.zeros((0, dim), np.float16)  # longer than what is in use
        self._ids: NDArray[np.int64] = np.zeros(0, np.int64)
        self._place: dict[int, int] = {}

    @property
    def ntotal(self) -> int:
        return len(self._place)

    def add_with_ids(self, vectors: NDArray[np.float32], ids: NDArray[np.int64]) -> None:
        used, wanted = self.ntotal, self.ntotal + len(ids)
        if wanted > len(self._rows):
            room = max(wanted, int(len(self._rows) * _GROWTH))
            self._rows = np.concatenate((self._rows, np.zeros((room - len(self._rows), self.d), np.float16)))
            self._ids = np.concatenate((self._ids, np.zeros(room - len(self._ids), np.int64)))
        self._rows[used:wanted] = vectors
        self._ids[used:wanted] = ids
        self._place.update((int(identity), used + n) for n, identity in enumerate(ids))

    def remove_ids(self, ids: NDArray[np.int64]) -> int:
        """Delete by id, closing the gaps; returns how many there were."""
        gone = [self._place.pop(identity) for identity in ids.tolist() if identity in self._place]
        if gone:
            used = self.ntotal + len(gone)
            keep = np.setdiff1d(np.arange(used), gone)
            self._rows[: len(keep)] = self._rows[keep]
            self._rows[len(keep) : used] = 0  # what is deleted does not stay in memory
            self._ids[: len(keep)] = self._ids[keep]
            self._place = {int(identity): n for n, identity in enumerate(self._ids[: len(keep)])}
        return len(gone)

    def search(self, vectors: NDArray[np.float32], k: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Scores and ids (Q, k), best first; of equal ones the earlier added."""
        scores = vectors @ self._rows[: self.ntotal].astype(np.float32).T
        order = np.argsort(-scores, axis=1, kind="stable")[:, :k]
        return np.take_along_axis(scores, order, axis=1), self._ids[order]

    def reconstruct_batch(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """The vectors (N, D) of ids. Raises RuntimeError where there is none, as faiss does."""
        places = [self._place.get(identity, -1) for identity in ids.tolist()]
        if -1 in places:
            raise RuntimeError(f"no vector {ids[places.index(-1)]}")
        vectors: NDArray[np.float32] = self._rows[places].astype(np.float32)
        return vectors
