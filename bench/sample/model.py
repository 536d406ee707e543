"""The words a script is written in: scenes with things in them, lines that are spoken, questions and what is expected.

Data only. Times of things and lines are seconds since their scene began; `timeline` turns them into media time.
Every thing and line may carry a `name`, by which an expectation refers to when it was there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Rgb = tuple[int, int, int]

COLOURS: dict[str, Rgb] = {
    "red": (196, 40, 38),
    "orange": (235, 132, 30),
    "yellow": (240, 208, 48),
    "green": (38, 134, 62),
    "blue": (36, 82, 178),
    "purple": (122, 52, 148),
    "pink": (236, 134, 172),
    "brown": (116, 74, 42),
    "black": (24, 24, 26),
    "white": (246, 246, 243),
    "grey": (128, 130, 132),
}

Side = Literal["left", "right"]
Shape = Literal["circle", "square", "triangle", "car"]
Style = Literal["wall", "meadow", "street", "hall", "slide", "board"]
Face = Literal["Sans", "Sans-Bold", "Serif", "Serif-Bold", "SansMono", "SansMono-Bold"]


@dataclass(frozen=True, kw_only=True)
class Plate:
    """Words on a plate of one colour. x, y: centre as shares of the picture. size: height of letters in pixels."""

    lines: tuple[str, ...]
    plate: str
    ink: str
    x: float = 0.5
    y: float = 0.4
    size: int = 34
    face: Face = "Sans-Bold"
    start: float = 0.0
    end: float | None = None  # None: as long as the scene
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Mover:
    """A shape that crosses the picture from one side to the other between start and end."""

    shape: Shape
    colour: str
    come: Side
    start: float
    end: float
    y: float = 0.6
    size: int = 90
    stop: float | None = None  # stand still from here on, at `rest` (share of the width)
    rest: float = 0.5
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Still:
    """A shape that stays where it is."""

    shape: Shape
    colour: str
    x: float
    y: float = 0.6
    size: int = 100
    start: float = 0.0
    end: float | None = None
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Person:
    """Walks in from a side, stands at x, and walks out again (`leave` None: stays to the end of the scene)."""

    coat: str
    x: float
    come: Side
    enter: float
    leave: float | None = None
    out: Side = "right"
    height: int = 230
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Code:
    """A QR code on white paper."""

    payload: str
    x: float = 0.5
    y: float = 0.5
    size: int = 190
    start: float = 0.0
    end: float | None = None
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Light:
    """From `at` on the scene is lit with `level` (1 is normal)."""

    at: float
    level: float
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Repaint:
    """From `at` on the backdrop has another colour."""

    at: float
    colour: str
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Noise:
    """A sound that is no speech: a melody or a bang."""

    what: Literal["music", "bang"]
    at: float
    seconds: float = 0.5
    name: str = ""


Thing = Plate | Mover | Still | Person | Code | Light | Repaint | Noise


@dataclass(frozen=True, kw_only=True)
class Expect:
    """What a right answer says. Words are alternatives: ("nine", "9"). The checker gives the exact meaning.

    when, ago: name of a thing or line; a time within `within` seconds of it is right. number: (least, most).
    Exactly what is given is checked; `none` are words that a right answer has no place for.
    """

    kind: str
    all: tuple[tuple[str, ...], ...] = ()
    any: tuple[tuple[str, ...], ...] = ()
    at_least: int = 1  # how many of `any`
    none: tuple[str, ...] = ()
    colour: tuple[str, ...] = ()  # the colour named first is one of these
    number: tuple[int, int] | None = None  # the number named first
    direction: Literal["", "left", "right", "up", "down"] = ""
    order: tuple[tuple[str, ...], ...] = ()  # words for the earlier thing, words for the later one
    when: str = ""
    ago: str = ""
    during: str = ""  # no time need be named, but one that is must be of this thing or line
    within: float = 4.0
    yes: bool | None = None
    option: str = ""
    abstain: bool = False
    heard: bool = False  # the fact was heard: words may be misspelt
    span: tuple[float, float] | None = None  # a summary of these seconds; negative ones count back from the question


@dataclass(frozen=True, kw_only=True)
class Say:
    """The narrator speaks, not before `at`."""

    text: str
    at: float = 0.0
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Ask:
    """A question, spoken by the second voice or typed, not before `at`; then room is left for the reply."""

    text: str
    expect: Expect
    spoken: bool = False
    options: tuple[str, ...] = ()
    at: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Scene:
    """At least `seconds` long, longer when its beats need it. Beats follow one another in the order given."""

    name: str
    style: Style
    colour: str
    seconds: float = 8.0
    things: tuple[Thing, ...] = ()
    beats: tuple[Say | Ask, ...] = ()
    gist: tuple[str, ...] = ()  # a summary of the scene says one of these


@dataclass(frozen=True, kw_only=True)
class Script:
    """A whole stream."""

    name: str
    narrator: str  # flite voices
    asker: str
    scenes: tuple[Scene, ...]
    seed: int = 0
    width: int = field(default=640)
    height: int = field(default=360)
    fps: int = field(default=10)
