"""What the reranker learns from: questions, each with sentences of which one answers it or none does.

Of bench/recall.txt. What does not answer is hard: the nearest sentences by the text encoder, or the very fact that a
question asks about without being answered by it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.recall_text import Fact, TrainingWorld, fragment

Array = NDArray[np.float32]
Encode = Callable[[list[str]], Array]

SENTENCES = 2  # of a question; recall reads one more
OTHERS = (3, 12, 45)  # worlds that are remembered at a time, beside the question's own
# Shares, summed up: a question whose answer is there; one whose answer is not; one that its fact does not answer; one
# that nothing in its world answers. The rest: words of a fact that is there.
THERE, AWAY, NEAR, NOTHING = 0.42, 0.58, 0.87, 0.965
NO_WORLD = 0.4  # of the questions whose answer is not there: nothing of their world is
ABOUT_ITS_FACT = 0.5  # of the questions that their fact does not answer: it is among the sentences
SMALL_LETTERS = 0.08
_MORE = 4  # sentences looked at beyond those taken: some are the answer, or twice the same


@dataclass(frozen=True, slots=True)
class Pairing:
    """right: the number of the sentence that answers the question; None if none does."""

    question: str
    sentences: tuple[str, ...]
    right: int | None


class Pairings:
    """Over these worlds, with the vectors of their facts and questions."""

    def __init__(self, worlds: Sequence[TrainingWorld], encode: Encode) -> None:
        self._worlds = [world for world in worlds if world.facts]
        every = [(fact.text, *fact.questions, *fact.near) for world in self._worlds for fact in world.facts]
        texts = dict.fromkeys(text for some in every for text in some)
        texts |= dict.fromkeys(question for world in self._worlds for question in world.unanswerable)
        self._at = {text: n for n, text in enumerate(texts)}
        self._vectors = encode([*texts])

    def stream(self, rng: random.Random) -> Iterator[Pairing]:
        """For ever, over all worlds in ever another order."""
        while True:
            for world in rng.sample(self._worlds, len(self._worlds)):
                found = self._one(world, rng)
                if len(found.sentences) == SENTENCES:
                    yield found

    def _one(self, world: TrainingWorld, rng: random.Random) -> Pairing:
        fact, share = rng.choice(world.facts), rng.random()
        if THERE <= share < AWAY:
            others = self._others(world, rng, own=rng.random() >= NO_WORLD)
            return self._unanswered(rng.choice(fact.questions), others, rng, without=fact)
        if AWAY <= share < NEAR and fact.near:
            about = fact if rng.random() < ABOUT_ITS_FACT else None
            return self._unanswered(rng.choice(fact.near), self._others(world, rng), rng, about=about)
        if NEAR <= share < NOTHING and world.unanswerable:
            return self._unanswered(rng.choice(world.unanswerable), self._others(world, rng), rng)
        question = rng.choice(fact.questions) if share < NOTHING else fragment(fact.text, rng)
        near = self._nearest(question if question in self._at else fact.text, self._others(world, rng), {fact.text})
        return Pairing(_said(question, rng), (fact.text, *near)[:SENTENCES], 0)

    def _unanswered(
        self,
        question: str,
        worlds: Sequence[TrainingWorld],
        rng: random.Random,
        *,
        without: Fact | None = None,
        about: Fact | None = None,
    ) -> Pairing:
        near = self._nearest(question, worlds, {without.text} if without else set())
        if about is not None and about.text not in near[:SENTENCES]:
            near = [about.text, *near]
        return Pairing(_said(question, rng), tuple(near[:SENTENCES]), None)

    def _others(self, world: TrainingWorld, rng: random.Random, *, own: bool = True) -> list[TrainingWorld]:
        """What is remembered."""
        some = rng.sample(self._worlds, min(len(self._worlds), rng.choice(OTHERS)))
        return [*([world] if own else []), *(one for one in some if one is not world)]

    def _nearest(self, question: str, worlds: Sequence[TrainingWorld], without: set[str]) -> list[str]:
        """Other sentences, nearest first."""
        texts = [fact.text for world in worlds for fact in world.facts]
        cosines = self._vectors[[self._at[text] for text in texts]] @ self._vectors[self._at[question]]
        near = dict.fromkeys(texts[n] for n in np.argsort(-cosines)[: SENTENCES + _MORE])
        return [text for text in near if text not in without]


def _said(question: str, rng: random.Random) -> str:
    return question.lower() if rng.random() < SMALL_LETTERS else question
