"""No reranker: what the vectors and the words of a sentence tell decides alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True)
class UnreadOptions:
    pass


class Unread:
    """Reads nothing, and is asked for nothing."""

    Options = UnreadOptions
    reads = False

    def __init__(self, options: UnreadOptions) -> None:
        pass

    def read(self, question: str, sentences: list[str]) -> NDArray[np.float32]:
        return np.zeros(len(sentences), np.float32)

    def close(self) -> None:
        pass
