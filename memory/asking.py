"""What kind of question it is, learned from phrasings: for wordings without a pattern, and patterns that fit too much.

Softmax regression over the vector of a question and the words, pairs of words and kinds of word that occur in it. Owns
the shipped weights; `bench.asking` fits them to the phrasings of `bench/asking.txt`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from memory.lexicon import COLOURS, DEED_OF, KIND_OF, SHAPE_OF
from wire.words import ORDINALS, number, stem

Array = NDArray[np.float32]
Encode = Callable[[list[str]], Array]  # sentences -> (N, D) unit vectors

WEIGHTS = Path(__file__).with_name("asking.npz")
MEANING = 5.0  # length of the vector beside a feature of words, which counts 1
_ARRAYS = ("of_words", "of_meaning", "bias", "usual")
_LONG = 12  # words; no difference is made beyond


def masked(core: str) -> str:
    """The question with one colour for all colours and one number for all numbers: the kind does not hang on them."""
    return " ".join("red" if w in COLOURS else "two" if _is_number(w) else w for w in core.split())


def features(core: str) -> list[str]:
    """Names of what occurs in a question (tokens joined by spaces): its words, neighbours, kinds of noun and verb."""
    words = [_class(word) for word in core.split()]
    edged = ["^", *words, "$"]
    found = [*words, *(f"{a} {b}" for a, b in pairwise(edged)), f"^ {' '.join(words[:2])}"]
    for word in words:
        base = stem(word)
        found += [f"kind:{KIND_OF[base]}"] if base in KIND_OF else []
        found += [f"deed:{DEED_OF[base]}"] if base in DEED_OF else []
        found += ["shape:"] if base in SHAPE_OF else []
    return list(dict.fromkeys((*found, f"length:{min(len(words), _LONG) // 3}")))


def _class(word: str) -> str:
    if word in COLOURS:
        return "<colour>"
    if word in ORDINALS and word not in ("first", "second"):
        return "<nth>"
    return "<number>" if _is_number(word) else word


def _is_number(word: str) -> bool:
    return word[:1].isdigit() or (number(word) is not None and word != "one")


@dataclass(frozen=True, eq=False)
class Classifier:
    """places: of a feature among those of words; of_words: (F, K) and of_meaning: (D, K) weights; bias: (K,); usual:
    (K,) what the mean vector of the phrasings adds, for a question without one."""

    asks: tuple[str, ...]
    places: Mapping[str, int]
    of_words: Array
    of_meaning: Array
    bias: Array
    usual: Array

    @classmethod
    def shipped(cls, path: Path = WEIGHTS) -> Classifier:
        """Raises OSError if the file is missing."""
        with np.load(path, allow_pickle=False) as stored:
            places = {str(name): i for i, name in enumerate(stored["features"])}
            return cls(tuple(map(str, stored["asks"])), places, *(stored[n].astype(np.float32) for n in _ARRAYS))

    def save(self, path: Path) -> None:
        halves = {n: getattr(self, n).astype(np.float16) for n in _ARRAYS}
        np.savez_compressed(path, asks=np.array(self.asks), features=np.array(list(self.places)), **halves)

    def probabilities(self, core: str, vector: Array | None = None) -> dict[str, float]:
        """Of each kind, the likeliest first. vector: (D,) of `masked(core)`; without it, or of another space than that
        trained on, words decide."""
        has_vector = vector is not None and vector.shape == self.of_meaning.shape[:1]
        logits = self.bias + (MEANING * (vector @ self.of_meaning) if has_vector else self.usual)
        if rows := [self.places[name] for name in features(core) if name in self.places]:
            logits += self.of_words[rows].sum(axis=0)
        shares = np.exp(logits - logits.max())
        shares /= shares.sum()
        return {self.asks[i]: float(shares[i]) for i in np.argsort(-shares)}


def fitted(
    cores: Sequence[str], asks: Sequence[str], vectors: Array, *, least: int, decay: float, steps: int
) -> Classifier:
    """Weights that make the given kinds likeliest. vectors: (N, D) of the masked questions; least: phrasings in which a
    feature of words occurs to be used; decay: of squared weights. Accelerated gradient descent, the same every time
    (Nesterov 1983; Beck and Teboulle 2009); a rare kind weighs more than its share, by the root."""
    kinds, labels = np.unique(np.array(asks), return_inverse=True)
    named = [features(core) for core in cores]
    counts: dict[str, int] = {}
    for name in (name for names in named for name in names):
        counts[name] = counts.get(name, 0) + 1
    places = {name: i for i, name in enumerate(sorted(name for name, n in counts.items() if n >= least))}
    rows = np.zeros((len(cores), len(places) + vectors.shape[1] + 1), np.float32)
    for row, names in zip(rows, named, strict=True):
        row[[places[name] for name in names if name in places]] = 1.0
    rows[:, len(places) : -1] = MEANING * vectors
    rows[:, -1] = 1.0
    share = (1.0 / np.sqrt(np.bincount(labels)))[labels].astype(np.float32)
    weights = _descend(rows, np.eye(len(kinds), dtype=np.float32)[labels], share / share.sum(), decay, steps)
    n = len(places)
    usual = MEANING * (vectors.mean(axis=0) @ weights[n:-1])
    return Classifier(tuple(map(str, kinds)), places, weights[:n], weights[n:-1], weights[-1], usual)


def _descend(rows: Array, wanted: Array, share: Array, decay: float, steps: int) -> Array:
    """(F, K) weights of softmax regression. rows: (N, F); wanted: (N, K) one-hot; share: (N,) what each row counts."""
    probe = np.ones(rows.shape[1], np.float32)
    for _ in range(20):  # the steepest curvature, by power iteration
        probe = rows.T @ (share * (rows @ probe))
        curvature = float(np.linalg.norm(probe))
        probe /= curvature
    step = 1.0 / (0.5 * curvature + decay)
    weights = ahead = np.zeros((rows.shape[1], wanted.shape[1]), np.float32)
    pace = 1.0
    for _ in range(steps):
        shares = rows @ ahead
        shares = np.exp(shares - shares.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        slope = rows.T @ ((shares - wanted) * share[:, None]) + decay * ahead
        before, weights = weights, ahead - step * slope
        slower = (1 + (1 + 4 * pace * pace) ** 0.5) / 2
        ahead = weights + (pace - 1) / slower * (weights - before)
        pace = slower
    return weights


@lru_cache(maxsize=1)
def shipped() -> Classifier:
    """The classifier that comes with the program, read once."""
    return Classifier.shipped()
