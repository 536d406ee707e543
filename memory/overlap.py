"""The statement that finds events which touch a span of time, reading no more rows than it gives back. Pure.

Short events are found among those that began shortly before the span; those that outlast a minute by the indexes of
`memory.schema.LASTING`. Each part comes in order of time from an index of its own, and SQLite merges them until it
has enough.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from memory.events import OPEN
from memory.schema import LASTING

SHORT_NS = 60 * 10**9  # what lasts longer is LASTING

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
