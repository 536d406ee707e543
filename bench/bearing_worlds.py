"""Small worlds of what is read and said there and what people ask about it, to tell what bears on a question.

bench/bearing.txt, written by a language model: [world], then lines of a kind each. "# sign | question | ..." and
"> sentence said | question | ..." are facts with questions, mostly in other words; "? question" is one to which nothing
there is the answer; "~" and "-" are patterns of signs and of sentences that are of no importance, ": things ; names"
is what fills them. Another world's facts and questions are of no importance in this one either.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from memory.events import SPEECH, Event
from memory.sentences import sentence
from memory.terms import terms

WORLDS = Path(__file__).with_name("bearing.txt")
PLACES = ("Leipzig", "Ostend", "Split", "Derby", "Tampere", "Nantes", "Parma", "Bruges", "Gdynia", "Larvik")
FOREIGN = 12  # questions out of other worlds that a memory is asked
MEMORIES = ("alone", "among chatter", "among other worlds")


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence: what is embedded of it, and its words."""

    gist: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """Something read or said once, with questions to which it is the answer."""

    said: Said
    questions: tuple[str, ...]


@dataclass(slots=True)
class SmallWorld:
    """What there is in a world."""

    name: str
    facts: list[Fact] = field(default_factory=list)
    unanswerable: list[str] = field(default_factory=list)
    signs: list[str] = field(default_factory=list)
    talk: list[str] = field(default_factory=list)
    things: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)

    def filler(self, rng: random.Random, n: int) -> list[Said]:
        """So many signs and sentences of no importance."""
        return [self._one(rng) for _ in range(n)]

    def _one(self, rng: random.Random) -> Said:
        kind, patterns = rng.choice((("text", self.signs), (SPEECH, self.talk)))
        (thing, other), (name, second) = rng.sample(self.things, 2), rng.sample(self.names, 2)
        place, far = rng.sample(PLACES, 2)
        text = rng.choice(patterns).format(
            noun=thing, noun2=other, name=name, name2=second, place=place, place2=far, n=rng.randrange(2, 99),
            m=rng.randrange(2, 60),
        )  # fmt: skip
        return said(kind, text[:1].upper() + text[1:] if kind == "text" and rng.random() < 0.5 else text)


@dataclass(frozen=True, slots=True)
class Asking:
    """A memory and what it is asked. own, foreign: questions without an answer there, of this world and of others."""

    facts: Sequence[tuple[Said, str]]
    around: Sequence[Said]
    own: Sequence[str]
    foreign: Sequence[str]


def said(kind: str, text: str) -> Said:
    """Words read or heard as memory keeps them."""
    line = sentence(kind, text)
    gist = Event(id=1, session=1, kind=kind, start_ns=0, end_ns=0, text=line, subject=text).gist
    return Said(gist, terms(line))


def small_worlds(path: Path = WORLDS) -> list[SmallWorld]:
    worlds: list[SmallWorld] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        mark, rest = line[:1], line[1:].strip()
        match mark:
            case "":
                continue
            case "[":
                worlds.append(SmallWorld(rest.rstrip("]")))
            case "#" | ">":
                text, *questions = (part.strip() for part in rest.split(" | "))
                worlds[-1].facts.append(Fact(said("text" if mark == "#" else SPEECH, text), tuple(questions)))
            case "?":
                worlds[-1].unanswerable.append(rest)
            case "~" | "-":
                patterns = worlds[-1].signs if mark == "~" else worlds[-1].talk
                patterns += [part.strip() for part in rest.split(";")]
            case ":":
                things, names = rest.split(";")
                worlds[-1].things += [part.strip() for part in things.split(",")]
                worlds[-1].names += [part.strip() for part in names.split(",")]
            case _:
                raise ValueError(f"{path}: a line begins with {mark!r}; it must be one of [#>?~-:")
    return worlds


def asking(worlds: Sequence[SmallWorld], n: int) -> dict[str, Asking]:
    """The memories of the n-th world, by MEMORIES: its facts with little else, among its chatter, among the facts and
    the chatter of other worlds."""
    world, rng = worlds[n], random.Random(worlds[n].name)
    facts = [(fact.said, question) for fact in world.facts for question in fact.questions]
    others = [w for w in worlds if w is not world]
    rng.shuffle(others)
    present, absent = others[:12], others[12:]
    chatter = world.filler(rng, 250)
    mixed = [*chatter[:125], *(line for w in present[:2] for line in w.filler(rng, 50))]
    mixed += [fact.said for w in present for fact in w.facts]
    around = dict(zip(MEMORIES, (chatter[:15], chatter, mixed), strict=True))
    return {
        name: Asking(facts, lines, world.unanswerable, _foreign(absent, rng)) for name, lines in around.items()
    }  # fmt: skip


def _foreign(worlds: Sequence[SmallWorld], rng: random.Random) -> list[str]:
    """Questions about facts that are not there, and such as have no answer in their own world either."""
    answered = [rng.choice(rng.choice(rng.choice(worlds).facts).questions) for _ in range(FOREIGN // 2)]
    return answered + [rng.choice(rng.choice(worlds).unanswerable) for _ in range(FOREIGN - FOREIGN // 2)]
