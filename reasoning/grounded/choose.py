"""Multiple choice: which option the answer, and what was remembered, speaks for."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reasoning.grounded.pool import Pool, Thing
from reasoning.grounded.wording import Answer
from wire.homophones import heard_alike
from wire.words import STOPWORDS, stem, tokens, with_digits

_NONE = re.compile(
    r"\b(?:none|neither|not (?:shown|visible|mentioned|seen|said|known)|cannot be|can't be|no one|nobody|nothing|"
    r"unknown|"
    r"unanswerable|did not|does not appear|no such)\b", re.I,
)  # fmt: skip
_LETTER = re.compile(r"^\(?([A-Za-z])[).:]\s+")
_SAME = 0.78
_NAMED = 0.3  # score from which the answer, or what it rests on, speaks for an option


def choose(options: Sequence[str], answer: Answer, pool: Pool, question: str) -> Answer:
    """The answer with the letter of the option that it speaks for, and the option's words."""
    bare = [_LETTER.sub("", option) for option in options]
    asked = {stem(w) for w in with_digits(tokens(question))}
    scores = [_score(option, answer, bare) for option in bare]
    near: list[tuple[float, Thing | None]] = [(0.0, None)] * len(bare)
    if not any(s > _NAMED for s in scores):  # the answer names none: what else was near
        near = [_elsewhere(option, pool, asked, bare) for option in bare]
    scores = [score + 0.4 * more for score, (more, _) in zip(scores, near, strict=True)]
    best = max(range(len(scores)), key=lambda i: (scores[i], -i))
    rests_on = (*answer.rests_on, *(thing for thing in [near[best][1]] if thing is not None))
    letter = _LETTER.match(options[best])
    name = letter[1].upper() if letter else chr(ord("A") + best)
    because = answer.text if answer.sure else "I am guessing, since nothing that I saw or heard settles it."
    if not answer.sure and _NONE.search(bare[best]):
        because = answer.text
    return Answer(f"{name}: {bare[best].rstrip('.')}. {because}", rests_on, answer.sure, name)


def _score(option: str, answer: Answer, options: Sequence[str]) -> float:
    """Words that tell this option from the others: in the answer they count most, then in what it rests on."""
    if _NONE.search(option):
        return 0.9 if not answer.sure else 0.05
    words = _telling(option, options)
    if not words:
        return 0.0
    if yes := re.match(r"(yes|no)\b", option.lower()):
        return 1.0 if answer.text.lower().startswith(yes[1]) else 0.0
    said = with_digits(tokens(answer.text if answer.sure else ""))
    basis = [w for t in answer.rests_on for w in (*t.words, t.colour, t.shape, *t.position.split()) if w]
    return _share(words, said) + 0.5 * _share(words, basis)


def _elsewhere(option: str, pool: Pool, asked: set[str], options: Sequence[str]) -> tuple[float, Thing | None]:
    """How well anything in memory that is near what was asked holds an option, and what holds it best."""
    words = _telling(option, options)
    if not words or _NONE.search(option) or re.match(r"(?:yes|no)\b", option.lower()):
        return 0.0, None
    holding = [(_share(words, list(t.words)) * _near(t, asked), t) for t in pool.things]
    score, best = max(holding, key=lambda one: one[0], default=(0.0, None))
    return score, best if score > 0 else None


def _telling(option: str, options: Sequence[str]) -> list[str]:
    """The words of an option that not all options share."""
    own = with_digits(tokens(option))
    others = [set(with_digits(tokens(o))) for o in options if o != option]
    words = [w for w in own if not (others and all(w in other for other in others))]
    return [w for w in words if w not in STOPWORDS] or words or own


def _share(words: Sequence[str], among: Sequence[str]) -> float:
    if not words or not among:
        return 0.0
    return sum(_best(word, among) for word in words) / len(words)


def _best(word: str, among: Sequence[str]) -> float:
    likeness = max(heard_alike(word, other) for other in among)
    return likeness if likeness >= _SAME else 0.0


def _near(thing: Thing, asked: set[str]) -> float:
    """How much a thing shares with the question's own words."""
    mine = set(thing.stems) | {stem(w) for w in (thing.colour, thing.shape, thing.kind) if w}
    return 0.3 + 0.7 * min(1.0, len(mine & asked) / 2)
