"""Long-term memory as a bounded tree: clips become episodes, old episodes become chapters.

Neighbours in time are merged where it costs least: alike ones, old ones, ones that were not merged often (the
penalties of StreamForest, NeurIPS 2025). A new clip touches a bounded number of nodes, however long the stream is.
Pure: it returns which nodes changed; what a node spans is its children, so nothing else needs to be written.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

CLIP, EPISODE, CHAPTER = 0, 1, 2
EPISODES = 64  # of recent time
CHAPTERS = 64  # of all that is older
RECENT_NS = 3600 * 10**9  # an episode that ended longer ago becomes a chapter
FRAMES = 8  # key frames of a node
SENTENCES = 24  # of a node

AGE_NS = 1800 * 10**9  # time in which the reluctance to merge recent things falls to a third
_ALIKE, _RECENT, _MERGED, _BLURRED = 1.0, 0.5, 0.05, 0.15  # weights of the penalties


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence that was true in a node: how often, and when first."""

    text: str
    first_ns: int
    count: int = 1


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """A key frame with the look of its clip, by which the most different ones are kept."""

    name: str
    look: Array


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """A stretch of time in memory. id: that of its first clip, which stays its own through merges."""

    id: int
    session: int
    level: int
    start_ns: int
    end_ns: int
    vector: Array
    clips: int = 1
    merges: int = 0
    said: tuple[Said, ...] = ()
    shown: tuple[Shown, ...] = ()

    @property
    def summary(self) -> str:
        return " ".join(s.text for s in self.said)


@dataclass(slots=True)
class Touched:
    """Nodes that are new or changed, and ids of nodes that are gone."""

    nodes: dict[int, Node] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)

    def put(self, node: Node) -> None:
        self.nodes[node.id] = node

    def drop(self, identity: int) -> None:
        self.nodes.pop(identity, None)
        self.gone.add(identity)


class Tree:
    """Episodes and chapters of one session, in order of time."""

    def __init__(self, nodes: Iterable[Node] = (), *, episodes: int = EPISODES, chapters: int = CHAPTERS) -> None:
        ordered = sorted(nodes, key=lambda n: (n.start_ns, n.id))
        self._chapters = [n for n in ordered if n.level == CHAPTER]
        self._episodes = [n for n in ordered if n.level == EPISODE]
        self._limits = (episodes, chapters)

    def nodes(self) -> tuple[Node, ...]:
        return (*self._chapters, *self._episodes)

    def add(self, clip: Node) -> Touched:
        """Take in a closed clip, the newest of all."""
        touched = Touched()
        episode = replace(clip, level=EPISODE)
        self._episodes.append(episode)
        touched.put(episode)
        now_ns = clip.end_ns
        while len(self._episodes) > 1 and now_ns - self._episodes[0].end_ns > RECENT_NS:
            old = replace(self._episodes.pop(0), level=CHAPTER)
            self._chapters.append(old)
            touched.put(old)
            self._shrink(self._chapters, self._limits[1], now_ns, touched)
        self._shrink(self._episodes, self._limits[0], now_ns, touched)
        return touched

    def replace(self, gone: Iterable[int], new: Iterable[Node]) -> None:
        """Put re-derived nodes in the place of others (something of them was erased)."""
        dropped = set(gone)
        kept = [n for n in self.nodes() if n.id not in dropped]
        ordered = sorted((*kept, *new), key=lambda n: (n.start_ns, n.id))
        self._chapters = [n for n in ordered if n.level == CHAPTER]
        self._episodes = [n for n in ordered if n.level == EPISODE]

    def _shrink(self, nodes: list[Node], limit: int, now_ns: int, touched: Touched) -> None:
        """Merge the cheapest neighbours until no more than `limit` are left."""
        while len(nodes) > limit:
            costs = [penalty(a, b, now_ns) for a, b in pairwise(nodes)]
            at = min(range(len(costs)), key=costs.__getitem__)
            merged = merge(nodes[at], nodes[at + 1])
            touched.drop(nodes[at + 1].id)
            touched.put(merged)
            nodes[at : at + 2] = [merged]


