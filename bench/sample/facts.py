"""What a drawn scene is made of: the scene, and what can be asked about it. And the source of choices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import TypeVar

from bench.sample.model import Expect, Face, Scene
from bench.sample.phrasings import PHRASINGS

T = TypeVar("T")
FACES: tuple[Face, ...] = ("Sans", "Sans-Bold", "Serif", "Serif-Bold", "SansMono-Bold")


@dataclass(frozen=True, kw_only=True)
class Fact:
    """Something that can be asked in the wordings of a pool of PHRASINGS.

    at: to be asked in its own scene, at this second of it; None: at any later time.
    """

    pool: str
    expect: Expect
    slots: dict[str, str] = field(default_factory=dict)
    options: tuple[str, ...] = ()
    at: float | None = None
    typed_only: bool = False


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A scene without questions, what can be asked about it, and the names other questions may use.

    gist: words one of which a summary of it says. mover: (name, "the red circle"). sign: words that carry its sense.
    """

    scene: Scene
    facts: tuple[Fact, ...]
    gist: tuple[str, ...] = ()
    mover: tuple[str, str] | None = None
    sign: tuple[str, ...] = ()
    sign_colour: str = ""
    shapes: tuple[str, ...] = ()  # "red circle", for those that are in it


class Draw:
    """A source of choices that never gives the same thing twice from one pool."""

    def __init__(self, seed: int) -> None:
        self.rng = Random(seed)
        self._used: dict[str, set[object]] = {}
        self.face = self.rng.choice(FACES)

    def one(self, pool: str, choices: Sequence[T]) -> T:
        used = self._used.setdefault(pool, set())
        left = [c for c in choices if c not in used]
        if not left:
            raise ValueError(f"the pool {pool!r} has only {len(choices)} entries")
        choice = self.rng.choice(left)
        used.add(choice)
        return choice

    def unused(self, pool: str, choices: Sequence[T]) -> list[T]:
        return [c for c in choices if c not in self._used.get(pool, set())]

    def phrase(self, fact: Fact) -> str:
        """The fact's question in a wording that this stream has not used yet."""
        return self.one(f"wording {fact.pool}", PHRASINGS[fact.pool]).format(**fact.slots)
