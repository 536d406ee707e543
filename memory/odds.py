"""What the signs of a sentence count for its bearing on a question: a logistic regression, by `bench.memory_bearing`.

One fit for each kind of space that the vectors are of: that of the packaged encoder with its adapter, in which what
does not answer is far, and those of encoders that know of likeness only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from operator import mul
from typing import NamedTuple


class Signs(NamedTuple):
    """Of one sentence for one question, each about 0..1. cosine, crowding: see `memory.recall.Candidate`; others: see
    `memory.recall.others`; related: share of the question's telling words that it holds, or words that mean nearly the
    same; unexplained: the heaviest of them to which none is related; explains: share of its own words that are related
    to one of them; rarest, rarity: how new its two newest words are, and all; length: in tens of telling words;
    answers: 1 if it holds a number, a time or a place where one is asked for, -1 if not; absent: names in the question
    that it does not hold; spoken: 1 if it was heard, 0 if read."""

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


# Of each sign: the least, the most; of absent names none is best.
RANGES = (*[(0.0, 1.0)] * 9, (-1.0, 1.0), (0.0, 1.0), (0.0, 1.0))


@dataclass(frozen=True)
class Fit:
    """open_odds: log odds that count in favour of a sentence, since to find nothing is the worse mistake."""

    bias: float
    weights: Signs
    open_odds: float
    most: Signs = field(init=False)  # that each can add
    most_of_words: float = field(init=False)  # all together that are of words alone

    def __post_init__(self) -> None:
        most = Signs(*(max(w * low, w * high) for w, (low, high) in zip(self.weights, RANGES, strict=True)))
        of_words = most[Signs._fields.index("explains") + 1 :]
        object.__setattr__(self, "most", most)
        object.__setattr__(self, "most_of_words", self.bias + self.open_odds + sum(of_words))

    def log_odds(self, signs: Signs) -> float:
        """Of the sentence bearing on the question against nothing there doing so."""
        told: float = sum(map(mul, self.weights, signs))
        return self.bias + self.open_odds + told

    def at_most(
        self, near: tuple[float, float, float], explained: tuple[float, float], *, explains: bool, answers: bool
    ) -> float:
        """What the log odds cannot exceed with these first five signs. explains: whether any word of the sentence is
        asked for; answers: whether a number, a time or a place is."""
        w = self.weights
        most = self.most_of_words + w.cosine * near[0] + w.others * near[1] + w.crowding * near[2]
        most += w.related * explained[0] + w.unexplained * explained[1]
        return most + (self.most.explains if explains else 0.0) - (0.0 if answers else self.most.answers)


# As `python -m bench.memory_bearing` prints them, with `--plain` for the second.
ADAPTED = Fit(
    -18.89,
    Signs(
        cosine=21.37, others=-5.69, crowding=-2.7, related=2.64, unexplained=-0.01, explains=2.02, rarest=12.24,
        rarity=-0.12, length=1.26, answers=0.31, absent=-0.13, spoken=-0.75,
    ),
    open_odds=2.0,
)  # fmt: skip
PLAIN = Fit(
    -15.3,
    Signs(
        cosine=16.52, others=-5.35, crowding=-4.61, related=0.43, unexplained=-1.19, explains=2.46, rarest=10.77,
        rarity=0.53, length=1.22, answers=0.57, absent=-1.36, spoken=-0.54,
    ),
    open_odds=0.8,
)  # fmt: skip
