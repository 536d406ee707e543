"""The vector index: nearest first, deletion, the switch to inverted lists, repair of a file that lags behind."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from memory.index import WORTH_A_THREAD, VectorIndex, build_lists
from memory.steward import LAST, Builder

pytestmark = pytest.mark.unit

Array = NDArray[np.float32]


def _unit(*values: float) -> Array:
    vector = np.array(values, np.float32)
    unit: Array = vector / np.linalg.norm(vector)
    return unit


def _cloud(n: int, seed: int = 0) -> Array:
    rows = np.random.default_rng(seed).normal(size=(n, 16)).astype(np.float32)
    unit: Array = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit


def _rows(vectors: Array, first: int = 0) -> Iterator[tuple[int, bytes]]:
    for n, vector in enumerate(vectors):
        yield first + n, vector.astype(np.float16).tobytes()


def test_search_gives_the_nearest_with_scores() -> None:
    index = VectorIndex(2)
    index.add([7, 3, 5], np.stack([_unit(1, 0), _unit(0, 1), _unit(1, 1)]))
    assert index.search(_unit(1, 0)[None], 2) == {7: 1.0, 5: pytest.approx(0.7071, abs=1e-3)}
    assert index.search(np.stack([_unit(1, 0), _unit(0, 1)]), 1) == {7: 1.0, 3: 1.0}
    assert index.search(_unit(1, 0)[None], 0) == {}
    assert index.scores(_unit(1, 0)[None], [3, 7, 99]) == {3: 0.0, 7: 1.0}


def test_empty_index_and_empty_question() -> None:
    index = VectorIndex(2)
    assert index.search(_unit(1, 0)[None], 5) == {}
    index.add([1], _unit(1, 0)[None])
    assert index.search(np.zeros((0, 2), np.float32), 5) == {}
    assert index.scores(np.zeros((0, 2), np.float32), [1]) == {}


def test_removed_is_not_found() -> None:
    index = VectorIndex(2)
    index.add([1, 2], np.stack([_unit(1, 0), _unit(0, 1)]))
    assert index.remove([1, 9]) == 1
    assert index.search(_unit(1, 0)[None], 5) == {2: 0.0}
    assert index.scores(_unit(1, 0)[None], [1]) == {}
    assert index.remove([]) == 0


def test_rows_of_another_length_are_left_out() -> None:
    index = VectorIndex(2)
    assert index.fill([(4, _unit(1, 0).astype(np.float16).tobytes()), (5, b"\0" * 6)]) == 1
    assert index.search(_unit(1, 0)[None], 5) == {4: 1.0}


def _listed(vectors: Array, *, more: Array | None = None, gone: list[int] | None = None) -> VectorIndex:
    """An index whose lists were built while things were added and removed."""
    index = VectorIndex(16, exact_up_to=100)
    index.fill(_rows(vectors))
    assert index.wants_lists()
    snapshot = index.snapshot(_rows(vectors))
    assert not index.wants_lists()
    if more is not None:
        index.add(list(range(len(vectors), len(vectors) + len(more))), more)
    if gone:
        index.remove(gone)
    index.adopt(build_lists(snapshot))
    return index


def test_lists_find_what_the_scan_finds() -> None:
    vectors = _cloud(3000)
    exact = VectorIndex(16)
    exact.fill(_rows(vectors))
    lists = _listed(vectors)
    assert not lists.exact
    same = [
        len(exact.search(q[None], 5).keys() & lists.search(q[None], 5).keys())
        for q in vectors[::100]  # each is its own nearest neighbour
    ]
    assert np.mean(same) / 5 > 0.8
    for n in range(0, 3000, 100):
        assert n in lists.search(vectors[n][None], 5)


def test_what_changed_while_lists_were_built_counts() -> None:
    vectors, more = _cloud(500), _cloud(3, seed=9)
    index = _listed(vectors, more=more, gone=[10, 501])
    assert len(index) == 501
    assert 10 not in index.search(vectors[10][None], 5)
    assert 500 in index.search(more[0][None], 5)
    assert 501 not in index.search(more[1][None], 5)
    assert index.scores(more[2][None], [502, 501]) == {502: pytest.approx(1.0, abs=1e-3)}
    assert index.remove([502]) == 1
    assert 502 not in index.search(more[2][None], 5)


def test_lists_are_made_anew_when_there_are_twice_as_many() -> None:
    index = _listed(_cloud(200))
    index.add(list(range(200, 400)), _cloud(200, seed=2))
    assert not index.wants_lists()
    index.add([400], _cloud(1, seed=3))
    assert index.wants_lists()


def test_a_saved_file_is_repaired_by_the_rows(tmp_path: Path) -> None:
    vectors = _cloud(500)
    path = tmp_path / "lists"
    assert _listed(vectors).save(path)
    index = VectorIndex(16, exact_up_to=100)
    rows = [row for row in _rows(np.concatenate([vectors, _cloud(2, seed=4)])) if row[0] not in (7, 8)]
    asked: list[int] = []

    def read(ids: Sequence[int]) -> list[tuple[int, bytes]]:
        asked.extend(ids)
        return [row for row in rows if row[0] in ids]

    assert index.restore(path, np.asarray([identity for identity, _ in rows]), read)
    assert asked == [500, 501]  # what the file holds is not read again
    assert len(index) == 500
    assert 7 not in index.search(vectors[7][None], 5)
    assert 500 in index.search(_cloud(2, seed=4)[0][None], 5)


@pytest.mark.parametrize("lists", [False, True])
@pytest.mark.parametrize("k", [1, 7, 600])
def test_found_brings_the_vectors_of_what_search_finds(lists: bool, k: int) -> None:
    vectors = _cloud(500)
    index = _listed(vectors, gone=[3]) if lists else VectorIndex(16)
    if not lists:
        index.fill(row for row in _rows(vectors) if row[0] != 3)
    asked = vectors[[3, 30]]
    best, rows = index.found(asked, k)
    assert list(best.items()) == list(index.search(asked, k).items())
    assert np.array_equal(rows, index.vectors(best)[1])
    assert np.abs(rows - vectors[list(best)]).max() < 1e-3


def test_found_of_nothing_is_empty() -> None:
    index = VectorIndex(16)
    assert index.found(_cloud(1), 5)[0] == {}
    assert index.found(_cloud(1), 5)[1].shape == (0, 16)
    index.add([1], _cloud(1))
    assert index.found(np.zeros((0, 16), np.float32), 5)[1].shape == (0, 16)


@pytest.mark.parametrize("lists", [False, True])
def test_ids_that_are_not_there_are_left_out_wherever_they_stand(lists: bool) -> None:
    vectors = _cloud(300)
    index = _listed(vectors, gone=[7, 250]) if lists else VectorIndex(16)
    if not lists:
        index.fill(row for row in _rows(vectors) if row[0] not in (7, 250))
    asked = [999, *range(0, 300, 3), 7, 250, -5, 1]
    there, rows = index.vectors(asked)
    assert there == [i for i in asked if 0 <= i < 300 and i not in (7, 250)]
    assert np.abs(rows - vectors[there]).max() < 1e-3


@pytest.mark.parametrize("content", [None, b"", b"no index at all", b"IwSq" + b"\xff" * 500])
def test_a_damaged_file_is_of_no_use(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "lists"
    if content is not None:
        path.write_bytes(content)
    index = VectorIndex(16)
    assert not index.restore(path, np.zeros(0, np.int64), lambda ids: [])
    index.add([1], _cloud(1))
    assert len(index) == 1


def test_exact_contents_are_not_saved(tmp_path: Path) -> None:
    assert not VectorIndex(16).save(tmp_path / "lists")


@pytest.mark.skipif(sys.platform != "linux", reason="a thread has no priority of its own elsewhere")
def test_lists_are_made_by_a_thread_that_gives_way() -> None:
    index = VectorIndex(16, exact_up_to=100)
    index.fill(_rows(_cloud(200)))
    snapshot = index.snapshot(_rows(_cloud(200)))
    priorities: list[int] = []

    def build() -> None:
        index.adopt(Builder().build(snapshot))  # type: ignore[arg-type]  # an index of faiss
        priorities.append(os.getpriority(os.PRIO_PROCESS, 0))

    before = os.getpriority(os.PRIO_PROCESS, 0)
    thread = threading.Thread(target=build)
    thread.start()
    thread.join()
    assert not index.exact
    assert priorities == [LAST]
    assert os.getpriority(os.PRIO_PROCESS, 0) == before  # of this thread


@pytest.mark.parametrize("n", [50, WORTH_A_THREAD + 1])
def test_a_search_beside_finds_the_same(n: int) -> None:
    vectors = _cloud(n)
    index = VectorIndex(16)
    index.fill(_rows(vectors))
    assert index.search_beside(vectors[7:8], 5).result() == index.search(vectors[7:8], 5)
