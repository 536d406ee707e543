"""When everything in a script happens: scenes one after another, lines where they have room, questions with ids."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.sample import voices
from bench.sample.model import Ask, Expect, Light, Noise, Person, Repaint, Say, Scene, Script, Thing

BETWEEN_LINES_S = 1.3  # silence after a statement: long enough to end a turn
SPOKEN_ROOM_S = 6.5  # silence after a spoken question: turn end, delay and the reply
TYPED_ROOM_S = 6.0
SUMMARY_ROOM_S = 14.0
STEP_S = 0.1  # everything begins on this grid, so that times are short to read
TAIL_S = 2.0
SUMMARY_SHARE_S = 5.0  # a scene that is in a span for so long belongs into its summary


@dataclass(frozen=True)
class Spoken:
    """A sentence in the sound track."""

    start: float
    end: float
    voice: str
    text: str
    pcm: NDArray[np.int16] = field(repr=False, compare=False)


@dataclass(frozen=True)
class Asked:
    """A question. t: when it was complete (end of the words, or the moment of typing). id: "" for a spoken one."""

    id: str
    t: float
    ask: Ask


@dataclass(frozen=True)
class Timeline:
    """A script in media time (seconds)."""

    script: Script
    starts: tuple[float, ...]  # of the scenes
    seconds: float
    spoken: tuple[Spoken, ...]
    noises: tuple[tuple[float, Noise], ...]
    asked: tuple[Asked, ...]
    spans: dict[str, tuple[float, float]]  # name -> when it was there


Speaker = Callable[[str, str], NDArray[np.int16]]  # (voice, sentence) -> PCM at RATE_HZ


def lay_out(script: Script, speak: Speaker = voices.speak) -> Timeline:
    """Place every scene, line and question. Raises voices.VoiceError where a line cannot be spoken."""
    builder = _Builder(script, speak)
    for scene in script.scenes:
        builder.add(scene)
    return builder.finish()


class _Builder:
    """Walks through the scenes with a cursor."""

    def __init__(self, script: Script, speak: Speaker) -> None:
        self._script, self._speak = script, speak
        self._starts: list[float] = []
        self._now = 0.0  # end of the last scene
        self._spoken: list[Spoken] = []
        self._noises: list[tuple[float, Noise]] = []
        self._asked: list[Asked] = []
        self._spans: dict[str, tuple[float, float]] = {}
        self._n_typed = 0

    def add(self, scene: Scene) -> None:
        start = self._now
        cursor = start + 0.8
        for beat in scene.beats:
            cursor = max(cursor, start + beat.at)
            cursor = self._say(cursor, beat) if isinstance(beat, Say) else self._ask(cursor, beat)
        end = _grid(max(start + scene.seconds, cursor))
        self._starts.append(start)
        self._name(scene.name, start, end)
        for thing in scene.things:
            first, last = _span(thing)
            self._name(thing.name, start + first, end if last is None else start + last)
            if isinstance(thing, Noise):
                self._noises.append((start + thing.at, thing))
        self._now = end

    def finish(self) -> Timeline:
        return Timeline(
            script=self._script,
            starts=tuple(self._starts),
            seconds=_grid(self._now + TAIL_S),
            spoken=tuple(self._spoken),
            noises=tuple(self._noises),
            asked=tuple(self._asked),
            spans=self._spans,
        )

    def _name(self, name: str, start: float, end: float) -> None:
        if name:
            if name in self._spans:
                raise ValueError(f"two things are called {name!r}")
            self._spans[name] = (round(start, 3), round(end, 3))

    def _voice(self, start: float, voice: str, text: str) -> float:
        pcm = self._speak(voice, text)
        end = start + pcm.size / voices.RATE_HZ
        self._spoken.append(Spoken(round(start, 3), round(end, 3), voice, text, pcm))
        return end

    def _say(self, start: float, say: Say) -> float:
        end = self._voice(start, self._script.narrator, say.text)
        self._name(say.name, start, end)
        return _grid(end + BETWEEN_LINES_S)

    def _ask(self, start: float, ask: Ask) -> float:
        if ask.spoken:
            end = self._voice(start, self._script.asker, ask.text)
            self._asked.append(Asked("", round(end, 3), ask))
            return _grid(end + max(SPOKEN_ROOM_S, _room(ask)))
        self._n_typed += 1
        self._asked.append(Asked(f"q{self._n_typed:02d}", round(start, 3), ask))
        return _grid(start + max(TYPED_ROOM_S, _room(ask)))


def _room(ask: Ask) -> float:
    """What a long reply needs before the next words would cut it."""
    return SUMMARY_ROOM_S if ask.expect.kind == "summary" else 0.0


def _grid(seconds: float) -> float:
    return round(math.ceil(round(seconds / STEP_S, 6)) * STEP_S, 3)


def _span(thing: Thing) -> tuple[float, float | None]:
    match thing:
        case Light() | Repaint():
            return thing.at, thing.at
        case Noise():
            return thing.at, thing.at + thing.seconds
        case Person():
            return thing.enter, thing.leave
        case _:
            return thing.start, thing.end


def expected(timeline: Timeline) -> list[dict[str, Any]]:
    """One record a question for the checker, with the times of what it refers to filled in."""
    return [_record(asked, timeline) for asked in timeline.asked]


def _record(asked: Asked, timeline: Timeline) -> dict[str, Any]:
    expect: Expect = asked.ask.expect
    record: dict[str, Any] = {
        "id": asked.id or None,
        "t": asked.t,
        "source": "spoken" if asked.ask.spoken else "typed",
        "question": asked.ask.text,
        "kind": expect.kind,
    }
    for name in ("all", "any", "none", "colour", "number", "direction", "order", "yes", "option", "abstain", "heard"):
        if (value := getattr(expect, name)) not in ((), None, "", False) or (name == "yes" and value is False):
            record[name] = value
    if expect.any:
        record["at_least"] = expect.at_least
    if expect.span:
        record |= _summary(asked.t, expect.span, timeline)
    for name in ("when", "ago", "during"):
        if thing := getattr(expect, name):
            start, end = timeline.spans[thing]
            record[name] = [start, min(end, asked.t)]
            record["within"] = expect.within
    return record


def _summary(t: float, span: tuple[float, float], timeline: Timeline) -> dict[str, Any]:
    """Which scenes a summary is to name (two of them, or the only one), and which it has no reason to."""
    start, end = (s if s >= 0 and span[0] >= 0 else t + s for s in span)
    inside: list[tuple[str, ...]] = []
    outside: list[str] = []
    for scene, first in zip(timeline.script.scenes, timeline.starts, strict=True):
        last = min(timeline.spans[scene.name][1], t)
        if min(last, end) - max(first, start) >= SUMMARY_SHARE_S:
            inside += [scene.gist] if scene.gist else []
        elif last < start or first > end:
            outside += scene.gist[:1]
    named = {word for gist in inside for word in gist}
    spoken = " ".join(line.text.lower() for line in timeline.spoken)  # may be quoted where it was said
    none = [word for word in outside if word not in named and word not in spoken]
    return {"any": inside, "at_least": min(2, len(inside)), "none": none}
