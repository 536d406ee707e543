"""The statements that find events that are not among the newest of their sentence: in earlier sessions, of one thing
followed, of one voice, in one colour.

Pure. Each reads a bounded number of rows of an index.
"""

from __future__ import annotations

from functools import lru_cache

from memory.overlap import LOOKED_AT, NAMED, lasting, of_sentence
from memory.rows import COLUMNS

FOLLOWED = ("entered", "left", "motion", "object")  # kinds with a track: others name nothing that is followed
NEAR = 150  # events of a kind on each side of the moment at which a thing was found that are looked at
WORDS_NEAR = 8  # ... and of what a voice said that is looked at

_TOLD = f"SELECT {COLUMNS} FROM json_each(?1) j CROSS JOIN events e ON e.id IN"
_SENTENCE = "CROSS JOIN phrases p ON p.id = e.phrase"


@lru_cache(maxsize=2)
def of_phrases_before(oldest: bool) -> str:
    """For (JSON list of sentences, session, limit): events of earlier sessions, of each sentence its newest ones or its
    oldest ones."""
    order = "ASC" if oldest else "DESC"
    return (
        f"{_TOLD} (SELECT id FROM events WHERE phrase = j.value AND session < ?2"
        f" ORDER BY session {order}, start_ns {order}, id {order} LIMIT ?3) {_SENTENCE}"
    )


@lru_cache(maxsize=2)
def of_colour(oldest: bool) -> str:
    """For (JSON list of sentences, session, to, from, what the attributes hold, limit): events that touch the span, of
    each sentence the newest ones or the oldest ones of that look."""
    order = "ASC" if oldest else "DESC"
    some = of_sentence("j.value", order, str(LOOKED_AT), more=", attrs")
    return f"{lasting(NAMED)} {_TOLD} (SELECT id FROM ({some}) WHERE instr(attrs, ?5) LIMIT ?6) {_SENTENCE}"


@lru_cache(maxsize=1)
def of_tracks() -> str:
    """For (JSON list of [track, moment], session, from, to): events of these tracks near the moment.
    A number may be given again after the process that sees was restarted, and then names another thing."""
    track, moment = "json_extract(j.value, '$[0]')", "json_extract(j.value, '$[1]')"
    after = f"start_ns BETWEEN max({moment}, ?3) AND ?4 ORDER BY start_ns, id"
    before = f"start_ns BETWEEN ?3 AND min({moment} - 1, ?4) ORDER BY start_ns DESC, id DESC"
    near = " UNION ALL ".join(
        f"SELECT * FROM (SELECT id, track FROM events WHERE session = ?2 AND kind = '{kind}' AND {side} LIMIT {NEAR})"
        for kind in FOLLOWED
        for side in (after, before)
    )
    return f"{_TOLD} (SELECT id FROM ({near}) WHERE track = {track}) {_SENTENCE}"


SAID = "session = ?2 AND kind = 'speech' AND track <> 0"  # as events_by_voice has it


@lru_cache(maxsize=1)
def of_voices() -> str:
    """For (JSON list of [track, moment], session, from, to): what these voices said next to the moment."""
    track, moment = "json_extract(j.value, '$[0]')", "json_extract(j.value, '$[1]')"
    said = f"SELECT id FROM events WHERE {SAID} AND track = {track} AND start_ns"
    after = f"{said} BETWEEN max({moment}, ?3) AND ?4 ORDER BY start_ns, id LIMIT {WORDS_NEAR}"
    before = f"{said} BETWEEN ?3 AND min({moment} - 1, ?4) ORDER BY start_ns DESC, id DESC LIMIT {WORDS_NEAR}"
    return f"{_TOLD} (SELECT * FROM ({after}) UNION ALL SELECT * FROM ({before})) {_SENTENCE}"
