"""The index without faiss finds what the one with faiss finds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from memory import index as module
from memory.index import VectorIndex
from memory.numpy_index import NumpyIndex

pytestmark = pytest.mark.unit

DIM = 8


def _unit(rng: np.random.Generator, n: int) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    rows = rng.normal(size=(n, DIM)).astype(np.float32)
    found: np.ndarray[tuple[int, int], np.dtype[np.float32]] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return found


@given(st.integers(0, 2**32 - 1), st.lists(st.sampled_from(["add", "remove"]), max_size=12))
@settings(max_examples=60, deadline=None)
def test_it_is_the_same_as_faiss_after_any_changes(seed: int, steps: list[str]) -> None:
    pytest.importorskip("faiss")
    rng = np.random.default_rng(seed)
    with_faiss, without = VectorIndex(DIM), VectorIndex(DIM)
    without._index = NumpyIndex(DIM)
    newest, there = 0, set[int]()
    for step in steps:
        if step == "add":
            ids = list(range(newest, newest + int(rng.integers(1, 20))))
            newest = ids[-1] + 1
            there |= set(ids)
            vectors = _unit(rng, len(ids))
            for index in (with_faiss, without):
                index.add(ids, vectors)
        else:
            gone = [int(i) for i in rng.integers(0, newest + 2, 5)]
            assert with_faiss.remove(gone) == without.remove(gone) == len(there & set(gone))
            there -= set(gone)
    assert len(with_faiss) == len(without) == len(there)
    asked = _unit(rng, 2)
    k = len(there) + 1  # all of them: ties at the border of k may fall either way
    assert without.search(asked, k) == pytest.approx(with_faiss.search(asked, k), abs=2e-3)
    assert without.scores(asked, range(newest)) == pytest.approx(with_faiss.scores(asked, range(newest)), abs=2e-3)


def test_without_faiss_everything_stays_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "HAS_FAISS", False)
    index = VectorIndex(DIM, exact_up_to=3)
    vectors = _unit(np.random.default_rng(1), 10)
    index.add(range(10), vectors)
    assert not index.wants_lists()
    assert max(index.search(vectors[4:5], 3).items(), key=lambda item: item[1])[0] == 4
