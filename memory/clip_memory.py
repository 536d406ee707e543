"""Which clips' memory goes with a question: an overview of all that was, bounded, and the clips that it is about.

Reads what the compressor kept of each clip; what is made of it is the compressor's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from memory.archive import Archive, ClipRow
from memory.grove import Grove
from memory.index import VectorIndex

Array = NDArray[np.float32]

NEAREST = 64  # clips asked of the index
OVERVIEW_CLIPS = 16  # the cost of an overview grows with them, so that it does not with the stream
RELATED_CLIPS = 4


def spread(newest: Sequence[int], stretches: Sequence[int], limit: int) -> list[int]:
    """Ids of at most `limit` clips in order of time. newest: the last clips, at most `limit`. stretches: the clips that
    stand for longer stretches of all time. When there were more clips than `newest`, half of the places are theirs."""
    if not newest or all(identity >= newest[0] for identity in stretches):
        return list(newest)
    recent = newest[-(limit - limit // 2) :]
    older = [identity for identity in stretches if identity < recent[0]]
    room = min(limit // 2, len(older))
    return [*(older[n * len(older) // room] for n in range(room)), *recent]


@dataclass(frozen=True, slots=True, eq=False)
class Wanted:
    """What a question asks of the clips. start_ns..end_ns: the span it is about. scene: (D,) in the space of the clips,
    or None. threshold: cosine above which a clip is about it."""

    session: int
    t_ns: int
    start_ns: int
    end_ns: int
    scene: Array | None
    threshold: float
    visible_from_ns: int = 0


class ClipMemories:
    """What is kept of the clips of one memory."""

    def __init__(self, archive: Archive, grove: Grove, clips: VectorIndex) -> None:
        self._archive = archive
        self._grove = grove
        self._clips = clips

    def overview(self, no: int, from_ns: int, to_ns: int, limit: int = OVERVIEW_CLIPS) -> dict[int, Array]:
        """What was kept of clips that stand for all of what may be seen, by id, in order of time."""
        clips = self._archive.clips_between(no, from_ns, to_ns, limit)
        newest = [clip.id for clip in clips if _within(clip, from_ns, to_ns)]
        nodes = [node.id for node in self._grove.nodes(no, from_ns, to_ns) if node.start_ns >= from_ns]
        return self._kept(spread(newest, nodes, limit))

    def related(self, wanted: Wanted, limit: int = RELATED_CLIPS) -> dict[int, Array]:
        """What was kept of the clips nearest to a question, by id, in order of time; of the newest ones when none is
        near enough."""
        near = self._clips.search(wanted.scene.reshape(1, -1), NEAREST) if wanted.scene is not None else {}
        above = [identity for identity, cosine in near.items() if cosine > wanted.threshold]
        rows = self._archive.clips(above, wanted.session, wanted.start_ns, wanted.end_ns)
        seen = [row for row in rows if _within(row, wanted.visible_from_ns, wanted.t_ns)]
        best = sorted(seen, key=lambda row: -near[row.id])[:limit]
        if not best:
            newest = self._archive.clips_between(wanted.session, wanted.start_ns, wanted.end_ns, limit)
            best = [row for row in newest if _within(row, wanted.visible_from_ns, wanted.t_ns)]
        return self._kept([row.id for row in sorted(best, key=lambda row: row.start_ns)])

    def _kept(self, ids: Sequence[int]) -> dict[int, Array]:
        found = {identity: self._archive.tokens(identity) for identity in ids}
        return {identity: tokens for identity, tokens in found.items() if tokens is not None and tokens.size}


def _within(clip: ClipRow, from_ns: int, to_ns: int) -> bool:
    """A clip that began before what may be seen, or goes on after the question, must not be in its memory."""
    return from_ns <= clip.start_ns and clip.end_ns <= to_ns
