"""The tables of a memory and how an older memory becomes a newer one.

Owns the layout only. A migration is a list of statements that take a memory from one version to the next, in one
transaction; the first takes an empty database to version 1.
"""

from __future__ import annotations

import sqlite3

from memory.terms import words_of


class MemoryUnusable(Exception):
    """A memory that cannot be opened: the sentence names the folder, the cause and the fix."""


class MemoryOutdated(MemoryUnusable):
    """A memory of an older version, which looking alone does not bring up to date."""


_V1 = (
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    """CREATE TABLE sessions (
        no INTEGER PRIMARY KEY,
        name TEXT NOT NULL,
        mode TEXT NOT NULL,
        start_unix_s REAL NOT NULL,   -- civil time of t = 0; when it is not known, that of the opening
        closed INTEGER NOT NULL DEFAULT 0,
        seen_ns INTEGER NOT NULL DEFAULT -1,  -- newest frame that is on disk
        frames INTEGER NOT NULL DEFAULT 0,
        serial INTEGER NOT NULL DEFAULT 1,    -- next event
        clips INTEGER NOT NULL DEFAULT 1      -- next clip
    )""",
    # A sentence is stored, embedded and indexed once, however often it is true.
    """CREATE TABLE phrases (
        id INTEGER PRIMARY KEY,
        text TEXT NOT NULL UNIQUE,
        gist TEXT NOT NULL,                   -- what is embedded of it: the words themselves, without our wording
        vector BLOB                           -- float16, NULL until it is embedded
    )""",
    "CREATE INDEX phrases_unembedded ON phrases (id) WHERE vector IS NULL",
    "CREATE VIRTUAL TABLE phrase_words USING fts5 (words, content='', tokenize='unicode61')",
    "CREATE VIRTUAL TABLE phrase_vocabulary USING fts5vocab (phrase_words, row)",
    # end_ns is 2^62 while something lasts. valid_*: civil seconds in which it was true; recorded_at: when written.
    """CREATE TABLE events (
        id INTEGER PRIMARY KEY,
        session INTEGER NOT NULL REFERENCES sessions (no),
        kind TEXT NOT NULL,
        start_ns INTEGER NOT NULL,
        end_ns INTEGER NOT NULL,
        phrase INTEGER NOT NULL REFERENCES phrases (id),
        subject TEXT NOT NULL,
        value REAL NOT NULL,
        score REAL NOT NULL,
        track INTEGER NOT NULL,
        attrs TEXT NOT NULL,
        key_frame TEXT NOT NULL,
        valid_from REAL NOT NULL,
        valid_to REAL,
        recorded_at REAL NOT NULL
    )""",
    "CREATE INDEX events_by_time ON events (session, start_ns)",
    "CREATE INDEX events_by_kind ON events (session, kind, start_ns)",
    "CREATE INDEX events_by_phrase ON events (phrase, session, start_ns)",
    # Few events last long; with them apart, what overlaps a span is found without reading all that began before it.
    f"CREATE INDEX events_long ON events (session, start_ns) WHERE end_ns - start_ns > {60 * 10**9}",
    """CREATE TABLE clips (
        id INTEGER PRIMARY KEY,
        session INTEGER NOT NULL REFERENCES sessions (no),
        start_ns INTEGER NOT NULL,
        end_ns INTEGER NOT NULL,
        frames INTEGER NOT NULL,
        sentences TEXT NOT NULL,              -- JSON list
        key_frame TEXT NOT NULL,
        vector BLOB,                          -- float16, what questions are compared with; NULL while open
        appearance BLOB,                      -- float16, mean of its frames
        tokens BLOB,                          -- float16 local memory of models that have one
        token_shape TEXT NOT NULL DEFAULT ''
    )""",
    "CREATE INDEX clips_by_time ON clips (session, start_ns)",
    """CREATE TABLE key_frames (
        name TEXT PRIMARY KEY,
        session INTEGER NOT NULL REFERENCES sessions (no),
        t_ns INTEGER NOT NULL,
        size INTEGER NOT NULL,
        sha256 TEXT NOT NULL
    )""",
    "CREATE INDEX key_frames_by_time ON key_frames (session, t_ns)",
    # The question as it was sent, for sending it again; what was heard of the reply.
    """CREATE TABLE questions (
        reply_id TEXT NOT NULL,
        session INTEGER NOT NULL REFERENCES sessions (no),
        id TEXT NOT NULL,
        t_ns INTEGER NOT NULL,
        text TEXT NOT NULL,
        message BLOB NOT NULL,
        asked_event INTEGER NOT NULL,
        answer_event INTEGER NOT NULL,
        sent INTEGER NOT NULL DEFAULT 0,
        played INTEGER NOT NULL DEFAULT 0,
        heard TEXT NOT NULL DEFAULT '',
        PRIMARY KEY (session, reply_id)
    )""",
    "CREATE UNIQUE INDEX questions_by_id ON questions (session, id)",
)

