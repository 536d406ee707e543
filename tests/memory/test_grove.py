"""The trees on disk: what was merged is there again after a restart, and an older memory gets its tree."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from memory.archive import Archive
from memory.check import problems
from memory.clip import Clip
from memory.events import row_id
from memory.grove import Grove
from memory.keeper import Keeper
from memory.store import Store
from memory.tree import CHAPTER, CHAPTERS, EPISODES, FRAMES, Node

pytestmark = pytest.mark.unit

S = 10**9


def _clip(n: int) -> Clip:
    look = np.eye(6, dtype=np.float32)[n // 20 % 6]
    return Clip(
        id=row_id(1, n + 1), session=1, start_ns=n * 30 * S, end_ns=(n * 30 + 29) * S, frames=30,
        sentences=(f"scene {n // 20}.", f"word {n}."), key_frame=f"1-{n}", appearance=np.stack([look, look]),
    )  # fmt: skip


def _grown(folder: Path, n: int) -> tuple[Store, Archive, Grove]:
    store = Store(folder)
    store.new_session("s", "replay", 0.0)
    archive, grove = Archive(store, folder), Grove(store)
    for clip in map(_clip, range(n)):
        archive.put_clip(clip, clip.appearance[0])
        grove.add(clip, clip.appearance[0])
    store.commit()
    store.commit()
    return store, archive, grove


def _same(a: list[Node], b: list[Node]) -> bool:
    def plain(node: Node) -> tuple[object, ...]:
        return (node.id, node.level, node.start_ns, node.end_ns, node.clips, node.said, [s.name for s in node.shown])

    return [plain(n) for n in a] == [plain(n) for n in b]


def test_the_tree_is_there_again(tmp_path: Path) -> None:
    store, _, grove = _grown(tmp_path, 400)
    nodes = grove.nodes(1, 0, 10**15)
    store.close()
    again = Grove(Store(tmp_path))
    assert _same(nodes, again.nodes(1, 0, 10**15))
    assert len({n.level for n in nodes}) == 2


def test_a_memory_without_a_tree_gets_one(tmp_path: Path) -> None:
    store, _, grove = _grown(tmp_path, 100)
    store.database.execute("DELETE FROM nodes")
    store.commit()
    assert _same(grove.nodes(1, 0, 10**15), Grove(store).nodes(1, 0, 10**15))


def test_it_has_one_as_soon_as_it_is_opened(tmp_path: Path) -> None:
    store, archive, _ = _grown(tmp_path, 100)
    store.database.execute("DELETE FROM nodes")
    store.commit()
    assert any("no part of the tree" in told for told in problems(tmp_path, store, archive))
    store.close()
    keeper = Keeper(str(tmp_path), 6, 6)
    found = list(problems(tmp_path, keeper.store, keeper.archive))
    keeper.close()
    assert not any("no part of the tree" in told for told in found)


def test_nodes_are_made_anew_from_the_clips_that_are_left(tmp_path: Path) -> None:
    store, _, grove = _grown(tmp_path, 300)
    store.database.execute("DELETE FROM clips WHERE start_ns BETWEEN ? AND ?", (600 * S, 1200 * S))
    grove.rederive(1, [(600 * S, 1200 * S)])
    nodes = grove.nodes(1, 0, 10**15)
    assert sum(n.clips for n in nodes) == 279
    said = {s.text for n in nodes for s in n.said}
    assert not said & {f"word {n}." for n in range(20, 41)}
    assert not {s.name for n in nodes for s in n.shown} & {f"1-{n}" for n in range(20, 41)}
    store.commit()
    assert _same(nodes, Grove(store).nodes(1, 0, 10**15))


def test_the_tree_of_a_long_memory_without_one_is_bounded_and_complete(tmp_path: Path) -> None:
    store, _, _ = _grown(tmp_path, 700)  # almost six hours
    store.database.execute("DELETE FROM nodes")
    store.commit()
    nodes = Grove(store).nodes(1, 0, 10**15)
    assert len(nodes) <= CHAPTERS + EPISODES
    assert sum(n.clips for n in nodes) == 700
    assert [n.start_ns for n in nodes] == sorted(n.start_ns for n in nodes)
    assert all(n.level == CHAPTER for n in nodes if n.end_ns < (700 * 30 - 3601) * S)
    assert len(nodes[0].shown) == min(FRAMES, nodes[0].clips)
    assert _same(nodes, Grove(store).nodes(1, 0, 10**15))  # and is on disk
