"""Erasing from a memory: rows, sentences, full text, clips, tree, key frames, and the proof that they are gone.

Works on one open memory. What lay in a span is gone with everything that was derived from it; a thing that also was
there before or after the span is remembered from then. Indexes are told by the keeper.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from memory.archive import Archive
from memory.events import ANSWER, INSTANT, OPEN, QUESTION, SOUND, SPEECH, WORDS, Event, row_id
from memory.grove import Grove
from memory.sentences import sentence
from memory.store import Store
from memory.traces import Needles, files_where, folded

WHOLE = INSTANT | {SPEECH, SOUND, QUESTION, ANSWER}  # are either erased or kept, never cut
TELLING = 4  # bytes: a shorter string proves nothing when it is found
NOWHERE = (2**61, -(2**61))  # a span that nothing touches
LATE_NS = 3 * 10**9  # words are noted that long after their end at most
_BATCH = 1000


@dataclass(slots=True)
class Erased:
    """What was erased. spans: (session, from, to); gone: those of them in which something was, and where something
    told of it; strings: erased words that stand nowhere else; left: what was found afterwards, which must be
    nothing."""

    events: int = 0
    clips: int = 0
    pictures: int = 0
    spans: list[tuple[int, int, int]] = field(default_factory=list)
    gone: list[tuple[int, int, int]] = field(default_factory=list)
    phrases: list[int] = field(default_factory=list)
    clip_ids: list[int] = field(default_factory=list)
    strings: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    digests: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


class Eraser:
    """Erases from one memory."""

    def __init__(self, store: Store, archive: Archive, grove: Grove, folder: Path) -> None:
        self._store = store
        self._db = store.database
        self._archive = archive
        self._grove = grove
        self._folder = folder
        self._db.create_function("folded", 1, folded, deterministic=True)

    def span(self, session: int, from_ns: int, to_ns: int, done: Erased, *, aged: bool = False) -> None:
        """Erase what lay in the span. In the transaction of the store; `settle` comes after the commit. aged: the span
        is all that is too old; what lasts beyond it goes on."""
        self._store.begin()
        done.spans.append((session, from_ns, to_ns))
        before = (done.events, done.clips, done.pictures)
        seen_ns = self._store.session(session).seen_ns
        wide_from, wide_to = from_ns, to_ns  # words that reach out of the span are erased whole
        while hits := self._store.overlapping(session, from_ns, to_ns, (), limit=_BATCH):
            done.events += len(hits)
            if aged:
                rest = [piece for hit in hits for piece in _later(hit.event, to_ns, seen_ns)]
            else:
                rest = [piece for hit in hits for piece in self._rest(hit.event, from_ns, to_ns, seen_ns)]
            self._put(rest)  # first, so that a sentence that is still true keeps its row
            kept = {piece.id for piece in rest}
            whole = [hit.event for hit in hits if hit.event.kind in WHOLE and hit.event.id not in kept]
            wide_from = min([wide_from, *(e.start_ns for e in whole)])
            wide_to = max([wide_to, *(e.end_ns + LATE_NS for e in whole)])
            done.strings += _telling(hit.event for hit in hits if not (aged and hit.event.id in kept))
            gone = [hit.event.id for hit in hits if hit.event.id not in kept]
            done.phrases += self._store.drop(gone)
            self._unsay(gone)
        self._pictures(session, from_ns, to_ns, done)
        self._db.execute("DELETE FROM questions WHERE session = ? AND t_ns BETWEEN ? AND ?", (session, from_ns, to_ns))
        # A question put later may carry evidence from the span, and its answer may quote it.
        self._db.execute("UPDATE questions SET message = x'' WHERE session = ? AND t_ns > ?", (session, to_ns))
        self._quoted(session, to_ns, done, aged=aged)
        self._clips(session, (from_ns, to_ns), (wide_from, wide_to), done)
        self._grove.rederive(session, wide_from, wide_to)
        if before != (done.events, done.clips, done.pictures):
            done.gone.append((session, from_ns, to_ns))

    def told_of(self, done: Erased) -> None:
        """What was told later of the erased spans: later sessions may quote them, too, and so may replies under way,
        which count as over with nothing heard, so that nothing of them is noted."""
        after: dict[int, int] = {}
        for no, _, to_ns in done.spans:
            after[no] = min(to_ns, after.get(no, to_ns))
        for row in self._store.sessions():
            if row.no > min(after, default=row.no):
                after[row.no] = -OPEN
                if done.strings:
                    self._quoted(row.no, -OPEN, done, aged=False)
        self._db.executemany(
            "UPDATE questions SET played = 1, message = x'' WHERE played = 0 AND session = ? AND t_ns > ?",
            after.items(),
        )

    def matching(self, words: str) -> list[tuple[int, int, int]]:
        """(session, from, to) of all events whose sentence holds these words, whatever the case and however accents
        are written; of blanks alone none."""
        if not words.strip():
            return []
        rows = self._db.execute(
            "SELECT e.session, e.start_ns, min(e.end_ns, s.seen_ns) FROM events e JOIN sessions s ON s.no = e.session"
            " WHERE e.phrase IN (SELECT id FROM phrases WHERE instr(folded(text), ?)) ORDER BY e.session, e.start_ns",
            (folded(words.strip()),),
        ).fetchall()
        return [(int(no), int(start), max(int(start), int(end))) for no, start, end in rows]

    def settle(self, done: Erased) -> None:
        """After the commit: files of key frames, full-text segments, the write-ahead log; then look for any trace."""
        for name in done.files:
            self._archive.remove_file(name)
        self.scrub()
        done.strings = self._only_erased(done.strings)
        shown = {digest for (digest,) in self._db.execute("SELECT sha256 FROM key_frames")}
        done.digests = [digest for digest in done.digests if digest not in shown]  # the same picture was seen again
        done.left = find_traces(self._folder, done.strings, done.digests)
        if done.left:  # pages that were freed before secure deletion was on
            self._db.execute("VACUUM")
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            done.left = find_traces(self._folder, done.strings, done.digests)

    def scrub(self) -> None:
        """No deleted words in full-text segments, no earlier pages in the write-ahead log."""
        self._db.execute("INSERT INTO phrase_words (phrase_words) VALUES ('optimize')")
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    # ---- events --------------------------------------------------------------------------------------------------

    def _rest(self, event: Event, from_ns: int, to_ns: int, seen_ns: int) -> Iterator[Event]:
        """What of an event lies outside the span."""
        if event.kind in WHOLE:
            return
        end_ns = min(event.end_ns, max(seen_ns, event.start_ns))
        if event.start_ns < from_ns:
            yield replace(event, end_ns=min(end_ns, from_ns - 1))
        if end_ns > to_ns:
            yield replace(event, id=self._new_id(event.session), start_ns=to_ns + 1, end_ns=end_ns)

    def _new_id(self, session: int) -> int:
        (serial,) = self._db.execute(
            "UPDATE sessions SET serial = serial + 1 WHERE no = ? RETURNING serial - 1", (session,)
        ).fetchone()
        return row_id(session, serial)

    def _put(self, events: Iterable[Event]) -> None:
        for event in events:
            row = self._store.session(event.session)
            self._store.put([event], start_unix_s=row.start_unix_s, recorded_at=row.start_unix_s)

    def _gone(self, events: list[Event], done: Erased) -> None:
        done.strings += _telling(events)
        done.phrases += self._store.drop(event.id for event in events)
        for event in events:
            if event.kind == QUESTION:
                self._unclip(event, done)

    def _quoted(self, session: int, after_ns: int, done: Erased, *, aged: bool) -> None:
        """Later answers that quote what was erased go too. aged: but not those that quote what was also seen later."""
        strings = {*done.strings}
        rows = self._db.execute(
            "SELECT id FROM events WHERE session = ? AND kind IN (?, ?) AND start_ns > ?",
            (session, ANSWER, QUESTION, after_ns),
        ).fetchall()
        talk = [event for (identity,) in rows if (event := self._store.event(identity)) is not None]
        said = [event.subject.casefold() for event in talk]
        if aged:
            strings = {s for s in strings if any(s.casefold() in one for one in said) and not self._stands(s)}
        wanted = {s.casefold() for s in strings}
        quoting = [e for e, one in zip(talk, said, strict=True) if any(s in one for s in wanted)]
        done.events += len(quoting)
        done.gone += [(session, e.start_ns, e.end_ns) for e in quoting]
        self._gone(quoting, done)
        self._unsay([event.id for event in quoting])

    def _stands(self, text: str) -> bool:
        """Whether it stands in anything that is remembered but talk."""
        row = self._db.execute(
            "SELECT 1 FROM phrases p WHERE instr(lower(p.text), lower(?))"
            " AND EXISTS (SELECT 1 FROM events WHERE phrase = p.id AND kind NOT IN (?, ?)) LIMIT 1",
            (text, ANSWER, QUESTION),
        )
        return row.fetchone() is not None

    def _unsay(self, gone: list[int]) -> None:
        """Blot out what questions hold of these events: one is put after its words, and its answer later still."""
        of = "IN (SELECT value FROM json_each(?))"
        self._db.execute(f"UPDATE questions SET text = '', message = x'' WHERE asked_event {of}", (json.dumps(gone),))
        self._db.execute(f"UPDATE questions SET heard = '' WHERE answer_event {of}", (json.dumps(gone),))

    # ---- clips and pictures --------------------------------------------------------------------------------------

    def _clips(self, session: int, span: tuple[int, int], wide: tuple[int, int], done: Erased) -> None:
        """Delete the clips of the span, and those near it that repeat words which are erased."""
        rows = self._db.execute(
            "SELECT id, start_ns, end_ns, sentences FROM clips WHERE session = ? AND start_ns <= ? AND end_ns >= ?",
            (session, wide[1], wide[0]),
        ).fetchall()
        for identity, start_ns, end_ns, sentences in rows:
            inside = start_ns <= span[1] and end_ns >= span[0]
            if inside or any(text in said for said in json.loads(sentences) for text in done.strings):
                self._db.execute("DELETE FROM clips WHERE id = ?", (identity,))
                done.clip_ids.append(int(identity))
                done.clips += 1
                if not inside:
                    done.gone.append((session, start_ns, end_ns))

    def _unclip(self, question: Event, done: Erased) -> None:
        """Delete the clip that holds a question as the remark that it was taken for."""
        wide = (question.start_ns, question.end_ns + LATE_NS)
        held = Erased(strings=[sentence(SPEECH, question.subject)])
        self._clips(question.session, NOWHERE, wide, held)
        if held.clip_ids:
            done.clip_ids += held.clip_ids
            done.gone += held.gone
            done.clips += held.clips
            self._grove.rederive(question.session, *wide)

    def _pictures(self, session: int, from_ns: int, to_ns: int, done: Erased) -> None:
        rows = self._db.execute(
            "DELETE FROM key_frames WHERE session = ? AND t_ns BETWEEN ? AND ? RETURNING name, sha256",
            (session, from_ns, to_ns),
        ).fetchall()
        names = json.dumps([name for name, _ in rows])
        for table in ("events", "clips"):
            self._db.execute(
                f"UPDATE {table} SET key_frame = '' WHERE session = ?"
                " AND key_frame IN (SELECT value FROM json_each(?))",
                (session, names),
            )
        done.files += [name for name, _ in rows]
        done.digests += [digest for _, digest in rows]
        done.pictures += len(rows)

    # ---- proof ---------------------------------------------------------------------------------------------------

    def _only_erased(self, strings: list[str]) -> list[str]:
        """Those of the strings that stand neither in what is still remembered nor in the layout of the database."""
        gone, sought = set(strings), Needles(strings)
        kept = self._db.execute("SELECT text || char(10) || gist FROM phrases UNION ALL SELECT sql FROM sqlite_master")
        while rows := kept.fetchmany(_BATCH):
            gone.difference_update(sought.found("\n".join(text or "" for (text,) in rows).encode()))
        return sorted(gone)


def _later(event: Event, to_ns: int, seen_ns: int) -> Iterator[Event]:
    """What of an event comes after to_ns: the same event, open if it was; but words are either there or not."""
    reaches_ns = seen_ns if event.open else event.end_ns
    if reaches_ns > to_ns and (event.kind == SOUND or event.kind not in WHOLE):
        yield replace(event, start_ns=to_ns + 1)


def _telling(events: Iterable[Event]) -> list[str]:
    """The strings by which events can be told: words read or said, and names of several words. "Silence" or "grey" is
    true of too much to be a trace of anything."""
    told = [e.subject for e in events if e.kind in WORDS or " " in e.subject]
    return [text for text in told if len(text.encode()) >= TELLING]


def find_traces(folder: Path, strings: Iterable[str], digests: Iterable[str]) -> list[str]:
    """Names of files under `folder` that hold one of the strings, or are a picture with one of the checksums."""
    sought, pictures = Needles(strings), set(digests)
    return files_where(
        folder,
        lambda content: sought.any_in(content) or (bool(pictures) and hashlib.sha256(content).hexdigest() in pictures),
    )
