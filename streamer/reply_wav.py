"""reply.wav: our voice at the times at which it would be heard, as long as the input, silence elsewhere.

Samples are written where they belong in the file, in any order, so that memory does not grow with the stream.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterable
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from wire.messages import AUDIO_HZ

_HEADER = struct.Struct("<4sI4s4sIHHIIHH4sI")
_MOST_BYTES = 0xFFFF_FFFF - _HEADER.size  # what the format can say

Pcm = NDArray[np.int16]  # (n_samples,) mono


class ReplyWav:
    """Mono 16 bit. The rate is that of the first samples written; others are resampled to it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = path.open("wb")
        self._rate_hz: int | None = None
        self._write_header(AUDIO_HZ, 0)

    def put(self, t_ns: int, pcm: Pcm, rate_hz: int) -> tuple[int, int]:
        """The samples begin at t_ns. Returns from which byte to which they lie in the file."""
        if self._rate_hz is None:
            self._rate_hz = rate_hz
        if rate_hz != self._rate_hz:
            pcm = resampled(pcm, rate_hz, self._rate_hz)
        start = _HEADER.size + 2 * (t_ns * self._rate_hz // 1_000_000_000)
        self._file.seek(start)
        return start, start + self._file.write(pcm.astype("<i2").tobytes())

    def silence(self, pieces: Iterable[tuple[int, int]]) -> None:
        """Make these bytes of the file silent, on disk when this returns; it may be closed."""
        file = self._path.open("r+b") if self._file.closed else self._file
        try:
            length = file.seek(0, os.SEEK_END)
            for start, end in pieces:
                file.seek(start)
                file.write(bytes(max(0, min(end, length) - start)))
            file.flush()
            os.fsync(file.fileno())
        finally:
            if file is not self._file:
                file.close()

    def close(self, length_ns: int) -> None:
        """Make the file exactly that long. May be called twice."""
        if self._file.closed:
            return
        rate_hz = self._rate_hz or AUDIO_HZ
        n_bytes = min(2 * round(length_ns * rate_hz / 1e9), _MOST_BYTES // 2 * 2)
        self._file.truncate(_HEADER.size + n_bytes)
        self._write_header(rate_hz, n_bytes)
        self._file.close()

    def _write_header(self, rate_hz: int, n_bytes: int) -> None:
        self._file.seek(0)
        riff = (b"RIFF", n_bytes + _HEADER.size - 8, b"WAVE")
        mono_16_bit = (b"fmt ", 16, 1, 1, rate_hz, 2 * rate_hz, 2, 16)
        self._file.write(_HEADER.pack(*riff, *mono_16_bit, b"data", n_bytes))


def resampled(pcm: Pcm, from_hz: int, to_hz: int) -> Pcm:
    """The same sound at another rate."""
    resampler = av.AudioResampler(format="s16", layout="mono", rate=to_hz)
    frame = av.AudioFrame.from_ndarray(pcm.reshape(1, -1), format="s16", layout="mono")
    frame.sample_rate = from_hz
    frames = [*resampler.resample(frame), *resampler.resample(None)]
    return np.concatenate([np.asarray(f.to_ndarray(), dtype=np.int16).reshape(-1) for f in frames])
