"""The statements that find events which touch a span of time, reading few more rows than they give back. Pure.

Short events are found among those that began shortly before the span; those that outlast a minute by the indexes of
`memory.schema.LASTING`. Each part comes in order of time from an index of its own, and SQLite merges them until it
has enough. So it does not matter how many events of a sentence there were before the span or come after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from memory.events import OPEN
from memory.rows import COLUMNS
from memory.schema import LASTING

SHORT_NS = 60 * 10**9  # what lasts longer is LASTING
LOOKED_AT = 300  # events of a sentence of which those in a colour or of a kind are chosen

_PART = "SELECT e.start_ns, e.id, e.end_ns FROM events e"
_SHORT = f"{_PART} WHERE e.session = ? AND e.start_ns BETWEEN ? AND ? AND e.end_ns >= ?"
_LONG = "WHERE e.session = ? AND e.start_ns >= ? AND e.start_ns < ? AND e.end_ns >= ?"


def touching(
    session: int, from_ns: int, to_ns: int, kinds: Sequence[str], limit: int, oldest: bool
) -> tuple[str, list[object]]:
    """(statement, arguments): `limit` rows (start_ns, id, end_ns) of events of `kinds`, of all kinds if there are none,
    the newest ones or the oldest ones first."""
    arguments: list[object] = []
    for kind in kinds or (None,):
        arguments += [session, from_ns - SHORT_NS, to_ns, from_ns]
        arguments += [] if kind is None else [kind]
    for _, longest_ns in LASTING:
        earliest_ns = -OPEN if longest_ns is None else from_ns - longest_ns
        arguments += [session, earliest_ns, from_ns - SHORT_NS, from_ns, *kinds]
    return _statement(len(kinds), "ASC" if oldest else "DESC"), [*arguments, limit]


@lru_cache(maxsize=64)
def _statement(n_kinds: int, order: str) -> str:
    parts = [f"{_SHORT} AND e.kind = ?"] * n_kinds or [_SHORT]
    of_kind = f" AND e.kind IN ({', '.join('?' * n_kinds)})" if n_kinds else ""
    for n, (condition, _) in enumerate(LASTING):  # named: for a single kind SQLite would prefer the kind's index
        parts.append(f"{_PART} INDEXED BY events_lasting_{n} {_LONG} AND {condition}{of_kind}")
    return f"{' UNION ALL '.join(parts)} ORDER BY 1 {order}, 2 {order} LIMIT ?"


# ---- of sentences: ?1 names them, ?2 is the session, ?3 and ?4 are the end and the begin of the span ----------------

NAMED = "SELECT value FROM json_each(?1)"  # as a JSON list
_WORDED = "SELECT rowid FROM phrase_words WHERE phrase_words MATCH ?1"
_BEGAN = f"session = ?2 AND start_ns BETWEEN ?4 - {SHORT_NS} AND ?3 AND end_ns >= ?4"
_SENTENCE = "CROSS JOIN phrases p ON p.id = e.phrase"


def lasting(sentences: str) -> str:
    """WITH `lasting`: what else of these sentences touches the span, which is little and is read at most once."""
    parts = (
        f"SELECT start_ns, id, phrase, kind, attrs FROM events INDEXED BY events_lasting_{n} WHERE {condition}"
        f" AND session = ?2 AND start_ns BETWEEN {-OPEN if longest_ns is None else f'?4 - {longest_ns}'}"
        f" AND min(?3, ?4 - {SHORT_NS} - 1) AND end_ns >= ?4 AND phrase IN ({sentences})"
        for n, (condition, longest_ns) in enumerate(LASTING)
    )
    return f"WITH lasting AS MATERIALIZED ({' UNION ALL '.join(parts)})"


def of_sentence(sentence: str, order: str, limit: str, *, more: str = "") -> str:
    """(start_ns, id, and `more` columns) of what of one sentence touches the span. For a statement with `lasting`."""
    what = f"SELECT start_ns, id{more} FROM"
    return (
        f"{what} events WHERE phrase = {sentence} AND {_BEGAN}"
        f" UNION ALL {what} lasting WHERE phrase = {sentence} ORDER BY 1 {order}, 2 {order} LIMIT {limit}"
    )


@lru_cache(maxsize=2)
def of_sentences(oldest: bool) -> str:
    """For (JSON list of sentences, session, to, from, limit): events of each, its newest ones or its oldest ones."""
    some = of_sentence("j.value", "ASC" if oldest else "DESC", "?5")
    return (
        f"{lasting(NAMED)} SELECT {COLUMNS} FROM json_each(?1) j"
        f" CROSS JOIN events e ON e.id IN (SELECT id FROM ({some})) {_SENTENCE}"
    )


@lru_cache(maxsize=1)
def sentences_there() -> str:
    """For (JSON list of sentences, session, to, from, limit): those that an event which touches the span has."""
    return (
        f"{lasting(NAMED)} SELECT j.value FROM json_each(?1) j"
        f" WHERE EXISTS (SELECT 1 FROM events WHERE phrase = j.value AND {_BEGAN})"
        " OR j.value IN (SELECT phrase FROM lasting) LIMIT ?5"
    )


@lru_cache(maxsize=2)
def of_worded(oldest: bool) -> str:
    """For (full-text query, session, to, from, JSON list of kinds, limit): the newest or the oldest event of each
    sentence that is found; of these the newest ones or the oldest ones, and these first. A sentence is mostly of one
    kind: not every event is looked at for one of another."""
    order, outermost = ("ASC", "min") if oldest else ("DESC", "max")
    kinds = "kind IN (SELECT value FROM json_each(?5))"
    some = (
        f"SELECT id, kind FROM events WHERE phrase = w.rowid AND {_BEGAN}"
        f" ORDER BY start_ns {order}, id {order} LIMIT {LOOKED_AT}"
    )
    each = (
        "SELECT e.start_ns, e.id, e.phrase FROM phrase_words w"
        f" CROSS JOIN events e ON e.id = (SELECT id FROM ({some}) WHERE {kinds} LIMIT 1) WHERE phrase_words MATCH ?1"
        f" UNION ALL SELECT start_ns, id, phrase FROM lasting WHERE {kinds}"
    )
    chosen = (
        f"SELECT id, {outermost}(start_ns) AS start_ns FROM ({each}) GROUP BY phrase"
        f" ORDER BY start_ns {order}, id {order} LIMIT ?6"
    )
    return (
        f"{lasting(_WORDED)} SELECT {COLUMNS} FROM ({chosen}) c CROSS JOIN events e ON e.id = c.id {_SENTENCE}"
        f" ORDER BY c.start_ns {order}, c.id {order}"
    )
