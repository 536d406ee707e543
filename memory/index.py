"""Nearest neighbours among unit vectors with ids: exact in half precision, by inverted lists when there are many.

Knows vectors and ids only; what they stand for and whether they are on disk is the keeper's business. The switch to
inverted lists is made in three steps, so that the long one can run elsewhere while searches go on: `snapshot`,
`build_lists`, `adopt`. Without faiss installed everything is exact, in numpy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from memory.gpu_index import gpu_copy
from memory.numpy_index import NumpyIndex

try:
    import faiss
except ImportError:  # an installation without the extra `cpu` or `gpu`
    HAS_FAISS = False
else:
    HAS_FAISS = True

Array = NDArray[np.float32]
Halves = NDArray[np.float16]
Ids = NDArray[np.int64]

EXACT_UP_TO = 100_000  # vectors that are scanned one by one
GROWTH = 2  # lists are trained anew when there are that many times more vectors
WORTH_A_THREAD = 20_000  # vectors to scan
PROBES = 64  # lists that are looked into: of 1e5 sentences, 95 % of the 256 nearest are found, 78 % with 16
_TOGETHER = 512  # vectors read at a time; more would make faiss start threads
_CHUNK = 16_384  # vectors converted at a time; bounds the float32 copy
_TRAINED_ON = 64  # vectors for each list centre


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    ids: Ids
    vectors: Halves  # (N, D)


class VectorIndex:
    """Inner product over fp16 copies. Scores are rounded, so that equal things score equally on any machine."""

    def __init__(self, dim: int, *, exact_up_to: int = EXACT_UP_TO) -> None:
        self.dim = dim
        self._exact_up_to = exact_up_to
        self._index: faiss.Index | NumpyIndex = _exact(dim)
        self._trained_on = 0  # vectors there were when the lists were made; 0: exact
        self._since: tuple[dict[int, Array], set[int]] | None = None  # added, removed since the snapshot
        self._gpu = gpu_copy(faiss) if HAS_FAISS else None
        self._beside = ThreadPoolExecutor(1, "index")

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def exact(self) -> bool:
        return self._trained_on == 0

    # ---- contents ------------------------------------------------------------------------------------------------

    def fill(self, rows: Iterable[tuple[int, bytes]]) -> int:
        """Replace the contents by (id, float16 vector) rows. Rows of another length are left out and counted."""
        self._use(_exact(self.dim), 0)
        skipped = 0
        remaining = iter(rows)
        while some := list(islice(remaining, _CHUNK)):
            kept = [row for row in some if len(row[1]) == 2 * self.dim]
            skipped += len(some) - len(kept)
            _add(self._index, np.asarray([identity for identity, _ in kept], np.int64), _halves(kept, self.dim))
        return skipped

    def add(self, ids: Sequence[int], vectors: Array) -> None:
        """Add (N, D) vectors with ids that are not there yet."""
        if not len(ids):
            return
        rows, numbers = np.ascontiguousarray(vectors, np.float32), np.asarray(ids, np.int64)
        self._index.add_with_ids(rows, numbers)
        if self._gpu is not None:
            self._gpu.add(rows, numbers)
        if self._since is not None:
            self._since[0].update(zip(ids, vectors, strict=True))

    def remove(self, ids: Sequence[int]) -> int:
        """Delete by id; returns how many there were."""
        if not len(ids):
            return 0
        if self._since is not None:
            for identity in ids:
                self._since[0].pop(identity, None)
            self._since[1].update(ids)
        if self._gpu is not None:
            self._gpu.drop()
        array = np.asarray(ids, np.int64)
        if isinstance(self._index, NumpyIndex):
            return self._index.remove_ids(array)
        selector = faiss.IDSelectorBatch(array) if self.exact else faiss.IDSelectorArray(array)
        return int(self._index.remove_ids(selector))

    # ---- search --------------------------------------------------------------------------------------------------

    def search(self, vectors: Array, k: int) -> dict[int, float]:
        """The k ids nearest to each of the (Q, D) vectors, each with its best score."""
        if len(self) == 0 or k <= 0 or not len(vectors):
            return {}
        if HAS_FAISS:
            faiss.omp_set_num_threads(1)  # where other processes work too, threads wait more than they save
        rows, k = np.ascontiguousarray(vectors, np.float32), min(k, len(self))
        scores, ids = self._index.search(rows, k) if self._gpu is None else self._gpu.search(self._index, rows, k)
        return _best(scores, ids)

    def search_beside(self, vectors: Array, k: int) -> Future[dict[int, float]]:
        """`search`, in a thread of its own where it takes longer than that costs. Nothing may be changed here until
        its result is there."""
        if len(self) > WORTH_A_THREAD and self.exact and self._gpu is None:
            return self._beside.submit(self.search, vectors, k)
        done: Future[dict[int, float]] = Future()
        done.set_result(self.search(vectors, k))
        return done

    def found(self, vectors: Array, k: int) -> tuple[dict[int, float], Array]:
        """What `search` gives, and the (N, D) vectors of it in that order."""
        if not self._codes_come_along or len(self) == 0 or k <= 0 or not len(vectors):
            best = self.search(vectors, k)
            return best, self.vectors(best)[1]
        faiss.omp_set_num_threads(1)
        rows, k = np.ascontiguousarray(vectors, np.float32), min(k, len(self))
        lists: Any = self._index
        scores, ids, codes = lists.search_and_return_codes(rows, k, include_listnos=True)
        best = _best(scores, ids)
        place = {identity: n for n, identity in enumerate(ids.ravel().tolist())}
        return best, lists.sa_decode(codes.reshape(ids.size, -1)[[place[identity] for identity in best]])

    @property
    def _codes_come_along(self) -> bool:
        """Lists can give the vectors of what they find without looking each up by its id."""
        return HAS_FAISS and self._gpu is None and isinstance(self._index, faiss.IndexIVFScalarQuantizer)

    def vectors(self, ids: Iterable[int]) -> tuple[list[int], Array]:
        """Those of these ids that are there, and their (N, D) vectors."""
        asked = list(ids)
        found = [part for at in range(0, len(asked), _TOGETHER) for part in self._held(asked[at : at + _TOGETHER])]
        there = [identity for some, _ in found for identity in some]
        return there, np.concatenate([rows for _, rows in found]) if found else np.zeros((0, self.dim), np.float32)

    def _held(self, ids: list[int]) -> list[tuple[list[int], Array]]:
        """Those of them that are there, with their vectors, in parts: all at once, or by halves if one is missing."""
        try:
            return [(ids, self._index.reconstruct_batch(np.asarray(ids, np.int64)))]
        except RuntimeError:  # its way of saying that there is no such id
            if len(ids) == 1:
                return []
            half = len(ids) // 2
            return self._held(ids[:half]) + self._held(ids[half:])

    def scores(self, vectors: Array, ids: Iterable[int]) -> dict[int, float]:
        """The best score of each of these ids over the (Q, D) vectors; ids that are not there are left out."""
        there, rows = self.vectors(ids)
        return best_of(rows, vectors, there)

    # ---- inverted lists --------------------------------------------------------------------------------------------

    def wants_lists(self) -> bool:
        """True when lists are to be made, or made anew, and nobody is at it."""
        if self._since is not None or not HAS_FAISS:
            return False
        return len(self) > (self._exact_up_to if self.exact else GROWTH * self._trained_on)

    def snapshot(self, rows: Iterable[tuple[int, bytes]]) -> Snapshot:
        """The contents as they are on disk now; what changes from here on is noted for `adopt`."""
        kept = [(identity, blob) for identity, blob in rows if len(blob) == 2 * self.dim]
        self._since = ({}, set())
        return Snapshot(np.asarray([identity for identity, _ in kept], np.int64), _halves(kept, self.dim))

    def adopt(self, lists: faiss.IndexIVF) -> None:
        """Search in these lists from now on, brought up to date with what changed since the snapshot."""
        added, removed = self._since or ({}, set())
        gone = np.asarray(sorted(removed | added.keys()), np.int64)
        if len(gone):
            lists.remove_ids(faiss.IDSelectorArray(gone))
        self._use(lists, max(1, int(lists.ntotal)))
        if added:
            self.add(list(added), np.stack(list(added.values())))

    def save(self, path: Path) -> bool:
        """Write the lists to a file, complete or not at all; exact contents are quicker read from the database."""
        if self.exact or isinstance(self._index, NumpyIndex):
            return False
        partial = path.with_suffix(".part")
        faiss.write_index(self._index, str(partial))
        partial.replace(path)
        return True

    def restore(self, path: Path, ids: Ids, vectors: Callable[[Sequence[int]], Iterable[tuple[int, bytes]]]) -> bool:
        """Read lists from a file and repair them: `ids` are those on disk, `vectors` brings (id, float16 vector) of
        some of them. False if the file is of no use."""
        if not HAS_FAISS:
            return False
        try:
            lists = faiss.read_index(str(path))
        except RuntimeError:  # no such file, or damaged
            return False
        if not isinstance(lists, faiss.IndexIVF) or lists.d != self.dim:
            return False
        there = _ids_of(lists)
        extra = np.setdiff1d(there, ids)
        if len(extra):
            lists.remove_ids(faiss.IDSelectorArray(extra))
        lists.nprobe = PROBES
        self._use(lists, max(1, int(lists.ntotal)))
        missing = [row for row in vectors(np.setdiff1d(ids, there).tolist()) if len(row[1]) == 2 * self.dim]
        _add(lists, np.asarray([identity for identity, _ in missing], np.int64), _halves(missing, self.dim))
        return True

    def _use(self, index: faiss.Index | NumpyIndex, trained_on: int) -> None:
        self._index, self._trained_on, self._since = index, trained_on, None
        if self._gpu is not None:
            self._gpu.drop()


def build_lists(snapshot: Snapshot) -> faiss.IndexIVF:
    """Inverted lists of a snapshot. Takes seconds to minutes; touches nothing that is in use."""
    faiss.omp_set_num_threads(1)
    n, dim = snapshot.vectors.shape
    n_lists = max(1, round(4 * n**0.5))
    lists = faiss.IndexIVFScalarQuantizer(
        faiss.IndexFlatIP(dim), dim, n_lists, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
    )
    lists.cp.niter = 6
    lists.cp.min_points_per_centroid = 1  # small ones, in tests
    chosen = np.random.default_rng(0).permutation(n)[: _TRAINED_ON * n_lists]
    lists.train(snapshot.vectors[np.sort(chosen)].astype(np.float32))
    lists.set_direct_map_type(faiss.DirectMap.Hashtable)  # type: ignore[attr-defined]  # deletion and reading by id without a scan
    lists.nprobe = PROBES
    _add(lists, snapshot.ids, snapshot.vectors)
    return lists


def _exact(dim: int) -> faiss.IndexIDMap2 | NumpyIndex:
    if not HAS_FAISS:
        return NumpyIndex(dim)
    flat = faiss.IndexScalarQuantizer(dim, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
    return faiss.IndexIDMap2(flat)


def best_of(rows: Array, vectors: Array, ids: Sequence[int]) -> dict[int, float]:
    """By id the best score of each of (N, D) rows over (Q, D) vectors; nothing where there are none of either."""
    if not len(rows) or not len(vectors):
        return {}
    return dict(zip(ids, rounded((rows @ vectors.T).max(axis=1)), strict=True))


def _best(scores: Array, ids: Ids) -> dict[int, float]:
    """By id the best of its scores, from what a search over several vectors gives."""
    if len(ids) == 1:
        return {i: score for i, score in zip(ids[0].tolist(), rounded(scores[0]), strict=True) if i >= 0}
    best: dict[int, float] = {}
    for identity, score in zip(ids.ravel().tolist(), rounded(scores.ravel()), strict=True):
        if identity >= 0 and score > best.get(identity, -1.1):
            best[identity] = score
    return best


def rounded(scores: Array) -> list[float]:
    """To four digits, so that equal things score equally on any machine."""
    found: list[float] = np.round(scores.astype(np.float64), 4).tolist()
    return found


def _halves(rows: Sequence[tuple[int, bytes]], dim: int) -> Halves:
    return np.frombuffer(b"".join(blob for _, blob in rows), np.float16).reshape(-1, dim)


def _add(index: faiss.Index | NumpyIndex, ids: Ids, vectors: Halves) -> None:
    for start in range(0, len(ids), _CHUNK):
        some = slice(start, start + _CHUNK)
        if HAS_FAISS and isinstance(index, faiss.IndexIDMap2):  # what it keeps is what is on disk
            index.add_sa_codes(vectors[some].view(np.uint8), ids[some])
        else:
            index.add_with_ids(vectors[some].astype(np.float32), ids[some])


def _ids_of(lists: faiss.IndexIVF) -> Ids:
    """All ids, in no order."""
    held = lists.invlists
    assert held is not None  # inverted lists are what it is made of
    found = [
        faiss.rev_swig_ptr(held.get_ids(n), size).copy() for n in range(lists.nlist) if (size := held.list_size(n))
    ]
    return np.concatenate(found) if found else np.zeros(0, np.int64)
