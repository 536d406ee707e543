"""Sentences one below the other in one pass through a network, each apart from the others: for the text encoders.

Nothing is padded, and what is read of a sentence does not depend on its company.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

TOGETHER = 3  # sentences of one pass: a question and its first options
TOGETHER_TOKENS = 96  # more than that gain nothing by company, and would need more memory


def passes(sentences: Iterable[list[int]]) -> Iterator[list[list[int]]]:
    """Token ids of sentences, in order, as many at a time as make one pass."""
    some: list[list[int]] = []
    for ids in sentences:
        if len(some) == TOGETHER or (some and sum(map(len, some)) + len(ids) > TOGETHER_TOKENS):
            yield some
            some = []
        some.append(ids)
    if some:
        yield some


def lengths_of(tokens: Sequence[Sequence[int]]) -> NDArray[np.int64]:
    """(TOGETHER,) of the sentences of a pass; 0 for those that are not there."""
    lengths = np.zeros(TOGETHER, np.int64)
    lengths[: len(tokens)] = [len(ids) for ids in tokens]
    return lengths


def means(states: Array, tokens: Sequence[Sequence[int]]) -> list[Array]:
    """(D,) mean over the tokens of each sentence of a pass, from (T, D) states."""
    ends = np.cumsum([len(ids) for ids in tokens])
    return [part.mean(axis=0) for part in np.split(states, ends)[: len(tokens)]]


def unit(vector: Array) -> Array:
    """At length one."""
    found: Array = vector / max(float(np.linalg.norm(vector)), 1e-12)
    return found
