"""Sight: a frame of a session becomes what is seen in it. Composes encoder, gate, shot detector and observers.

Pure of messages, event loops and clocks, so that a worker can hold it: `build` makes one, every argument and result can
be pickled. It serves several sessions, one stream each; a session's results depend on its own frames alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import cv2
import numpy as np

from perception.backends import VISION
from perception.backends.base import (
    FeatureEncoder,
    Features,
    FrameContext,
    FrameEncoder,
    FrameObserver,
    FrameStream,
    Rgb,
    Seen,
    Vector,
)
from perception.figures import inside
from perception.gate import Gate, probe_of
from perception.shots import ShotDetector

JPEG_QUALITY = 80
LEAST_PX = 32  # shorter side of a frame that all backends can look at
EVENTS = ("entered", "left", "light_change", "shot")  # these happen in one frame and are not carried to the next
PLATES = ("rectangle", "square", "shape")
PLATE = 0.15  # share of a thing of one colour that print on it takes at least, if it is the plate of a sign
PART_OF = 0.6  # share of a thing's box inside a line of print, a code or a person that makes it a part of that


@dataclass(frozen=True, kw_only=True)
class Sighted:
    """One frame, understood; field for field what `FrameSeen` wants.

    appearance: (D,) float32 unit vector. redundant: a near-duplicate of the last frame that was not; appearance,
    states and features are the earlier ones, jpeg is empty. shot: a cut lies between the frame before and this one.
    features: the encoder's inner states that a clip compressor reads, None where it has none.
    """

    width: int
    height: int
    appearance: Vector
    seen: tuple[Seen, ...]
    redundant: bool
    shot: bool
    jpeg: bytes
    features: Features | None = None


@dataclass
class _Session:
    """What is kept of one session between frames."""

    streams: list[FrameStream]
    gate: Gate = field(default_factory=Gate)
    shots: ShotDetector = field(default_factory=ShotDetector)
    latest: list[list[Seen]] = field(default_factory=list)  # of each observer
    appearance: Vector | None = None
    features: Features | None = None
    newest_ns: int = -1
    tracks: int = 0  # largest track number given out
    tracks_before: int = 0  # given out before the streams were begun anew


class Sight:
    """What one process sees with. Calls come from one thread."""

    def __init__(self, encoder: FrameEncoder, observers: Sequence[FrameObserver]) -> None:
        self._encoder = encoder
        self._observers = list(observers)
        self._sessions: dict[str, _Session] = {}

    def open(self, session: str) -> None:
        """Begin a session; one that is open stays as it is."""
        if session not in self._sessions:
            self._sessions[session] = self._begun()

    def see(self, session: str, t_ns: int, rgb: Rgb) -> Sighted:
        """The next frame of a session: rgb (height, width, 3) uint8, at media time t_ns, later than the one before."""
        self.open(session)
        state = self._sessions[session]
        height, width = int(rgb.shape[0]), int(rgb.shape[1])
        rgb = padded(rgb)
        shared: dict[str, Any] = {}
        probe = probe_of(rgb, shared)
        verdict = state.gate.judge(probe)
        strength = state.shots.judge(probe)
        redundant = verdict.redundant and strength == 0.0 and state.appearance is not None
        if state.appearance is None or not redundant:
            state.appearance, state.features = self._encoded(rgb)
        context = FrameContext(
            t_ns=t_ns, change=verdict.change, shot=strength > 0.0, redundant=redundant, shared=shared
        )
        seen = self._observe(state, rgb, context)
        if context.shot:
            seen.append(Seen(kind="shot", value=round(strength, 4)))
        state.newest_ns = t_ns
        return Sighted(
            width=width,
            height=height,
            appearance=state.appearance,
            seen=tuple(seen),
            redundant=redundant,
            shot=context.shot,
            jpeg=b"" if redundant else encode_jpeg(rgb),
            features=state.features,
        )

    def forget(self, session: str, start_ns: int, end_ns: int) -> None:
        """Drop what is kept of frames from start_ns on, up to end_ns. What earlier frames left in backgrounds and
        remembered prints cannot be told from it, so the streams begin anew; track numbers go on."""
        state = self._sessions.get(session)
        if state is not None and state.newest_ns >= start_ns and end_ns >= 0:
            self._sessions[session] = replace(self._begun(), tracks=state.tracks, tracks_before=state.tracks)

    def close_session(self, session: str) -> None:
        """Free what is kept of a session; one that is not open is no error."""
        self._sessions.pop(session, None)

    def close(self) -> None:
        """Close the backends. May be called twice."""
        self._sessions.clear()
        self._encoder.close()
        for observer in self._observers:
            observer.close()

    def _begun(self) -> _Session:
        streams = [observer.stream() for observer in self._observers]
        return _Session(streams=streams, latest=[[] for _ in streams])

    def _encoded(self, rgb: Rgb) -> tuple[Vector, Features | None]:
        """Unit vector of a frame, and the states that travel with it."""
        if isinstance(self._encoder, FeatureEncoder):
            vectors, features = self._encoder.encode_full([rgb])
            return vectors[0], features[0]
        return self._encoder.encode([rgb])[0], None

    def _observe(self, state: _Session, rgb: Rgb, context: FrameContext) -> list[Seen]:
        for index, (observer, stream) in enumerate(zip(self._observers, state.streams, strict=True)):
            if context.redundant and not observer.every_frame:
                state.latest[index] = [one for one in state.latest[index] if one.kind not in EVENTS]
            else:
                state.latest[index] = [self._numbered(state, index, one) for one in stream.observe(rgb, context)]
        return composed([one for part in state.latest for one in part])

    def _numbered(self, state: _Session, index: int, one: Seen) -> Seen:
        """Observers count tracks each for itself: here a number names one thing of the session."""
        if one.track == 0:
            return one
        track = state.tracks_before + (one.track - 1) * len(self._observers) + index + 1
        state.tracks = max(state.tracks, track)
        return replace(one, track=track)


def composed(seen: Sequence[Seen]) -> list[Seen]:
    """What all observers see together: a letter is no thing, a code's modules are no print, a head is no ball, a
    sign's plate is no rectangle."""
    codes = [one.box for one in seen if one.kind == "code"]
    prints = [one.box for one in seen if one.kind == "text"]
    persons = [one.box for one in seen if one.kind == "person"]
    going = {one.track for one in seen if one.kind == "motion"}
    signs = [one for one in seen if one.kind == "text"]
    kept = []
    for one in seen:
        if one.kind == "person" or (one.kind == "object" and one.track not in going and _is_plate(one, signs)):
            continue
        wholes: list[tuple[float, ...]] = []
        if one.kind == "text":
            wholes = codes
        elif one.kind in ("object", "motion") and one.attrs.get("shape") != "person":
            wholes = codes + prints + persons
        if not any(inside(one.box, whole) > PART_OF for whole in wholes):
            kept.append(one)
    return kept


