"""What can be read of a database of which pages may be damaged, or are cut off: row after row of a table, past the
places that cannot be read. Writes nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

LAST = 2**62  # no row has a higher number
MOST = 1000  # stretches that cannot be read; behind them nothing is tried any more
_TOLD = 3  # stretches that are named
_HEADER = 100  # bytes


def cut_off(path: Path) -> str:
    """How much of the end of a database's file is missing, "" if nothing is. Nothing is told of one whose header does
    not count its pages, or whose log was not moved into it yet: its owner may be making it longer just now."""
    log = path.with_name(path.name + "-wal")
    with path.open("rb") as file:
        header = file.read(_HEADER)
        n_bytes = file.seek(0, 2)
    known = header.startswith(b"SQLite format 3\0") and len(header) == _HEADER
    if not known or header[24:28] != header[92:96] or (log.is_file() and log.stat().st_size):
        return ""
    page_bytes, n_pages = int.from_bytes(header[16:18], "big"), int.from_bytes(header[28:32], "big")
    n_left = n_bytes // (1 << 16 if page_bytes == 1 else max(page_bytes, 1))
    lost = f"{path.name}: the file is cut off, {n_left} of its {n_pages} pages are there"
    return f"{lost} and {100 * (n_pages - n_left) / n_pages:.0f} % are lost" if n_left < n_pages else ""


class Salvage:
    """The rows of a table in the order of their numbers. n_rows: how many could be read; gaps: (first, last) number of
    each stretch that could not; both when the rows were."""

    def __init__(self, database: sqlite3.Connection, table: str, columns: str) -> None:
        self._db = database
        self._db.text_factory = _decoded
        self._table = table
        self._query = f"SELECT rowid, {columns} FROM {table} WHERE rowid >= ? ORDER BY rowid"
        self._last = self._asked(f"SELECT max(rowid) FROM {table}") or LAST
        self._n_known = self._asked(f"SELECT count(*) FROM {table}")  # of an index, where there is one
        self.n_rows = 0
        self.gaps: list[tuple[int, int]] = []

    def rows(self) -> Iterator[tuple[Any, ...]]:
        at, seen = 1, set[int]()
        while at <= LAST:
            try:
                for number, *row in self._db.execute(self._query, (at,)):
                    if number in seen or not 0 < number <= self._last:  # a damaged page may say anything
                        continue
                    at = max(at, number + 1)
                    seen.add(number)
                    self.n_rows += 1
                    yield tuple(row)
                return
            except sqlite3.DatabaseError:
                one = self._one(at)  # the row before the damaged place is lost together with what follows
            if one is None:
                beyond = self._beyond(at) if len(self.gaps) < MOST else LAST + 1
                self.gaps.append((at, beyond - 1))
                at = beyond
            elif one:
                at = one[0] + 1
                seen.add(one[0])
                self.n_rows += 1
                yield one[1:]
            else:
                return

    def told(self) -> str:
        """What is missing, "" if nothing is."""
        if not self.gaps and self.n_rows >= (self._n_known or 0):
            return ""
        of = f" of {self._n_known}" if self.n_rows < (self._n_known or 0) else ""
        stretches = [f"{a}" if a == b else f"{a} to {b}" if b < LAST else f"{a} and later" for a, b in self.gaps]
        more = f" and {len(stretches) - _TOLD} more stretches" if len(stretches) > _TOLD else ""
        where = f"; damaged: {', '.join(stretches[:_TOLD])}{more}" if self.n_rows and self.gaps else ""
        return f"{self._table}: {self.n_rows}{of} rows could be read{where}"

    def _asked(self, query: str) -> int | None:
        try:
            found: int | None = self._db.execute(query).fetchone()[0]
        except sqlite3.DatabaseError:
            return None
        return found

    def _beyond(self, bad: int) -> int:
        """The first row number behind the damaged place at `bad`, in steps that double, then by halves."""
        step = 1
        while bad + step <= LAST and not self._readable(bad + step):
            step *= 2
        if bad + step > LAST:
            return LAST + 1
        low, high = bad + step // 2, bad + step
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if self._readable(middle) else (middle, high)
        return high

    def _readable(self, at: int) -> bool:
        return self._one(at) is not None

    def _one(self, at: int) -> tuple[Any, ...] | None:
        """The first row from this number on, with its number; () if there is none, None if it cannot be read."""
        try:
            row: tuple[Any, ...] = self._db.execute(f"{self._query} LIMIT 1", (at,)).fetchone() or ()
        except sqlite3.DatabaseError:
            return None
        return row if not row or at <= row[0] <= self._last else None


def _decoded(text: bytes) -> str:
    return text.decode("utf-8", "replace")
