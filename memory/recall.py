"""Which of the things found are brought to a question, in which order, and when nothing is: pure arithmetic.

Candidates come with how they were found; this file fuses the rankings, judges their strength on a scale that means
the same for every question, spreads the choice over time, and says "nothing" when all is weak.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from memory.events import SCENE, SOUND, SPEECH, TALK, WORDS, Event
from memory.mentions import worn
from memory.terms import own
from memory.tree import Node
from wire.messages import Cues, Evidence, Mention
from wire.words import said_words

STRENGTH_COUNTS = 3.0  # as much as that many other rankings: it knows more
RANK_CONSTANT = 60  # of reciprocal-rank fusion, from the paper that proposed it
LIMIT = 8  # pieces of evidence that go with a question
SURE = 5  # the best, which make no room for more of the same thing
NOW_NS = 10 * 10**9  # what a question about the present may look back
NEAR_NS = 20 * 10**9  # two like things closer than this show the same moment
FOUND = 0.34  # strength from which on something was found
NO_FIND = FOUND - 0.01  # the most that a sentence has that was not read where others were
ALONG = 0.2  # ... and from which on others come along with what was found
# A sentence means something to a question if it is near, and neither the question is near to many nor the sentence one
# of many that are alike: of "gate 12", "gate 14"... none is what a question about something else means. So the cosine
# counts less shares of the BACKGROUND-th best cosine of the question and of the sentence's own crowding (as Conneau
# et al. do about hubs, arXiv:1710.04087). Set on made-up facts and questions in other words, MiniLM; see docs/log.md.
BACKGROUND = 20
FEW = 0.2  # background where there are fewer sentences than that
OF_BACKGROUND, OF_CROWDING = 0.25, 0.35
ALIKE = 10  # nearest others by which it is told how crowded a sentence stands
MOST_OFF = 0.3  # many may be alike for good reason
NEARNESS_NOTHING, NEARNESS_SURE = 0.07, 0.47
_HUNDREDFOLD, _NINEFOLD = 4.605, 2.197  # odds of 100 and of 9 as logits
WORDS_ALONE = 0.35  # what the share of shared words counts less by itself
ROUNDING = 0.0005  # what a strength may gain by it
_SILENT = frozenset({"silence", "noise", "speech"})  # sounds that are no evidence unless asked for by kind
PER_ODDS = 0.1  # strength that one more of log odds is worth; FOUND is at even odds
OF_THE_WORLD = WORDS - TALK
FAR_MORE = 0.15
NAMING = 0.6  # of the telling words of a sentence
BY_COSINE = 24  # the nearest stay in the choice, however crowded
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that may be evidence. cosine: best over the question's vectors; words: share of its telling words,
    weighted by rarity, that the sentence holds (0..1); background: cosine of what has nothing to do with it; crowding:
    mean cosine of the sentence to those that are most like it."""

    event: Event
    phrase: int
    cosine: float = 0.0
    words: float = 0.0
    tells: bool = True  # enough by itself; a scene that only repeats the sentences of its events is not
    fits: float = 1.0  # less if what the question says of its look is otherwise here
    background: float = FEW
    crowding: float = FEW
    meant: float | None = None  # strength by another measure than that of sentences
    bears: float | None = None  # strength of words read or heard by all their signs, see `memory.bearing`
    followed: bool = False  # of the same thing as what was found, see `Search`
    strength: float = field(init=False)  # 0..1, on one scale for all questions

    def __post_init__(self) -> None:
        object.__setattr__(self, "strength", self._judged() if self.meant is None else self.meant)

    def _judged(self) -> float:
        # Words can be anything, so many that are alike were made alike; what is seen has few sentences anyway.
        crowding = self.crowding if self.event.kind in WORDS else self.background
        if self.bears is not None and self.event.kind in OF_THE_WORLD:
            return round(self.fits * max(self.bears, min(1.0, self.words - WORDS_ALONE)), 3)
        return _strength(self.cosine, self.words, self.background, crowding, self.fits)


