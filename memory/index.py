"""Nearest neighbours among unit vectors with ids: exact, in half precision, with deletion.

Knows vectors and ids only; what they stand for and whether they are on disk is the keeper's business.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import faiss
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Ids = NDArray[np.int64]


class VectorIndex:
    """Inner product over fp16 copies. Scores are rounded, so that equal things score equally on any machine."""

    def __init__(self, dim: int) -> None:
        self.dim = dim
        self._index = self._empty()
        self._known: set[int] = set()  # saves a scan of all vectors when nothing is there to be deleted

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def fill(self, rows: Iterable[tuple[int, bytes]]) -> int:
        """Replace the contents by (id, float16 vector) rows. Rows of another length are left out and counted."""
        ids: list[int] = []
        blobs: list[bytes] = []
        skipped = 0
        for identity, blob in rows:
            if len(blob) == 2 * self.dim:
                ids.append(identity)
                blobs.append(blob)
            else:
                skipped += 1
        self._index = self._empty()
        self._known = set(ids)
        if ids:
            vectors = np.frombuffer(b"".join(blobs), np.float16).reshape(-1, self.dim)
            for start in range(0, len(ids), 65_536):  # bounds the float32 copy
                some = slice(start, start + 65_536)
                self._index.add_with_ids(vectors[some].astype(np.float32), np.asarray(ids[some], np.int64))
        return skipped

    def add(self, ids: Sequence[int], vectors: Array) -> None:
        """Add (N, D) vectors; an id that is there is replaced."""
        if not ids:
            return
        self.remove(ids)
        self._known.update(ids)
        self._index.add_with_ids(np.ascontiguousarray(vectors, np.float32), np.asarray(ids, np.int64))

    def remove(self, ids: Sequence[int]) -> int:
        """Delete by id; returns how many there were."""
        known = [i for i in dict.fromkeys(ids) if i in self._known]
        known = [i for i in dict.fromkeys(ids) if i in self._known]
        if not known:
            return 0
        self._known.difference_update(known)
        return int(self._index.remove_ids(faiss.IDSelectorBatch(np.asarray(known, np.int64))))

    def search(self, vector: Array, k: int, among: Sequence[int] | None = None) -> list[tuple[int, float]]:
        """The k best (id, score), best first, ties by id; only ids in `among` if given."""
        if len(self) == 0 or k <= 0 or (among is not None and not len(among)):
            return []
        parameters = None
        if among is not None:
            selector = faiss.IDSelectorBatch(np.asarray(among, np.int64))
            parameters = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]  # added by its Python layer
        query = np.ascontiguousarray(vector.reshape(1, -1), np.float32)
        scores, ids = self._index.search(query, min(k, len(self)), params=parameters)
        found = [(int(i), round(float(s), 4)) for i, s in zip(ids[0], scores[0], strict=True) if i >= 0]
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))

    def _empty(self) -> faiss.IndexIDMap2:
        flat = faiss.IndexScalarQuantizer(self.dim, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
        return faiss.IndexIDMap2(flat)
