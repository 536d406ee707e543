"""What kind of question it is, learned from phrasings: for wordings without a pattern, and patterns that fit too much.

Softmax regression over the vector of a question and the words, pairs of words and kinds of word that occur in it. Owns
the shipped weights; `bench.asking` fits them to the phrasings of `bench/asking.txt`.
"""

from __future__ import annotations

from collections import Counter
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
OF_MPNET = Path(__file__).with_name("asking_mpnet.npz")  # the same for vectors of the larger encoder
PROBE = "which colour is the sign that came first"
MEANING = 5.0  # length of the vector beside a feature of words, which counts 1
_ARRAYS = ("of_words", "of_meaning", "words_alone", "space")
_SAME_SPACE = 0.95  # cosine
_LONG = 12  # words; no difference is made beyond


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
    """places: of a feature among those of words; of_words: (F + 1, K) and of_meaning: (D, K) weights, the last of words
    counts always; words_alone: (F + 1, K) for a question without a vector; space: (D,) vector of `PROBE`."""

    asks: tuple[str, ...]
    places: Mapping[str, int]
    of_words: Array
    of_meaning: Array
    words_alone: Array
    space: Array

    @classmethod
    def load(cls, path: Path) -> Classifier:
        """Raises OSError if the file is missing."""
        with np.load(path, allow_pickle=False) as stored:
            places = {str(name): i for i, name in enumerate(stored["features"])}
            arrays = (stored[name] * stored[f"{name}_step"] for name in _ARRAYS)
            return cls(tuple(map(str, stored["asks"])), places, *arrays)

    def save(self, path: Path) -> None:
        """Weights in steps of 1/127 of the largest of their array."""
        stored: dict[str, NDArray[np.generic]] = {}
        for name in _ARRAYS:
            array = getattr(self, name)
            step = np.float32(max(float(np.abs(array).max()), 1e-9) / 127)
            stored |= {name: np.round(array / step).astype(np.int8), f"{name}_step": np.array(step)}
        np.savez_compressed(
            path, allow_pickle=False, asks=np.array(self.asks), features=np.array([*self.places]), **stored
        )

    def probabilities(self, core: str, vector: Array | None = None) -> dict[str, float]:
        """Of each kind, the likeliest first. vector: (D,) of the question as it was put, from the encoder that
        was fitted with."""
        rows = [*(self.places[name] for name in features(core) if name in self.places), -1]
        if vector is None:
            logits = self.words_alone[rows].sum(axis=0)
        else:
            logits = self.of_words[rows].sum(axis=0) + MEANING * (vector @ self.of_meaning)
        shares = np.exp(logits - logits.max())
        shares /= shares.sum()
        return {self.asks[i]: float(shares[i]) for i in np.argsort(-shares)}

    def knows(self, encode: Encode) -> bool:
        """Whether `encode` is the encoder that was fitted with: only its vectors mean the same."""
        vector = encode([PROBE])[0]
        return vector.shape == self.space.shape and float(vector @ self.space) > _SAME_SPACE


def fitted(
    cores: Sequence[str],
    asked: Sequence[str],
    asks: Sequence[str],
    encode: Encode,
    *,
    least: int,
    decay: float,
    steps: int,
) -> Classifier:
    """Weights that make the given kinds likeliest.

    asked: the questions as they were put, which are encoded; least: phrasings in which a feature of words occurs to be
    used; decay: of squared weights. Accelerated gradient descent, the same every time (Nesterov 1983; Beck and Teboulle
    2009); a rare kind weighs more than its share.
    """
    kinds, labels = np.unique(np.array(asks), return_inverse=True)
    named = [features(core) for core in cores]
    counts = Counter(name for names in named for name in names)
    places = {name: i for i, name in enumerate(sorted(name for name, n in counts.items() if n >= least))}
    n = len(places) + 1
    vectors = encode(list(asked))
    rows = np.zeros((len(cores), n + vectors.shape[1]), np.float32)
    for row, names in zip(rows, named, strict=True):
        row[[*(places[name] for name in names if name in places), n - 1]] = 1.0
    rows[:, n:] = MEANING * vectors
    share = (1.0 / np.sqrt(np.bincount(labels)))[labels].astype(np.float32)
    share /= share.sum()
    wanted = np.eye(len(kinds), dtype=np.float32)[labels]
    weights = _descend(rows, wanted, share, decay, steps)
    alone = _descend(np.ascontiguousarray(rows[:, :n]), wanted, share, decay, steps)
    return Classifier(tuple(map(str, kinds)), places, weights[:n], weights[n:], alone, encode([PROBE])[0])


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


@lru_cache(maxsize=2)
def _loaded(path: Path) -> Classifier:
    return Classifier.load(path)


def shipped() -> Classifier:
    """The classifier that comes with the program, read once."""
    return _loaded(WEIGHTS)


@lru_cache(maxsize=4)
def shipped_for(encode: Encode) -> Classifier | None:
    """The one that was fitted with the vectors of `encode`; None for an encoder that none was fitted with."""
    return next((known for known in map(_loaded, (WEIGHTS, OF_MPNET)) if known.knows(encode)), None)
