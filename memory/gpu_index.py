"""A copy of a faiss index on the graphics card, for searching; the index itself stays in main memory.

The card's indexes can neither delete nor read by id, and both are needed to forget. So what is added goes to both, and
what is deleted makes the copy anew before the next search.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Ids = NDArray[np.int64]


class GpuCopy:
    """library: faiss, built with its part for graphics cards."""

    def __init__(self, library: Any, device: int = 0) -> None:
        self._library = library
        self._device = device
        self._resources = library.StandardGpuResources()
        self._copy: Any = None

    def search(self, index: Any, vectors: Array, k: int) -> tuple[Array, Ids]:
        """Scores and ids (Q, k) in `index`, which is copied first if there is no copy."""
        if self._copy is None:
            self._copy = self._library.index_cpu_to_gpu(self._resources, self._device, index)
        scores, ids = self._copy.search(vectors, k)
        return scores, ids

    def add(self, vectors: Array, ids: Ids) -> None:
        """The same was added to the index."""
        if self._copy is not None:
            self._copy.add_with_ids(vectors, ids)

    def drop(self) -> None:
        """The index is another one, or something was deleted from it."""
        self._copy = None


def gpu_copy(library: Any) -> GpuCopy | None:
    """For a faiss that sees a graphics card; None for one without it."""
    count = getattr(library, "get_num_gpus", None)
    return GpuCopy(library) if count is not None and count() > 0 else None
