"""A memory opened for looking: its sessions, its page, its search, its export. Changes nothing."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

import numpy as np

from memory.archive import Archive
from memory.grove import nodes_of
from memory.page import SessionShown, page
from memory.rows import SessionRow
from memory.schema import MemoryUnusable
from memory.store import Store
from wire.messages import Cues, Evidence

_TABLES = {
    "sessions": "SELECT no, name, mode, start_unix_s, closed, seen_ns, frames FROM sessions ORDER BY no",
    "events": (
        "SELECT e.id, session, kind, start_ns, end_ns, p.text, subject, value, score, track, attrs, key_frame,"
        " valid_from, valid_to, recorded_at FROM events e JOIN phrases p ON p.id = e.phrase ORDER BY e.id"
    ),
    "clips": "SELECT id, session, start_ns, end_ns, frames, sentences, key_frame FROM clips ORDER BY id",
    "nodes": "SELECT id, session, level, start_ns, end_ns, clips, merges, said, shown FROM nodes ORDER BY id",
    "key_frames": "SELECT name, session, t_ns, size, sha256 FROM key_frames ORDER BY name",
    "questions": "SELECT session, id, reply_id, t_ns, text, heard FROM questions ORDER BY session, t_ns",
}
_JSON = frozenset({"attrs", "sentences", "said", "shown"})  # columns that hold JSON


class Album:
    """Use as a context manager. Raises MemoryUnusable for a folder that is no memory."""

    def __init__(self, folder: Path) -> None:
        if not (folder / "memory.db").is_file():
            raise MemoryUnusable(f"{folder} is no memory: it holds no memory.db; give the folder of one")
        self.folder = folder
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

    def page(self) -> str:
        """What is kept, as HTML."""
        shown = [
            SessionShown(row.no, row.name, row.start_unix_s, row.seen_ns, nodes_of(self.store, row.no))
            for row in self.store.sessions()
        ]
        return page(f"Memory {self.folder.name}", shown, self.archive.picture)

    def search(self, words: str, limit: int) -> tuple[list[tuple[SessionRow, Evidence]], bool]:
        """The best matches over all sessions, best first, by the words of the sentences and by their meaning; and
        whether their meaning was compared: not if another model made their vectors."""
        from memory.backends import TEXT_ENCODER  # the models are needed here only
        from memory.embedder import space_of
        from memory.index import VectorIndex
        from memory.query import Query
        from memory.renewal import Renewal
        from memory.search import Search

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
            query = Query(
                session=row.no, t_ns=row.seen_ns + 10**12, cues=Cues(), texts=(words,), vectors=vectors,
                space=space_of(encoder),
            )  # fmt: skip
            found += [(row, evidence) for evidence in finder.find(query, limit=limit)]
        return sorted(found, key=lambda pair: (-pair[1].score, pair[0].no, pair[1].start_ns))[:limit], fits or not told

    def rows(self, table: str) -> Iterator[dict[str, object]]:
        """The rows of a table as they are exported."""
        cursor = self.store.database.execute(_TABLES[table])
        names = [column[0] for column in cursor.description]
        for row in cursor:
            yield {n: json.loads(v) if n in _JSON and v else v for n, v in zip(names, row, strict=True)}


def export_zip(album: Album, out: Path) -> None:
    """Write everything that is kept to a zip file, complete or not at all."""
    partial = out.with_name(out.name + ".part")
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
        for table in _TABLES:
            lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in album.rows(table))
            archive.writestr(f"{table}.jsonl", "".join(lines))
        for row in album.rows("key_frames"):
            jpeg = album.archive.picture(str(row["name"]))
            if jpeg is not None:
                archive.writestr(f"frames/{row['name']}.jpg", jpeg, zipfile.ZIP_STORED)
        archive.writestr("index.html", album.page())
    partial.replace(out)
