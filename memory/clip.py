"""A stretch of similar frames, open and closed, and its key frames."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from memory.sentences import summary

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class KeyFrame:
    name: str
    t_ns: int
    jpeg: bytes


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """A stretch of similar frames. appearance: (T, D); features: (T, ...) or None."""

    id: int
    session: int
    start_ns: int
    end_ns: int
    frames: int
    sentences: tuple[str, ...]
    key_frame: str
    appearance: Array
    features: Array | None = None

    @property
    def summary(self) -> str:
        return summary(self.sentences)


@dataclass(slots=True)
class OpenClip:
    """While its frames come."""

    id: int
    start_ns: int
    end_ns: int
    sentences: dict[str, None] = field(default_factory=dict)
    appearance: list[Array] = field(default_factory=list)
    features: list[Array] = field(default_factory=list)
    frames: int = 0
    pictures: int = 0
    key_frame: str = ""

    def closed(self, session: int) -> Clip:
        """As it is now."""
        return Clip(
            id=self.id,
            session=session,
            start_ns=self.start_ns,
            end_ns=self.end_ns,
            frames=self.frames,
            sentences=tuple(self.sentences),
            key_frame=self.key_frame,
            appearance=_stacked(self.appearance),
            features=_stacked(self.features) if self.features else None,
        )


def _stacked(rows: list[Array]) -> Array:
    """Rows of one shape as one array; a row of another shape (another encoder after a restart) begins anew."""
    if not rows:
        return np.zeros((0, 0), np.float32)
    return np.stack([row for row in rows if row.shape == rows[-1].shape])
