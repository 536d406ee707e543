"""The filter bank that Kaldi made the custom of speaker recognition: 80 log energies, one frame each 10 ms. Pure.

Source: D. Povey et al., "The Kaldi Speech Recognition Toolkit", 2011, feat/feature-fbank with its defaults but for the
number of bands and no dither.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 16_000
HOP, SIZE = 160, 400  # samples between two frames, and of one
BANDS = 80
_FFT = 512
_PREEMPHASIS = 0.97
_LOW_HZ = 20.0
_FLOOR = np.float32(1.1920929e-07)


def fbank(sound: NDArray[np.float32]) -> NDArray[np.float32]:
    """(n_frames, BANDS) of sound (n_samples,) in -1..1; what is less than a frame at the end is left out."""
    if sound.size < SIZE:
        return np.zeros((0, BANDS), np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(sound, SIZE)[::HOP]
    centred = frames - frames.mean(axis=1, keepdims=True)
    before = np.concatenate([centred[:, :1], centred[:, :-1]], axis=1)
    windowed = (centred - _PREEMPHASIS * before) * _window()
    power = np.abs(np.fft.rfft(windowed, _FFT, axis=1)[:, : _FFT // 2]) ** 2
    found: NDArray[np.float32] = np.log(np.maximum(power.astype(np.float32) @ _filters(), _FLOOR))
    return found


@lru_cache(maxsize=1)
def _window() -> NDArray[np.float32]:
    """Povey's: Hann's, that does not quite go to zero beside its ends."""
    hann = 0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(SIZE) / (SIZE - 1))
    return (hann**0.85).astype(np.float32)


@lru_cache(maxsize=1)
def _filters() -> NDArray[np.float32]:
    """(bins, BANDS): triangles on the mel scale, from 20 Hz to half the sample rate."""
    edges = np.linspace(_mel(_LOW_HZ), _mel(RATE_HZ / 2), BANDS + 2)
    at = _mel(np.arange(_FFT // 2) * RATE_HZ / _FFT)[:, None]
    rising = (at - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - at) / (edges[2:] - edges[1:-1])
    return np.maximum(0.0, np.minimum(rising, falling)).astype(np.float32)


def _mel(hertz: NDArray[np.float64] | float) -> NDArray[np.float64]:
    return np.asarray(1127.0 * np.log1p(np.asarray(hertz) / 700.0))
