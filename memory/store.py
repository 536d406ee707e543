"""The event log of a memory: one SQLite database, the source of truth for everything that is kept.

Owns sessions, events and their sentences. Writes gather in one transaction until `commit`, which is when they are on
disk. Knows no vectors' meaning, no ranking and no clock: times are given.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from memory.events import OPEN, Event
from memory.schema import MemoryUnusable, check_version, migrate
from memory.terms import terms

LONG_NS = 60 * 10**9  # events that last longer have an index of their own, see memory.schema
Array = NDArray[np.float32]

_EVENT = (
    "SELECT e.id, e.session, e.kind, e.start_ns, e.end_ns, p.text, e.subject, e.value, e.score, e.track, e.attrs,"
    " e.key_frame, e.phrase FROM events e JOIN phrases p ON p.id = e.phrase"
)


@dataclass(frozen=True, slots=True)
class SessionRow:
    no: int
    name: str
    mode: str
    start_unix_s: float
    closed: bool
    seen_ns: int
    frames: int
    serial: int
    clips: int


@dataclass(frozen=True, slots=True)
class Found:
    """An event with the sentence it shares with others like it."""

    event: Event
    phrase: int


class Store:
    """One database file, one connection, one thread."""

    def __init__(self, folder: Path, *, durable: bool = False, read_only: bool = False) -> None:
        """durable: a commit survives a power cut, not only the end of the process; each costs a disk flush.
        read_only: beside the owner, for looking. Raises MemoryUnusable."""
        self.path = folder / "memory.db"
        try:
            if read_only:
                self.database = sqlite3.connect(f"{self.path.absolute().as_uri()}?mode=ro", uri=True)
                check_version(self.database, str(folder))
                return
            self.database = sqlite3.connect(self.path, isolation_level=None, cached_statements=256)
            self.database.execute("PRAGMA journal_mode = WAL")
            self.database.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            self.database.execute("PRAGMA secure_delete = ON")
            self.database.execute("PRAGMA temp_store = MEMORY")
            migrate(self.database, str(folder))
        except sqlite3.Error as error:
            raise MemoryUnusable(
                f"the memory {folder} cannot be opened: {error}; check that the folder is a memory, is writable, has "
                f"room, and that memory.db is not damaged (omnilive memory verify {folder})"
            ) from error

    def close(self) -> None:
        self.commit()
        self.database.close()

    def begin(self) -> None:
        if not self.database.in_transaction:
            self.database.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        if self.database.in_transaction:
            self.database.execute("COMMIT")

    # ---- sessions ------------------------------------------------------------------------------------------------

    def new_session(self, name: str, mode: str, start_unix_s: float) -> SessionRow:
        self.begin()
        done = self.database.execute(
            "INSERT INTO sessions (name, mode, start_unix_s) VALUES (?, ?, ?)", (name, mode, start_unix_s)
        )
        return self.session(int(done.lastrowid or 0))

    def session(self, no: int) -> SessionRow:
        return self._sessions("WHERE no = ?", no)[0]

    def open_session(self, name: str) -> SessionRow | None:
        """The newest session of that name, if it was not closed."""
        found = self._sessions("WHERE name = ? ORDER BY no DESC LIMIT 1", name)
        return found[0] if found and not found[0].closed else None

    def sessions(self) -> list[SessionRow]:
        return self._sessions("ORDER BY no")

    def _sessions(self, where: str, *arguments: object) -> list[SessionRow]:
        rows = self.database.execute(
            f"SELECT no, name, mode, start_unix_s, closed, seen_ns, frames, serial, clips FROM sessions {where}",
            arguments,
        )
        return [SessionRow(*row) for row in rows]

    def progress(self, no: int, *, seen_ns: int, frames: int, serial: int, clips: int) -> None:
        self.begin()
        self.database.execute(
            "UPDATE sessions SET seen_ns = ?, frames = ?, serial = ?, clips = ? WHERE no = ?",
            (seen_ns, frames, serial, clips, no),
        )

    def close_session(self, no: int) -> None:
        self.begin()
        self.database.execute("UPDATE sessions SET closed = 1 WHERE no = ?", (no,))

    # ---- events --------------------------------------------------------------------------------------------------

    def put(self, events: Iterable[Event], *, start_unix_s: float, recorded_at: float) -> list[int]:
        """Write events, new or changed. Returns ids of sentences that no event has any more."""
        self.begin()
        orphans: list[int] = []
        for e in events:
            phrase = self._phrase(e)
            before = self.database.execute("SELECT phrase FROM events WHERE id = ?", (e.id,)).fetchone()
            valid_to = None if e.open else start_unix_s + e.end_ns / 1e9
            self.database.execute(
                "INSERT OR REPLACE INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    e.id, e.session, e.kind, e.start_ns, min(e.end_ns, OPEN), phrase, e.subject, e.value, e.score,
                    e.track, _packed(e.attrs), e.key_frame, start_unix_s + e.start_ns / 1e9, valid_to, recorded_at,
                ),
            )  # fmt: skip
            if before is not None and before[0] != phrase:
                orphans += self._drop_unused([int(before[0])])
        return orphans

    def drop(self, ids: Iterable[int]) -> list[int]:
        """Delete events. Returns ids of sentences that no event has any more."""
        self.begin()
        phrases: list[int] = []
        for identity in ids:
            rows = self.database.execute("DELETE FROM events WHERE id = ? RETURNING phrase", (identity,)).fetchall()
            phrases += [int(row[0]) for row in rows]
        return self._drop_unused(phrases)

    def _drop_unused(self, phrases: Iterable[int]) -> list[int]:
        unused = []
        for phrase in dict.fromkeys(phrases):
            if self.database.execute("SELECT 1 FROM events WHERE phrase = ? LIMIT 1", (phrase,)).fetchone() is None:
                (text,) = self.database.execute("DELETE FROM phrases WHERE id = ? RETURNING text", (phrase,)).fetchone()
                self.database.execute(
                    "INSERT INTO phrase_words (phrase_words, rowid, words) VALUES ('delete', ?, ?)",
                    (phrase, " ".join(terms(text))),
                )
                unused.append(phrase)
        return unused

    def event(self, identity: int) -> Event | None:
        found = self._events("WHERE e.id = ?", identity)
        return found[0].event if found else None

    def open_events(self, session: int) -> list[Event]:
        return [f.event for f in self._events("WHERE e.session = ? AND e.end_ns = ? ORDER BY e.id", session, OPEN)]

    def overlapping(
        self, session: int, from_ns: int, to_ns: int, kinds: Sequence[str], *, limit: int, oldest: bool = False
    ) -> list[Found]:
        """Events of `kinds` (all if empty) that touch [from_ns, to_ns], in order of time; at most `limit`, the newest
        ones, or the oldest ones."""
        of_kind = f"AND e.kind IN ({', '.join('?' * len(kinds))})" if kinds else ""
        order = "ASC" if oldest else "DESC"
        tail = f"{of_kind} ORDER BY e.start_ns {order}, e.id {order} LIMIT ?"
        recent = self._events(
            f"WHERE e.session = ? AND e.start_ns BETWEEN ? AND ? AND e.end_ns >= ? {tail}",
            session, from_ns - LONG_NS, to_ns, from_ns, *kinds, limit,
        )  # fmt: skip
        lasting = self._events(
            f"WHERE e.session = ? AND e.end_ns - e.start_ns > {LONG_NS} AND e.start_ns < ? AND e.end_ns >= ? {tail}",
            session, from_ns - LONG_NS, from_ns, *kinds, limit,
        )  # fmt: skip
        found = sorted((*recent, *lasting), key=lambda f: (f.event.start_ns, f.event.id))
        return found[:limit] if oldest else found[-limit:]

    def of_phrase(
        self, phrase: int, session: int, from_ns: int, to_ns: int, *, limit: int, oldest: bool = False
    ) -> list[Found]:
        """Events with that sentence that touch [from_ns, to_ns], the newest ones or the oldest ones first."""
        order = "ASC" if oldest else "DESC"
        return self._events(
            "WHERE e.phrase = ? AND e.session = ? AND e.start_ns <= ? AND e.end_ns >= ?"
            f" ORDER BY e.start_ns {order}, e.id {order} LIMIT ?",
            phrase, session, to_ns, from_ns, limit,
        )  # fmt: skip

    def _events(self, where: str, *arguments: object) -> list[Found]:
        return [_found(row) for row in self.database.execute(f"{_EVENT} {where}", arguments)]

    # ---- sentences -----------------------------------------------------------------------------------------------

    def _phrase(self, event: Event) -> int:
        text = event.text
        row = self.database.execute("SELECT id FROM phrases WHERE text = ?", (text,)).fetchone()
        if row is not None:
            return int(row[0])
        done = self.database.execute("INSERT INTO phrases (text, gist) VALUES (?, ?)", (text, event.gist))
        identity = int(done.lastrowid or 0)
        self.database.execute(
            "INSERT INTO phrase_words (rowid, words) VALUES (?, ?)", (identity, " ".join(terms(text)))
        )
        return identity

    def unembedded(self, limit: int) -> list[tuple[int, str]]:
        """(sentence, what to embed of it) of those that have no vector yet, oldest first."""
        rows = self.database.execute("SELECT id, gist FROM phrases WHERE vector IS NULL ORDER BY id LIMIT ?", (limit,))
        return [(int(i), str(text)) for i, text in rows]

    def set_vectors(self, ids: Sequence[int], vectors: Array) -> None:
        self.begin()
        self.database.executemany(
            "UPDATE phrases SET vector = ? WHERE id = ?",
            [(half(v), i) for i, v in zip(ids, vectors, strict=True)],
        )

    def vectors(self) -> Iterator[tuple[int, bytes]]:
        """(sentence, float16 vector) of all that have one, in order of id."""
        yield from self.database.execute("SELECT id, vector FROM phrases WHERE vector IS NOT NULL ORDER BY id")

    def occurrences(self, words: Sequence[str]) -> dict[str, int]:
        """In how many sentences each word occurs."""
        found = {}
        for word in dict.fromkeys(words):
            row = self.database.execute("SELECT doc FROM phrase_vocabulary WHERE term = ?", (word,)).fetchone()
            found[word] = int(row[0]) if row else 0
        return found

    def search(self, words: Sequence[str], limit: int) -> list[tuple[int, str]]:
        """(sentence, text) that hold any of the words, the best by BM25 first."""
        if not words:
            return []
        query = " OR ".join('"' + word.replace('"', '""') + '"' for word in dict.fromkeys(words))
        rows = self.database.execute(
            "SELECT w.rowid, p.text FROM (SELECT rowid, rank FROM phrase_words WHERE phrase_words MATCH ?"
            " ORDER BY rank, rowid LIMIT ?) w JOIN phrases p ON p.id = w.rowid ORDER BY w.rank, w.rowid",
            (query, limit),
        )
        return [(int(i), str(text)) for i, text in rows]

    def texts(self, phrases: Sequence[int]) -> dict[int, str]:
        found: dict[int, str] = {}
        for some in _chunks(phrases, 500):
            marks = ", ".join("?" * len(some))
            rows = self.database.execute(f"SELECT id, text FROM phrases WHERE id IN ({marks})", some)
            found.update((int(i), str(text)) for i, text in rows)
        return found


def half(vector: Array) -> bytes:
    return vector.astype(np.float16).tobytes()


def whole(blob: bytes) -> Array:
    return np.frombuffer(blob, np.float16).astype(np.float32)


def _packed(attrs: Mapping[str, str]) -> str:
    return json.dumps(dict(attrs), ensure_ascii=False, sort_keys=True) if attrs else ""


def _found(row: tuple[Any, ...]) -> Found:
    (identity, session, kind, start_ns, end_ns, text, subject, value, score, track, attrs, key_frame, phrase) = row
    event = Event(
        id=identity, session=session, kind=kind, start_ns=start_ns, end_ns=end_ns, text=text, subject=subject,
        value=value, score=score, track=track, attrs=json.loads(attrs) if attrs else {}, key_frame=key_frame,
    )  # fmt: skip
    return Found(event, phrase)


def _chunks(items: Sequence[int], size: int) -> Iterator[list[int]]:
    for start in range(0, len(items), size):
        yield list(items[start : start + size])
