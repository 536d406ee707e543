"""What memory keeps: one event a thing seen, heard or said, with the span in which it was.

Owns the record and its vocabulary. A state that lasts (a sign in view, the light) is one event whose end is OPEN while
it is still there; whoever reads it cuts it at the moment of the question.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from wire.messages import Evidence

OPEN = 2**62  # end of an event that is still going on; larger than any time

SPEECH, SOUND, QUESTION, ANSWER, SCENE = "speech", "sound", "question", "answer", "scene"
INSTANT = frozenset({"entered", "left", "light_change", "shot"})  # happen at one moment; all other kinds last
WORDS = frozenset({"text", "code", SPEECH, QUESTION, ANSWER})  # their subject is words
TALK = frozenset({QUESTION, ANSWER})  # what was said between the person and us: never evidence for the world

_SERIAL_BITS = 32
_OF_VOICES = 1 << 30  # in a track: above the numbers of all that is seen


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """One remembered thing. Times are media times of its session; `session` is the number that memory gave it."""

    id: int
    session: int
    kind: str
    start_ns: int
    end_ns: int
    text: str  # a sentence
    subject: str = ""  # the bare words or value
    value: float = 0.0
    score: float = 1.0
    track: int = 0
    attrs: Mapping[str, str] = field(default_factory=dict)
    key_frame: str = ""

    @property
    def open(self) -> bool:
        return self.end_ns >= OPEN

    @property
    def gist(self) -> str:
        """What carries the meaning: of words read or said the words alone, since our wording would make all alike."""
        if self.kind not in WORDS or not self.subject:
            return self.text
        return self.subject.lower() if self.subject.isupper() else self.subject

    def evidence(self, t_ns: int, score: float = 0.0) -> Evidence:
        """As it was known at t_ns: nothing of it is later."""
        return Evidence(
            start_ns=self.start_ns,
            end_ns=max(self.start_ns, min(self.end_ns, t_ns)),
            kind=self.kind,
            text=self.text,
            subject=self.subject,
            value=self.value if math.isfinite(self.value) else 0.0,
            score=score,
            key_frame=self.key_frame,
            track=self.track,
            attrs=dict(self.attrs),
        )

    def shifted(self, offset_ns: int, attrs: Mapping[str, str]) -> Event:
        """The same on the time line of another session, with more attributes and a track that nothing of that has."""
        end_ns = (self.start_ns if self.open else self.end_ns) + offset_ns
        return replace(
            self, start_ns=self.start_ns + offset_ns, end_ns=end_ns, track=elsewhere(self.session, self.track),
            attrs={**self.attrs, **attrs},
        )  # fmt: skip


def track_of_voice(voice: int) -> int:
    """The track of what a voice said, 0 if it is not known whose it is: no number of a thing seen."""
    return _OF_VOICES | voice if 0 < voice < _OF_VOICES else 0


def is_voice(track: int) -> bool:
    """Whether a track, of this session or as it is named elsewhere, is that of a voice."""
    return bool(serial_of(track) & _OF_VOICES)


def voice_of(track: int) -> int:
    """The number of the voice in its session, 0 for the track of a thing seen."""
    return serial_of(track) ^ _OF_VOICES if is_voice(track) else 0


def elsewhere(session: int, track: int) -> int:
    """A track as it is named in other sessions."""
    return row_id(session, track) if track else 0


def row_id(session: int, serial: int) -> int:
    """Ids grow with the session and, inside it, with the order in which things were noticed."""
    return (session << _SERIAL_BITS) | serial


def serial_of(identity: int) -> int:
    return identity & ((1 << _SERIAL_BITS) - 1)


def session_of(identity: int) -> int:
    return identity >> _SERIAL_BITS
