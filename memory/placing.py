"""Where earlier sessions of a memory lie on the time line of a later one: before 0, by the calendar. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from memory.events import OPEN
from memory.rows import SessionRow
from wire.spans import Span, joined

GAP_NS = 10**9  # an earlier session ends at least that long before a later one begins
EARLIER = (-OPEN, -1)  # all that earlier sessions can tell one


def apart_ns(row: SessionRow, now: SessionRow) -> int:
    """From the beginning of a session to that of another, by the calendar."""
    return round((row.start_unix_s - now.start_unix_s) * 1e9)


def offset_ns(row: SessionRow, now: SessionRow, seen_ns: int) -> int:
    """What is added to times of an earlier session that came as far as seen_ns. One that was read faster than it was
    filmed is moved back."""
    return min(apart_ns(row, now), -seen_ns - GAP_NS)


def placed(start_ns: int, end_ns: int, offset_ns: int) -> Span:
    """A stretch of an earlier session with its offset."""
    start_ns = min(start_ns + offset_ns, -GAP_NS)
    return start_ns, max(start_ns, min(end_ns + offset_ns, -GAP_NS))


def beside(no: int, rows: Mapping[int, SessionRow]) -> dict[int, int]:
    """How far live sessions had come, by the calendar, that went on when session `no` began. A replay is read alone."""
    came_ns = {of: max(0, -apart_ns(row, rows[no])) for of, row in rows.items() if of < no and row.mode == "live"}
    return {of: far_ns for of, far_ns in came_ns.items() if far_ns <= rows[of].reach_ns}


def told(
    gone: Iterable[tuple[int, int, int]], no: int, rows: Mapping[int, SessionRow], going: Mapping[int, int]
) -> list[Span]:
    """Where session `no` was told what lies in these spans (session, from, to) of earlier ones. going: how far those
    had come that went on when it began; they are moved the further back the further they come."""
    now, found = rows.get(no), []
    for of, start_ns, end_ns in gone:
        row = rows.get(of)
        if of >= no:
            continue
        if row is None or now is None:
            return [EARLIER]
        least_ns = offset_ns(row, now, row.reach_ns)
        most_ns = offset_ns(row, now, min(row.reach_ns, going.get(of, row.reach_ns)))
        found.append((placed(start_ns, end_ns, least_ns)[0], placed(start_ns, end_ns, most_ns)[1]))
        by_calendar_ns = apart_ns(row, now)
        if most_ns < by_calendar_ns <= -GAP_NS:  # as it is told where a time is named
            found.append(placed(start_ns, end_ns, by_calendar_ns))
    return joined(found)