_V2 = (
    # The merge tree; its children are the clips of its span. Empty in a memory that was made before: built from clips.
    """CREATE TABLE nodes (
        id INTEGER PRIMARY KEY,
        session INTEGER NOT NULL REFERENCES sessions (no),
        level INTEGER NOT NULL,
        start_ns INTEGER NOT NULL,
        end_ns INTEGER NOT NULL,
        vector BLOB NOT NULL,
        clips INTEGER NOT NULL,
        merges INTEGER NOT NULL,
        said TEXT NOT NULL,                   -- JSON: [text, first_ns, count]
        shown TEXT NOT NULL,                  -- JSON: names of key frames
        looks BLOB NOT NULL                   -- float16, one row for each of them
    )""",
    "CREATE INDEX nodes_by_time ON nodes (session, start_ns)",
)

# Events that outlast a minute, by how long they last. Each class has an index of its own and a longest duration, so
# that what of it reaches into a span is found among those that began at most that long before it.
_S = 10**9
_DURATION = "end_ns - start_ns"
LASTING: tuple[tuple[str, int | None], ...] = (  # (condition on an event, longest duration)
    (f"{_DURATION} > {60 * _S} AND {_DURATION} <= {600 * _S}", 600 * _S),
    (f"{_DURATION} > {600 * _S} AND {_DURATION} <= {6000 * _S}", 6000 * _S),
    (f"{_DURATION} > {6000 * _S}", None),
)

_V3 = (
    "DROP INDEX IF EXISTS events_long",
    *(
        f"CREATE INDEX IF NOT EXISTS events_lasting_{n} ON events (session, start_ns) WHERE {condition}"
        for n, (condition, _) in enumerate(LASTING)
    ),
    "CREATE INDEX IF NOT EXISTS clips_unfinished ON clips (id) WHERE vector IS NULL",
    "CREATE INDEX IF NOT EXISTS clips_embedded ON clips (id) WHERE vector IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS phrases_embedded ON phrases (id) WHERE vector IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS questions_unplayed ON questions (session, t_ns) WHERE played = 0",
    "CREATE INDEX IF NOT EXISTS events_open ON events (session, id) WHERE end_ns = 4611686018427387904",
)

# The words by which a sentence is found, as they were given to full text: it needs the same ones to forget them, and
# what a question looks for is compared with them. words_of is memory.terms.words_of.
_V4 = (
    "ALTER TABLE phrases ADD COLUMN words TEXT NOT NULL DEFAULT ''",
    "UPDATE phrases SET words = words_of(text)",
    "INSERT INTO phrase_words (phrase_words) VALUES ('delete-all')",
    "INSERT INTO phrase_words (rowid, words) SELECT id, words FROM phrases",
)

# What one voice said, in the order in which it did.
_V5 = (
    "CREATE INDEX IF NOT EXISTS events_by_voice ON events (session, track, start_ns)"
    " WHERE kind = 'speech' AND track <> 0",
)

MIGRATIONS: tuple[tuple[str, ...], ...] = (_V1, _V2, _V3, _V4, _V5)
VERSION = len(MIGRATIONS)


def migrate(database: sqlite3.Connection, folder: str) -> int:
    """Bring a database to VERSION, one transaction a step. Returns the version it had. Raises MemoryUnusable."""
    had = int(database.execute("PRAGMA user_version").fetchone()[0])
    _check_known(had, folder)
    database.create_function("words_of", 1, words_of, deterministic=True)
    for version in range(had, VERSION):
        with transaction(database):
            for statement in MIGRATIONS[version]:
                database.execute(statement)
            database.execute(f"PRAGMA user_version = {version + 1}")
    return had


def check_version(database: sqlite3.Connection, folder: str) -> None:
    """For looking without changing anything. Raises MemoryOutdated for an older memory, MemoryUnusable for a newer
    one."""
    has = int(database.execute("PRAGMA user_version").fetchone()[0])
    _check_known(has, folder)
    if not has:
        raise MemoryUnusable(empty(folder))
    if has != VERSION:
        raise MemoryOutdated(
            f"the memory {folder} has version {has}, this program reads version {VERSION}; run a session on it once, "
            "which brings an older one up to date"
        )


def empty(folder: str) -> str:
    """What is said of a memory whose database holds nothing."""
    return (
        f"the memory {folder} is empty: nothing was written into memory.db yet, or its content is lost; key frames "
        "that were kept are in its folder frames; begin a new memory in another folder"
    )


def _check_known(version: int, folder: str) -> None:
    if version > VERSION:
        raise MemoryUnusable(
            f"the memory {folder} has version {version}, this program knows up to {VERSION}; use a newer program"
        )


class transaction:
    """`with transaction(db):` all of it or nothing. The connection is in autocommit mode otherwise."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def __enter__(self) -> None:
        self._database.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if self._database.in_transaction:
            self._database.execute("COMMIT" if kind is None else "ROLLBACK")
