"""Where things stand on the report's time line: pure geometry in a drawing WIDTH units wide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from streamer.times import clock_text, to_ns
from wire.boxes import without_boxes

WIDTH = 1000.0
_MOST_TICKS = 10
_STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400)
_NARROWEST = 3.0  # of a bar: what is short must still be seen
THUMBNAILS = 8


@dataclass(frozen=True)
class Tick:
    x: float
    text: str


@dataclass(frozen=True)
class Bar:
    """A span of time in a lane. title: what a pointer resting on it is told."""

    x: float
    width: float
    kind: str
    title: str


@dataclass(frozen=True)
class Lane:
    name: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Scale:
    """Seconds to units."""

    duration_s: float

    def x(self, t_s: float) -> float:
        return round(min(max(t_s, 0.0), self.duration_s) / self.duration_s * WIDTH, 2) if self.duration_s > 0 else 0.0

    def bar(self, start_s: float, end_s: float, kind: str, title: str) -> Bar:
        x = min(self.x(start_s), WIDTH - _NARROWEST)
        return Bar(x, round(max(_NARROWEST, self.x(end_s) - x), 2), kind, title)

    def ticks(self) -> list[Tick]:
        """At most about ten, on whole steps of time."""
        step_s = next((s for s in _STEPS_S if self.duration_s / s <= _MOST_TICKS), _STEPS_S[-1])
        n = int(self.duration_s // step_s) + 1
        return [Tick(self.x(i * step_s), clock_text(to_ns(i * step_s))) for i in range(n)]


def lanes(scale: Scale, events: Sequence[dict[str, Any]], answers: Sequence[dict[str, Any]]) -> list[Lane]:
    """Speech, other sounds, questions and answers; a lane with nothing in it is left out."""
    spoken = [
        scale.bar(e["start"], e["end"], "speech", f"{at(e['start'])} {_whose(e)}{e['text']}")
        for e in events
        if e["event"] == "heard" and e["source"] == "spoken"
    ]
    sounds = [
        scale.bar(e["start"], e["end"], e["label"], f"{at(e['start'])} {e['label']}")
        for e in events
        if e["event"] == "sound" and e["label"] not in ("speech", "silence")
    ]
    asked = [scale.bar(a["t_query"], a["t_query"], "asked", f"{at(a['t_query'])} {a['question']}") for a in answers]
    heard = [
        scale.bar(
            audible_s, a["t_end"], "cut" if a["cut"] else "answer", f"{at(audible_s)} {without_boxes(a['heard'])}"
        )
        for a in answers
        if (audible_s := a["t_first_audio"]) is not None
    ]
    named = (("Speech", spoken), ("Sounds", sounds), ("Questions", asked), ("Answers", heard))
    return [Lane(name, tuple(bars)) for name, bars in named if bars]


def _whose(heard: dict[str, Any]) -> str:
    """ "voice 2: ", "" where that is not known."""
    return f"voice {heard['voice']}: " if "voice" in heard else ""


def spread(times_s: Sequence[float], duration_s: float, n: int) -> list[int]:
    """Indices of at most n times, one for each equal part of the whole, rising and without repeats."""
    chosen: list[int] = []
    for part in range(n):
        middle_s = (part + 0.5) * duration_s / n
        before = [i for i, t_s in enumerate(times_s) if t_s <= middle_s]
        if before and before[-1] not in chosen:
            chosen.append(before[-1])
    return chosen


def at(t_s: float) -> str:
    return clock_text(to_ns(t_s))
