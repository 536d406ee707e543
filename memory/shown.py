"""What of a session is drawn: its tree, its clips as spans, and when its key frames were taken."""

from __future__ import annotations

import json
import sqlite3
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from memory.events import SPEECH, voice_of
from memory.grove import nodes_of
from memory.rows import SessionRow
from memory.sentences import sentence
from memory.store import Store
from memory.tree import Node

STRIP = 10  # pictures over all of the time
PICTURES = 3  # of a node
NEAR = 4  # a clip is of the middle of a part if it is no further from it than this share of the part: one in so many


class Sight(NamedTuple):
    """A picture of the strip. name: "" for none; lasting: it was taken before, and nothing new was since."""

    t_ns: int
    name: str = ""
    lasting: bool = False


@dataclass(frozen=True, slots=True)
class SessionShown:
    """clips: from, to, in order; taken: times of key frames by name; held: of each clip the key frame that shows how
    it began, which may be older, "" for none; voices: which ones said a sentence, "1, 2"."""

    no: int
    name: str
    start_unix_s: float
    seen_ns: int
    nodes: Sequence[Node]
    clips: Sequence[tuple[int, int]] = ()
    taken: Mapping[str, int] = field(default_factory=dict)
    held: Sequence[str] = ()
    voices: Mapping[str, str] = field(default_factory=dict)

    @property
    def end_ns(self) -> int:
        return max([1, self.seen_ns, *(node.end_ns for node in self.nodes)])

    def strip(self) -> list[Sight]:
        """For each of equal parts of the time the key frame nearest to its middle; where none was taken, the last one
        before it that still holds."""
        part_ns = self.end_ns / STRIP
        named = {shown.name for node in self.nodes for shown in node.shown}
        taken = sorted(Sight(t_ns, name) for name, t_ns in self.taken.items())
        found = []
        for n in range(STRIP):
            middle_ns = (n + 0.5) * part_ns
            inside = [one for one in taken if abs(one.t_ns - middle_ns) <= part_ns / 2]
            telling = [one for one in inside if one.name in named] or inside
            nearest = min(telling, key=lambda one: abs(one.t_ns - middle_ns), default=None)
            found.append(nearest or Sight(round(middle_ns), *self._lasting(round(middle_ns), part_ns)))
        return found

    def _lasting(self, middle_ns: int, part_ns: float) -> tuple[str, bool]:
        """The key frame that still holds at the middle of a part, as the clip there says; none where there is no clip,
        as in what was erased."""
        after = bisect_right(self.clips, middle_ns, key=lambda clip: clip[0])
        beside = slice(max(0, after - 1), after + 1)
        near = [
            (start_ns, name)
            for (start_ns, end_ns), name in zip(self.clips[beside], self.held[beside], strict=False)
            if start_ns - part_ns / NEAR <= middle_ns <= end_ns + part_ns / NEAR
        ]
        if not near:
            return "", False
        start_ns, name = near[0]
        own = [(t_ns, one) for one, t_ns in self.taken.items() if start_ns <= t_ns <= middle_ns]
        _, name = max(own, default=(0, name))
        return (name, True) if name in self.taken else ("", False)

    def pictures(self) -> list[str]:
        """Names of all key frames that are drawn."""
        of_nodes = [shown.name for node in self.nodes for shown in node.shown[:PICTURES]]
        return list(dict.fromkeys([*of_nodes, *(one.name for one in self.strip() if one.name)]))


def session_shown(store: Store, row: SessionRow) -> SessionShown:
    """What is kept of a session now."""
    of = "WHERE session = ? ORDER BY"
    clips = store.database.execute(f"SELECT start_ns, end_ns, key_frame FROM clips {of} start_ns", (row.no,)).fetchall()
    taken = store.database.execute(f"SELECT name, t_ns FROM key_frames {of} t_ns", (row.no,)).fetchall()
    nodes = nodes_of(store, row.no)
    spans, held = [(start_ns, end_ns) for start_ns, end_ns, _ in clips], [name for *_, name in clips]
    voices = _voices(store, row.no, nodes)
    return SessionShown(row.no, row.name, row.start_unix_s, row.seen_ns, nodes, spans, dict(taken), held, voices)


def _voices(store: Store, no: int, nodes: Sequence[Node]) -> dict[str, str]:
    """Of the sentences of these nodes that were said by known voices: by which. None where that is damaged."""
    begins = sentence(SPEECH, "").rstrip('"')
    told = dict.fromkeys(said.text for node in nodes for said in node.said if said.text.startswith(begins))
    try:
        rows = store.database.execute(
            "SELECT DISTINCT p.text, e.track FROM json_each(?) j CROSS JOIN phrases p ON p.text = j.value"
            f" CROSS JOIN events e ON e.phrase = p.id AND e.session = ? AND e.kind = '{SPEECH}' AND e.track <> 0",
            (json.dumps([*told]), no),
        ).fetchall()
    except sqlite3.DatabaseError:
        return {}
    found: dict[str, list[int]] = {}
    for text, track in rows:
        found.setdefault(text, []).append(voice_of(track))
    return {text: ", ".join(map(str, sorted(voices))) for text, voices in found.items()}