def _is_plate(thing: Seen, prints: Sequence[Seen]) -> bool:
    """Print of which the plate has the thing's colour fills it: it is a sign, which its words tell."""
    if thing.attrs.get("shape") not in PLATES:
        return False
    on_it = [
        one.box
        for one in prints
        if one.attrs.get("colour") == thing.attrs.get("colour") and inside(one.box, thing.box) > PART_OF
    ]
    return sum(_area(box) for box in on_it) > PLATE * _area(thing.box)


def _area(box: Sequence[float]) -> float:
    return (box[2] - box[0]) * (box[3] - box[1]) if box else 0.0


def padded(rgb: Rgb) -> Rgb:
    """The frame, continued at its border until both sides are long enough for every backend."""
    height, width = rgb.shape[:2]
    if min(height, width) >= LEAST_PX:
        return rgb
    below, beside = max(0, LEAST_PX - height), max(0, LEAST_PX - width)
    return np.pad(rgb, ((0, below), (0, beside), (0, 0)), mode="edge")


def encode_jpeg(rgb: Rgb) -> bytes:
    """The frame as JPEG."""
    done, data = cv2.imencode(".jpg", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    if not done:
        raise ValueError(f"no JPEG of a frame of {rgb.shape[1]} x {rgb.shape[0]}")
    return data.tobytes()


def build(vision: Sequence[tuple[str, dict[str, Any]]]) -> Sight:
    """Sight with the backends of a profile, loaded and warm. vision: name and options of each, in order; the first one
    that encodes drives clips and redundancy, the others observe. Raises wire.registry.BackendError."""
    backends = [VISION.create(name, options) for name, options in vision]
    encoders = [backend for backend in backends if hasattr(backend, "encode")]
    if not encoders:
        raise ValueError('perception.vision names no encoder; add one, such as backend = "appearance"')
    return Sight(encoders[0], [backend for backend in backends if not hasattr(backend, "encode")])