def penalty(a: Node, b: Node, now_ns: int) -> float:
    """What merging two neighbours costs: unlike, recent and often merged ones cost more."""
    unlike = 1.0 - _cosine(a.vector, b.vector)
    recent = math.exp(-(now_ns - b.end_ns) / AGE_NS)
    merged = math.log2(1 + a.clips + b.clips)
    blurred = math.log2(1 + min(a.clips, b.clips))  # a single clip between large nodes is lost in one of them cheaply
    return _ALIKE * unlike + _RECENT * recent + _MERGED * merged + _BLURRED * blurred


def merge(a: Node, b: Node) -> Node:
    """Two neighbours as one: sentences once each, first, last and most different key frames."""
    alike = a.vector.shape == b.vector.shape  # else from another compressor: the newer one is searched with
    vector = a.vector * a.clips + b.vector * b.clips if alike else b.vector
    length = float(np.linalg.norm(vector))
    return Node(
        id=a.id,
        session=a.session,
        level=max(a.level, b.level),
        start_ns=a.start_ns,
        end_ns=max(a.end_ns, b.end_ns),
        vector=vector / length if length else vector,
        clips=a.clips + b.clips,
        merges=max(a.merges, b.merges) + 1,
        said=merged_sentences(a.said, b.said),
        shown=thinned((*a.shown, *b.shown)),
    )


def together(nodes: Sequence[Node]) -> Node:
    """Many neighbours as one chapter: what `merge` makes of them pair by pair, but each is looked at once."""
    first, last = nodes[0], nodes[-1]
    vector = sum((n.vector * n.clips for n in nodes if n.vector.shape == last.vector.shape), np.zeros_like(last.vector))
    length = float(np.linalg.norm(vector))
    return Node(
        id=first.id,
        session=first.session,
        level=CHAPTER,
        start_ns=first.start_ns,
        end_ns=max(n.end_ns for n in nodes),
        vector=vector / length if length else vector,
        clips=sum(n.clips for n in nodes),
        merges=math.ceil(math.log2(len(nodes))) if len(nodes) > 1 else first.merges,
        said=merged_sentences([said for n in nodes for said in n.said], ()),
        shown=thinned([shown for n in nodes for shown in n.shown]),
    )


def merged_sentences(a: Sequence[Said], b: Sequence[Said], limit: int = SENTENCES) -> tuple[Said, ...]:
    """Each sentence once with its count, in order of time. Beyond the limit, what was true most often goes first:
    it is the rare that tells one time from another; the first and the commonest stay."""
    together: dict[str, Said] = {}
    for said in (*a, *b):
        known = together.get(said.text)
        together[said.text] = said if known is None else replace(known, count=known.count + said.count)
    ordered = sorted(together.values(), key=lambda s: (s.first_ns, s.text))
    if len(ordered) <= limit:
        return tuple(ordered)
    commonest = sorted(ordered, key=lambda s: (-s.count, s.first_ns, s.text))[: limit // 4]
    rest = [s for s in ordered if s not in commonest]
    step = len(rest) / (limit - len(commonest))
    spread = [rest[int(n * step)] for n in range(limit - len(commonest))]
    return tuple(sorted({*commonest, *spread}, key=lambda s: (s.first_ns, s.text)))


def thinned(shown: Sequence[Shown], limit: int = FRAMES) -> tuple[Shown, ...]:
    """The first, the last, and of the others those that differ most from all that are kept; in order."""
    unique = list({s.name: s for s in shown}.values())
    if len(unique) <= limit:
        return tuple(unique)
    looks = np.stack([_padded(s.look, max(s.look.size for s in unique)) for s in unique])
    chosen = [0, len(unique) - 1]
    distance = np.minimum(*(np.linalg.norm(looks - looks[at], axis=1) for at in chosen))
    while len(chosen) < limit:
        distance[chosen] = -1.0
        farthest = int(distance.argmax())
        chosen.append(farthest)
        distance = np.minimum(distance, np.linalg.norm(looks - looks[farthest], axis=1))
    return tuple(unique[at] for at in sorted(chosen))


def _cosine(a: Array, b: Array) -> float:
    if a.shape != b.shape:
        return 0.0  # from another compressor
    lengths = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float(a @ b) / lengths if lengths else 1.0


def _padded(look: Array, size: int) -> Array:
    return np.pad(look, (0, size - look.size))
