"""Which of several readings of an utterance is taken: the one that sound and language together make likeliest. Pure.

The score is log-linear, as in n-best rescoring since R. Schwartz, S. Austin, "A comparison of several approximate
algorithms for finding multiple (N-best) sentence hypotheses", ICASSP 1991.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

LANGUAGE = 0.4  # weight of the language model's logarithm
A_WORD = 1.0  # for each word: the language model favours short sentences
SECONDED = 1.0  # where another recogniser read the same


@dataclass(frozen=True, slots=True)
class Reading:
    """sound: log-probability of all its tokens, given the sound. seconded: another recogniser's best."""

    text: str
    words: tuple[str, ...]
    sound: float
    seconded: bool = False


def likeliest(readings: Iterable[Reading], language: Callable[[str], float]) -> Reading:
    """The best of at least one, the first of equals. language: log-probability of a sentence."""

    def score(one: Reading) -> float:
        return one.sound + LANGUAGE * language(one.text) + A_WORD * len(one.words) + SECONDED * one.seconded

    return max(readings, key=score)
