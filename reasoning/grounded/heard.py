"""What was said aloud, in order of time, with the voices that said it and how they are named."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from reasoning.grounded.pool import Pool, S, Thing
from reasoning.grounded.relevance import telling
from reasoning.grounded.scope import Scope
from reasoning.grounded.talk import TOLD, statements
from reasoning.grounded.wording import clock
from wire.messages import Question
from wire.words import ORDINALS

_PLACES = {n: word for word, n in reversed(ORDINALS.items())}
_WIDE = re.compile("[\u2e80-\u9fff]")
_QUOTED = re.compile(r'"([^"]*)"')


@dataclass(frozen=True)
class Heard:
    """What was said aloud, in order of time."""

    question: Question
    pool: Pool
    scope: Scope

    @cached_property
    def spoken(self) -> list[Thing]:
        remembered = (*self.question.evidence, *self.question.log)
        return [u for u in self.pool.all("speech") if remembered[u.parts[0]].attrs.get("source") != "typed"]

    @cached_property
    def stated(self) -> frozenset[Thing]:
        """What of it is no question and no filler."""
        return frozenset(statements(self.pool))

    @cached_property
    def first(self) -> dict[int, Thing]:
        """What each voice of this session said first, by track, in the order of these."""
        return {u.track: u for u in firsts([u for u in self.spoken if u.voice and u.start_ns >= 0])}

    @property
    def whole(self) -> bool:
        """Whether the first words of every voice are known, so that they can be counted."""
        return not (self.scope.cues.spanned or self.scope.cues.now)

    @cached_property
    def known(self) -> bool:
        return any(u.voice for u in self.spoken)

    def name(self, thing: Thing) -> str:
        """ "The second voice that I heard"."""
        if thing.track not in self.first:
            return f"voice {thing.voice} of an earlier session"
        if not self.whole:
            return f"voice {thing.voice}"
        place = [*self.first].index(thing.track) + 1
        if len(self.first) == 1:
            return "the only voice that I heard"
        return f"the {_PLACES.get(place, f'{place}th')} voice that I heard"

    def about(self, words: Sequence[str], among: Sequence[Thing], *, alone: bool = True) -> list[Thing]:
        """Those in which this was said, the likeliest first. alone: it is all that memory was asked for, so that what
        memory found is near it in meaning."""
        stems = frozenset(s for u in self.spoken for s in u.stems)
        read = [u if alone else replace(u, score=0.0) for u in among]
        scored = [
            (max(telling(words, one, "", stems), _shared(words, u.subject)), u)
            for one, u in zip(read, among, strict=True)
        ]
        best = max((score for score, _ in scored), default=0.0)
        kept = [(score, u) for score, u in scored if score >= max(TOLD, best - 0.15)]
        return [u for _, u in sorted(kept, key=lambda pair: -pair[0])]

    def by(self, thing: Thing) -> list[Thing]:
        """What the same voice said: no questions, unless there is nothing else."""
        every = [u for u in self.spoken if u.track == thing.track]
        return [u for u in every if u in self.stated] or every

    def quoted_in(self, answer: str) -> list[Thing]:
        texts = set(_QUOTED.findall(answer))
        return [u for u in self.spoken if u.subject in texts and clock(u.start_ns) in answer]

    def quoted(self) -> list[Thing]:
        """What the last answer quoted, or what was said at the time that it named."""
        heard = self.question.history[-1].heard if self.question.history else ""
        found = self.quoted_in(heard)
        at = self.question.cues.anchor_ns
        return found or [u for u in self.spoken if u.start_ns // S <= at // S <= u.end_ns // S][-1:]


def firsts(said: Sequence[Thing]) -> list[Thing]:
    """The first of each voice, in order of time."""
    found: dict[int, Thing] = {}
    for u in said:
        found.setdefault(u.track, u)
    return list(found.values())


def _shared(words: Sequence[str], text: str) -> float:
    """Of words without spaces, the share of pairs of signs that the text holds."""
    own = "".join(word for word in words if _WIDE.search(word))
    pairs = {own[at : at + 2] for at in range(max(1, len(own) - 1))} if own else set()
    return sum(pair in text for pair in pairs) / len(pairs) if pairs else 0.0
