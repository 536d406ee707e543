"""One open memory folder: its lock, database, pictures and indexes, and every operation on them.

Synchronous; lives in one worker thread, which is what makes its order of writes and reads plain. Vectors are given to
it, it embeds nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from memory.archive import Archive, Asked, ClipRow
from memory.clip import Clip, KeyFrame
from memory.clip_memory import ClipMemories, Wanted
from memory.door import Address
from memory.events import ANSWER, QUESTION, Event
from memory.grove import Grove
from memory.index import VectorIndex
from memory.lock import FolderLock
from memory.query import Ahead, Query
from memory.recall import Recalled, overview, span_of
from memory.renewal import Renewal
from memory.retold import resting
from memory.rows import SessionRow
from memory.schema import MemoryUnusable
from memory.search import Search
from memory.sentences import sentence
from memory.shortlist import Judgement
from memory.shown import SessionShown, session_shown
from memory.store import Store
from memory.timeline import NEWEST_FRAMES, Step
from memory.upkeep import Upkeep
from wire.messages import Evidence, Played

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Opened:
    """A session as it is on disk. resumed: it went on after a crash; then what was in view and asked before. going: how
    far earlier sessions had come that may have gone on when it began, by number."""

    row: SessionRow
    resumed: bool = False
    open_events: tuple[Event, ...] = ()
    pictures: tuple[KeyFrame, ...] = ()
    asked: tuple[Asked, ...] = ()
    going: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class CompressedClip:
    clip: Clip
    vector: Array
    tokens: Array | None = None


class Keeper:
    """A memory folder in use by this process."""

    def __init__(
        self, folder: str, text_dim: int, clip_dim: int, durable: bool = False, address: Address | None = None
    ) -> None:
        """Opens or creates the folder and fills the indexes. Raises MemoryUnusable."""
        self.folder = Path(folder).expanduser()
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise MemoryUnusable(
                f"the memory {folder} cannot be made: {error.strerror}; choose another folder"
            ) from error
        self._lock = FolderLock(self.folder, address)
        try:
            self.store = Store(self.folder, durable=durable)
            self.archive = Archive(self.store, self.folder)
        except BaseException:
            self._lock.release()
            raise
        self._grove = Grove(self.store)
        self._phrases = VectorIndex(text_dim)
        self._clips = VectorIndex(clip_dim)
        self.upkeep = Upkeep(self.store, self.archive, self._grove, self._phrases, self._clips, self.folder)
        self.renewal = Renewal(self.store, {"phrases": self._phrases, "clips": self._clips})
        self._put_in_order()
        self.search = Search(self.store, self.archive, self._phrases, self._clips)
        self._memories = ClipMemories(self.archive, self._grove, self._clips)
        self._closed = False

    def _put_in_order(self) -> None:
        try:
            self.upkeep.recover()
            self.upkeep.open_indexes()
            self.store.vocabulary()  # counted now, not while a question waits
        except (sqlite3.Error, OSError) as error:
            self.store.database.close()
            self._lock.release()
            damaged = getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
            sentence = (
                f"is damaged: {error}; save what can be read with omnilive memory export {self.folder}, and begin a "
                "new memory"
                if damaged
                else f"cannot be put in order: {error}; see that the disk has room and the folder is writable, and try "
                f"omnilive memory verify {self.folder}"
            )
            raise MemoryUnusable(f"the memory {self.folder} {sentence}") from error

    def close(self) -> None:
        """Write what is left and free the folder. May be called twice."""
        if not self._closed:
            self._closed = True
            self.upkeep.save_indexes()
            self.upkeep.leave()
            self.store.close()
            self._lock.release()

    # ---- sessions ------------------------------------------------------------------------------------------------

    def open_session(self, name: str, mode: str, start_unix_s: float, resume: bool) -> Opened:
        """A new session, or with `resume` the one of that name which was cut off."""
        row = self.store.open_session(name) if resume else None
        if row is None:
            row = self.store.new_session(name, mode, start_unix_s)
            self.store.commit()
            going = {one.no: one.reach_ns for one in self.store.reaching() if one.no < row.no and not one.closed}
            self.upkeep.going[row.no] = going
            return Opened(row, going=going)
        return Opened(
            row,
            resumed=True,
            open_events=tuple(self.store.open_events(row.no)),
            pictures=tuple(self.archive.newest_pictures(row.no, NEWEST_FRAMES)),
            asked=tuple(self.archive.questions(row.no)),
            going={one.no: 0 for one in self.store.sessions() if one.no < row.no},  # nobody knows any more
        )

    def close_session(self, no: int) -> None:
        self.upkeep.going.pop(no, None)
        self.store.close_session(no)
        self.store.commit()

    # ---- writing -------------------------------------------------------------------------------------------------

    def write(self, row: SessionRow, step: Step, recorded_at: float) -> None:
        """Take in what one message changed."""
        for picture in step.pictures:
            self.archive.put_picture(row.no, picture)
        orphans: list[int] = []
        if step.events:
            orphans += self.store.put(step.events, start_unix_s=row.start_unix_s, recorded_at=recorded_at)
        if step.dropped:
            orphans += self.store.drop(step.dropped)
        if orphans:
            self._phrases.remove(orphans)

    def unembedded(self, limit: int) -> list[tuple[int, str]]:
        return self.store.unembedded(limit)

    def embedded(self, ids: Sequence[int], vectors: Array) -> None:
        """Vectors for sentences that had none."""
        self.store.set_vectors(ids, vectors)
        self._phrases.add(ids, vectors)

    def put_clips(self, clips: Sequence[CompressedClip]) -> None:
        for c in clips:
            self.archive.put_clip(c.clip, c.vector, c.tokens)
            self._grove.add(c.clip, c.vector)
        if clips:
            self._clips.add([c.clip.id for c in clips], np.stack([c.vector for c in clips]))

    def unfinished_clips(self) -> list[ClipRow]:
        return self.archive.unfinished_clips()

    def finish_clips(self, ids: Sequence[int], vectors: Array) -> None:
        """Vectors for clips that were open when the process ended."""
        for identity, vector in zip(ids, vectors, strict=True):
            self.archive.finish_clip(identity, vector)
            self._grove.add_row(identity)
        self._clips.add(ids, vectors)

    def commit(self, no: int, open_clip: Clip | None, seen_ns: int, frames: int, serial: int, clips: int) -> None:
        """Everything up to here is on disk when this returns."""
        if open_clip is not None:
            self.archive.put_clip(open_clip)
        self.store.progress(no, seen_ns=seen_ns, frames=frames, serial=serial, clips=clips)
        self.store.commit()
        self.store.tidy()

    # ---- questions -----------------------------------------------------------------------------------------------

    def recall(self, query: Query, ahead: Ahead | None = None, known: Judgement | None = None) -> Recalled:
        """What goes with a question; with "what happened", when more did than can be told, chapters and episodes."""
        recalled = self.search.recall(query, ahead, known)
        told = bool(recalled.evidence) and recalled.cues.subject.startswith("to ")  # "what happened to the dog"
        here = query.visible_from_ns <= 0 and recalled.cues.start_ns >= 0
        if recalled.cues.ask == "summary" and not told and recalled.log_truncated and here:
            from_ns, to_ns = span_of(recalled.cues, query.t_ns, 0)
            nodes = self._grove.nodes(query.session, from_ns, to_ns)
            return replace(recalled, evidence=overview(nodes, from_ns, to_ns) or recalled.evidence)
        return recalled

    def find(self, query: Query, limit: int) -> tuple[Evidence, ...]:
        return self.search.find(query, limit=limit)

    def asked(self, no: int, identity: str) -> Asked | None:
        return self.archive.question(no, identity)

    def put_question(self, row: SessionRow, asked: Asked, said: Step, recorded_at: float) -> None:
        """The question and its words as they were said: on disk when this returns, so that the same question can be
        sent again."""
        self.write(row, said, recorded_at)
        self.archive.put_question(row.no, asked)
        self.store.commit()

    def mark_sent(self, no: int, reply_id: str) -> None:
        self.archive.mark_sent(no, reply_id)
        self.store.commit()

    def played(self, row: SessionRow, played: Played, now_s: float) -> bool:
        """Note what was heard of a reply. Words that got an answer were a question, and no evidence for later ones."""
        asked = self.archive.mark_played(row.no, played.reply_id, played.heard)
        if asked is None:
            return False
        if played.heard:
            events = [self._answer(row, asked, played)]
            words = self.store.event(asked.asked_event)
            if words is not None:
                events.append(_renamed(words, QUESTION))
            self.write(row, Step(tuple(events)), now_s)
        self.store.commit()
        return True

    def _answer(self, row: SessionRow, asked: Asked, played: Played) -> Event:
        start_ns, heard = played.start_ns, played.heard
        return Event(
            id=asked.answer_event, session=row.no, kind=ANSWER, start_ns=start_ns, end_ns=max(start_ns, played.t_ns),
            text=sentence(ANSWER, heard), subject=heard,
            attrs={"reply": asked.reply_id, **resting((one.start_ns, one.end_ns) for one in played.rests_on)},
        )  # fmt: skip

    # ---- looking in ----------------------------------------------------------------------------------------------

    def row(self, no: int) -> SessionRow:
        return self.store.session(no)

    def timeline(self, no: int, from_ns: int, to_ns: int, limit: int) -> tuple[Evidence, ...]:
        """Clips of the span as scenes, with their key frames' names."""
        return tuple(
            Evidence(
                start_ns=c.start_ns, end_ns=min(c.end_ns, to_ns), kind="scene", text=c.summary, key_frame=c.key_frame
            )
            for c in self.archive.clips_between(no, from_ns, to_ns, limit)
        )

    def tokens(self, no: int, spans: Sequence[tuple[int, int]]) -> Array | None:
        """Local memory of the clips that begin with these spans, one after the other; None if there is none."""
        found = []
        for from_ns, to_ns in spans:
            for clip in self.archive.clips_between(no, from_ns, to_ns, 1):
                tokens = self.archive.tokens(clip.id)
                if tokens is not None:
                    found.append(tokens)
        return np.concatenate(found) if found else None

    def overview_tokens(self, no: int, from_ns: int, to_ns: int) -> dict[int, Array]:
        """What was kept of clips that stand for all of the span, by id, in order of time."""
        return self._memories.overview(no, from_ns, to_ns)

    def related_tokens(self, wanted: Wanted) -> dict[int, Array]:
        """What was kept of the clips that a question is about, by id, in order of time."""
        return self._memories.related(wanted)

    def picture(self, name: str) -> bytes | None:
        return self.archive.picture(name)

    def pictures(self, names: Sequence[str]) -> dict[str, bytes]:
        """The JPEGs of key frames, those that can be read."""
        found = ((name, self.archive.picture(name)) for name in dict.fromkeys(names) if name)
        return {name: jpeg for name, jpeg in found if jpeg is not None}

    def shown(self, no: int) -> tuple[SessionShown, dict[str, bytes]]:
        """What is drawn of a session, and its key frames."""
        shown = session_shown(self.store, self.row(no))
        return shown, self.pictures(shown.pictures())

    def numbers(self) -> dict[str, float]:
        return self.archive.numbers() | {"vectors": float(len(self._phrases)), "clip_vectors": float(len(self._clips))}


def _renamed(event: Event, kind: str) -> Event:
    return replace(event, kind=kind, text=sentence(kind, event.subject))
