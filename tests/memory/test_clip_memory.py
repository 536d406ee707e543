"""Which clips' memory goes with a question: a bounded choice over all time, and the clips nearest to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from memory.backends.base import ClipInput, ClipMemory
from memory.backends.fake import FakeOptions, FakeTextEncoder
from memory.clip import Clip
from memory.clip_memory import OVERVIEW_CLIPS, RELATED_CLIPS, Wanted, spread
from memory.draft import Inquiry
from memory.embedder import Embedder
from memory.keeper import CompressedClip, Keeper
from memory.question_tokens import tensor_of
from wire.messages import Cues

pytestmark = pytest.mark.unit

Array = NDArray[np.float32]
S = 10**9
DIM = 8


def test_few_clips_all_go() -> None:
    assert spread([3, 4, 5], [3, 4, 5], 4) == [3, 4, 5]
    assert spread([], [], 4) == []


def test_many_clips_leave_half_of_the_places_to_older_stretches() -> None:
    newest = list(range(84, 100))
    assert spread(newest, list(range(0, 100, 2)), 16) == [0, 10, 22, 34, 46, 56, 68, 80, *range(92, 100)]
    assert spread(newest, [0, 40], 16) == [0, 40, *range(92, 100)]
    assert spread([98, 99], [7, 50], 1) == [99]
    for n in range(1, 200, 7):
        chosen = spread(list(range(max(0, n - 16), n)), list(range(0, n, 3)), 16)
        assert len(chosen) <= 16
        assert chosen == sorted(set(chosen))
        assert chosen[-1] == n - 1


def vector(n: int) -> Array:
    """One axis a clip."""
    row: Array = np.eye(DIM, dtype=np.float32)[n % DIM]
    return row


def clip(session: int, n: int) -> CompressedClip:
    row = Clip(
        id=session * 1_000_000 + n, session=session, start_ns=10 * n * S, end_ns=(10 * n + 9) * S, frames=3,
        sentences=(f"clip {n}",), key_frame="", appearance=np.zeros((3, 4), np.float32), features=None,
    )  # fmt: skip
    return CompressedClip(row, vector(n), np.full((2, DIM), n, np.float32))


@pytest.fixture
def keeper(tmp_path: Path) -> Iterator[Keeper]:
    made = Keeper(str(tmp_path), 4, DIM)
    yield made
    made.close()


@pytest.fixture
def session(keeper: Keeper) -> int:
    """Of 40 clips."""
    no = keeper.open_session("s", "live", 0.0, resume=False).row.no
    keeper.put_clips([clip(no, n) for n in range(40)])
    return no


def numbers(kept: dict[int, Array]) -> list[int]:
    return [int(tokens[0, 0]) for tokens in kept.values()]


def test_an_overview_is_bounded_and_reaches_back(keeper: Keeper, session: int) -> None:
    found = numbers(keeper.overview_tokens(session, 0, 399 * S))
    assert len(found) == OVERVIEW_CLIPS
    assert found == sorted(found)
    assert found[0] == 0
    assert found[-8:] == list(range(32, 40))


def test_an_overview_holds_nothing_that_may_not_be_seen(keeper: Keeper, session: int) -> None:
    assert numbers(keeper.overview_tokens(session, 105 * S, 145 * S)) == [11, 12, 13]  # none in part
    assert keeper.overview_tokens(session + 1, 0, 399 * S) == {}


def wanted(session: int, scene: Array | None, **more: int) -> Wanted:
    values = {"t_ns": 399 * S, "start_ns": 0, "end_ns": 399 * S} | more
    return Wanted(session=session, scene=scene, threshold=0.3, **values)


def test_related_are_the_nearest_above_the_threshold_in_order_of_time(keeper: Keeper, session: int) -> None:
    scene = vector(3) * 0.9 + vector(5) * 0.4
    found = numbers(keeper.related_tokens(wanted(session, scene)))
    assert len(found) == RELATED_CLIPS
    assert found == sorted(found)
    assert {n % DIM for n in found} == {3}


def test_related_clips_lie_in_the_span_asked_about(keeper: Keeper, session: int) -> None:
    found = keeper.related_tokens(wanted(session, vector(3), start_ns=100 * S, end_ns=200 * S))
    assert numbers(found) == [11, 19]
    assert numbers(
        keeper.related_tokens(wanted(session, vector(3), t_ns=112 * S, start_ns=100 * S, end_ns=112 * S))
    ) == [10]


def test_without_a_near_clip_the_newest_are_related(keeper: Keeper, session: int) -> None:
    far = np.full(DIM, 0.1, np.float32)
    assert numbers(keeper.related_tokens(wanted(session, far))) == [36, 37, 38, 39]
    assert numbers(keeper.related_tokens(wanted(session, None))) == [36, 37, 38, 39]


class Counting:
    """A compressor that adds up, and counts how often."""

    dim, threshold = DIM, 0.3

    def __init__(self) -> None:
        self.integrated = 0

    def attach(self, encoder: object) -> None: ...
    def close(self) -> None: ...

    def compress(self, clips: list[ClipInput]) -> list[ClipMemory]:
        return [ClipMemory(vector=vector(0)) for _ in clips]

    def question(self, text: str) -> Array:
        return vector(1)

    def integrate(self, kept: list[Array]) -> Array:
        self.integrated += 1
        return np.stack([tokens[-1] for tokens in kept])

    def local(self, kept: list[Array]) -> Array:
        return np.concatenate([tokens[:-1] for tokens in kept])

    def question_after(self, text: str, overview: Array) -> Array:
        return vector(len(overview))


def test_an_overview_is_made_once_for_the_same_clips() -> None:
    compressor = Counting()
    embedder = Embedder(FakeTextEncoder(FakeOptions()), compressor)
    kept = {1: np.ones((3, DIM), np.float32), 2: np.zeros((3, DIM), np.float32)}
    first = embedder.overview(kept)
    assert first is not None
    assert embedder.overview(dict(kept)) is first
    assert compressor.integrated == 1
    embedder.forget()  # what it rests on may be erased
    embedder.overview(kept)
    embedder.overview({1: kept[1]})
    assert compressor.integrated == 3
    assert embedder.overview({}) is None

    probe = embedder.vectors(Cues(), Inquiry("What?"), first)
    np.testing.assert_array_equal(probe.scene, vector(2))  # asked after the overview
    np.testing.assert_array_equal(embedder.vectors(Cues(), Inquiry("What?")).scene, vector(1))


def test_tensors_travel_in_half_precision() -> None:
    tensor = tensor_of(np.arange(6, dtype=np.float32).reshape(2, 3))
    assert tensor is not None
    assert (tensor.dtype, tensor.shape, len(tensor.data)) == ("float16", (2, 3), 12)
    assert tensor_of(None) is None
    assert tensor_of(np.zeros((0, 3), np.float32)) is None
