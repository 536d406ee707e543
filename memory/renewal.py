"""Vectors that another model made, or an earlier form of this one, are made anew, the newest first.

Works inside the keeper, on one open memory. How far it has come is on disk, so that it goes on after a restart. Until
a vector is renewed the old one stays: meanwhile the memory is searched as well as it can be.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from memory.index import VectorIndex
from memory.phrases import half, whole
from memory.store import Store

Array = NDArray[np.float32]
Told = tuple[str, ...]  # the sentences of which a vector is made

SAMPLED = 3  # newest rows by which it is told whether the model is still the same
SAME = 0.99  # cosine; what is stored has half precision
KINDS = {"phrases": "json_array(gist)", "clips": "sentences"}  # table -> what its vectors are made of


class Renewal:
    """indexes: by the name of the table whose vectors they hold."""

    def __init__(self, store: Store, indexes: Mapping[str, VectorIndex]) -> None:
        self._store = store
        self._db = store.database
        self._indexes = indexes

    def sample(self, name: str) -> list[Told]:
        """What the vectors of the newest rows are made of, for `compare`."""
        return [told for _, told, _ in self._newest(name)]

    def compare(self, name: str, vectors: Array) -> int:
        """vectors: (N, D) that the model of today gives for `sample`. Returns how many rows are to be renewed: all if
        one of these differs, else what an earlier renewal left."""
        if self._differ(name, vectors):
            (newest,) = self._db.execute(f"SELECT max(id) FROM {name} WHERE vector IS NOT NULL").fetchone()
            self._mark(name, newest)
            self._store.commit()
        return self._left(name)

    def over(self, name: str, vectors: Array) -> bool:
        """Whether all vectors are of the model of today, which gives `vectors` for `sample`. Writes nothing."""
        return not self._left(name) and not self._differ(name, vectors)

    def pending(self, name: str, limit: int) -> list[tuple[int, Told]]:
        """(id, what its vector is made of) of the rows that come next; with none left the renewal is over."""
        rows = self._rows(name, "<=", limit)
        if not rows:
            self._store.begin()
            self._db.execute("DELETE FROM meta WHERE key = ?", (_key(name),))
            self._store.commit()
        return [(identity, told) for identity, told, _ in rows]

    def renewed(self, name: str, ids: Sequence[int], vectors: Array) -> None:
        """Put in the vectors of what `pending` gave, but for rows that were erased meanwhile."""
        self._store.begin()
        update = f"UPDATE {name} SET vector = ? WHERE id = ? AND vector IS NOT NULL"
        kept = [
            n for n, (identity, vector) in enumerate(zip(ids, vectors, strict=True))
            if self._db.execute(update, (half(vector), identity)).rowcount
        ]  # fmt: skip
        there = [ids[n] for n in kept]
        self._indexes[name].remove(there)
        self._indexes[name].add(there, vectors[kept])
        self._mark(name, min(ids) - 1)
        self._store.commit()

    def _differ(self, name: str, vectors: Array) -> bool:
        return any(
            old.shape != new.shape or float(old @ new) < SAME
            for (_, _, old), new in zip(self._newest(name), vectors, strict=True)
        )

    def _left(self, name: str) -> int:
        query = f"SELECT count(*) FROM {name} WHERE vector IS NOT NULL AND id <= ?"
        return int(self._db.execute(query, (self._up_to(name),)).fetchone()[0])

    def _newest(self, name: str) -> list[tuple[int, Told, Array]]:
        """The rows that every renewal comes to first; of one that goes on, only those that it has come to."""
        return self._rows(name, ">", SAMPLED)

    def _rows(self, name: str, side: str, limit: int) -> list[tuple[int, Told, Array]]:
        """The newest of those on one side of the mark."""
        rows = self._db.execute(
            f"SELECT id, {KINDS[name]}, vector FROM {name} WHERE vector IS NOT NULL AND id {side} ?"
            " ORDER BY id DESC LIMIT ?",
            (self._up_to(name), limit),
        )
        return [(int(i), tuple(json.loads(told)), whole(vector)) for i, told, vector in rows]

    def _up_to(self, name: str) -> int:
        row = self._db.execute("SELECT value FROM meta WHERE key = ?", (_key(name),)).fetchone()
        return int(row[0]) if row else -1

    def _mark(self, name: str, up_to: int) -> None:
        self._store.begin()
        self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (_key(name), str(up_to)))


def _key(name: str) -> str:
    return f"renew {name} up to"
