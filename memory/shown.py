"""What of a session is drawn: its tree, its clips as spans, and when its key frames were taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from memory.grove import nodes_of
from memory.rows import SessionRow
from memory.store import Store
from memory.tree import Node

STRIP = 10  # pictures over all of the time
PICTURES = 3  # of a node


@dataclass(frozen=True, slots=True)
class SessionShown:
    """clips: from, to; taken: times of key frames by name."""

    no: int
    name: str
    start_unix_s: float
    seen_ns: int
    nodes: Sequence[Node]
    clips: Sequence[tuple[int, int]] = ()
    taken: Mapping[str, int] = field(default_factory=dict)

    @property
    def end_ns(self) -> int:
        return max([1, self.seen_ns, *(node.end_ns for node in self.nodes)])

    def strip(self) -> list[tuple[int, str]]:
        """(time, key frame) for each of equal parts of the time, the one nearest to its middle; "" for none."""
        part_ns = self.end_ns / STRIP
        named = {shown.name for node in self.nodes for shown in node.shown}
        at = sorted((t_ns, name) for name, t_ns in self.taken.items() if name in named)
        found = []
        for n in range(STRIP):
            middle_ns = (n + 0.5) * part_ns
            inside = [one for one in at if abs(one[0] - middle_ns) <= part_ns / 2]
            found.append(min(inside, key=lambda one: abs(one[0] - middle_ns), default=(round(middle_ns), "")))
        return found

    def pictures(self) -> list[str]:
        """Names of all key frames that are drawn."""
        of_nodes = [shown.name for node in self.nodes for shown in node.shown[:PICTURES]]
        return list(dict.fromkeys([*of_nodes, *(name for _, name in self.strip() if name)]))


def session_shown(store: Store, row: SessionRow) -> SessionShown:
    """What is kept of a session now."""
    of = "WHERE session = ? ORDER BY"
    clips = store.database.execute(f"SELECT start_ns, end_ns FROM clips {of} start_ns", (row.no,)).fetchall()
    taken = store.database.execute(f"SELECT name, t_ns FROM key_frames {of} t_ns", (row.no,)).fetchall()
    nodes = nodes_of(store, row.no)
    return SessionShown(row.no, row.name, row.start_unix_s, row.seen_ns, nodes, clips, dict(taken))
