"""Searching on a graphics card, with a faiss that only says that it has one: the copy is always what the index is."""

from __future__ import annotations

from typing import Any

import faiss
import numpy as np
import pytest
from numpy.typing import NDArray

from memory import index as indexes
from memory.gpu_index import gpu_copy
from memory.index import VectorIndex, build_lists

pytestmark = pytest.mark.unit

Array = NDArray[np.float32]


class Card:
    """The calls of faiss for graphics cards. Copies are made in main memory and cannot delete."""

    def __init__(self) -> None:
        self.copies: list[Any] = []

    def get_num_gpus(self) -> int:
        return 1

    def StandardGpuResources(self) -> object:  # named by faiss
        return object()

    def index_cpu_to_gpu(self, resources: object, device: int, index: Any) -> Any:
        assert device == 0
        copy: Any = faiss.clone_index(index)
        copy.remove_ids = None
        self.copies.append(copy)
        return copy

    def __getattr__(self, name: str) -> Any:
        return getattr(faiss, name)


@pytest.fixture
def card(monkeypatch: pytest.MonkeyPatch) -> Card:
    card = Card()
    monkeypatch.setattr(indexes, "faiss", card)
    return card


def _cloud(n: int, seed: int = 0) -> Array:
    rows = np.random.default_rng(seed).normal(size=(n, 8)).astype(np.float32)
    unit: Array = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit


def test_searches_run_on_the_copy_and_see_what_is_added(card: Card) -> None:
    index = VectorIndex(8)
    vectors = _cloud(20)
    index.add(range(10), vectors[:10])
    assert next(iter(index.search(vectors[3][None], 1))) == 3
    index.add(range(10, 20), vectors[10:])
    assert next(iter(index.search(vectors[15][None], 1))) == 15
    assert len(card.copies) == 1
    assert card.copies[0].ntotal == 20


def test_what_is_removed_is_on_no_copy(card: Card) -> None:
    index = VectorIndex(8)
    vectors = _cloud(5)
    index.add(range(5), vectors)
    index.search(vectors[:1], 1)
    assert index.remove([2]) == 1
    assert 2 not in index.search(vectors[2][None], 5)
    assert [copy.ntotal for copy in card.copies] == [5, 4]
    assert index.scores(vectors[:1], [0, 2]) == {0: pytest.approx(1.0, abs=1e-3)}


def test_new_lists_are_copied_too(card: Card) -> None:
    index = VectorIndex(8, exact_up_to=50)
    vectors = _cloud(60)
    index.add(range(60), vectors)
    index.search(vectors[:1], 1)
    index.adopt(build_lists(index.snapshot((n, v.astype(np.float16).tobytes()) for n, v in enumerate(vectors))))
    assert next(iter(index.search(vectors[7][None], 1))) == 7
    assert isinstance(card.copies[-1], faiss.IndexIVF)
    index.fill([])
    assert index.search(vectors[:1], 1) == {}


def test_a_faiss_without_a_card_makes_no_copies() -> None:
    assert gpu_copy(faiss) is None
    assert gpu_copy(object()) is None
