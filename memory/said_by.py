"""What voices said: next to what was found of them, and what the log of a question about those who spoke needs besides
the newest words, which is the first of each voice, and all of the one that is meant.

Reads a bounded number of rows of an index.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from memory.elsewhere import SAID, of_voices
from memory.events import track_of_voice
from memory.rows import Found, found_of
from memory.store import Store
from wire.messages import Evidence, Speaker

VOICES = 64  # of a session that are told apart
OF_ONE = 64  # things that one of them said

_LOWEST = f"SELECT min(track) FROM events WHERE {SAID}"
_FIRST = f"SELECT start_ns, id FROM events WHERE {SAID} AND track = v.track AND start_ns BETWEEN ?1 AND ?3"
_FIRSTS = (
    f"WITH RECURSIVE voices (track, n) AS (SELECT ({_LOWEST}), 1 UNION ALL"
    f" SELECT ({_LOWEST} AND track > v.track), n + 1 FROM voices v WHERE v.track IS NOT NULL AND n < {VOICES})"
    " SELECT e.start_ns, e.id, v.track FROM voices v CROSS JOIN events e ON e.id ="
    f" (SELECT id FROM ({_FIRST} ORDER BY start_ns, id LIMIT 1))"
)
_ALL = (
    f"SELECT id FROM events WHERE {SAID} AND track = ?1 AND start_ns BETWEEN ?3 AND ?4"
    " ORDER BY start_ns DESC, id DESC LIMIT ?5"
)


def said_near(store: Store, session: int, voices: Sequence[tuple[int, int]], from_ns: int, to_ns: int) -> list[Found]:
    """What these voices, each a (track, moment at which it was found), said in [from_ns, to_ns] next to that."""
    rows = store.database.execute(of_voices(), (json.dumps(voices), session, from_ns, to_ns))
    return [found_of(row) for row in rows]


def firsts(store: Store, session: int, from_ns: int, to_ns: int) -> list[tuple[int, int]]:
    """(track, id of the first that it said in the span) of each voice, in the order of these."""
    rows = sorted(store.database.execute(_FIRSTS, (from_ns, session, to_ns)).fetchall())
    return [(track, identity) for _, identity, track in rows]


def said_by(store: Store, track: int, session: int, from_ns: int, to_ns: int) -> list[int]:
    """Ids of the newest things that a voice said in the span."""
    return [identity for (identity,) in store.database.execute(_ALL, (track, session, from_ns, to_ns, OF_ONE))]


def of_speakers(store: Store, speaker: Speaker, session: int, span: tuple[int, int], t_ns: int) -> dict[int, Evidence]:
    """By id what the first words of all voices were, and the words of the one that is meant by its number or place."""
    known = firsts(store, session, *span)
    ids = [identity for _, identity in known]
    track = track_of_voice(speaker.number)
    if speaker.nth > 0:
        track = next((track for track, _ in known[speaker.nth - 1 : speaker.nth]), 0)
    if track:
        ids += said_by(store, track, session, *span)
    return store.told_of(list(dict.fromkeys(ids)), t_ns)


def with_speakers(
    log: Sequence[tuple[int, Evidence]], spoken: Mapping[int, Evidence], limit: int, oldest: bool
) -> list[tuple[int, Evidence]]:
    """A log by id, in order of time, with these in place of its oldest, or its newest, as far as they are not in it."""
    room = max(0, limit - len(spoken))
    kept = log[:room] if oldest else log[len(log) - min(room, len(log)) :]
    return sorted((dict(kept) | dict(spoken)).items(), key=lambda one: (one[1].start_ns, one[0]))[:limit]
