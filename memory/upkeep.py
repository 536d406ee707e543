"""What keeps a memory in order: its indexes, what is erased from it, how much it may hold.

Works inside the keeper, on one open memory; synchronous.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from memory import question
from memory.archive import Archive
from memory.bearing import wanted
from memory.erase import Eraser
from memory.erased import Erased
from memory.events import OPEN
from memory.grove import Grove
from memory.index import Snapshot, VectorIndex
from memory.retention import Kept, LetGo, oldest, too_old
from memory.store import Store
from memory.terms import telling, terms
from wire.spans import joined

ALWAYS = 2**61  # later than any time, and not open
ROUNDS = 64  # stretches erased for want of room at a time


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be erased: spans of sessions, whatever holds some words, or everything. aged: only because it is old,
    so that what lasts beyond a span goes on."""

    spans: tuple[tuple[int, int, int], ...] = ()
    matching: str = ""
    everything: bool = False
    aged: bool = False


class Upkeep:
    """Indexes, erasing and retention of one memory."""

    def __init__(
        self, store: Store, archive: Archive, grove: Grove, phrases: VectorIndex, clips: VectorIndex, folder: Path
    ) -> None:
        self._store = store
        self._db = store.database
        self._archive = archive
        self._folder = folder
        self._grove = grove
        self._eraser = Eraser(store, archive, grove, folder)
        self.going = self._eraser.going
        self._indexes = {"phrases": phrases, "clips": clips}
        self._rows = {"phrases": store.vectors, "clips": archive.clip_vectors}

    # ---- after the end of the process --------------------------------------------------------------------------------

    def recover(self) -> int:
        """If the last owner did not close the memory or finish an erasure: do that and delete files that no row names.
        Trees that a migration left to be made are made. Marks the memory as in use. Returns how many files went."""
        swept = 0
        if self._note("clean") == "no" or self._note("erasing") == "yes":
            known = {name for (name,) in self._db.execute("SELECT name FROM key_frames")}
            frames = self._folder / "frames"
            for folder, _, names in os.walk(frames):
                for name in names:
                    if not (name.endswith(".jpg") and name[:-4] in known):
                        Path(folder, name).unlink()
                        swept += 1
            if self._note("erasing") == "yes":
                self._eraser.scrub()
        self._set("clean", "no")
        self._set("erasing", "no")
        self._store.commit()
        self._grove.plant()
        return swept

    def leave(self) -> None:
        """The memory is whole: the next owner need not look."""
        self._set("clean", "yes")
        self._store.commit()

    def _note(self, key: str) -> str:
        row = self._db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return str(row[0]) if row else ""

    def _set(self, key: str, value: str) -> None:
        self._store.begin()
        self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    # ---- indexes -------------------------------------------------------------------------------------------------

    def open_indexes(self) -> None:
        """Fill the indexes from the database; large ones from their files, repaired where these lag behind."""
        for name, index in self._indexes.items():
            path = self._path(name)
            if not (self._sound(name, path) and index.restore(path, self._ids(name), partial(self._some, name))):
                index.fill(self._rows[name]())

    def _ids(self, name: str) -> NDArray[np.int64]:
        """Numbers of all that have a vector, without reading the vectors."""
        rows = self._db.execute(f"SELECT id FROM {name} INDEXED BY {name}_embedded WHERE vector IS NOT NULL")
        return np.fromiter((identity for (identity,) in rows), np.int64)

    def _some(self, name: str, ids: Sequence[int]) -> list[tuple[int, bytes]]:
        query = f"SELECT id, vector FROM {name} WHERE id IN (SELECT value FROM json_each(?))"
        return self._db.execute(query, (json.dumps(ids),)).fetchall()

    def save_indexes(self) -> None:
        for name, index in self._indexes.items():
            path = self._path(name)
            if index.save(path):
                self._set(f"index {name}", _digest(path))
                self._store.commit()

    def crowded(self) -> str:
        return next((name for name, index in self._indexes.items() if index.wants_lists()), "")

    def snapshot(self, name: str) -> Snapshot:
        return self._indexes[name].snapshot(self._rows[name]())

    def adopt(self, name: str, lists: Any) -> None:
        self._indexes[name].adopt(lists)

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.index"

    def _sound(self, name: str, path: Path) -> bool:
        """Is the file the one that was written?"""
        return path.is_file() and _digest(path) == self._note(f"index {name}")

    # ---- erasing -------------------------------------------------------------------------------------------------

    def erase(self, wish: Wish) -> Erased:
        """One transaction in the database, then the indexes. If it fails, nothing is erased."""
        self._store.commit()
        try:
            done = self._erased(wish)
            self._store.commit()
        except BaseException:
            self._store.rollback()
            self._grove.forget()
            raise
        self._indexes["phrases"].remove(done.phrases)
        self._indexes["clips"].remove(done.clip_ids)
        self._store.forget()
        terms.cache_clear()
        telling.cache_clear()
        wanted.cache_clear()
        question.forget()
        return done

    def _erased(self, wish: Wish) -> Erased:
        """In the transaction. Files of indexes go before its end: they hold the erased vectors."""
        done = Erased()
        spans = list(wish.spans)
        if wish.matching:
            spans += self._eraser.matching(wish.matching)
        if wish.everything:
            spans += [(row.no, -ALWAYS, ALWAYS) for row in self._store.sessions()]
        for no in sorted({no for no, _, _ in spans}):
            if own := joined((from_ns, to_ns) for of, from_ns, to_ns in spans if of == no):
                self._eraser.spans(no, own, done, aged=wish.aged)
        if not wish.aged:
            self._eraser.told_of(done)
            self._set("erasing", "yes")  # until no trace is left, see recover
        for name in self._indexes:
            self._path(name).unlink(missing_ok=True)
        return done

    def matching(self, words: str) -> list[tuple[int, int, int]]:
        """(session, from, to) of all events whose sentence holds these words."""
        return self._eraser.matching(words)

    def settle(self, done: Erased) -> Erased:
        """Leave no trace in free pages and files, and look whether there is any."""
        self._store.commit()
        self._eraser.settle(done)
        self._set("erasing", "no")
        self._store.commit()
        return done

    # ---- retention -----------------------------------------------------------------------------------------------

    def retain(self, current: int, hours: float, limit_bytes: int, live: Mapping[int, int] | None = None) -> LetGo:
        """Erase what is older than `hours`, then the oldest until no more than `limit_bytes` are used; 0: no limit.
        live: sessions that go on, with the time that it is in each; everything of theirs was committed."""
        times = {current: -ALWAYS, **(live or {})}
        gone = LetGo()
        self._drop(too_old(self._kept(times), current, hours), gone)
        while limit_bytes > 0 and self.used_bytes() > limit_bytes and len(gone.spans) < ROUNDS:
            stretch = oldest(self._kept(times))
            if stretch is None:
                break
            self._drop([stretch], gone)
        return gone

    def used_bytes(self) -> int:
        """Bytes of the database that are in use, and of key frames."""
        pages, free, size = (
            self._db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
        )
        pictures = self._db.execute("SELECT coalesce(sum(size), 0) FROM key_frames").fetchone()[0]
        return int((pages - free) * size + pictures)

    def _drop(self, spans: Sequence[tuple[int, int, int]], gone: LetGo) -> None:
        if not spans:
            return
        done = self.erase(Wish(spans=tuple(spans), aged=True))
        for name in done.files:
            self._archive.remove_file(name)
        gone.spans += done.spans
        gone.pictures |= {*done.files}

    def _kept(self, live: Mapping[int, int]) -> list[Kept]:
        """What there is of each session, by the first and the last of its events and clips; one that goes on and has
        none yet tells what time it is."""
        events, clips = (f"FROM {name} WHERE session = no ORDER BY start_ns" for name in ("events", "clips"))
        rows = self._db.execute(
            f"SELECT no, start_unix_s, (SELECT start_ns {events} LIMIT 1), (SELECT start_ns {clips} LIMIT 1), seen_ns,"
            f" (SELECT start_ns {events} DESC LIMIT 1), (SELECT end_ns {events} DESC LIMIT 1),"
            f" (SELECT end_ns {clips} DESC LIMIT 1) FROM sessions ORDER BY no"
        )
        kept = []
        for no, civil_s, *times in rows:
            now_ns = live.get(no, -ALWAYS)
            firsts = [t for t in times[:2] if t is not None] or ([now_ns] if now_ns >= 0 else [])
            lasts = [t for t in times[2:] if t is not None and t < OPEN]
            if firsts:
                last_ns = max([*lasts, now_ns])
                kept.append(Kept(no, civil_s, min(firsts), last_ns, no in live))
        return kept


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
