"""How surely words read or heard bear on a question, by all that is known of the sentence: meaning, shared and related
words, how much it stands out from what is always read and heard.

Pure arithmetic; what the signs of a sentence count is `memory.odds`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence, Set
from functools import lru_cache
from itertools import pairwise
from operator import mul

from memory.answer_kinds import holds, kind_asked
from memory.odds import Signs
from memory.related import RelatedWords, load
from memory.terms import own, pairs_of, root, telling

MEANT = 0.3  # a word that is related less than that leaves the question's word unexplained
SMALLEST = 300  # sentences; in a smaller memory no word is worn
_SPOKEN = (root("someone"), root("said"))  # by which a sentence heard begins

_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]+")


class Wanted:
    """A question, its telling words and all that is related to them."""

    def __init__(self, text: str, related: RelatedWords) -> None:
        known = [*telling(text), *(phrase for phrase in pairs_of(text) if phrase in related)]
        weights = [related.weight(word) * (0.6 if " " in word else 1.0) for word in known]
        total = sum(weights) or 1.0
        self._related = related
        self._words = [(word, related.related(word), w / total) for word, w in zip(known, weights, strict=True)]
        self._any_related = frozenset(known).union(*(near for _, near, _ in self._words))
        self._pair_begins = frozenset(word.partition(" ")[0] for word in self._any_related if " " in word)
        self._told: dict[str, float] = {}
        self._explanations: dict[frozenset[str], tuple[float, float]] = {}  # sentences share words
        self._asked = kind_asked(text)
        self._names = [root(name.lower()) for name in _NAME.findall(text)]

    def bears(self, present: Sequence[str], near: tuple[float, float, float], newness: Newness) -> Signs:
        """The signs of a sentence. present: its stems in order; near: its cosine, that of others and its crowding."""
        held = self._held(present)
        explained = self._explained(held)
        words = own(present)
        explains = self._explains(words, held) if held else 0.0
        absent = sum([name not in present for name in self._names]) if self._names else 0
        return Signs(
            *near, *explained, explains, *newness.of(words), holds(self._asked, present), float(absent),
            float(tuple(present[:2]) == _SPOKEN),
        )  # fmt: skip

    def _held(self, present: Sequence[str]) -> frozenset[str]:
        """What of a sentence, its words and the pairs of them, is asked for or related to that."""
        held = self._any_related.intersection(present)
        if self._pair_begins.isdisjoint(present):
            return held
        return held.union(self._any_related.intersection(f"{a} {b}" for a, b in pairwise(present)))

    def _explained(self, held: frozenset[str]) -> tuple[float, float]:
        """How much of the question these words of a sentence explain, and what they leave."""
        known = self._explanations.get(held)
        if known is None:
            known = self._explanations[held] = self._explain(held)
        return known

    def _explain(self, held: Set[str]) -> tuple[float, float]:
        related, unexplained = 0.0, 0.0
        for word, near, weight in self._words:
            strength = 1.0 if word in held else max([near[w] for w in held if w in near], default=0.0)
            related += weight * strength
            if strength < MEANT and weight > unexplained:
                unexplained = weight
        return related, unexplained

    def _explains(self, words: Sequence[str], held: Set[str]) -> float:
        if held.isdisjoint(words):
            return 0.0
        weights = [self._related.weight(word) for word in words]
        strengths = [self._strength(word) if word in held else 0.0 for word in words]
        explained: float = sum(map(mul, weights, strengths)) / (sum(weights) or 1.0)
        return explained

    def _strength(self, word: str) -> float:
        """How strongly a word is related to one of the question's. Once for each: sentences share words."""
        known = self._told.get(word)
        if known is None:
            known = self._told[word] = max(
                (1.0 if word == asked else near.get(word, 0.0) for asked, near, _ in self._words), default=0.0
            )
        return known


class Newness(dict[str, float]):
    """By word how new it is in a memory: 1 for one that occurs in no other sentence, 0 for one in every one."""

    def __init__(self, occurrences: Mapping[str, int], n_phrases: int) -> None:
        super().__init__()
        self._occurrences = occurrences
        self._size = max(n_phrases, SMALLEST) + 1
        self._everything = math.log(self._size)

    def __missing__(self, word: str) -> float:
        found = self[word] = math.log(self._size / (self._occurrences.get(word) or 1)) / self._everything
        return found

    def of(self, words: Iterable[str]) -> tuple[float, float, float]:
        """(rarest, rarity, length) of a sentence with these telling words: of its two newest, of all, in tens."""
        scores = sorted(map(self.__getitem__, words), reverse=True)
        if not scores:
            return 0.0, 0.0, 0.0
        n = len(scores)
        return (scores[0] + scores[1]) / 2 if n > 1 else scores[0], sum(scores) / n, min(n, 10) / 10


@lru_cache(maxsize=8)
def wanted(text: str) -> Wanted:
    """A question by its words, with the related words that come with the program."""
    return Wanted(text, load())