def _strength(cosine: float, words: float, background: float, crowding: float, fits: float) -> float:
    off = OF_BACKGROUND * background + OF_CROWDING * crowding
    nearness = cosine - min(off, MOST_OFF)
    meaning = (nearness - NEARNESS_NOTHING) / (NEARNESS_SURE - NEARNESS_NOTHING)
    both = 0.5 * max(0.0, meaning) + 0.5 * words
    return round(fits * max(0.0, min(1.0, max(meaning, both, words - WORDS_ALONE))), 3)


def strength_of(log_odds: float) -> float:
    """Log odds of bearing on a question on the scale of strengths."""
    return min(1.0, max(0.0, FOUND + PER_ODDS * log_odds))


def at_most(cosines: Floats, words: Floats, background: float, crowding: Floats) -> Floats:
    """(N,) strengths that no event of each of N sentences exceeds, of whatever kind it is, rounded or not."""
    off = np.minimum(OF_BACKGROUND * background + OF_CROWDING * np.minimum(crowding, background), MOST_OFF)
    meaning = (cosines - off - NEARNESS_NOTHING) / (NEARNESS_SURE - NEARNESS_NOTHING)
    both = 0.5 * np.maximum(0.0, meaning) + 0.5 * words
    most: Floats = np.clip(np.maximum(np.maximum(meaning, both), words - WORDS_ALONE), 0.0, 1.0) + ROUNDING
    return most


@dataclass(frozen=True, slots=True)
class Recalled:
    """What goes with a question. cues: with the time of the anchor. log: complete unless truncated."""

    cues: Cues
    evidence: tuple[Evidence, ...] = ()
    log: tuple[Evidence, ...] = ()
    log_truncated: bool = False


def span_of(cues: Cues, t_ns: int, visible_from_ns: int) -> tuple[int, int]:
    """The span to look at: what the cues name, within what may be seen."""
    past = cues.spanned and cues.start_ns < 0  # it begins in an earlier session, and may end there
    end_ns = t_ns if cues.end_ns <= 0 and not past else min(cues.end_ns, t_ns)
    start_ns = max(cues.start_ns, visible_from_ns)
    if cues.now and not cues.spanned:
        start_ns = max(start_ns, t_ns - NOW_NS)
    return start_ns, end_ns


def may_be_evidence(event: Event, cues: Cues) -> bool:
    """What was said between the person and us is none, nor is plain noise, unless it is asked for."""
    if event.kind in cues.kinds:
        return True
    return event.kind not in TALK and not (event.kind == SOUND and event.subject in _SILENT)


def fit(event: Event, about: Mention) -> float:
    """How well the look of an event agrees with what the question says of it: 1 where either says nothing."""
    shares = []
    if about.colour:
        colour = event.subject if event.kind == "colour" else event.attrs.get("colour", "")
        shares.append(1.0 if colour in ("", about.colour) else 0.2 if event.kind == "colour" else 0.6)
    if about.shape:
        shares.append(1.0 if event.attrs.get("shape", "") in ("", about.shape) else 0.6)
    if about.side and event.kind in ("entered", "left", "motion"):
        side = event.subject if event.kind == "motion" else event.attrs.get("side", "")
        shares.append(1.0 if side in ("", about.side) else 0.4)
    return min(shares, default=1.0)


def tells(event: Event, cues: Cues) -> float:
    """1 where an event may hold the answer; less for words that were not read, or not said, as the question has it,
    or hold no number where one is asked for."""
    if event.kind not in WORDS:
        return 1.0
    other = SPEECH if cues.ask == "text" else "text" if cues.ask == "said" else ""
    share = 0.95 if event.kind == other else 1.0
    without = cues.wants in ("number", "price", "phone") and not any(w[0].isdigit() for w in said_words(event.text))
    return 0.9 * share if without else share


