"""Clips, key frames and questions of a memory: what stands beside the event log in the same database.

Works inside the store's transaction. Key frames are files next to the database, named in it with their checksum.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from memory.clip import Clip, KeyFrame
from memory.phrases import half
from memory.sentences import summary
from memory.store import Store

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class ClipRow:
    id: int
    session: int
    start_ns: int
    end_ns: int
    sentences: tuple[str, ...]
    key_frame: str

    @property
    def summary(self) -> str:
        return summary(self.sentences)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that was put. message: as it was sent; asked_event: the words as an event."""

    reply_id: str
    id: str
    t_ns: int
    text: str
    message: bytes
    asked_event: int
    answer_event: int
    sent: bool = False
    played: bool = False
    heard: str = ""


_CLIP = "SELECT id, session, start_ns, end_ns, sentences, key_frame FROM clips"
_ASKED = "SELECT reply_id, id, t_ns, text, {}, asked_event, answer_event, sent, played, heard FROM questions"


class Archive:
    """Clips, key frames and questions of one memory folder."""

    def __init__(self, store: Store, folder: Path) -> None:
        self._store = store
        self._db = store.database
        self._folder = folder / "frames"

    # ---- clips ---------------------------------------------------------------------------------------------------

    def put_clip(self, clip: Clip, vector: Array | None = None, tokens: Array | None = None) -> None:
        """Write a clip; without a vector while it is open."""
        self._store.begin()
        mean = clip.appearance.mean(axis=0) if clip.appearance.size else None
        self._db.execute(
            "INSERT OR REPLACE INTO clips VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                clip.id, clip.session, clip.start_ns, clip.end_ns, clip.frames,
                json.dumps(clip.sentences, ensure_ascii=False), clip.key_frame,
                None if vector is None else half(vector),
                None if mean is None else half(mean),
                None if tokens is None else half(tokens),
                "" if tokens is None else ",".join(map(str, tokens.shape)),
            ),
        )  # fmt: skip

    def clips(self, ids: Sequence[int], session: int, from_ns: int, to_ns: int) -> list[ClipRow]:
        """Those of the clips that are of the session and touch the span."""
        rows = self._db.execute(
            f"{_CLIP} WHERE id IN (SELECT value FROM json_each(?)) AND +session = ? AND +start_ns <= ? AND end_ns >= ?",
            (json.dumps(ids), session, to_ns, from_ns),
        )
        return [_clip(row) for row in rows]

    def clips_between(self, session: int, from_ns: int, to_ns: int, limit: int) -> list[ClipRow]:
        """Clips that touch the span, the newest `limit`, in order of time."""
        rows = self._db.execute(
            f"{_CLIP} WHERE session = ? AND start_ns <= ? AND end_ns >= ? ORDER BY start_ns DESC LIMIT ?",
            (session, to_ns, from_ns, limit),
        ).fetchall()
        return [_clip(row) for row in reversed(rows)]

    def clip_vectors(self) -> Iterator[tuple[int, bytes]]:
        yield from self._db.execute("SELECT id, vector FROM clips WHERE vector IS NOT NULL ORDER BY id")

    def unfinished_clips(self) -> list[ClipRow]:
        """Clips without a vector: those that were open when the process ended."""
        rows = self._db.execute(f"{_CLIP} WHERE vector IS NULL ORDER BY id").fetchall()
        return [_clip(row) for row in rows]

    def finish_clip(self, identity: int, vector: Array) -> None:
        self._store.begin()
        self._db.execute("UPDATE clips SET vector = ? WHERE id = ?", (half(vector), identity))

    def tokens(self, identity: int) -> Array | None:
        """(K, H) local memory of a clip, or None."""
        row = self._db.execute("SELECT tokens, token_shape FROM clips WHERE id = ?", (identity,)).fetchone()
        if row is None or row[0] is None:
            return None
        shape = tuple(int(n) for n in row[1].split(","))
        return np.frombuffer(row[0], np.float16).astype(np.float32).reshape(shape)

    # ---- key frames ----------------------------------------------------------------------------------------------

    def put_picture(self, session: int, picture: KeyFrame) -> None:
        """Write the file first, then its row: a row always has its file."""
        path = self.path_of(picture.name)
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".part")
        partial.write_bytes(picture.jpeg)
        partial.replace(path)
        self._store.begin()
        self._db.execute(
            "INSERT OR REPLACE INTO key_frames VALUES (?, ?, ?, ?, ?)",
            (picture.name, session, picture.t_ns, len(picture.jpeg), hashlib.sha256(picture.jpeg).hexdigest()),
        )

    def remove_file(self, name: str) -> None:
        """The file of a key frame whose row is gone."""
        self.path_of(name).unlink(missing_ok=True)

    def picture(self, name: str) -> bytes | None:
        """The JPEG of a key frame; None if it is not kept or its file is damaged."""
        row = self._db.execute("SELECT sha256 FROM key_frames WHERE name = ?", (name,)).fetchone()
        if row is None:
            return None
        try:
            jpeg = self.path_of(name).read_bytes()
        except OSError:
            return None
        return jpeg if hashlib.sha256(jpeg).hexdigest() == row[0] else None

    def newest_pictures(self, session: int, limit: int) -> list[KeyFrame]:
        """Key frames of a session, oldest first, with their pixels."""
        rows = self._db.execute(
            "SELECT name, t_ns FROM key_frames WHERE session = ? ORDER BY t_ns DESC LIMIT ?", (session, limit)
        ).fetchall()
        found = [KeyFrame(name, t_ns, self.picture(name) or b"") for name, t_ns in reversed(rows)]
        return [frame for frame in found if frame.jpeg]

    def path_of(self, name: str) -> Path:
        """In a folder for each ~1000 seconds, so that no folder holds too many files."""
        return self._folder / name[:-6] / f"{name}.jpg"

    # ---- questions -----------------------------------------------------------------------------------------------

    def put_question(self, session: int, asked: Asked) -> None:
        self._store.begin()
        self._db.execute(
            "INSERT OR REPLACE INTO questions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                asked.reply_id, session, asked.id, asked.t_ns, asked.text, asked.message, asked.asked_event,
                asked.answer_event, asked.sent, asked.played, asked.heard,
            ),
        )  # fmt: skip

    def question(self, session: int, identity: str) -> Asked | None:
        """The question with this id, as it was put."""
        found = self._asked("WHERE session = ? AND id = ?", session, identity)
        return found[0] if found else None

    def questions(self, session: int) -> list[Asked]:
        """All of a session in the order in which they were put, without the messages: these may be a lot to read."""
        return self._asked("WHERE session = ? ORDER BY t_ns, reply_id", session, message="x''")

    def unplayed(self, session: int, unsent: bool = False) -> list[Asked]:
        """Questions whose replies are not over, in the order in which they were put. unsent: only those that may not
        have gone out."""
        which = " AND sent = 0" if unsent else ""
        return self._asked(f"WHERE session = ? AND played = 0{which} ORDER BY t_ns, reply_id", session)

    def mark_sent(self, session: int, reply_id: str) -> None:
        self._store.begin()
        self._db.execute("UPDATE questions SET sent = 1 WHERE session = ? AND reply_id = ?", (session, reply_id))

    def mark_played(self, session: int, reply_id: str, heard: str) -> Asked | None:
        """Note what was heard of a reply; the question as it was sent, pictures and all, is then needed no more.

        Returns the question, None if it is unknown or was noted before.
        """
        self._store.begin()
        changed = self._db.execute(
            "UPDATE questions SET played = 1, heard = ?, message = x''"
            " WHERE session = ? AND reply_id = ? AND played = 0",
            (heard, session, reply_id),
        ).rowcount
        return self._asked("WHERE session = ? AND reply_id = ?", session, reply_id)[0] if changed else None

    def _asked(self, where: str, *arguments: object, message: str = "message") -> list[Asked]:
        rows = self._db.execute(f"{_ASKED.format(message)} {where}", arguments).fetchall()
        return [Asked(*row) for row in rows]

    # ---- figures -------------------------------------------------------------------------------------------------

    def numbers(self) -> dict[str, float]:
        """How much is kept."""
        counts = {
            name: float(self._db.execute(f"SELECT count(*) FROM {name}").fetchone()[0])
            for name in ("sessions", "events", "phrases", "clips", "key_frames", "questions")
        }
        pixels = self._db.execute("SELECT coalesce(sum(size), 0) FROM key_frames").fetchone()[0]
        pages = self._db.execute("PRAGMA page_count").fetchone()[0] * self._db.execute("PRAGMA page_size").fetchone()[0]
        return counts | {"key_frame_bytes": float(pixels), "database_bytes": float(pages)}


def _clip(row: tuple[Any, ...]) -> ClipRow:
    identity, session, start_ns, end_ns, sentences, key_frame = row
    return ClipRow(identity, session, start_ns, end_ns, tuple(json.loads(sentences)), key_frame)
