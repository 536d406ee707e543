"""Which of several readings of an utterance is taken: the one that sound and language together make likeliest. Pure.

The score is log-linear, as in n-best rescoring since R. Schwartz, S. Austin, "A comparison of several approximate
algorithms for finding multiple (N-best) sentence hypotheses", ICASSP 1991, and in two passes: a language model that
takes time is asked only about the readings that a quick one leaves close to each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

LANGUAGE = 0.4  # weight of the quick model's logarithm where it is alone
TOGETHER = 0.25  # of each model's, where both are asked: more than that, and a likely sentence beats what was said
A_WORD = 1.0  # for each word: language models favour short sentences
SECONDED = 1.0  # where another recogniser read the same
CLOSE = 3.0  # a reading whose score is lower by more does not win
MOST = 4  # of those that are close
MOST_WORDS = 100  # of them all, which bounds the time; two readings are compared in any case


@dataclass(frozen=True, slots=True)
class Reading:
    """sound: log-probability of all its tokens, given the sound. seconded: another recogniser's best."""

    text: str
    words: tuple[str, ...]
    sound: float
    seconded: bool = False


Quick = Callable[[str], float]
Slow = Callable[[Sequence[str]], Sequence[float]]


def likeliest(readings: Iterable[Reading], quick: Quick, slow: Slow | None = None) -> Reading:
    """The best of at least one, the first of equals. quick, slow: log-probability of a sentence, of each of several."""
    scored = [(one, _score(one, LANGUAGE * quick(one.text))) for one in readings]
    ranked = sorted(scored, key=lambda pair: -pair[1])
    best, top = ranked[0]
    most = max(2, min(MOST, MOST_WORDS // max(len(best.words), 1)))
    close = [one for one, score in ranked if score >= top - CLOSE][:most]
    if slow is None or len(close) == 1:
        return best
    more = slow([one.text for one in close])
    scores = [_score(one, TOGETHER * (quick(one.text) + by)) for one, by in zip(close, more, strict=True)]
    return close[scores.index(max(scores))]


def _score(one: Reading, language: float) -> float:
    return one.sound + language + A_WORD * len(one.words) + SECONDED * one.seconded
