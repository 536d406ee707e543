"""Which stretches of speech are of one voice: the voices of a session, numbered as they are first heard.

Pure: vectors of voices in, numbers out. What cosines mean is the encoder's own (`SpeakerScale`). No vector leaves the
process or is kept after the session.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from perception.backends.base import SpeakerScale, Vector

UNKNOWN = 0
_SAMPLES = 16  # of a voice, the newest ones; more make it no surer
_VOICES = 64  # of a session; of more, the one not heard for longest is forgotten
_NEW_S = 1.5  # of speech that a voice is first known by: less is too unsure
_MOST = 2 / 3  # of an utterance that one voice must have said


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """Speech without a break. vector: (D,), of length one."""

    start_ns: int
    end_ns: int
    seconds: float
    vector: Vector


@dataclass(slots=True)
class _Voice:
    number: int
    samples: list[Stretch] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        return sum(one.seconds for one in self.samples)


class Voices:
    """Of one session, in the order of time. before: the largest number that another process may have given in it."""

    def __init__(self, scale: SpeakerScale, before: int = 0) -> None:
        self._scale = scale
        self._voices: list[_Voice] = []  # the one heard last comes last
        self._numbers = before

    def heard(self, stretches: Sequence[Stretch]) -> int:
        """The number of the voice that said an utterance; UNKNOWN where it was too short, is in doubt, or where no one
        voice said most of it."""
        own = self._of_one(stretches)
        said_s = sum(one.seconds for one in own)
        if not own or said_s < _MOST * sum(one.seconds for one in stretches):
            return UNKNOWN
        said = _joined(own)
        likeness = {voice.number: self._likeness(said, said_s, voice.samples) for voice in self._voices}
        best = max(likeness, key=lambda number: likeness[number], default=UNKNOWN)
        if best and likeness[best] >= self._scale.same:
            voice = next(one for one in self._voices if one.number == best)
        elif said_s >= _NEW_S and (not best or likeness[best] < self._scale.other):
            voice = self._new()
        else:
            return UNKNOWN
        voice.samples = [*voice.samples, *own][-_SAMPLES:]
        self._voices.remove(voice)
        self._voices.append(voice)
        return voice.number

    def forget(self, start_ns: int, end_ns: int) -> None:
        """Drop what was learned of voices then. Numbers are not given again."""
        for voice in self._voices:
            voice.samples = [one for one in voice.samples if one.end_ns <= start_ns or one.start_ns >= end_ns]
        self._voices = [voice for voice in self._voices if voice.samples]

    def _new(self) -> _Voice:
        self._numbers += 1
        self._voices.append(_Voice(self._numbers))
        if len(self._voices) > _VOICES:
            self._voices.pop(0)
        return self._voices[-1]

    def _of_one(self, stretches: Sequence[Stretch]) -> list[Stretch]:
        """Those that one voice said, of all the largest part."""
        parts: list[list[Stretch]] = []
        for one in stretches:
            near = [part for part in parts if self._likeness(one.vector, one.seconds, part) >= self._scale.other]
            if near:
                max(near, key=lambda part: self._likeness(one.vector, one.seconds, part)).append(one)
            else:
                parts.append([one])
        return max(parts, key=lambda part: sum(one.seconds for one in part), default=[])

    def _likeness(self, vector: Vector, seconds: float, samples: Sequence[Stretch]) -> float:
        """1 for the same voice, about 0 for another one, however short they are."""
        of_samples = sum(one.seconds for one in samples)
        return float(vector @ _joined(samples)) / (self._sureness(seconds) * self._sureness(of_samples))

    def _sureness(self, seconds: float) -> float:
        return math.sqrt(seconds / (seconds + self._scale.half_s))


def _joined(samples: Iterable[Stretch]) -> Vector:
    """(D,) of all, the longer ones counting more."""
    total = np.sum([one.seconds * one.vector for one in samples], axis=0)
    found: Vector = (total / max(float(np.linalg.norm(total)), 1e-12)).astype(np.float32)
    return found
