"""The log-mel spectrogram that Whisper reads: 80 bands, one frame each 10 ms. Pure.

Source: A. Radford et al., "Robust Speech Recognition via Large-Scale Weak Supervision", 2022 (arXiv:2212.04356), 2.2;
the mel scale is that of M. Slaney, "Auditory Toolbox", 1998: linear below 1 kHz, logarithmic above, equal areas.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 16_000
HOP = 160  # samples between two frames
_SIZE = 400  # samples of a frame
_RANGE = 8.0  # powers of ten below the loudest that are kept
_FLOOR = 1e-10


def log_mel(sound: NDArray[np.float32], n_frames: int, n_bands: int = 80) -> NDArray[np.float32]:
    """(n_bands, n_frames) of sound (n_samples,) in -1..1; silence follows where it is shorter than the frames."""
    wanted = n_frames * HOP
    padded = np.zeros(wanted, np.float32)
    padded[: min(wanted, sound.size)] = sound[:wanted]
    padded = np.pad(padded, _SIZE // 2, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(padded, _SIZE)[::HOP][:n_frames]
    power = np.abs(np.fft.rfft(frames * _hann(), axis=1).astype(np.complex64)) ** 2
    mel = np.log10(np.maximum(_filters(n_bands) @ power.T, _FLOOR))
    clipped: NDArray[np.float32] = (np.maximum(mel, mel.max() - _RANGE) + 4.0) / 4.0
    return np.ascontiguousarray(clipped, np.float32)


@lru_cache(maxsize=1)
def _hann() -> NDArray[np.float32]:
    """Periodic."""
    return (0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(_SIZE) / _SIZE)).astype(np.float32)


@lru_cache(maxsize=2)
def _filters(n_bands: int) -> NDArray[np.float32]:
    """(n_bands, bins): triangles between neighbouring frequencies of the mel scale, up to half the sample rate."""
    edges = _hertz(np.linspace(0.0, _mel(RATE_HZ / 2), n_bands + 2))
    bins = np.linspace(0.0, RATE_HZ / 2, _SIZE // 2 + 1)
    rising = (bins - edges[:-2, None]) / np.diff(edges)[:-1, None]
    falling = (edges[2:, None] - bins) / np.diff(edges)[1:, None]
    areas = 2.0 / (edges[2:] - edges[:-2])
    return (np.maximum(0.0, np.minimum(rising, falling)) * areas[:, None]).astype(np.float32)


_LINEAR = 200.0 / 3.0  # hertz a mel below 1 kHz
_KNEE_HZ, _KNEE = 1_000.0, 15.0
_STEP = np.log(6.4) / 27.0  # of the logarithm a mel above


def _mel(hertz: float) -> float:
    return hertz / _LINEAR if hertz < _KNEE_HZ else float(_KNEE + np.log(hertz / _KNEE_HZ) / _STEP)


def _hertz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(mel < _KNEE, mel * _LINEAR, _KNEE_HZ * np.exp(_STEP * (mel - _KNEE)))
