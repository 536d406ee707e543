"""The merge trees of a memory's sessions, kept in step with their rows in the database.

Reads and writes nodes; how they merge is `memory.tree`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from functools import reduce
from itertools import islice
from typing import Any

import numpy as np

from memory.clip import Clip
from memory.phrases import Array, half, whole
from memory.store import Store
from memory.tree import CHAPTERS, RECENT_NS, Node, Said, Shown, Touched, Tree, merge, together
from wire.spans import Span

_NODE = "SELECT id, session, level, start_ns, end_ns, vector, clips, merges, said, shown, looks FROM nodes"
_LEAF = "SELECT id, session, start_ns, end_ns, vector, sentences, key_frame, appearance FROM clips"


class Grove:
    """One tree for each session of a memory that was looked at."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._db = store.database
        self._trees: dict[int, Tree] = {}

    def plant(self) -> None:
        """Trees for sessions that have clips and none, in one transaction: those of a memory that is older than trees,
        also where it was cut off before they were planted."""
        rows = self._db.execute(
            "SELECT no FROM sessions WHERE NOT EXISTS (SELECT 1 FROM nodes WHERE session = no)"
            " AND EXISTS (SELECT 1 FROM clips WHERE session = no AND vector IS NOT NULL)"
        ).fetchall()
        for (session,) in rows:
            self._tree(session)
        self._store.commit()

    def nodes(self, session: int, from_ns: int, to_ns: int) -> list[Node]:
        """Nodes that touch the span, in order of time."""
        return [n for n in self._tree(session).nodes() if n.start_ns <= to_ns and n.end_ns >= from_ns]

    def add(self, clip: Clip, vector: Array) -> None:
        """Take in a closed clip."""
        look = clip.appearance.mean(axis=0) if clip.appearance.size else np.zeros(0, np.float32)
        shown = (Shown(clip.key_frame, look),) if clip.key_frame else ()
        said = tuple(Said(text, clip.start_ns) for text in clip.sentences)
        self._add(Node(clip.id, clip.session, 0, clip.start_ns, clip.end_ns, vector, said=said, shown=shown))

    def add_row(self, identity: int) -> None:
        """Take in a clip that is on disk and has a vector."""
        for node in self._leaves("WHERE id = ? AND vector IS NOT NULL", identity):
            self._add(node)

    def rederive(self, session: int, spans: Sequence[Span]) -> None:
        """Make the nodes that touch the spans anew from the clips that are left, after something was erased."""
        tree = self._tree(session)
        touched = Touched()
        for old in tree.nodes():
            if not any(old.start_ns <= to_ns and old.end_ns >= from_ns for from_ns, to_ns in spans):
                continue
            touched.gone.add(old.id)
            leaves = self._leaves(
                "WHERE session = ? AND start_ns BETWEEN ? AND ? AND vector IS NOT NULL ORDER BY start_ns",
                session, old.start_ns, old.end_ns,
            )  # fmt: skip
            if leaves:
                made = reduce(merge, leaves)
                touched.put(replace(made, level=old.level))
        tree.replace(touched.gone, touched.nodes.values())
        self._write(touched)

    def forget(self) -> None:
        """Drop the trees that are held in memory."""
        self._trees.clear()

    def _add(self, leaf: Node) -> None:
        tree = self._tree(leaf.session)
        nodes = tree.nodes()
        if not nodes or nodes[-1].end_ns < leaf.end_ns:  # else the tree was just built, this clip included
            self._write(tree.add(leaf))

    def _tree(self, session: int) -> Tree:
        """The tree of a session; built from its clips if the memory is older than trees."""
        if session not in self._trees:
            rows = self._db.execute(f"{_NODE} WHERE session = ?", (session,)).fetchall()
            self._trees[session] = Tree([_node(row) for row in rows]) if rows else self._planted(session)
        return self._trees[session]

    def _planted(self, session: int) -> Tree:
        """The tree of clips that were written without one: chapters of equally many, and of the last hour as ever."""
        of_session = "WHERE session = ? AND vector IS NOT NULL"
        last = self._db.execute(f"SELECT max(end_ns) FROM clips {of_session}", (session,)).fetchone()[0] or 0
        old = f"{of_session} AND end_ns < {last - RECENT_NS}"
        n_old = self._db.execute(f"SELECT count(*) FROM clips {old}", (session,)).fetchone()[0]
        leaves = map(_leaf, self._db.execute(f"{_LEAF} {old} ORDER BY start_ns", (session,)))
        touched = Touched()
        while run := list(islice(leaves, -(-n_old // CHAPTERS))):
            touched.put(together(run))
        self._write(touched)
        tree = Tree(touched.nodes.values())
        for leaf in self._leaves(f"{of_session} AND end_ns >= {last - RECENT_NS} ORDER BY start_ns", session):
            self._write(tree.add(leaf))
        return tree

    def _leaves(self, where: str, *arguments: object) -> list[Node]:
        return [_leaf(row) for row in self._db.execute(f"{_LEAF} {where}", arguments)]

    def _write(self, touched: Touched) -> None:
        if not touched.nodes and not touched.gone:
            return
        self._store.begin()
        self._db.executemany("DELETE FROM nodes WHERE id = ?", [(identity,) for identity in touched.gone])
        self._db.executemany(
            "INSERT OR REPLACE INTO nodes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [_row(node) for node in touched.nodes.values()],
        )


def nodes_of(store: Store, session: int) -> list[Node]:
    """The tree of a session as it is on disk, for looking."""
    rows = store.database.execute(f"{_NODE} WHERE session = ? ORDER BY start_ns, id", (session,))
    return [_node(row) for row in rows]


def _row(node: Node) -> tuple[object, ...]:
    looks = _rows([s.look for s in node.shown])
    return (
        node.id, node.session, node.level, node.start_ns, node.end_ns, half(node.vector), node.clips, node.merges,
        json.dumps([[s.text, s.first_ns, s.count] for s in node.said], ensure_ascii=False),
        json.dumps([s.name for s in node.shown]), half(looks),
    )  # fmt: skip


def _node(row: tuple[Any, ...]) -> Node:
    identity, session, level, start_ns, end_ns, vector, clips, merges, said, shown, looks = row
    names = json.loads(shown)
    rows = whole(looks).reshape(len(names), -1) if names else np.zeros((0, 0), np.float32)
    return Node(
        id=identity,
        session=session,
        level=level,
        start_ns=start_ns,
        end_ns=end_ns,
        vector=whole(vector),
        clips=clips,
        merges=merges,
        said=tuple(Said(*one) for one in json.loads(said)),
        shown=tuple(Shown(name, look) for name, look in zip(names, rows, strict=True)),
    )


def _leaf(row: tuple[Any, ...]) -> Node:
    identity, session, start_ns, end_ns, vector, sentences, key_frame, appearance = row
    look = whole(appearance) if appearance else np.zeros(0, np.float32)
    return Node(
        identity,
        session,
        0,
        start_ns,
        end_ns,
        whole(vector),
        said=tuple(Said(text, start_ns) for text in json.loads(sentences)),
        shown=(Shown(key_frame, look),) if key_frame else (),
    )


def _rows(looks: Sequence[Array]) -> Array:
    """Looks of one length as rows; shorter ones are filled up."""
    if not looks:
        return np.zeros((0, 0), np.float32)
    size = max(look.size for look in looks)
    return np.stack([np.pad(look, (0, size - look.size)) for look in looks])
