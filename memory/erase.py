"""Erasing from a memory: rows, sentences, full text, clips, tree, key frames, and the proof that they are gone.

Works on one open memory. What lay in a span is gone with everything that was derived from it; a thing that also was
there before or after the span is remembered from then. Indexes are told by the keeper.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from memory.archive import Archive
from memory.erased import Erased, telling
from memory.events import ANSWER, INSTANT, OPEN, QUESTION, SOUND, SPEECH, Event, row_id
from memory.grove import Grove
from memory.placing import beside
from memory.retold import Retold
from memory.sentences import sentence
from memory.store import Store
from memory.traces import CERTAIN, Needles, files_where, folded
from wire.spans import Span, joined, touched

WHOLE = INSTANT | {SPEECH, SOUND, QUESTION, ANSWER}  # are either erased or kept, never cut
LATE_NS = 3 * 10**9  # words are noted that long after their end at most
_BATCH = 1000
_NO_TEXT = (".jpg", ".index")


class Eraser:
    """Erases from one memory. going: of sessions that are open, how far those had come that went on when they began."""

    def __init__(self, store: Store, archive: Archive, grove: Grove, folder: Path) -> None:
        self._store = store
        self._db = store.database
        self._archive = archive
        self._grove = grove
        self._folder = folder
        self._retold = Retold(store)
        self.going: dict[int, Mapping[int, int]] = {}
        self._db.create_function("folded", 1, folded, deterministic=True)

    def spans(self, session: int, spans: Sequence[Span], done: Erased, *, aged: bool = False) -> None:
        """Erase what lay in these spans, which are in order and apart. In the transaction of the store; `settle` comes
        after the commit. aged: it is all that is too old; what lasts beyond it goes on."""
        self._store.begin()
        done.spans += [(session, *span) for span in spans]
        after = dict.fromkeys(done.strings, spans[0][1])  # erased strings, with the time since when talk may quote them
        gone: list[int] = []
        wide: list[Span] = []
        names: list[str] = []
        held: set[Span] = set()
        for span in spans:
            known, before = len(done.strings), (done.events, done.pictures)
            wide.append(self._events(session, span, gone, done, aged=aged))
            names += self._pictures(session, span, done)
            if before != (done.events, done.pictures):
                held.add(span)
            for text in done.strings[known:]:
                after.setdefault(text, span[1])
            put = "DELETE FROM questions WHERE session = ? AND t_ns BETWEEN ? AND ? RETURNING answer_event"
            done.answers += [identity for (identity,) in self._db.execute(put, (session, *span)).fetchall()]
        self._retold.unsay(gone)
        self._unshow(session, names)
        if not aged:  # a question put later may carry evidence from the spans; one that is due to old age, until played
            self._db.execute(
                "UPDATE questions SET message = x'' WHERE session = ? AND t_ns > ?", (session, spans[0][1])
            )
        self._unclip(session, self._retold.quoting(session, after, done, aged=aged), done)
        for clip in self._clips(session, spans, joined(wide), done.strings, done):
            held.update(touched(spans, clip) or [clip])
        self._grove.rederive(session, joined(wide))
        done.held += [(session, *span) for span in spans if span in held]
        done.gone += [(session, *span) for span in sorted(held)]

    def told_of(self, done: Erased) -> None:
        """What was told later of the erased spans: later sessions may quote them or rest on them, too, and so may
        replies under way, which count as over with nothing heard, so that nothing of them is noted."""
        after: dict[int, int] = {}
        for no, _, to_ns in done.spans:
            after[no] = min(to_ns, after.get(no, to_ns))
        rows = {row.no: row for row in self._store.reaching()}
        first = min(after, default=OPEN)
        later = [no for no in rows if no >= first]
        for no in (no for no in later if no > first):
            after[no] = -OPEN
            self._unclip(no, self._retold.quoting(no, dict.fromkeys(done.strings, -OPEN), done, aged=False), done)
        for no in later:  # at last: other answers may be in the same words and rest on something else
            going = self.going.get(no)
            self._retold.resting(no, rows, beside(no, rows) if going is None else going, done)
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

    def _events(self, session: int, span: Span, gone: list[int], done: Erased, *, aged: bool) -> Span:
        """Erase the events of the span and add their ids to gone. Returns how far words reach that went whole."""
        seen_ns = self._store.session(session).seen_ns
        (from_ns, to_ns), (wide_from, wide_to) = span, span
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
            done.strings += telling(hit.event for hit in hits if not (aged and hit.event.id in kept))
            dropped = [hit.event.id for hit in hits if hit.event.id not in kept]
            done.phrases += self._store.drop(dropped)
            gone += dropped
        return wide_from, wide_to

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

    # ---- clips and pictures --------------------------------------------------------------------------------------

    def _clips(
        self, session: int, spans: Sequence[Span], wide: Sequence[Span], strings: Iterable[str], done: Erased
    ) -> list[Span]:
        """Delete the clips of the spans, and those within the wide ones that repeat one of the strings; both are in
        order and apart. Returns from when to when the clips were."""
        rows = self._db.execute(
            "SELECT id, start_ns, end_ns, sentences FROM clips WHERE session = ? AND start_ns <= ? AND end_ns >= ?",
            (session, wide[-1][1], wide[0][0]),
        )
        sought = {*strings}
        gone: dict[int, Span] = {}
        for identity, *times, sentences in rows:
            clip = (int(times[0]), int(times[1]))
            if touched(spans, clip) or (touched(wide, clip) and _repeats(json.loads(sentences), sought)):
                gone[int(identity)] = clip
        self._db.executemany("DELETE FROM clips WHERE id = ?", [(identity,) for identity in gone])
        done.clip_ids += gone
        done.clips += len(gone)
        return [*gone.values()]

    def _unclip(self, session: int, questions: Sequence[Event], done: Erased) -> None:
        """Delete the clips that hold questions as the remarks that they were taken for."""
        wide = joined((event.start_ns, event.end_ns + LATE_NS) for event in questions)
        remarks = [sentence(SPEECH, event.subject) for event in questions]
        if wide and (clips := self._clips(session, (), wide, remarks, done)):
            done.gone += [(session, *clip) for clip in clips]
            self._grove.rederive(session, wide)

    def _pictures(self, session: int, span: Span, done: Erased) -> list[str]:
        """Delete the key frames of the span. Returns their names."""
        rows = self._db.execute(
            "DELETE FROM key_frames WHERE session = ? AND t_ns BETWEEN ? AND ? RETURNING name, sha256",
            (session, *span),
        ).fetchall()
        names = [name for name, _ in rows]
        done.files += names
        done.digests += [digest for _, digest in rows]
        done.pictures += len(rows)
        return names

    def _unshow(self, session: int, names: Sequence[str]) -> None:
        """Nothing names these key frames any more."""
        for table in ("events", "clips") if names else ():
            self._db.execute(
                f"UPDATE {table} SET key_frame = '' WHERE session = ?"
                " AND key_frame IN (SELECT value FROM json_each(?))",
                (session, json.dumps(names)),
            )

    # ---- proof ---------------------------------------------------------------------------------------------------

    def _only_erased(self, strings: list[str]) -> list[str]:
        """Those of the strings that stand neither in what is still remembered nor in the layout of the database."""
        gone, sought = set(strings), Needles(strings)
        kept = self._db.execute("SELECT text || char(10) || gist FROM phrases UNION ALL SELECT sql FROM sqlite_master")
        while rows := kept.fetchmany(_BATCH):
            gone.difference_update(sought.found("\n".join(text or "" for (text,) in rows).encode()))
        return sorted(gone)


def _repeats(sentences: Iterable[str], strings: Iterable[str]) -> bool:
    said = "\n".join(sentences)
    return any(text in said for text in strings)


def _later(event: Event, to_ns: int, seen_ns: int) -> Iterator[Event]:
    """What of an event comes after to_ns: the same event, open if it was; but words are either there or not."""
    reaches_ns = seen_ns if event.open else event.end_ns
    if reaches_ns > to_ns and (event.kind == SOUND or event.kind not in WHOLE):
        yield replace(event, start_ns=to_ns + 1)


def find_traces(folder: Path, strings: Iterable[str], digests: Iterable[str]) -> list[str]:
    """Names of files under `folder` that hold one of the strings, or are a picture with one of the checksums. Short
    strings occur by chance in pictures and vectors, and count only in text outside of these."""
    every, pictures = {*strings}, {*digests}
    short = {text for text in every if len(text.encode()) < CERTAIN}
    sought = Needles(every - short)
    found = files_where(
        folder,
        lambda content: sought.any_in(content) or (bool(pictures) and hashlib.sha256(content).hexdigest() in pictures),
    )
    told = files_where(folder, Needles(short).told_in, but=_NO_TEXT) if short else []
    return sorted({*found, *told})