def beside_anchor(candidates: Iterable[Candidate], cues: Cues) -> list[Candidate]:
    """Those on the side of the anchor that the question asks for; all if it names none or none was found."""
    at = cues.anchor_ns
    if at < 0 or cues.relation not in ("before", "after"):
        return list(candidates)
    before = cues.relation == "before"
    return [c for c in candidates if (c.event.start_ns < at if before else c.event.start_ns > at)]


def outweighed(some: Iterable[Candidate], every: Iterable[Candidate]) -> bool:
    """Whether there is far more surely an answer among all candidates than among some of them."""
    best, best_of_all = (max((c.strength for c in of if c.tells), default=0.0) for of in (some, every))
    return best_of_all > best + FAR_MORE


def others(scores: Iterable[float]) -> float:
    """How near to a question sentences are that have nothing to do with it, from the scores of the nearest ones."""
    ordered = sorted(scores, reverse=True)
    return ordered[BACKGROUND] if len(ordered) > BACKGROUND else FEW


def background(scores: Iterable[float]) -> float:
    """The same, but never less than in a small memory."""
    return max(FEW, others(scores))


def shown(cosine: float, crowd: float, sharpness: float, bias: float | None) -> float:
    """How surely a picture shows what a text says, 0..1: from odds of 1 to 100 for nothing to 9 to 1 for all, by the
    model's own logit (SigLIP); else from what any picture has to 10 000 times that (a softmax over pictures)."""
    if bias is None:
        strength = sharpness * (cosine - crowd) / (2 * _HUNDREDFOLD)
    else:
        strength = (sharpness * cosine + bias + _HUNDREDFOLD) / (_HUNDREDFOLD + _NINEFOLD)
    return round(max(0.0, min(1.0, strength)), 3)


