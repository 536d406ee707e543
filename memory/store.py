"""The event log of a memory: one SQLite database, the source of truth for everything that is kept.

Owns sessions, events and their sentences. Writes gather in one transaction until `commit`, which is when they are on
disk. Knows no vectors' meaning, no ranking and no clock: times are given.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path

from memory.elsewhere import of_colour, of_phrases_before, of_tracks
from memory.events import OPEN, Event
from memory.overlap import of_sentences, of_worded, sentences_there, touching
from memory.phrases import Sentences, matching
from memory.rows import COLUMNS, REACHING, SESSIONS, TOLD, Found, SessionRow, attrs_of, evidence_of, found_of, packed
from memory.salvage import cut_off
from memory.schema import MemoryUnusable, check_version, empty, migrate
from wire.messages import Evidence

LOG_PAGES = 8000  # of the write-ahead log, when a question must wait until it is moved
TIDY_EVERY = 32  # commits
KEPT = 1024  # events that are over, as evidence: one log after the other holds mostly the same

_JOINED = "CROSS JOIN events e ON"  # after what chooses the events, which must be read first
_SENTENCE = "CROSS JOIN phrases p ON p.id = e.phrase"
_EVENT = f"SELECT {COLUMNS} FROM events e {_SENTENCE}"


class Store(Sentences):
    """One database file, one connection, one thread."""

    def __init__(self, folder: Path, *, durable: bool = False, read_only: bool = False, cut: bool = False) -> None:
        """durable: a commit survives a power cut, not only the end of the process; each costs a disk flush.
        read_only: beside the owner, for looking. cut: the end of the file is missing. Raises MemoryUnusable."""
        self.path = folder / "memory.db"
        self._commits = 0
        _see_that_it_is_whole(self.path, read_only)
        self._over: dict[int, Evidence] = {}  # the oldest first; who writes events past `put` and `drop` must `forget`
        try:
            super().__init__(_read_only(self.path, cut) if read_only else _owned(self.path, durable))
            (check_version if read_only else migrate)(self.database, str(folder))
        except sqlite3.Error as error:
            raise MemoryUnusable(
                f"the memory {folder} cannot be opened: {error}; check that the folder is a memory, is writable, has "
                f"room, and that memory.db is not damaged (omnilive memory verify {folder})"
            ) from error

    def close(self) -> None:
        self.commit()
        self.database.close()

    def commit(self) -> None:
        if self.database.in_transaction:
            self.database.execute("COMMIT")

    def forget(self) -> None:
        super().forget()
        attrs_of.cache_clear()
        self._over.clear()

    def tidy(self) -> None:
        """Move the write-ahead log into the database, once in a while; for moments in which nobody waits."""
        self._commits += 1
        if self._commits % TIDY_EVERY == 0:
            self.database.execute("PRAGMA wal_checkpoint(PASSIVE)")

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

    def earlier_sessions(self, no: int, from_unix_s: float, to_unix_s: float, *, limit: int) -> list[SessionRow]:
        """Sessions before this one that reach into a span of civil time; the newest, and these first."""
        until = "start_unix_s + max(0, reach_ns) / 1e9"
        where = f"WHERE no < ? AND start_unix_s <= ? AND {until} >= ? ORDER BY no DESC LIMIT ?"
        found = self.database.execute(f"SELECT * FROM ({REACHING}) {where}", (no, to_unix_s, from_unix_s, limit))
        return [SessionRow(*row) for row in found]

    def reaching(self) -> list[SessionRow]:
        """All sessions, each with until when anything was seen or heard."""
        return [SessionRow(*row) for row in self.database.execute(f"{REACHING} ORDER BY no")]

    def has_earlier_sessions(self, no: int) -> bool:
        return self.database.execute("SELECT 1 FROM sessions WHERE no < ? LIMIT 1", (no,)).fetchone() is not None

    def _sessions(self, where: str, *arguments: object) -> list[SessionRow]:
        return [SessionRow(*row) for row in self.database.execute(f"{SESSIONS} {where}", arguments)]

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
            self._over.pop(e.id, None)
            phrase = self.phrase(e)
            before = self.database.execute("SELECT phrase FROM events WHERE id = ?", (e.id,)).fetchone()
            valid_to = None if e.open else start_unix_s + e.end_ns / 1e9
            self.database.execute(
                "INSERT OR REPLACE INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    e.id, e.session, e.kind, e.start_ns, min(e.end_ns, OPEN), phrase, e.subject, e.value, e.score,
                    e.track, packed(e.attrs), e.key_frame, start_unix_s + e.start_ns / 1e9, valid_to, recorded_at,
                ),
            )  # fmt: skip
            if before is not None and before[0] != phrase:
                orphans += self.drop_unused([int(before[0])])
        return orphans

    def drop(self, ids: Iterable[int]) -> list[int]:
        """Delete events. Returns ids of sentences that no event has any more."""
        self.begin()
        phrases: list[int] = []
        for identity in ids:
            self._over.pop(identity, None)
            rows = self.database.execute("DELETE FROM events WHERE id = ? RETURNING phrase", (identity,)).fetchall()
            phrases += [int(row[0]) for row in rows]
        return self.drop_unused(phrases)

    def event(self, identity: int) -> Event | None:
        found = self._rows(f"{_EVENT} WHERE e.id = ?", identity)
        return found[0].event if found else None

    def open_events(self, session: int) -> list[Event]:
        found = self._rows(f"{_EVENT} WHERE e.session = ? AND e.end_ns = {OPEN} ORDER BY e.id", session)
        return [f.event for f in found]

    def overlapping(
        self, session: int, from_ns: int, to_ns: int, kinds: Sequence[str], *, limit: int, oldest: bool = False
    ) -> list[Found]:
        """Events of `kinds` (all if empty) that touch [from_ns, to_ns], in order of time; at most `limit`, the newest
        ones, or the oldest ones."""
        chosen, arguments = touching(session, from_ns, to_ns, kinds, limit, oldest)
        found = self._rows(f"SELECT {COLUMNS} FROM ({chosen}) c {_JOINED} e.id = c.id {_SENTENCE}", *arguments)
        return sorted(found, key=lambda f: (f.event.start_ns, f.event.id))

    def count(self, session: int, from_ns: int, to_ns: int, kinds: Sequence[str], *, limit: int) -> int:
        """How many there are that touch the span; not more than `limit` are counted."""
        chosen, arguments = touching(session, from_ns, to_ns, kinds, limit, False)
        return int(self.database.execute(f"SELECT count(*) FROM ({chosen})", arguments).fetchone()[0])

    def witnessed(
        self,
        session: int,
        from_ns: int,
        to_ns: int,
        kinds: Sequence[str],
        t_ns: int,
        *,
        limit: int,
        oldest: bool = False,
    ) -> list[tuple[int, Evidence]]:
        """(id, evidence as it was known at t_ns) of what `overlapping` gives."""
        chosen, arguments = touching(session, from_ns, to_ns, kinds, limit, oldest)
        rows = sorted(self.database.execute(chosen, arguments).fetchall())
        told = {i: self._over[i] for _, i, end_ns in rows if end_ns <= t_ns and i in self._over}
        told |= self.told_of([i for _, i, _ in rows if i not in told], t_ns)
        return [(i, told[i]) for _, i, _ in rows if i in told]  # not what another process dropped meanwhile

    def told_of(self, ids: Sequence[int], t_ns: int) -> dict[int, Evidence]:
        """These events as evidence, as it was known at t_ns; those that were over are kept."""
        if not ids:
            return {}
        query = f"SELECT {TOLD} FROM json_each(?) j {_JOINED} e.id = j.value {_SENTENCE}"
        rows = self.database.execute(query, (json.dumps(ids),)).fetchall()
        told = {row[0]: evidence_of(row, t_ns) for row in rows}
        self._over.update((row[0], told[row[0]]) for row in rows if row[2] <= t_ns)
        for identity in list(islice(self._over, max(0, len(self._over) - KEPT))):
            del self._over[identity]
        return told

    def of_phrases(
        self, phrases: Iterable[int], session: int, from_ns: int, to_ns: int, *, limit: int, oldest: bool = False
    ) -> list[Found]:
        """Events with one of these sentences that touch [from_ns, to_ns]: of each sentence at most `limit`, its newest
        ones or its oldest ones."""
        return self._rows(of_sentences(oldest), json.dumps(list(phrases)), session, to_ns, from_ns, limit)

    def of_phrases_before(
        self, phrases: Iterable[int], session: int, *, limit: int, oldest: bool = False
    ) -> list[Found]:
        """The same of all earlier sessions."""
        return self._rows(of_phrases_before(oldest), json.dumps(list(phrases)), session, limit)

    def of_colour(
        self, colour: str, phrases: Iterable[int], session: int, from_ns: int, to_ns: int, *, limit: int, oldest: bool
    ) -> list[Found]:
        """What `of_phrases` gives, of those that are in that colour."""
        look = packed({"colour": colour})[1:-1]
        return self._rows(of_colour(oldest), json.dumps(list(phrases)), session, to_ns, from_ns, look, limit)

    def of_tracks(self, session: int, tracks: Sequence[tuple[int, int]], from_ns: int, to_ns: int) -> list[Found]:
        """Events of these things, each a (track, moment at which it was found), that begin in [from_ns, to_ns]: those
        near that moment."""
        return self._rows(of_tracks(), json.dumps(tracks), session, from_ns, to_ns)

    def with_all(
        self,
        words: Sequence[str],
        session: int,
        from_ns: int,
        to_ns: int,
        kinds: Iterable[str],
        *,
        limit: int,
        oldest: bool = False,
    ) -> list[Found]:
        """Of each sentence that holds every one of the words its newest or its oldest event of `kinds` that touches
        [from_ns, to_ns]; of these the newest ones or the oldest ones, and these first."""
        known = self.vocabulary()
        if not words or any(word.isalnum() and word not in known for word in words):
            return []
        asked = (matching(words, " AND "), session, to_ns, from_ns, json.dumps([*kinds]), limit)
        return self._rows(of_worded(oldest), *asked)

    def any_of_phrases(self, phrases: Iterable[int], session: int, from_ns: int, to_ns: int) -> bool:
        """Whether an event with one of these sentences touches [from_ns, to_ns]."""
        return bool(self._present(phrases, session, from_ns, to_ns, 1))

    def present(self, phrases: Iterable[int], session: int, from_ns: int, to_ns: int) -> set[int]:
        """Which of these sentences an event that touches [from_ns, to_ns] has."""
        return self._present(phrases, session, from_ns, to_ns, -1)

    def _present(self, phrases: Iterable[int], session: int, from_ns: int, to_ns: int, limit: int) -> set[int]:
        asked = (json.dumps(list(phrases)), session, to_ns, from_ns, limit)
        return {int(number) for (number,) in self.database.execute(sentences_there(), asked)}

    def _rows(self, query: str, *arguments: object) -> list[Found]:
        return [found_of(row) for row in self.database.execute(query, arguments)]


def _see_that_it_is_whole(path: Path, read_only: bool) -> None:
    """What can still be saved of a file that is cut off must not be written over, nor the log of one that is empty,
    which SQLite deletes even for a reader. Raises MemoryUnusable."""
    log = path.with_name(path.name + "-wal")
    try:
        if not path.stat().st_size and (read_only or (log.is_file() and log.stat().st_size)):
            raise MemoryUnusable(empty(str(path.parent)))
        lost = "" if read_only else cut_off(path)
    except OSError:  # there is none yet, or opening it says why it cannot be read
        return
    if lost:
        raise MemoryUnusable(
            f"the memory {path.parent} is damaged: {lost}; save what can be read with omnilive memory export "
            f"{path.parent}, and begin a new memory"
        )


def _read_only(path: Path, cut: bool) -> sqlite3.Connection:
    """Where nothing may be written and there is no log to read, without the lock files that reading wants."""
    still = not os.access(path.parent, os.W_OK) and not path.with_name(path.name + "-wal").exists()
    database = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro{'&immutable=1' if still else ''}", uri=True)
    database.execute(f"PRAGMA writable_schema = {cut:d}")  # else a file of which the end is missing is refused
    return database


def _owned(path: Path, durable: bool) -> sqlite3.Connection:
    database = sqlite3.connect(path, isolation_level=None, cached_statements=256)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
    database.execute(f"PRAGMA wal_autocheckpoint = {LOG_PAGES}")  # `tidy` comes first
    database.execute("PRAGMA secure_delete = ON")
    database.execute("PRAGMA temp_store = MEMORY")
    return database
