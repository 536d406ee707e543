"""Which sentences of a memory may answer a question, as far as the sentences themselves tell; their events come after.

By meaning and by words, over the vector index and full text. Most sentences near a question turn out to be too weak
whatever event they belong to: those are dropped here, before anything else of them is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from memory.bearing import Newness, wanted
from memory.index import VectorIndex, best_of, rounded
from memory.odds import MINILM, PLAIN, shipped
from memory.recall import (
    ALONG,
    FEW,
    NO_FIND,
    ROUNDING,
    WORDS_ALONE,
    Floats,
    at_most,
    background,
    coverage,
    crowding,
    others,
    rarities,
    standing_out,
    strength_of,
)
from memory.rows import Found
from memory.store import Store
from memory.terms import root, telling

Array = NDArray[np.float32]

NEAREST = 32  # sentences whose events are looked at
FARTHEST = 0.1  # cosine of a sentence whose words are looked at though it holds none of the question's
CROWD = 96  # sentences asked of the index: among them it shows which are of one mould
TOLD = 3  # sentences of which it is told what they say
# In how large a part of a large memory a word may occur and still be searched for.
_TOO_COMMON, _LARGE = 0.02, 2000
_SCORED = 1000  # sentences that full text scores for a question at most

_HEARD, _SIGN, _READS = [root("someone"), root("said")], root("sign"), root("reads")

Worded = Mapping[tuple[str, ...], Mapping[int, str]]
NOTHING: Worded = MappingProxyType({})


@dataclass(frozen=True, slots=True, eq=False)
class Judgement:
    """What is known of sentences, by number. cosines: best over the question's vectors; shares: of its telling words,
    where they matter; background, crowding: see `memory.recall.Candidate`."""

    cosines: Mapping[int, float]
    shares: Mapping[int, float]
    crowding: Mapping[int, float]
    background: float
    others: float  # see `memory.recall.others`
    space: str  # that the vectors are of, see `memory.odds`
    bears: Mapping[int, float]  # strength of each as words read or heard, where they matter, see `memory.bearing`
    looked_at: Sequence[int]  # near the question, or with its words
    promising: Sequence[int]  # those of them that are strong enough to be evidence, if their events are
    odds: Mapping[int, float] = field(default_factory=dict)  # log odds of those that were read or heard, best first
    here: frozenset[int] = frozenset()  # those of them that are of the session and the span, see `Shortlist.told`
    lines: Mapping[int, str] = field(default_factory=dict)  # what the first of these say
    read: bool = False  # together with the question, see `memory.reading`


class Shortlist:
    """Over the sentences of one memory."""

    def __init__(self, store: Store, phrases: VectorIndex) -> None:
        self._store = store
        self._phrases = phrases

    def worded(self, texts: Sequence[str], known: Worded = NOTHING) -> Worded:
        """For the telling words of each text the sentences that hold any, with all their words; `known` ones are not
        looked for again."""
        wanted(texts[0] if texts else "")  # what is related to its words is known from here on
        asked = dict.fromkeys(telling(text) for text in texts)
        return {words: known[words] if words in known else self._holding(words) for words in asked}

    def _holding(self, words: Sequence[str]) -> dict[int, str]:
        return self._store.worded(self._rare(words), NEAREST)

    def judge(self, texts: Sequence[str], vectors: Array, known: Worded = NOTHING, *, space: str = MINILM) -> Judgement:
        """The sentences near (Q, D) vectors or with telling words of the texts. known: see `worded`; space: see
        `Judgement`."""
        near, rows = self._phrases.found(vectors, CROWD)
        by_asked = self.worded(texts, known)
        words = {number: line for some in by_asked.values() for number, line in some.items()}
        worded, more = self._phrases.vectors(i for i in words if i not in near)
        by_words = best_of(more, vectors, worded)
        rows = np.concatenate([rows, more])
        stand = rounded(crowding(rows)) if len(rows) else []
        crowded = dict(zip((*near, *worded), stand, strict=True))
        looked_at = list(dict.fromkeys((*standing_out(near, crowded, NEAREST), *words)))
        cosines = {i: c for i in looked_at if (c := near.get(i, by_words.get(i))) is not None}
        crowd = background(near.values())
        far = crowd if space == PLAIN else others(near.values())
        cosine, stands = (_column(looked_at, of, least) for of, least in ((cosines, 0.0), (crowded, FEW)))
        unseen = np.asarray(self._unseen(by_asked))
        close = (cosine >= FARTHEST) | (at_most(cosine, unseen, crowd, stands) >= ALONG)
        words |= self._store.words_of(
            [i for i, is_close in zip(looked_at, close, strict=True) if is_close and i not in words]
        )
        stems = {i: words[i].split() for i in looked_at if i in words}
        shares = self._shares(stems, texts)
        odds = self._bearing(texts, stems, cosines, crowded, far, space)
        bears = _strengths(odds)
        share = _column(looked_at, shares, 0.0)
        strong = at_most(cosine, share, crowd, stands) >= ALONG
        told = {i: o for i, o in sorted(odds.items(), key=lambda one: -one[1]) if _read_or_heard(stems[i])}
        strong &= np.asarray([i not in told for i in looked_at], bool)
        strong |= np.maximum(_column(looked_at, bears, 0.0), share - WORDS_ALONE) + ROUNDING >= ALONG
        promising = [i for i, is_strong in zip(looked_at, strong, strict=True) if is_strong and i in shares]
        return Judgement(cosines, shares, crowded, crowd, far, space, bears, looked_at, promising, told)

    def told(self, judgement: Judgement, session: int, from_ns: int, to_ns: int) -> Judgement:
        """With what the nearest sentences say that were read or heard in a span of a session."""
        here = frozenset(self._store.present(judgement.odds, session, from_ns, to_ns))
        nearest = [number for number in judgement.odds if number in here][:TOLD]
        return replace(judgement, here=here, lines=self._store.gists(nearest))

    def _bearing(
        self,
        texts: Sequence[str],
        stems: Mapping[int, Sequence[str]],
        cosines: Mapping[int, float],
        crowded: Mapping[int, float],
        far: float,
        space: str,
    ) -> dict[int, float]:
        """Log odds of each of these sentences by all that is known of it."""
        question, newness = wanted(texts[0] if texts else ""), Newness(self._store.vocabulary(), len(self._phrases))
        numbers = [number for number in stems if number in cosines]
        signs = [question.bears(stems[i], (cosines[i], far, crowded.get(i, FEW)), newness) for i in numbers]
        if not signs:
            return {}
        odds: list[float] = shipped(space).log_odds(np.asarray(signs, np.float64)).tolist()
        return dict(zip(numbers, odds, strict=True))

    def completed(self, judgement: Judgement, hits: Iterable[Found], texts: Sequence[str], vectors: Array) -> Judgement:
        """With the sentences of events that were found in another way."""
        stems = {hit.phrase: hit.words.split() for hit in hits if hit.phrase not in judgement.shares}
        if not stems:
            return judgement
        unknown = self._phrases.scores(vectors, [i for i in stems if i not in judgement.cosines])
        bears = _strengths(self._bearing(texts, stems, unknown, {}, judgement.others, judgement.space))
        if judgement.read:
            bears = {i: min(b, NO_FIND) if _read_or_heard(stems[i]) else b for i, b in bears.items()}
        return replace(
            judgement,
            cosines={**judgement.cosines, **unknown},
            shares={**judgement.shares, **self._shares(stems, texts)},
            bears={**judgement.bears, **bears},
        )

    def _shares(self, stems: Mapping[int, Sequence[str]], texts: Sequence[str]) -> dict[int, float]:
        """Which share of the telling words of a text each of these sentences holds, the largest over the texts."""
        asked = dict.fromkeys(telling(text) for text in texts)
        wanted = [self._rarities(words) for words in asked]
        any_of = frozenset(word for weights in wanted for word in weights)
        shares = {}
        for number, present in stems.items():
            none = any_of.isdisjoint(present)
            shares[number] = 0.0 if none else max([coverage(weights, present) for weights in wanted])
        return shares

    def _unseen(self, worded: Worded) -> float:
        """The largest share of telling words that a sentence may hold though full text did not bring it."""
        largest = 0.0
        for asked, found in worded.items():
            weights = self._rarities(asked)
            brought = self._rare(asked) if len(found) < NEAREST else ()
            known = self._store.vocabulary()
            nowhere = [w for w in asked if w not in known and w.isascii() and w.isalnum() and w.islower()]
            largest = max(largest, coverage(weights, [w for w in asked if w not in brought and w not in nowhere]))
        return largest

    def _rarities(self, words: Sequence[str]) -> dict[str, float]:
        return rarities(words, self._store.vocabulary(), len(self._phrases))

    def _rare(self, words: Sequence[str]) -> tuple[str, ...]:
        """Words worth a full-text search: in a large memory not those that are everywhere, and the rarest only, since
        each sentence that holds one is scored."""
        n_phrases = len(self._phrases)
        if n_phrases < _LARGE:
            return tuple(words)
        occurrences = self._store.occurrences(words)
        worth = sorted((w for w in words if 0 < occurrences[w] <= _TOO_COMMON * n_phrases), key=occurrences.__getitem__)
        scored = list(accumulate(occurrences[w] for w in worth))
        return tuple(w for w, n in zip(worth, scored, strict=True) if n <= _SCORED)


def _strengths(odds: Mapping[int, float]) -> dict[int, float]:
    return {number: strength_of(one) for number, one in odds.items()}


def _read_or_heard(stems: Sequence[str]) -> bool:
    """Whether a sentence, by all its words, tells of a sign or of speech: then it is judged by its bearing alone."""
    first = stems[:8]
    return first[:2] == _HEARD or (first[:1] in (["a"], ["an"]) and _SIGN in first[1:3] and _READS in first[2:7])


def _column(numbers: Sequence[int], values: Mapping[int, float], default: float) -> Floats:
    return np.asarray([values.get(number, default) for number in numbers], np.float64)
