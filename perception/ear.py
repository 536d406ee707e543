"""One session's sound as spans of whole frames, gaps, and the edges at which a voice sets in or stops.

Times come from sample counts: a stretch of unbroken sound starts at the media time of its first sample, and frames
are counted from there, so that nothing depends on how the sound was cut into chunks. It knows words no more than turns.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from perception.backends.base import Pcm, VadStream
from perception.turns import MS, Edge
from perception.voice_detector import VoiceDetector

SAMPLE_NS = 62_500  # at 16 kHz, exact
RATE_HZ = 16_000
# Missing sound up to this is taken for silence (lost packets, jitter of time stamps); more ends what was being said.
FILLED_NS = 200 * MS
_JITTER_NS = 20 * MS  # by which a chunk may claim to come before the end of the one before it


@dataclass(frozen=True, slots=True)
class Span:
    """Unbroken sound, a whole number of frames, and the edges found in it, each at the end of a frame."""

    start_ns: int
    pcm: Pcm
    edges: tuple[Edge, ...] = ()

    @property
    def end_ns(self) -> int:
        return self.start_ns + self.pcm.size * SAMPLE_NS


@dataclass(frozen=True, slots=True)
class Gap:
    """No sound is known from start_ns to end_ns."""

    start_ns: int
    end_ns: int
    edge: Edge | None = None  # the voice that was cut off


Part = Span | Gap


class Ear:
    """Feed it chunks in the order of time."""

    def __init__(self, vad: VadStream, detector: VoiceDetector, frame_ms: int) -> None:
        self._vad = vad
        self._detector = detector
        self._frame = frame_ms * RATE_HZ // 1_000
        self._waiting = np.zeros(0, np.int16)  # less than a frame
        self._start_ns = 0  # of what waits
        self._begun = False
        self.late_samples = 0  # that came a second time, or behind a promise that nothing more would come

    @property
    def known_ns(self) -> int:
        """Where the sound ends that came: all that happened up to here has been told."""
        return self._start_ns + self._waiting.size * SAMPLE_NS

    def hear(self, t_ns: int, pcm: Pcm, gap_ns: int = 0) -> list[Part]:
        """A chunk whose first sample is at t_ns; gap_ns before it are missing."""
        parts: list[Part] = []
        if not self._begun:
            self._begun, self._start_ns = True, t_ns
        behind_ns = self.known_ns - t_ns
        if behind_ns > _JITTER_NS:
            late = min(pcm.size, behind_ns // SAMPLE_NS)
            self.late_samples += late
            pcm = pcm[late:]
        elif -behind_ns > (0 if gap_ns > 0 else FILLED_NS):
            parts += self._miss(t_ns)
        return parts + self._take(pcm)

    def advance(self, t_ns: int) -> tuple[list[Part], int]:
        """All sound that ended by t_ns has come; sound that is cut there may still come. With the time up to which
        all is told."""
        if not self._begun:
            return [], t_ns
        parts = self._miss(t_ns) if t_ns - self.known_ns > FILLED_NS else []
        return parts, self.known_ns

    def finish(self, t_ns: int) -> list[Part]:
        """The stream ends at t_ns."""
        end_ns = max(t_ns, self._start_ns)
        return [Gap(self._start_ns, end_ns, self._detector.stop(min(self._start_ns + FILLED_NS, end_ns)))]

    def _miss(self, t_ns: int) -> list[Part]:
        """There is no sound up to t_ns."""
        missing = (t_ns - self.known_ns) // SAMPLE_NS
        if missing * SAMPLE_NS <= FILLED_NS:
            return self._take(np.zeros(missing, np.int16))
        parts = self._take(np.zeros(-self._waiting.size % self._frame, np.int16))
        cut_ns = min(self._start_ns + FILLED_NS, t_ns)
        parts.append(Gap(self._start_ns, t_ns, self._detector.stop(cut_ns)))
        self._start_ns = t_ns
        return parts

    def _take(self, pcm: Pcm) -> list[Part]:
        joined = np.concatenate([self._waiting, pcm]) if self._waiting.size else pcm
        whole = joined.size - joined.size % self._frame
        ready, self._waiting = joined[:whole], joined[whole:]
        if not whole:
            return []
        start_ns, frame_ns = self._start_ns, self._frame * SAMPLE_NS
        self._start_ns += whole * SAMPLE_NS
        edges = [
            self._detector.step(start_ns + (n + 1) * frame_ns, probability)
            for n, probability in enumerate(self._vad.feed(ready))
        ]
        return [Span(start_ns, ready, tuple(edge for edge in edges if edge is not None))]
