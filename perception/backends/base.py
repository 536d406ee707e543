"""What a perception backend must offer. Synchronous, single-threaded; numpy at the border.

A backend holds weights; the state of one session lives in the object that its `stream()` returns. The stream's
result must depend on the samples (frames) and their times alone, never on how they were chunked.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Pcm = NDArray[np.int16]  # (n_samples,) mono
Rgb = NDArray[np.uint8]  # (height, width, 3)
Vector = NDArray[np.float32]  # (D,)
Features = NDArray[np.float16]  # (...), of one frame


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One thing seen in one frame; field for field `wire.messages.Observation`."""

    kind: str
    text: str = ""
    value: float = 0.0
    score: float = 1.0
    box: tuple[float, ...] = ()  # (x0, y0, x1, y1) as shares of the picture
    track: int = 0
    attrs: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class FrameContext:
    """What the earlier steps know of this frame, so that dear backends can skip.

    change: mean absolute difference to the last frame this session looked at closely, 0..1 (1 for the first).
    shot: a cut lies between the frame before and this one. The gate decides `redundant`; backends that must see
    every frame (trackers) declare `every_frame = True` and are called for redundant frames too.
    shared: results that several observers of this one frame want, by name; empty when the first one is called.
    """

    t_ns: int
    change: float
    shot: bool
    redundant: bool
    shared: dict[str, Any] = field(default_factory=dict)


class FrameStream(Protocol):
    def observe(self, frame: Rgb, context: FrameContext) -> list[Seen]: ...


class FrameObserver(Protocol):
    """perception.vision: one or several a profile."""

    every_frame: bool

    def stream(self) -> FrameStream: ...
    def close(self) -> None: ...


class FrameEncoder(Protocol):
    """perception.vision: a picture as a unit vector; the first one of a profile drives clips and redundancy."""

    threshold: float  # cosine at or below which a new clip may start

    def encode(self, frames: list[Rgb]) -> NDArray[np.float32]: ...  # (N, D), L2-normalised
    def close(self) -> None: ...


@runtime_checkable
class FeatureEncoder(FrameEncoder, Protocol):
    """A frame encoder whose inner states a clip compressor reads; they travel in `FrameSeen.features`."""

    def encode_full(self, frames: list[Rgb]) -> tuple[NDArray[np.float32], NDArray[np.float16]]:
        """Vectors (N, D) as of encode, and states (N, ...)."""


@dataclass(frozen=True, kw_only=True)
class Transcript:
    """failure: one sentence why words are missing, of a recogniser that cannot always be reached."""

    text: str
    score: float = 1.0  # 0..1, how sure
    failure: str = ""


class AsrStream(Protocol):
    """One utterance at a time: begin, feed..., finish; then begin again."""

    def begin(self) -> None: ...
    def feed(self, pcm: Pcm) -> str: ...  # the words so far
    def finish(self) -> Transcript: ...


@runtime_checkable
class PausingStream(AsrStream, Protocol):
    """One that is told when the voice stops and comes back within an utterance, after what was fed so far."""

    def voice(self, on: bool) -> str: ...  # the words so far


class Asr(Protocol):
    """child: it holds the interpreter lock while it works and wants a process of its own."""

    sample_rate: int
    child: bool

    def stream(self) -> AsrStream: ...
    def close(self) -> None: ...


class VadStream(Protocol):
    def feed(self, pcm: Pcm) -> list[float]: ...  # speech probability of each whole frame of frame_ms so far


class Vad(Protocol):
    sample_rate: int
    frame_ms: int

    def stream(self) -> VadStream: ...
    def close(self) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Sound:
    start_sample: int
    end_sample: int
    label: str  # speech, music, noise, silence, bang
    score: float = 1.0


class SoundStream(Protocol):
    def feed(self, pcm: Pcm) -> list[Sound]: ...  # stretches that ended
    def finish(self) -> list[Sound]: ...


class SoundClassifier(Protocol):
    sample_rate: int

    def stream(self) -> SoundStream: ...
    def close(self) -> None: ...


@dataclass(frozen=True, kw_only=True)
class SpeakerScale:
    """What cosines of an encoder's vectors mean: two stretches of one voice, s and t seconds long, are on the average
    alike by sqrt(s / (s + half_s) * t / (t + half_s)). same, other: shares of that from which on it is the same voice,
    and below which it is another one."""

    half_s: float
    same: float
    other: float


class SpeakerEncoder(Protocol):
    """perception.speakers: what a voice sounds like, whatever it says. tells: whether it can tell voices apart."""

    sample_rate: int
    tells: bool
    scale: SpeakerScale

    def encode(self, pcm: Pcm) -> Vector: ...  # (D,), of length one
    def close(self) -> None: ...
