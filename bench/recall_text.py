"""What the text encoder learns recall from: facts, questions that they answer, and questions that they do not.

bench/recall.txt, written by language models: [world], then lines of a kind each. "# sign | question | ... ! question |
..." and "> sentence said | question | ... ! question | ..." are facts with questions, mostly in other words; what
stands after "!" is asked about the same thing or one much like it and not answered; "? question" is one that nothing in
that world answers.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from memory.lexicon import COLOURS
from memory.sentences import sentence

TEXT = Path(__file__).with_name("recall.txt")
SIZES = ((6, 8), (3, 16))  # (worlds, facts of each) at a time
ABSENT = 0.5  # for so many of these a question is put to which another fact of their world, not there, is the answer
NEAR = 0.5  # share of the facts at a time of which a question is put that they do not answer
FRAGMENT = 0.35  # ... and for which some of their own words are asked about
_ABOUT = (  # words that were seen or heard, as they were
    "{}", "the {}", "the sign {}", "the words {}", "who said {}", "when they talk about {}", "Did you see {}?",
    "When did the sign {} first appear?", "When was the sign {} seen the last time?", "When did you see {}?",
    "At what time did you see the sign {} most recently?", "When did you see the sign {}?", "Who talked about {}?",
    "When did the words {} appear?", "When did the words {} appear the first time?", "How long ago was {} said?",
    "When did they talk about {}?", "When did they talk about {} for the last time?", "Did anybody mention {}?",
    "Was there a sign about {}?", "How often did the sign {} appear?", "What did they say about {}?",
    "What did the sign about {} say?", "When was somebody talking about {}?", "Have you seen the sign {}?",
    "Which minute was it when the sign {} came?",
)  # fmt: skip
_SHAPES = ("circle", "square", "triangle", "rectangle", "star")
_WAYS = ("left", "right", "up", "down", "still", "toward", "away")
_THINGS = ("car", "dog", "bottle", "cup", "chair", "laptop", "cat", "bicycle", "book")
_SOUNDS = ("speech", "music", "noise", "silence", "bang", "bell", "dog", "applause", "siren", "whistle", "alarm")


@dataclass(frozen=True, slots=True)
class Fact:
    """near: questions about the same thing, or one much like it, that it does not answer."""

    text: str
    questions: tuple[str, ...]
    near: tuple[str, ...] = ()


@dataclass(slots=True)
class TrainingWorld:
    name: str
    facts: list[Fact] = field(default_factory=list)
    unanswerable: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Choice:
    """Questions to a set of facts; right: the number of the fact that answers each, None if none does."""

    facts: Sequence[str]
    questions: Sequence[str]
    right: Sequence[int | None]


def training_worlds(path: Path = TEXT) -> list[TrainingWorld]:
    """Raises ValueError for a line of no known kind, and for a fact without a question."""
    worlds: list[TrainingWorld] = []
    for line in filter(None, path.read_text(encoding="utf-8").splitlines()):
        mark, rest = line[:1], line[1:].strip()
        if mark == "[":
            worlds.append(TrainingWorld(rest.rstrip("]")))
        elif mark in "#>":
            answered, _, unanswered = rest.partition(" ! ")
            text, *questions = (part.strip() for part in answered.split(" | "))
            near = (part.strip() for part in unanswered.split(" | "))
            if not questions:
                raise ValueError(f"{path}: no question to {text!r}; write one after ' | '")
            gist = text.lower() if text.isupper() else text  # as memory embeds it
            worlds[-1].facts.append(Fact(gist, tuple(questions), tuple(filter(None, near))))
        elif mark == "?":
            worlds[-1].unanswerable.append(rest)
        else:
            raise ValueError(f"{path}: a line begins with {mark!r}; it must be one of [#>?")
    return worlds


def choices(worlds: Sequence[TrainingWorld], rng: random.Random) -> Iterator[Choice]:
    """For ever, over all worlds in ever another order: facts of some worlds at a time, with questions."""
    pool: list[TrainingWorld] = []
    while True:
        n_worlds, n_facts = rng.choice(SIZES)
        if len(pool) < n_worlds:
            pool = rng.sample(worlds, len(worlds))
        some, pool = pool[:n_worlds], pool[n_worlds:]
        yield _choice(some, n_facts, rng)


def _choice(worlds: Sequence[TrainingWorld], n_facts: int, rng: random.Random) -> Choice:
    facts: list[str] = []
    asked: list[tuple[str, int | None]] = []
    for world in worlds:
        mixed = rng.sample(world.facts, len(world.facts))
        there, absent = mixed[:n_facts], mixed[n_facts:]
        for fact in there:
            if fact.text in facts:
                continue
            asked.append((rng.choice(fact.questions), len(facts)))
            if rng.random() < FRAGMENT:
                asked.append((fragment(fact.text, rng), len(facts)))
            if fact.near and rng.random() < NEAR:
                asked.append((rng.choice(fact.near), None))
            facts.append(fact.text)
        # What has no answer is mostly written in another manner than what has one; these are in the same.
        asked += [(rng.choice(fact.questions), None) for fact in absent[: round(ABSENT * n_facts)]]
        if world.unanswerable:
            asked.append((rng.choice(world.unanswerable), None))
    return Choice(facts, [question for question, _ in asked], [right for _, right in asked])


def fragment(text: str, rng: random.Random) -> str:
    """Asked about some words of it that stand side by side, or all of a few."""
    words = text.split()
    whole = len(words) <= 5 and rng.random() < 0.5
    n = len(words) if whole else min(len(words), rng.randrange(2, 6))
    start = rng.randrange(len(words) - n + 1)
    return rng.choice(_ABOUT).format(" ".join(words[start : start + n]).strip(".,;:!?").lower())


def seen_sentences() -> list[str]:
    """What memory says about all that is seen and heard but words."""
    found = [sentence(kind, "", n) for kind in ("people", "face") for n in range(5)]
    for kind in ("entered", "left"):
        found += [sentence(kind, "", n, {"side": side}) for side in ("left", "right", "") for n in range(4)]
    found += [sentence("light", state) for state in ("dark", "dim", "normal", "bright")]
    found += [sentence("light_change", state) for state in ("brighter", "darker")]
    found += [sentence("sound", sound) for sound in _SOUNDS]
    found += [sentence("object", thing) for thing in _THINGS]
    for number, colour in enumerate(sorted(COLOURS)):
        found += [sentence("colour", colour, 0, {"role": "background"}), sentence("colour", colour)]
        for shape in _SHAPES:
            way = _WAYS[(number + len(shape)) % len(_WAYS)]
            found += [
                sentence("object", f"{colour} {shape}"),
                sentence("motion", way, 0, {"colour": colour, "shape": shape}),
            ]
    return [*dict.fromkeys(found), sentence("shot", "")]