def crowding(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """(N,) mean cosine of each of (N, D) unit vectors to the ALIKE others that are nearest."""
    cosines = vectors @ vectors.T
    np.fill_diagonal(cosines, 0.0)
    nearest = min(ALIKE, len(vectors))
    mean: NDArray[np.float32] = np.partition(cosines, -nearest, axis=1)[:, -nearest:].mean(axis=1)
    return mean


def standing_out(near: Mapping[int, float], crowded: Mapping[int, float], limit: int) -> list[int]:
    """Of the sentences near a question the `limit` that are worth a look: the nearest, and those that stand out."""
    nearest = [i for _, i in sorted((-cosine, i) for i, cosine in near.items())]
    apart = [i for _, i in sorted((OF_CROWDING * crowded.get(i, FEW) - cosine, i) for i, cosine in near.items())]
    return list(dict.fromkeys((*nearest[:BY_COSINE], *apart)))[:limit]


def named(words: Sequence[str], sentences: Sequence[str]) -> int | None:
    """Which of these sentences, each with all its words, is what `words` name: the one of whose own words these are the
    largest part, and at least NAMING; the first of equals. None where there is none."""
    lines = [own(sentence.split()) for sentence in sentences]
    parts = [sum(word in words for word in line) / max(1, len(line)) for line in lines]
    most = max(parts, default=0.0)
    return parts.index(most) if most >= NAMING else None


def rarities(wanted: Sequence[str], occurrences: Mapping[str, int], n_phrases: int) -> dict[str, float]:
    """What each of these words counts: the more, the rarer it is."""
    return {word: 1.0 / (1.0 + occurrences.get(word, 0) / (1 + n_phrases) * 20) for word in wanted}


def coverage(weights: Mapping[str, float], present: Container[str]) -> float:
    """Share of the weighted words that are present; 0 if there are none."""
    if not weights:
        return 0.0
    return round(sum([weight for word, weight in weights.items() if word in present]) / sum(weights.values()), 4)


def fuse(candidates: Iterable[Candidate], cues: Cues, t_ns: int, *, limit: int = LIMIT) -> tuple[Evidence, ...]:
    """The best candidates as evidence, best first; empty if nothing is strong enough."""
    unique = {c.event.id: c for c in sorted(candidates, key=lambda c: c.strength)}
    look = bool(worn(cues.about))  # of what is alike in words, who looks like that comes first
    found = [c for c in unique.values() if c.strength >= FOUND]
    strong = sorted(found, key=lambda c: (look and -c.fits, *_when(c, cues)))
    if not any(c.tells for c in strong):
        return ()
    rankings = [  # equals stay in order of time
        (1.0, sorted(strong, key=lambda c: -c.cosine)),
        (1.0, sorted(strong, key=lambda c: -c.words)),
        (STRENGTH_COUNTS, sorted(strong, key=lambda c: -c.strength)),
    ]
    if cues.kinds:
        rankings.append((1.0, sorted(strong, key=lambda c: (c.event.kind not in cues.kinds, -c.strength))))
    if cues.order in ("first", "last") or cues.now or cues.anchor_ns >= 0:
        rankings.append((0.5, strong))
    score: dict[int, float] = dict.fromkeys(unique, 0.0)
    for weight, ranking in rankings:
        for rank, candidate in enumerate(ranking):
            score[candidate.event.id] += weight / (RANK_CONSTANT + rank)
    best = sorted(strong, key=lambda c: -round(score[c.event.id], 6))
    weak = [c for c in unique.values() if ALONG <= c.strength < FOUND]
    along = sorted(weak, key=lambda c: (-c.strength, *_when(c, cues)))
    ranked = sorted([*best, *along], key=lambda c: not c.tells)  # a scene comes after what it only repeats
    chosen = _spread(ranked, limit, _alike(cues))
    if followed := sorted((c for c in unique.values() if c.followed), key=lambda c: c.event.start_ns):
        first = chosen[:SURE]
        chosen = list({c.event.id: c for c in (*first, *followed, *chosen)}.values())[:limit]
    return tuple(c.event.evidence(t_ns, c.strength) for c in chosen)


def overview(nodes: Sequence[Node], from_ns: int, to_ns: int) -> tuple[Evidence, ...]:
    """Stretches of a tree as evidence for what happened in a span, in order of time, evenly chosen if there are many.
    Those that reach out of the span by more than half tell of other times."""
    inside = [n for n in nodes if 2 * (min(n.end_ns, to_ns) - max(n.start_ns, from_ns)) >= n.end_ns - n.start_ns]
    chosen = [inside[round(i * (len(inside) - 1) / (LIMIT - 1))] for i in range(LIMIT)] if inside[LIMIT:] else inside
    return tuple(
        Evidence(
            start_ns=max(n.start_ns, from_ns), end_ns=min(n.end_ns, to_ns), kind=SCENE, text=n.summary, score=FOUND,
            key_frame=n.shown[0].name if n.shown else "",
        )
        for n in chosen
    )  # fmt: skip


def _when(candidate: Candidate, cues: Cues) -> tuple[int, int]:
    """Order among equals: the first if that is asked for or the first after something, else the most recent."""
    event = candidate.event
    after = cues.relation == "after" and cues.anchor_ns >= 0
    earliest = after if after or cues.relation == "before" else cues.order == "first"
    return (event.start_ns, event.id) if earliest else (-event.start_ns, -event.id)


def _alike(cues: Cues) -> int:
    """How often the same sentence may be among the first: what is told needs to be told once, unless times matter."""
    return 1 if cues.ask == "fact" and not (cues.order or cues.relation) else 3


def _spread(best: list[Candidate], limit: int, most: int) -> list[Candidate]:
    """The first `limit`, but a thing close in time to a chosen one with the same sentence waits for the others, and so
    does one whose sentence was chosen `most` times."""
    chosen: list[Candidate] = []
    later: list[Candidate] = []
    for candidate in best:
        alike = [c for c in chosen if c.phrase == candidate.phrase]
        near = any(abs(c.event.start_ns - candidate.event.start_ns) < NEAR_NS for c in alike)
        (later if near or len(alike) >= most else chosen).append(candidate)
        if len(chosen) == limit:
            break
    return (chosen + later)[:limit]
