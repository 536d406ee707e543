"""Is a memory whole? Database, full text, vectors, tree and key frames against each other; and a search for a pattern.

Only reads. Each finding is one sentence with what can be done.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from memory.archive import Archive
from memory.erase import find_traces
from memory.store import Store


def problems(folder: Path, store: Store, archive: Archive) -> Iterator[str]:
    """What is wrong with a memory; nothing for one that is whole."""
    try:
        yield from _database(store)
        yield from _pictures(store, archive, folder)
    except sqlite3.DatabaseError as error:
        yield f"memory.db is damaged: {error}; export what can be read and begin a new memory"


def traces(folder: Path, pattern: str) -> list[str]:
    """Files of the memory that hold the pattern, as it is or in lower or upper case."""
    spellings = {pattern, pattern.lower(), pattern.upper(), pattern.capitalize(), pattern.title()}
    return find_traces(folder, spellings, [])


def _database(store: Store) -> Iterator[str]:
    db = store.database
    for (row,) in db.execute("PRAGMA integrity_check(5)"):
        if row != "ok":
            yield f"memory.db is damaged: {row}; export what can be read and begin a new memory"
    counts = {
        "events without a sentence": "SELECT count(*) FROM events WHERE phrase NOT IN (SELECT id FROM phrases)",
        "sentences without an event": "SELECT count(*) FROM phrases WHERE id NOT IN (SELECT phrase FROM events)",
        "events without a session": "SELECT count(*) FROM events WHERE session NOT IN (SELECT no FROM sessions)",
        "events that end before they begin": "SELECT count(*) FROM events WHERE end_ns < start_ns",
        "key frames named by events but not kept":
            "SELECT count(*) FROM events WHERE key_frame != '' AND key_frame NOT IN (SELECT name FROM key_frames)",
        "clips that no part of the tree covers":
            "SELECT count(*) FROM clips c WHERE vector IS NOT NULL AND NOT EXISTS (SELECT 1 FROM nodes n"
            " WHERE n.session = c.session AND c.start_ns BETWEEN n.start_ns AND n.end_ns)",
    }  # fmt: skip
    for what, query in counts.items():
        (n,) = db.execute(query).fetchone()
        if n:
            yield f"{n} {what}; run a session on this memory, and if it stays, begin a new one"
    (words,) = db.execute("SELECT count(*) FROM phrase_words_docsize").fetchone()
    (phrases,) = db.execute("SELECT count(*) FROM phrases").fetchone()
    if words != phrases:
        yield f"full text knows {words} sentences of {phrases}; begin a new memory"


def _pictures(store: Store, archive: Archive, folder: Path) -> Iterator[str]:
    known = set()
    for name, digest in store.database.execute("SELECT name, sha256 FROM key_frames ORDER BY name"):
        path = archive.path_of(name)
        known.add(path)
        try:
            found = hashlib.sha256(path.read_bytes()).hexdigest()
        except OSError as error:
            yield f"the key frame {name} cannot be read: {error.strerror}; it is shown as missing"
            continue
        if found != digest:
            yield f"the key frame {name} is damaged; it is not shown"
    for path in sorted((folder / "frames").rglob("*.jpg")):
        if path not in known:
            yield f"{path.relative_to(folder)} is no known key frame; delete it"
