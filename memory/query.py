"""A question to a memory, and what of it can be done before the question is encoded."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from memory.odds import MINILM
from memory.shortlist import Worded
from wire.messages import Cues, Evidence

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Query:
    """A question to a memory. texts: the question, its subject, each option, for words; vectors: of the
    question and the options; anchor: that of the anchor.

    scene: the question in the space of the clip vectors; scene_repeats: these are made of sentences, not of pixels;
    space: that the vectors are of, see `memory.odds`.
    """

    session: int
    t_ns: int
    cues: Cues = field(default_factory=Cues)
    texts: tuple[str, ...] = ()
    vectors: Array = field(default_factory=lambda: np.zeros((0, 0), np.float32))  # (Q, D)
    visible_from_ns: int = 0
    anchor: Array | None = None
    scene: Array | None = None
    scene_repeats: bool = True
    space: str = MINILM
    scene_scale: tuple[float, float | None] | None = None  # sharpness and bias of a space of pictures and texts


@dataclass(frozen=True, slots=True)
class Ahead:
    """The part of a recall that needs no vector of the question. read: what of the cues it was made by; anchor_ns:
    when the anchor was; worded: what full text finds; wants_anchor: the rest is missing, for it takes the vector of the
    anchor."""

    read: tuple[object, ...]
    anchor_ns: int
    log: tuple[Evidence, ...]
    truncated: bool
    worded: Worded
    wants_anchor: bool = False

    def holds_for(self, cues: Cues) -> bool:
        """Whether it would be the same for these cues."""
        return self.read == read_by(cues) and not self.wants_anchor


def read_by(cues: Cues) -> tuple[object, ...]:
    """What of the cues decides about the anchor and the log."""
    span = (cues.start_ns, cues.end_ns, cues.spanned, cues.now, cues.at_ns)
    return (
        cues.kinds,
        *span,
        cues.order,
        cues.relation,
        cues.anchor,
        cues.anchor_ns,
        cues.ask == "summary",
        cues.speaker,
    )
