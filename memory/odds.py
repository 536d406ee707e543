"""What the signs of a sentence count for its bearing on a question: a logistic regression over them and their products.

Fitted by `bench.memory_bearing`, which writes odds.json.

One fit for each space that the vectors are of: those of the two packaged encoders with their adapters, in which what
does not answer is far, and those of encoders that know of likeness only.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations_with_replacement
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

ODDS = Path(__file__).with_name("odds.json")
MINILM, MPNET, PLAIN = SPACES = ("minilm", "mpnet", "plain")  # the last of encoders that nothing was fitted to


class Signs(NamedTuple):
    """Of one sentence for one question, each of 0..1 or cut off there.

    cosine, crowding: see `memory.recall.Candidate`; others: see `memory.recall.others`; related: share of the
    question's telling words that it holds, or words that mean nearly the same; unexplained: the heaviest of them to
    which none is related; explains: share of its own words that are related to one of them; rarest, rarity: how new its
    two newest words are, and all; length: in tens of telling words; answers: 1 if it holds the kind of thing
    that is asked for, -1 if not, see `memory.answer_kinds`; absent: names in the question that it does not hold;
    spoken: 1 if it was heard, 0 if read."""

    cosine: float
    others: float
    crowding: float
    related: float
    unexplained: float
    explains: float
    rarest: float
    rarity: float
    length: float
    answers: float
    absent: float
    spoken: float


_LEAST = np.asarray([-1.0 if name == "answers" else 0.0 for name in Signs._fields])
_PAIRS = tuple(combinations_with_replacement(range(len(Signs._fields)), 2))
_ONE, _OTHER = (list(places) for places in zip(*_PAIRS, strict=True))
TERMS = (*Signs._fields, *(f"{Signs._fields[i]} {Signs._fields[j]}" for i, j in _PAIRS))


class Reading(NamedTuple):
    """What log odds by signs, and those of a reranker that has read the sentence, count for those by both."""

    of_signs: float
    of_read: float
    bias: float

    def log_odds(self, signs: float, read: float) -> float:
        return self.of_signs * signs + self.of_read * read + self.bias


UNREAD = Reading(1.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """weights: (len(TERMS),); open_odds: log odds that count in favour of a sentence, as to find nothing is the worse
    mistake; reading: with a reranker."""

    bias: float
    weights: Floats
    open_odds: float
    reading: Reading = UNREAD

    def log_odds(self, signs: Floats) -> Floats:
        """(N,) of sentences with these (N, S) signs bearing on the question, against nothing there doing so."""
        found: Floats = with_products(signs) @ self.weights + (self.bias + self.open_odds)
        return found

    def packed(self) -> dict[str, Any]:
        """As it stands in the file."""
        weights = {term: round(float(weight), 3) for term, weight in zip(TERMS, self.weights, strict=True)}
        reading = {name: round(value, 3) for name, value in self.reading._asdict().items()}
        return {"open_odds": self.open_odds, "bias": round(self.bias, 3), "weights": weights, "reading": reading}


def with_products(signs: Floats) -> Floats:
    """(N, len(TERMS)) from (N, S) signs; beyond the range that was fitted to they count no more than at its end."""
    within = np.clip(signs, _LEAST, 1.0)
    return np.concatenate([within, within[:, _ONE] * within[:, _OTHER]], axis=1)


def read(path: Path = ODDS) -> dict[str, Fit]:
    """The fits in a file, by the space that they are for. Raises ValueError for other ones."""
    fits: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    shapes = [(tuple(fit["weights"]), tuple(fit.get("reading", ()))) for fit in fits.values()]
    if set(fits) != set(SPACES) or any(shape != (TERMS, Reading._fields) for shape in shapes):
        raise ValueError(f"{path} is of other signs; make it with python -m bench.memory_bearing, or install again")
    return {
        name: Fit(
            fit["bias"], np.asarray([*fit["weights"].values()], np.float64), fit["open_odds"], Reading(**fit["reading"])
        )
        for name, fit in fits.items()
    }


@lru_cache(maxsize=1)
def _shipped() -> dict[str, Fit]:
    return read()


def shipped(space: str = MINILM) -> Fit:
    """What comes with the program for vectors of that space."""
    return _shipped()[space]
