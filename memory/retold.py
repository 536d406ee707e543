"""What was told later of what is erased: questions and answers that quote it, and answers that rest on it.

An answer rests on what it was drawn from: on the evidence that the edge names when its reply is over, which it keeps as
spans on the time line of its session, and on what was there when it was asked for. An answer that tells an erased one
again goes with it. Works in the transaction of the store.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from memory import placing
from memory.erased import Erased, telling
from memory.events import ANSWER, OPEN, QUESTION, Event
from memory.rows import SessionRow
from memory.store import Store
from wire.spans import Span, joined, touched

RESTS_ON = "rests_on"


def resting(spans: Iterable[Span]) -> dict[str, str]:
    """What an answer keeps of where its evidence lay."""
    every = joined(spans)
    return {RESTS_ON: json.dumps(every)} if every else {}


def rests_on(answer: Event) -> list[Span]:
    """Where the evidence of an answer lay: before 0 is in an earlier session, see `memory.placing`."""
    return [(start_ns, end_ns) for start_ns, end_ns in json.loads(answer.attrs.get(RESTS_ON, "[]"))]


def telling_again(answers: Iterable[Event], gone: Sequence[Event]) -> list[Event]:
    """Those that rest on one of the answers that are gone, or rest on nothing and repeat one, if only how it began."""
    spans = {(one.start_ns, one.end_ns) for one in gone}
    words = [(one.start_ns, one.subject.casefold()) for one in gone if " " in one.subject]

    def repeats(answer: Event) -> bool:
        said = answer.subject.casefold()
        known = (told for since_ns, told in words if since_ns < answer.start_ns)
        return " " in said and any(told in said or told.startswith(said) for told in known)

    return [one for one in answers if (spans.intersection(rests) if (rests := rests_on(one)) else repeats(one))]


class Retold:
    """The talk of one memory."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._db = store.database

    def quoting(self, session: int, after: Mapping[str, int], done: Erased, *, aged: bool) -> list[Event]:
        """Erase later talk that quotes what was erased. after: strings, each with the time since when. aged: but not
        talk that quotes what was also seen later. Returns the questions among it, which may have been taken for
        remarks."""
        rows = self._db.execute(
            "SELECT id FROM events WHERE session = ? AND kind IN (?, ?) AND start_ns > ?",
            (session, ANSWER, QUESTION, min(after.values(), default=OPEN)),
        ).fetchall()
        talk = self._events(identity for (identity,) in rows)
        said = [event.subject.casefold() for event in talk]
        wanted = [(s.casefold(), since_ns, s) for s, since_ns in after.items()]
        if aged:
            wanted = [one for one in wanted if any(one[0] in text for text in said) and not self._stands(one[2])]
        quoting = [
            event
            for event, text in zip(talk, said, strict=True)
            if any(since_ns < event.start_ns and s in text for s, since_ns, _ in wanted)
        ]
        self._drop(session, quoting, done)
        return [event for event in quoting if event.kind == QUESTION]

    def resting(self, session: int, rows: Mapping[int, SessionRow], going: Mapping[int, int], done: Erased) -> None:
        """Erase the answers of a session that rest on what was erased, whether it was still there or too old, and those
        that tell these again; their questions are the person's own words, and stay. rows: all sessions; going: how far
        those had come that went on when it began."""
        own = [(start_ns, end_ns) for of, start_ns, end_ns in done.spans if of == session]
        spans = joined([*own, *placing.told(done.held, session, rows, going)])
        found = self._db.execute(
            "SELECT id FROM events WHERE session = ? AND kind = ? AND"
            " (instr(attrs, ?) OR id IN (SELECT value FROM json_each(?)))",
            (session, ANSWER, f'"{RESTS_ON}"', json.dumps(done.answers)),
        ).fetchall()
        put = {*done.answers}
        answers = self._events(identity for (identity,) in found)
        gone = [e for e in answers if e.id in put or any(touched(spans, one) for one in rests_on(e))]
        self._drop(session, gone, done)
        telling_of_it = [e for e in gone if rests_on(e)]  # others said that there was nothing
        while telling_of_it:
            telling_of_it = self._again(session, telling_of_it)
            self._drop(session, telling_of_it, done)

    def _again(self, session: int, gone: Sequence[Event]) -> list[Event]:
        """The answers of a session that tell again what these answers said."""
        rows = self._db.execute(
            "SELECT id FROM events WHERE session = ? AND kind = ? AND start_ns > ?",
            (session, ANSWER, min(event.start_ns for event in gone)),
        ).fetchall()
        return telling_again(self._events(identity for (identity,) in rows), gone)

    def unsay(self, gone: Iterable[int]) -> None:
        """Blot out what questions hold of these events: one is put after its words, and its answer later still. What
        cannot be sent again is not waited for."""
        of, ids = "IN (SELECT value FROM json_each(?))", json.dumps([*gone])
        self._db.execute(f"UPDATE questions SET text = '', message = x'', played = 1 WHERE asked_event {of}", (ids,))
        self._db.execute(f"UPDATE questions SET heard = '' WHERE answer_event {of}", (ids,))

    def _drop(self, session: int, talk: Sequence[Event], done: Erased) -> None:
        if not talk:
            return
        gone = [event.id for event in talk]
        done.events += len(gone)
        done.gone += [(session, event.start_ns, event.end_ns) for event in talk]
        done.strings += telling(talk)
        done.phrases += self._store.drop(gone)
        asked = self._db.execute(
            "SELECT session, id FROM questions WHERE session = ?1 AND (asked_event IN (SELECT value FROM json_each(?2))"
            " OR answer_event IN (SELECT value FROM json_each(?2)))",
            (session, json.dumps(gone)),
        )
        done.asked += asked.fetchall()
        self.unsay(gone)

    def _events(self, ids: Iterable[int]) -> list[Event]:
        return [event for identity in ids if (event := self._store.event(identity)) is not None]

    def _stands(self, text: str) -> bool:
        """Whether it stands in anything that is remembered but talk."""
        row = self._db.execute(
            "SELECT 1 FROM phrases p WHERE instr(lower(p.text), lower(?))"
            " AND EXISTS (SELECT 1 FROM events WHERE phrase = p.id AND kind NOT IN (?, ?)) LIMIT 1",
            (text, ANSWER, QUESTION),
        )
        return row.fetchone() is not None
