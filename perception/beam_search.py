"""The most likely token sequences of a decoder, with a language model's word in it. Pure: the decoder is a function.

Shallow fusion: to the log-probability of each token comes weight * log(1 - share + share * P(token) / floor), P by the
language model. A sentence that it does not foresee loses a constant a token; one that it does gains.
Source: C. Gulcehre et al., "On Using Monolingual Corpora in Neural Machine Translation", 2015 (arXiv:1503.03535).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perception.ngram import Ngram

# The decoder: for each living sequence, which one of those before it goes on, and its last token; gives (n, tokens).
Step = Callable[[Sequence[int], Sequence[int]], NDArray[np.float32]]


@dataclass(frozen=True, kw_only=True)
class Beams:
    """n: living sequences. considered: tokens looked at behind each. most: tokens of a sequence."""

    n: int = 4
    considered: int = 12
    most: int = 200
    weight: float = 0.4
    share: float = 0.2
    floor: float = 3e-4


@dataclass(frozen=True, slots=True)
class Found:
    """Tokens without start and end; the decoder's own log-probability of them and of the end."""

    ids: tuple[int, ...]
    log_probability: float

    @property
    def score(self) -> float:
        """0..1: the mean probability of a token (geometric)."""
        return math.exp(self.log_probability / (len(self.ids) + 1))


@dataclass(frozen=True, slots=True)
class _Sequence:
    total: float  # what they are ranked by
    ids: tuple[int, ...]  # with the start tokens
    own: float  # the decoder's log-probability


def search(step: Step, start: int, end: int, beams: Beams, expected: Ngram | None = None) -> Found:
    """The best sequence that ends, or the best one at all where none ends within beams.most tokens."""
    before = max(1, expected.history) if expected else 1
    living = [_Sequence(0.0, (start,) * before, 0.0)]
    parents: list[int] = [0]
    done: list[_Sequence] = []
    for _ in range(beams.most):
        chances = _log_softmax(step(parents, [sequence.ids[-1] for sequence in living]))
        living, parents, ended = _grown(living, chances, end, beams, expected)
        done = sorted([*done, *ended], key=lambda s: -s.total)[: beams.n]
        if done and (not living or done[0].total >= living[0].total):
            break
    best = done[0] if done else living[0]
    return Found(best.ids[before:], best.own)


def _grown(
    living: list[_Sequence], chances: NDArray[np.float32], end: int, beams: Beams, expected: Ngram | None
) -> tuple[list[_Sequence], list[int], list[_Sequence]]:
    """The sequences that live on, whose children they are, and those that end."""
    children: list[tuple[_Sequence, int, int]] = []
    for parent, sequence in enumerate(living):
        row = chances[parent]
        tokens = np.argpartition(-row, beams.considered)[: beams.considered].tolist()
        extra = np.zeros(len(tokens))
        if expected is not None and beams.weight:
            likely = expected.probabilities(sequence.ids, tokens)
            extra = beams.weight * gain(likely, beams)
        for token, bonus in zip(tokens, extra.tolist(), strict=True):
            own = float(row[token])
            grown = _Sequence(sequence.total + own + bonus, (*sequence.ids, token), sequence.own + own)
            children.append((grown, parent, token))
    children.sort(key=lambda child: (-child[0].total, child[2]))
    next_living: list[_Sequence] = []
    parents: list[int] = []
    ended: list[_Sequence] = []
    for grown, parent, token in children[: 2 * beams.n]:
        if token == end:
            ended.append(_Sequence(grown.total, grown.ids[:-1], grown.own))
        elif len(next_living) < beams.n:
            next_living.append(grown)
            parents.append(parent)
    return next_living, parents, ended


def gain(likely: NDArray[np.float64], beams: Beams) -> NDArray[np.float64]:
    """What each of some tokens gains by the language model's probability of it, before the weight."""
    found: NDArray[np.float64] = np.log(1.0 - beams.share + beams.share * likely / beams.floor)
    return found


def _log_softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Along the last axis."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    normal: NDArray[np.float32] = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return normal
