"""flite through Debian's libflite: a warmer voice than espeak-ng, English only, 16 000 Hz (kal: 8 000 Hz)."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from reasoning.backends.base import Pcm

_CHUNK_MS = 20
_VOICES = {"slt": "cmu_us_slt", "rms": "cmu_us_rms", "awb": "cmu_us_awb", "kal": "cmu_us_kal"}


class _Wave(ctypes.Structure):
    """cst_wave of flite.h."""

    _fields_ = (
        ("type", ctypes.c_char_p),
        ("sample_rate", ctypes.c_int),
        ("num_samples", ctypes.c_int),
        ("num_channels", ctypes.c_int),
        ("samples", ctypes.POINTER(ctypes.c_short)),
    )


@dataclass(frozen=True, kw_only=True)
class FliteOptions:
    voice: str = "slt"  # slt, rms, awb or kal


class Flite:
    """A voice through libflite."""

    Options = FliteOptions

    def __init__(self, options: FliteOptions) -> None:
        """Raises ValueError for an unknown voice, RuntimeError when the Debian package is missing."""
        name = _VOICES.get(options.voice)
        if name is None:
            raise ValueError(f"flite has no voice {options.voice!r}; choose from {', '.join(_VOICES)}")
        try:
            self._library = ctypes.CDLL("libflite.so.1", mode=ctypes.RTLD_GLOBAL)
            for part in ("usenglish", "cmulex"):  # the voice needs their symbols
                ctypes.CDLL(f"libflite_{part}.so.1", mode=ctypes.RTLD_GLOBAL)
            voices = ctypes.CDLL(f"libflite_{name}.so.1")
        except OSError as error:
            raise RuntimeError(f"flite is not installed ({error}); apt-get install libflite1") from error
        self._library.flite_init()
        register = voices[f"register_{name}"]
        register.restype = ctypes.c_void_p
        register.argtypes = [ctypes.c_void_p]
        self._voice = ctypes.c_void_p(register(None))
        self._library.flite_text_to_wave.restype = ctypes.POINTER(_Wave)
        self._library.flite_text_to_wave.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
        self._library.delete_wave.argtypes = [ctypes.POINTER(_Wave)]
        self.sample_rate = self._wave("ready")[1]

    def speak(self, phrase: str, cancelled: Callable[[], bool]) -> Iterator[Pcm]:
        """PCM in pieces of 20 ms."""
        if not any(c.isalnum() for c in phrase):
            return
        pcm, _ = self._wave(phrase)
        step = self.sample_rate * _CHUNK_MS // 1000
        for start in range(0, len(pcm), step):
            if cancelled():
                return
            yield pcm[start : start + step]

    def _wave(self, phrase: str) -> tuple[Pcm, int]:
        text = phrase.encode("ascii", "ignore").replace(b"\0", b" ")
        wave = self._library.flite_text_to_wave(text, self._voice)
        if not wave:
            raise RuntimeError(f"flite cannot speak a phrase of {len(phrase)} characters")
        try:
            found = wave.contents
            return np.ctypeslib.as_array(found.samples, (found.num_samples,)).copy(), int(found.sample_rate)
        finally:
            self._library.delete_wave(wave)

    def close(self) -> None:
        """The library keeps its voice for the life of the process."""
