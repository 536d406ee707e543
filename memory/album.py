"""A memory opened for looking: its sessions, its page, its search, its export. Changes nothing, but that a memory of an
older version is brought up to date first."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from memory.archive import Archive
from memory.events import OPEN, SOUND, SPEECH
from memory.grove import Grove
from memory.lock import FolderLock
from memory.page import page
from memory.rows import SessionRow
from memory.salvage import Salvage, cut_off
from memory.schema import MemoryOutdated, MemoryUnusable
from memory.shown import session_shown
from memory.store import Store
from wire.messages import Cues, Evidence

DRAWN = 20  # sessions on a page, the newest
_TABLES = {
    "sessions": "no, name, mode, start_unix_s, closed, seen_ns, frames",
    "events": (
        "id, session, kind, start_ns, end_ns, phrase, subject, value, score, track, attrs, key_frame, valid_from,"
        " valid_to, recorded_at"
    ),
    "clips": "id, session, start_ns, end_ns, frames, sentences, key_frame",
    "nodes": "id, session, level, start_ns, end_ns, clips, merges, said, shown",
    "key_frames": "name, session, t_ns, size, sha256",
    "questions": "session, id, reply_id, t_ns, text, heard",
}
_JSON = frozenset({"attrs", "sentences", "said", "shown"})  # columns that hold JSON


class Album:
    """Use as a context manager. Raises MemoryUnusable for a folder that is no memory."""

    def __init__(self, folder: Path, *, damaged: bool = False) -> None:
        """damaged: a database of which the end is missing is opened, too; lost: how much of it then is."""
        if not (folder / "memory.db").is_file():
            raise MemoryUnusable(f"{folder} is no memory: it holds no memory.db; give the folder of one")
        self.folder = folder
        self.lost = cut_off(folder / "memory.db") if damaged else ""
        try:
            self.store = Store(folder, read_only=True, cut=bool(self.lost))
        except MemoryOutdated as error:
            if self.lost:
                raise
            _bring_up_to_date(folder, error)
            self.store = Store(folder, read_only=True)
        self.archive = Archive(self.store, folder)

    def __enter__(self) -> Album:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.store.database.close()

    def dims(self) -> tuple[int, int]:
        """Dimensions of the sentence vectors and the clip vectors that it holds; 1 where it holds none."""
        found = []
        for table in ("phrases", "clips"):
            row = self.store.database.execute(
                f"SELECT length(vector) / 2 FROM {table} WHERE vector IS NOT NULL ORDER BY id DESC LIMIT 1"
            ).fetchone()
            found.append(int(row[0]) if row else 1)
        return found[0], found[1]

    def end_ns(self, row: SessionRow) -> int:
        """Until when a session saw or heard something."""
        (heard_ns,) = self.store.database.execute(
            "SELECT max(end_ns) FROM events WHERE session = ? AND end_ns < ? AND kind IN (?, ?)",
            (row.no, OPEN, SPEECH, SOUND),
        ).fetchone()
        return max(row.seen_ns, heard_ns or 0)

    def page(self) -> str:
        """What is kept of the newest sessions, as HTML."""
        rows = self.store.sessions()
        left_out = max(0, len(rows) - DRAWN)
        shown = [session_shown(self.store, row) for row in rows[left_out:]]
        return page(f"Memory {self.folder.name}", shown, self.archive.picture, left_out)

    def search(self, words: str, limit: int) -> tuple[list[tuple[SessionRow, Evidence]], bool]:
        """The best matches over all sessions, best first, by the words of the sentences and by their meaning; and
        whether their meaning was compared: not if another model made their vectors."""
        from memory.backends import TEXT_ENCODER  # the models are needed here only
        from memory.embedder import space_of
        from memory.index import VectorIndex
        from memory.query import Query
        from memory.renewal import Renewal
        from memory.search import Search

        self.store.database.execute("BEGIN")  # a memory in use is searched as it is now
        text_dim, clip_dim = self.dims()
        renewal = Renewal(self.store, {})
        told = [text for (text,) in renewal.sample("phrases")]
        for backend in filter(TEXT_ENCODER.is_there, ("minilm", "mpnet")):
            encoder = TEXT_ENCODER.create(backend, {})
            fits = text_dim == encoder.dim and renewal.over("phrases", encoder.encode(told))
            if fits or not told:
                break
        phrases, clips = VectorIndex(text_dim), VectorIndex(clip_dim)
        phrases.fill(self.store.vectors())
        vectors = encoder.encode([words]) if fits else np.zeros((0, text_dim), np.float32)
        finder = Search(self.store, self.archive, phrases, clips)
        found = []
        for row in self.store.sessions():
            end_ns = self.end_ns(row)
            query = Query(
                session=row.no, t_ns=end_ns + 10**12, cues=Cues(), texts=(words,), vectors=vectors,
                space=space_of(encoder),
            )  # fmt: skip
            for one in finder.find(query, limit=limit):
                lasts = one.end_ns >= query.t_ns
                found.append((row, replace(one, end_ns=max(one.start_ns, end_ns)) if lasts else one))
        self.store.database.execute("ROLLBACK")
        return sorted(found, key=lambda pair: (-pair[1].score, pair[0].no, pair[1].start_ns))[:limit], fits or not told


def _bring_up_to_date(folder: Path, outdated: MemoryOutdated) -> None:
    """What the next session on it would do. Raises MemoryUnusable where another uses the folder or it cannot be
    written."""
    try:
        lock = FolderLock(folder)
    except MemoryUnusable as error:
        raise MemoryUnusable(f"{outdated}; it cannot be done now: {error}") from error
    try:
        store = Store(folder)
        try:
            Grove(store).plant()
        finally:
            store.close()
    finally:
        lock.release()


def export_zip(album: Album, out: Path) -> list[str]:
    """Write everything that can be read to a zip file, complete or not at all. Returns what is missing of a damaged
    memory, which also stands in the file."""
    partial = out.with_name(out.name + ".part")
    try:
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
            missing = _Export(album, archive).write()
            if missing:
                archive.writestr("missing.txt", "".join(f"{sentence}\n" for sentence in missing))
        partial.replace(out)
    finally:
        partial.unlink(missing_ok=True)
    return missing


class _Export:
    """One export: table by table, pictures, the page."""

    def __init__(self, album: Album, archive: zipfile.ZipFile) -> None:
        self._album = album
        self._archive = archive
        self._missing = [album.lost] if album.lost else []
        self._damaged: set[str] = set()  # tables
        self._sentences: dict[int, str] = {}

    def write(self) -> list[str]:
        database = self._album.store.database
        database.execute("BEGIN")  # all as it is now
        self._sentences = dict(self._rows("phrases", "id, text"))
        for table, columns in _TABLES.items():
            rows: Iterable[dict[str, object]] = (self._plain(columns, row) for row in self._rows(table, columns))
            if table == "key_frames":
                rows = list(rows)
                self._pictures({str(row["name"]): str(row["sha256"]) for row in rows})
            lines = (json.dumps(row, ensure_ascii=False, default=str) + "\n" for row in rows)
            self._archive.writestr(f"{table}.jsonl", "".join(lines))
        try:
            self._archive.writestr("index.html", self._album.page())
        except (sqlite3.DatabaseError, ValueError, TypeError) as error:
            self._missing.append(f"index.html: the page needs what is damaged ({error})")
        if database.in_transaction:
            database.execute("ROLLBACK")
        return self._missing

    def _rows(self, table: str, columns: str) -> Iterator[tuple[Any, ...]]:
        salvage = Salvage(self._album.store.database, table, columns)
        yield from salvage.rows()
        if missing := salvage.told():
            self._missing.append(missing)
            self._damaged.add(table)

    def _plain(self, columns: str, row: tuple[Any, ...]) -> dict[str, object]:
        """A row as it is exported: with its sentence, and without JSON inside of JSON."""
        found: dict[str, object] = {}
        for name, value in zip(columns.split(", "), row, strict=True):
            if name == "phrase":
                found["text"] = self._sentences.get(value, "")
                continue
            try:
                found[name] = json.loads(value) if name in _JSON and value else value
            except (ValueError, TypeError):  # damaged
                found[name] = value
        return found

    def _pictures(self, digests: dict[str, str]) -> None:
        """The key frames whose files are as they were written; where it is not known which these are, all files."""
        lost = 0
        for name, digest in sorted(digests.items()):
            try:
                jpeg = self._album.archive.path_of(name).read_bytes()
            except (OSError, ValueError):
                jpeg = b""
            if hashlib.sha256(jpeg).hexdigest() == digest:
                self._archive.writestr(f"frames/{name}.jpg", jpeg, zipfile.ZIP_STORED)
            else:
                lost += 1
        if "key_frames" in self._damaged:
            for path in sorted((self._album.folder / "frames").rglob("*.jpg")):
                if path.stem not in digests:
                    self._archive.write(path, f"frames/{path.name}", zipfile.ZIP_STORED)
        if lost:
            self._missing.append(f"frames: {lost} of {len(digests)} key frames are lost or damaged")
