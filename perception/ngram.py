"""How likely a token follows others in sentences of a kind: an n-gram model with Witten-Bell smoothing. Pure.

P(t | h) = (count(h t) + T(h) * P(t | shorter h)) / (count(h) + T(h)), T(h): how many different tokens followed h.
Source: I. H. Witten, T. C. Bell, "The zero-frequency problem", IEEE Transactions on Information Theory 37 (1991).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray


class Ngram:
    """order: tokens of history and the one that follows them."""

    def __init__(self, order: int, n_tokens: int) -> None:
        self._order = order
        self._floor = 1.0 / n_tokens
        self._after: list[dict[tuple[int, ...], dict[int, int]]] = [
            defaultdict(lambda: defaultdict(int)) for _ in range(order)
        ]
        self._counts: list[dict[tuple[int, ...], int]] = [defaultdict(int) for _ in range(order)]

    @property
    def history(self) -> int:
        """How many tokens before one matter."""
        return self._order - 1

    def learn(self, sentences: Iterable[Sequence[int]]) -> None:
        """Sentences begin with `history` start tokens and close with an end token."""
        for ids in sentences:
            for at in range(self.history, len(ids)):
                for length in range(self._order):
                    before = tuple(ids[at - length : at])
                    self._after[length][before][ids[at]] += 1
                    self._counts[length][before] += 1

    def probabilities(self, before: Sequence[int], tokens: Sequence[int]) -> NDArray[np.float64]:
        """(len(tokens),): of each token behind the last tokens of `before`."""
        found = np.full(len(tokens), self._floor)
        for length in range(self._order):
            key = tuple(before[len(before) - length :]) if length else ()
            after = self._after[length].get(key)
            if after is None:
                break
            kinds = len(after)
            counts = np.array([after.get(token, 0) for token in tokens])
            found = (counts + kinds * found) / (self._counts[length][key] + kinds)
        return found
