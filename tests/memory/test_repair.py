"""What is damaged beside the database is made anew from it, or is missing without doing harm."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from memory import keeper as keeping
from memory.clip import KeyFrame
from memory.events import Event, row_id
from memory.index import VectorIndex, build_lists
from memory.keeper import Keeper
from memory.timeline import Step

pytestmark = pytest.mark.unit

S = 10**9
DIM, MANY = 8, 80


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A memory with inverted lists on disk and a key frame for each of its sentences."""
    monkeypatch.setattr(keeping, "VectorIndex", lambda dim: VectorIndex(dim, exact_up_to=MANY // 2))
    keeper = Keeper(str(tmp_path), DIM, DIM)
    row = keeper.open_session("s", "replay", 0.0, resume=False).row
    events, pictures = [], []
    for n in range(MANY):
        name = f"1-{n:010d}"
        pictures.append(KeyFrame(name, n * S, b"pixels %d" % n))
        events.append(
            Event(id=row_id(1, n + 1), session=1, kind="text", start_ns=n * S, end_ns=n * S, text=f"sign {n}",
                  subject=f"sign {n}", key_frame=name)
        )  # fmt: skip
    keeper.write(row, Step(tuple(events), (), tuple(pictures)), 0.0)
    keeper.embedded([i for i, _ in keeper.unembedded(MANY)], _vectors())
    keeper.upkeep.adopt("phrases", build_lists(keeper.upkeep.snapshot("phrases")))
    keeper.close()
    assert (tmp_path / "phrases.index").is_file()
    return tmp_path


def _vectors() -> NDArray[np.float32]:
    rows = np.random.default_rng(0).normal(size=(MANY, DIM)).astype(np.float32)
    unit: NDArray[np.float32] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:100])


def _other_bytes(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2 :: 7] = b"\x55" * len(content[len(content) // 2 :: 7])
    path.write_bytes(content)


@pytest.mark.parametrize("damage", [None, _cut, _other_bytes, Path.unlink])
def test_an_index_file_is_used_only_if_it_is_whole(folder: Path, damage: Callable[[Path], None] | None) -> None:
    if damage is not None:
        damage(folder / "phrases.index")
    keeper = Keeper(str(folder), DIM, DIM)
    assert keeper.numbers()["vectors"] == MANY
    assert keeper._phrases.exact is (damage is not None)
    for n, vector in enumerate(_vectors()):
        assert next(iter(keeper._phrases.search(vector[None], 1))) == n + 1
    keeper.close()


def test_a_damaged_key_frame_is_missing_and_the_rest_is_there(folder: Path) -> None:
    keeper = Keeper(str(folder), DIM, DIM)
    keeper.archive.path_of("1-0000000003").write_bytes(b"other pixels")
    keeper.archive.path_of("1-0000000004").unlink()
    names = [f"1-{n:010d}" for n in range(2, 6)]
    assert keeper.pictures(names) == {names[0]: b"pixels 2", names[3]: b"pixels 5"}
    keeper.close()
