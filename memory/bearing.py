"""How surely words read or heard bear on a question, by all that is known of the sentence: meaning, shared and related
words, how much it stands out from what is always read and heard.

Pure arithmetic, a logistic regression over few signs; `bench.memory_bearing` fits it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence, Set
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import NamedTuple

from memory.related import RelatedWords
from memory.terms import COMMON, pairs_of, root, telling
from wire.words import STOPWORDS

OPEN_ODDS = 1.0  # log odds that count in favour of a sentence: to find nothing is the worse mistake
MEANT = 0.3  # a word that is related less than that leaves the question's word unexplained
SMALLEST = 300  # sentences; in a smaller memory no word is worn
_SAY_NOTHING = COMMON | frozenset(root(word) for word in STOPWORDS)


_NUMBERS = frozenset(root(word) for word in ("half", "dozen", "once", "twice"))  # others are digits among stems
_TIMES = frozenset(
    root(word)
    for word in (
        "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "january", "february", "march",
        "april", "june", "july", "august", "september", "october", "november", "december", "spring", "summer",
        "autumn", "winter", "noon", "midnight", "morning", "afternoon", "evening", "night", "dawn", "dusk", "today",
        "tomorrow", "yesterday", "year", "month", "week", "day", "hour", "minute", "century", "easter", "christmas",
        "am", "pm", "until",
    )
)  # fmt: skip
_PLACES = frozenset(
    root(word)
    for word in (
        "in", "at", "under", "on", "behind", "near", "beside", "upstairs", "downstairs", "into", "next", "above",
        "below", "to", "from", "inside", "outside",
    )
)  # fmt: skip
_ASKED = (
    ("number", re.compile(
        r"\bhow (?:much|many|long|old|far|deep|high|tall|heavy|wide|expensive|often|frequently|fast|strong|cold|big)\b|"
        r"\b(?:price|costs?|number|score|result|code|postcode|phone|weighs?|fee|fare|rent|temperature|maximum|speed)\b")),
    ("time", re.compile(
        r"\bwhen\b|\b(?:what|which) (?:time|day|month|year|hour|evening|morning)\b|\buntil\b")),
    ("place", re.compile(r"\bwhere\b|\b(?:which|what) (?:city|town|country|place|room|floor|street)\b")),
)  # fmt: skip
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]+")


class Signs(NamedTuple):
    """Of one sentence for one question, each about 0..1. cosine, background, crowding: see `memory.recall.Candidate`;
    related: share of the question's telling words that it holds, or words that mean nearly the same; unexplained: the
    heaviest of them to which none is related; explains: share of its own words that are related to one of them;
    rarest, rarity: how new its two newest words are, and all; length: in tens of telling words; answers: 1 if it holds
    a number, a time or a place where one is asked for, -1 if not; absent: names in the question that it does not
    hold."""

    cosine: float
    background: float
    crowding: float
    related: float
    unexplained: float
    explains: float
    rarest: float
    rarity: float
    length: float
    answers: float
    absent: float


class Wanted:
    """A question, its telling words and all that is related to them."""

    def __init__(self, text: str, related: RelatedWords) -> None:
        known = [*telling(text), *(phrase for phrase in pairs_of(text) if phrase in related)]
        weights = [related.weight(word) * (0.6 if " " in word else 1.0) for word in known]
        total = sum(weights) or 1.0
        self._related = related
        self._words = [(word, related.related(word), w / total) for word, w in zip(known, weights, strict=True)]
        self._known: dict[str, tuple[float, float]] = {}
        self._heaviest = max((weight for _, _, weight in self._words), default=0.0)
        self._asked = next((asked for asked, pattern in _ASKED if pattern.search(text.lower())), "")
        self._names = [root(name.lower()) for name in _NAME.findall(text)]

    def bears(
        self,
        present: Sequence[str],
        near: tuple[float, float, float],
        occurrences: Mapping[str, int],
        n_phrases: int,
    ) -> Signs:
        """The signs of a sentence. present: its stems in order; near: its cosine, the background and its crowding."""
        there = {*present, *(f"{a} {b}" for a, b in pairwise(present))}
        own = [word for word in dict.fromkeys(present) if word not in _SAY_NOTHING]
        related, unexplained, explains = 0.0, self._heaviest, 0.0
        if held := self._any_related & there:  # most sentences hold nothing of what is asked for
            (related, unexplained), explains = self._explained(held), self._explains(own, held)
        absent = sum(name not in there for name in self._names)
        return Signs(
            *near, related, unexplained, explains, *newness(own, occurrences, n_phrases), self._answers(there),
            float(absent),
        )  # fmt: skip

    @cached_property
    def _any_related(self) -> frozenset[str]:
        """All that is related to any of the words, and they themselves."""
        return frozenset(word for word, _, _ in self._words).union(*(near for _, near, _ in self._words))

    def _explained(self, there: Set[str]) -> tuple[float, float]:
        related, unexplained = 0.0, 0.0
        for word, near, weight in self._words:
            strength = 1.0 if word in there else max((near[w] for w in there if w in near), default=0.0)
            related += weight * strength
            if strength < MEANT:
                unexplained = max(unexplained, weight)
        return related, unexplained

    def _explains(self, own: Sequence[str], held: Set[str]) -> float:
        if held.isdisjoint(own):
            return 0.0
        told = [self._told(word) for word in own]
        return sum(w * s for w, s in told) / (sum(w for w, _ in told) or 1.0)

    def _told(self, word: str) -> tuple[float, float]:
        """How much a word tells, and how strongly it is related to one of the question's. Once for each: sentences
        share words."""
        known = self._known.get(word)
        if known is None:
            strength = max(
                (1.0 if word == asked else near.get(word, 0.0) for asked, near, _ in self._words), default=0.0
            )
            known = self._known[word] = self._related.weight(word), strength
        return known

    def _answers(self, there: Set[str]) -> float:
        if not self._asked:
            return 0.0
        if self._asked == "place":
            held = not _PLACES.isdisjoint(there)
        else:
            held = not _NUMBERS.isdisjoint(there) or any(word[0].isdigit() for word in there)
            held = held or (self._asked == "time" and not _TIMES.isdisjoint(there))
        return 1.0 if held else -1.0


def newness(words: Iterable[str], occurrences: Mapping[str, int], n_phrases: int) -> tuple[float, float, float]:
    """(rarest, rarity, length) of a sentence with these telling words: 1 for words that occur in no other, 0 for those
    in every one."""
    size = max(n_phrases, SMALLEST) + 1
    scores = sorted([_newness(size, occurrences.get(w, 1)) for w in words], reverse=True)
    if not scores:
        return 0.0, 0.0, 0.0
    return sum(scores[:2]) / len(scores[:2]), sum(scores) / len(scores), min(len(scores), 10) / 10


@lru_cache(maxsize=1024)
def _newness(size: int, n: int) -> float:
    """Of a word that occurs in n of `size` sentences."""
    return math.log(size / max(1, n)) / math.log(size)


def log_odds(signs: Signs) -> float:
    """Of the sentence bearing on the question against nothing there doing so."""
    return BIAS + OPEN_ODDS + sum(w * s for w, s in zip(WEIGHTS, signs, strict=True))


# As `python -m bench.memory_bearing tuning trial harbour valley school` prints them.
BIAS = -15.0
WEIGHTS = Signs(
    cosine=22.47, background=-7.87, crowding=-7.41, related=1.44, unexplained=-2.26, explains=2.66, rarest=6.21,
    rarity=3.34, length=2.67, answers=0.93, absent=-1.27,
)  # fmt: skip
