"""Is a memory whole? Database, full text, vectors, tree and key frames against each other; and a search for a pattern.

Only reads. Each finding is one sentence with what can be done.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from memory.archive import Archive
from memory.store import Store
from memory.traces import Pattern, files_where, folded, in_json

_TEXTS = {  # columns that hold words
    "sessions": ("name",),
    "phrases": ("text", "gist"),
    "events": ("subject", "attrs"),
    "clips": ("sentences",),
    "nodes": ("said",),
    "questions": ("text", "heard", "message"),
}
_LAYOUT = "SELECT type, name, tbl_name, sql FROM sqlite_master"
_BEGIN_ANEW = "save what can be read with `omnilive memory export`, and begin a new memory"


def problems(folder: Path, store: Store, archive: Archive, *, in_use: bool = False, lost: str = "") -> Iterator[str]:
    """What is wrong with a memory; nothing for one that is whole. in_use: its owner may have written key frames that
    are not noted yet. lost: how much of the database's file is known to be missing."""
    if lost:
        yield f"{lost}; {_BEGIN_ANEW}"
        return
    try:
        store.database.execute("BEGIN")  # a memory in use is looked at as it is now
        yield from _database(store)
        yield from _pictures(store, archive, folder, in_use)
    except sqlite3.DatabaseError as error:
        yield f"memory.db is damaged: {error}; {_BEGIN_ANEW}"
    finally:
        if store.database.in_transaction:
            store.database.execute("ROLLBACK")


def traces(folder: Path, store: Store, pattern: str) -> list[str]:
    """Files of the memory that hold the pattern, whatever its case and however its accents are written. Raises
    ValueError for a pattern of blanks."""
    if not pattern.strip():
        raise ValueError("there is nothing to look for in blanks; give some text")
    try:
        layout = " ".join(f"{t}{n}{o} {s or ''}" for t, n, o, s in store.database.execute(_LAYOUT))
        remembered = _remembers(store, pattern)
    except sqlite3.DatabaseError:  # damaged: its bytes are looked at all the same
        layout, remembered = "", False
    found = files_where(folder, Pattern(pattern, layout).is_in)
    name = store.path.name
    return sorted({*found, name}) if remembered else found  # a long text lies in several places of the file


def _remembers(store: Store, pattern: str) -> bool:
    """Whether a row holds the pattern."""
    db = store.database
    db.create_function("folded", 1, folded, deterministic=True)
    for table, columns in _TEXTS.items():
        holds = " OR ".join(f"instr(folded({column}), ?1) OR instr(folded({column}), ?2)" for column in columns)
        query = f"SELECT 1 FROM {table} WHERE {holds} LIMIT 1"
        if db.execute(query, (folded(pattern), folded(in_json(pattern)))).fetchone():
            return True
    return False


def _database(store: Store) -> Iterator[str]:
    db = store.database
    for (row,) in db.execute("PRAGMA integrity_check(5)"):
        if row != "ok":
            yield f"memory.db is damaged: {row}; {_BEGIN_ANEW}"
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


def _pictures(store: Store, archive: Archive, folder: Path, in_use: bool) -> Iterator[str]:
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
        if path not in known and not in_use:
            yield f"{path.relative_to(folder)} is no known key frame; delete it"
