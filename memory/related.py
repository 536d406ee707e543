"""Which words mean nearly the same: a toboggan is a sledge, shellfish are oysters too, to halt is to stop.

From WordNet 3.0 as `bench.related_words` packs it. Words are known by the stems of `memory.terms`, two-word phrases by
two of them. Knows no question and no memory.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

PACKED = Path(__file__).with_name("related_words.npz")
BY_RANK = (1.0, 0.85, 0.7, 0.55)  # how surely a word has its first sense, its second...
A_STEP = 0.96  # what is left of a relation one step further up or down
TOLD = 0.6  # of a word and one by which it is defined
FEWEST = 0.25  # weaker relations are none
STEPS = 14
MOST = 5000  # synsets below one that are looked at
MOST_TOLD = 300  # definitions that hold a word
CACHED, WEIGHED = 512, 4096  # words

Ints = NDArray[np.signedinteger]
Floats = NDArray[np.float32]
_SURE = np.asarray(BY_RANK, np.float32)


class RelatedWords:
    """Relations between stems, each a strength of 0..1."""

    def __init__(self, packed: Path = PACKED) -> None:
        with np.load(packed) as arrays:
            self._names = arrays["names"].tobytes().decode().split("\n")
            self._uses = arrays["uses"]
            self._senses = _Rows(arrays["sense_ends"], arrays["senses"])
            self._ranks = _Rows(arrays["sense_ends"], arrays["ranks"])
            self._general = _Rows(arrays["general_ends"], arrays["general"])
            self._derived = _Rows(arrays["derived_ends"], arrays["derived"])
            self._told = _Rows(arrays["told_ends"], arrays["told"])
            self._reach = np.sqrt(arrays["special"].astype(np.float32))  # how much a synset tells
        self._number = {name: n for n, name in enumerate(self._names)}
        n_synsets = len(self._reach)
        self._below, _ = self._general.turned(n_synsets)
        self._tellers, _ = self._told.turned(len(self._names))
        self._words, order = self._senses.turned(n_synsets)
        self._word_ranks = _Rows(self._words.ends, self._ranks.numbers[order])
        self.related = lru_cache(CACHED)(self._related)
        self.weight = lru_cache(WEIGHED)(self._weight)

    def __contains__(self, word: str) -> bool:
        return word in self._number

    def _weight(self, word: str) -> float:
        """How much a word tells, 0..1, by how seldom it is used."""
        number = self._number.get(word)
        return 1.0 if number is None else 1.0 / (1.0 + 0.25 * math.log1p(int(self._uses[number])))

    def _related(self, word: str) -> Mapping[str, float]:
        """Stems, and pairs of stems with a space between, that mean nearly what `word` means; not itself."""
        number = self._number.get(word)
        if number is None:
            return {}
        reached = np.zeros(len(self._reach), np.float32)  # synsets
        found = np.zeros(len(self._names), np.float32)
        senses, sure = self._senses[number], _SURE[self._ranks[number]]
        _raise(reached, senses, sure)
        others, of = self._derived.several(senses)
        _raise(reached, others, sure[of])
        told, of = self._told.several(senses)
        _raise(found, told, TOLD * sure[of])
        self._climb(reached, senses, sure)
        self._descend(reached, senses, sure * self._reach[senses])
        self._name(found, self._tellers[number][:MOST_TOLD], TOLD)
        some = np.flatnonzero(reached >= FEWEST)
        self._name(found, some, reached[some])
        found[number] = 0.0
        strong = np.flatnonzero(found >= FEWEST)
        strengths = found[strong].astype(np.float64).round(3).tolist()
        return dict(zip(map(self._names.__getitem__, strong.tolist()), strengths, strict=True))

    def _name(self, found: Floats, synsets: Ints, strengths: Floats | float) -> None:
        """Put down the words of synsets."""
        words, of = self._words.several(synsets)
        ranks, _ = self._word_ranks.several(synsets)
        shares = strengths[of] if isinstance(strengths, np.ndarray) else strengths
        _raise(found, words, shares * _SURE[ranks])

    def _climb(self, reached: Floats, level: Ints, sure: Floats) -> None:
        for _ in range(STEPS):
            level, of = self._general.several(level)
            sure = sure[of] * A_STEP
            if not len(level):
                return
            _raise(reached, level, sure * self._reach[level])

    def _descend(self, reached: Floats, level: Ints, sure: Floats) -> None:
        looked_at = 0
        for _ in range(STEPS):
            strong = sure * A_STEP >= FEWEST
            level, of = self._below.several(level[strong])
            sure = sure[strong][of] * A_STEP
            looked_at += len(level)
            if not len(level) or looked_at > MOST:
                return
            _raise(reached, level, sure)


class _Rows:
    """Lists of numbers of different length, one after the other in an array."""

    def __init__(self, ends: Ints, numbers: Ints) -> None:
        self.ends, self.numbers = ends, numbers

    def __getitem__(self, n: int) -> Ints:
        return self.numbers[self.ends[n] : self.ends[n + 1]]

    def several(self, rows: Ints) -> tuple[Ints, Ints]:
        """The numbers of these rows, and for each of them which of the rows it is of."""
        begins = self.ends[rows]
        lengths = self.ends[rows + 1] - begins
        of = np.arange(len(rows)).repeat(lengths)
        shift = begins - lengths.cumsum() + lengths
        return self.numbers[shift[of] + np.arange(len(of))], of

    def turned(self, n_rows: int) -> tuple[_Rows, Ints]:
        """For each of `n_rows` numbers the rows that hold it; and where in `numbers` each of these was."""
        order = np.argsort(self.numbers, kind="stable")
        ends = np.searchsorted(self.numbers[order], np.arange(n_rows + 1)).astype(np.int32)
        owners = np.repeat(np.arange(len(self.ends) - 1, dtype=np.int32), np.diff(self.ends))
        return _Rows(ends, owners[order]), order


def _raise(strengths: Floats, at: Ints, to: Floats | float) -> None:
    """Make each at least as large; where a place is named twice, as the larger."""
    np.maximum.at(strengths, at, to)


def forget() -> None:
    """Drop what is kept of words that were looked up."""
    if load.cache_info().currsize:
        for kept in (load().related, load().weight):
            kept.cache_clear()


@lru_cache(maxsize=1)
def load() -> RelatedWords:
    """The packed relations, read once."""
    return RelatedWords()
