"""The merge tree: bounded, complete, fine for what is recent, and cheap however long the stream is."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from memory.tree import (
    CHAPTER,
    CHAPTERS,
    EPISODE,
    EPISODES,
    FRAMES,
    SENTENCES,
    Node,
    Said,
    Shown,
    Tree,
    merge,
    merged_sentences,
    penalty,
    thinned,
)

pytestmark = pytest.mark.unit

S = 10**9
_RNG = np.random.default_rng(5)


def _vector(look: int) -> NDArray[np.float32]:
    vector = np.zeros(8, np.float32)
    vector[look % 8] = 1.0
    return vector


def _clip(n: int, look: int = 0, seconds: int = 10) -> Node:
    look_vector = _RNG.normal(size=4).astype(np.float32)
    return Node(
        id=n, session=1, level=0, start_ns=n * seconds * S, end_ns=(n * seconds + seconds - 1) * S,
        vector=_vector(look), said=(Said(f"scene {look}.", n * seconds * S),), shown=(Shown(f"f{n}", look_vector),),
    )  # fmt: skip


def test_nodes_are_bounded_and_cover_all_time() -> None:
    tree = Tree()
    for n in range(9000):  # 25 hours
        tree.add(_clip(n, look=n // 40))
    nodes = tree.nodes()
    assert len([n for n in nodes if n.level == EPISODE]) <= EPISODES
    assert len([n for n in nodes if n.level == CHAPTER]) <= CHAPTERS
    assert sum(n.clips for n in nodes) == 9000
    assert nodes[0].start_ns == 0
    for a, b in pairwise(nodes):
        assert a.end_ns < b.start_ns
    assert all(len(n.said) <= SENTENCES and len(n.shown) <= FRAMES for n in nodes)
    recent, old = nodes[-1].clips, max(n.clips for n in nodes)
    assert recent < old


def test_a_new_clip_touches_as_few_nodes_late_as_early() -> None:
    tree = Tree()
    touched = [len(t.nodes) + len(t.gone) for t in (tree.add(_clip(n, look=n // 7)) for n in range(6000))]
    assert max(touched) <= 8
    assert np.mean(touched[5000:]) <= np.mean(touched[500:1500]) + 1


def test_what_touched_says_is_what_the_tree_holds() -> None:
    tree = Tree(episodes=4, chapters=3)
    kept: dict[int, Node] = {}
    for n in range(500):
        touched = tree.add(_clip(n, look=n // 3, seconds=60))
        for gone in touched.gone:
            kept.pop(gone, None)
        kept |= touched.nodes
    assert sorted(kept) == sorted(n.id for n in tree.nodes())
    again = Tree(kept.values(), episodes=4, chapters=3)
    assert [n.id for n in again.nodes()] == [n.id for n in tree.nodes()]


def test_alike_neighbours_are_merged_first() -> None:
    tree = Tree(episodes=3, chapters=3)
    for n, look in enumerate([0, 1, 1, 2]):
        tree.add(_clip(n, look=look))
    assert [n.clips for n in tree.nodes()] == [1, 2, 1]


def test_penalties() -> None:
    a, b, c = _clip(0), _clip(1), _clip(2, look=3)
    now = 100 * S
    assert penalty(a, b, now) < penalty(b, c, now)
    assert penalty(a, b, now) > penalty(a, b, 10_000 * S)
    assert penalty(merge(a, b), b, now) > penalty(a, b, now)


def test_merging_says_nothing_twice() -> None:
    node = merge(merge(_clip(0), _clip(1)), _clip(2, look=1))
    assert [(s.text, s.count) for s in node.said] == [("scene 0.", 2), ("scene 1.", 1)]
    assert node.summary == "scene 0. scene 1."
    assert (node.start_ns, node.end_ns, node.clips, node.merges) == (0, 29 * S, 3, 2)


def test_of_too_many_sentences_the_first_the_commonest_and_a_spread_stay() -> None:
    common = [Said("always", 5, 100)]
    rare = [Said(f"once {n}", n) for n in range(200)]
    kept = merged_sentences(common, rare, limit=12)
    assert len(kept) <= 12
    assert "always" in [s.text for s in kept]
    assert [s.first_ns for s in kept] == sorted(s.first_ns for s in kept)


def test_thinning_keeps_first_last_and_the_most_different() -> None:
    looks = [np.array([x, 0], np.float32) for x in (0, 0.1, 9, 0.2, 0.3, -7, 0.1)]
    kept = thinned([Shown(str(n), look) for n, look in enumerate(looks)], limit=4)
    assert [s.name for s in kept] == ["0", "2", "5", "6"]


def test_another_compressor_in_between_does_no_harm() -> None:
    odd = Node(id=1, session=1, level=0, start_ns=10 * S, end_ns=11 * S, vector=np.ones(3, np.float32))
    assert merge(_clip(0), odd).vector.shape == (3,)
    assert penalty(_clip(0), odd, 20 * S) > penalty(_clip(0), _clip(1), 20 * S)
