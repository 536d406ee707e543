"""Decoded audio becomes 16 kHz mono PCM in chunks on a fixed grid of media time, with its gaps marked.

The grid starts at 0, so that a chunk never crosses a whole multiple of its length: what lies before a watermark is
all there. Knows nothing of pictures, sessions or questions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import av
import numpy as np
from numpy.typing import NDArray

from streamer.times import SECOND_NS
from wire.messages import AUDIO_HZ

Samples = NDArray[np.int16]  # (n_samples,) mono at AUDIO_HZ

SAMPLE_NS = SECOND_NS // AUDIO_HZ  # exact: 62 500
# Stamps of good files jitter by rounding (1 ms in Matroska) and by clocks that are a little off; less than half a
# chunk is that, more is missing sound.
GAP_TOLERANCE_NS = 50_000_000


@dataclass(frozen=True, slots=True)
class Chunk:
    """PCM whose first sample is at t_ns; gap_ns > 0: that much before it is missing."""

    t_ns: int
    pcm: bytes
    gap_ns: int = 0

    @property
    def end_ns(self) -> int:
        return self.t_ns + len(self.pcm) // 2 * SAMPLE_NS


@dataclass(frozen=True, slots=True)
class Stretch:
    """The next samples. starts_ns: they do not follow the ones before but begin a stretch at that time."""

    samples: Samples
    starts_ns: int | None = None


class Resampler:
    """Decoded frames to Stretches. One per file; feed frames in order, then `flush`."""

    def __init__(self) -> None:
        self._resampler: av.AudioResampler | None = None
        self._shape: tuple[str, str, int] | None = None
        self._start_ns = 0  # of the present stretch
        self._taken_ns = 0  # length of what went into it

    @property
    def expected_ns(self) -> int:
        """When the next sample is due if nothing is missing."""
        return self._start_ns + self._taken_ns

    def feed(self, frame: av.AudioFrame, t_ns: int) -> Iterator[Stretch]:
        """t_ns: when the frame's first sample is heard."""
        expected_ns = self.expected_ns
        if self._resampler is not None and t_ns < expected_ns - GAP_TOLERANCE_NS:
            return  # a second time what was heard already
        shape = (frame.format.name, frame.layout.name, frame.sample_rate)
        starts_ns: int | None = None
        if self._resampler is None or t_ns > expected_ns + GAP_TOLERANCE_NS:
            yield from self.flush()
            starts_ns = self._start_ns = t_ns
            self._taken_ns = 0
        elif shape != self._shape:
            yield from self.flush()
        if self._resampler is None:
            self._resampler = av.AudioResampler(format="s16", layout="mono", rate=AUDIO_HZ)
            self._shape = shape
        self._taken_ns += frame.samples * SECOND_NS // frame.sample_rate
        frame.pts = None  # times are counted here; the resampler must not fill or drop by its own idea of them
        samples = _joined(self._resampler.resample(frame))
        if len(samples) or starts_ns is not None:
            yield Stretch(samples, starts_ns)

    def flush(self) -> Iterator[Stretch]:
        """What the filter still holds. The resampler starts anew afterwards."""
        if self._resampler is not None:
            samples = _joined(self._resampler.resample(None))
            if len(samples):
                yield Stretch(samples)
        self._resampler = None


def _joined(frames: list[av.AudioFrame]) -> Samples:
    parts = [np.asarray(f.to_ndarray(), dtype=np.int16).reshape(-1) for f in frames]
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int16)


def chunked(stretches: Iterable[Stretch], chunk_ms: int) -> Iterator[Chunk]:
    """Chunks that end on multiples of chunk_ms; shorter at the borders of a stretch."""
    grid_ns = chunk_ms * 1_000_000
    waiting = np.zeros(0, dtype=np.int16)
    t_ns = gap_ns = 0
    for stretch in stretches:
        if stretch.starts_ns is not None:
            if len(waiting):
                yield Chunk(t_ns, waiting.tobytes(), gap_ns)
            heard_until_ns = t_ns + len(waiting) * SAMPLE_NS
            t_ns = max(stretch.starts_ns, heard_until_ns)
            gap_ns = t_ns - heard_until_ns
            waiting = waiting[:0]
        waiting = np.concatenate([waiting, stretch.samples])
        while len(waiting) >= (n := _samples_to_grid(t_ns, grid_ns)):
            yield Chunk(t_ns, waiting[:n].tobytes(), gap_ns)
            waiting, t_ns, gap_ns = waiting[n:], t_ns + n * SAMPLE_NS, 0
    if len(waiting):
        yield Chunk(t_ns, waiting.tobytes(), gap_ns)


def _samples_to_grid(t_ns: int, grid_ns: int) -> int:
    """How many samples from t_ns on end at or just before the next multiple of grid_ns; at least one."""
    next_ns = (t_ns // grid_ns + 1) * grid_ns
    return (next_ns - t_ns) // SAMPLE_NS or (next_ns + grid_ns - t_ns) // SAMPLE_NS
