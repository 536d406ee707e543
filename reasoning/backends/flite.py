"""flite through Debian's libflite: a warmer voice than espeak-ng, English only, 16 000 Hz (kal: 8 000 Hz)."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from reasoning.backends.base import Pcm

_VOICES = ("slt", "rms", "awb", "kal", "kal16")
_GO_ON, _STOP = 0, -1  # CST_AUDIO_STREAM_CONT, _STOP
_PIECE_MS = 100


class _Wave(ctypes.Structure):
    """cst_wave of flite.h."""

    _fields_ = (
        ("type", ctypes.c_char_p),
        ("sample_rate", ctypes.c_int),
        ("num_samples", ctypes.c_int),
        ("num_channels", ctypes.c_int),
        ("samples", ctypes.POINTER(ctypes.c_short)),
    )


class _Voice(ctypes.Structure):
    """The beginning of cst_voice."""

    _fields_ = (("name", ctypes.c_char_p), ("features", ctypes.c_void_p))


_OnAudio = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(_Wave), ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_void_p
)


class _Streaming(ctypes.Structure):
    """The beginning of cst_audio_streaming_info."""

    _fields_ = (("min_buffsize", ctypes.c_int), ("on_audio", _OnAudio))


@dataclass(frozen=True, kw_only=True)
class FliteOptions:
    voice: str = "slt"  # slt (female), rms, awb, kal16 or kal (male)
    stretch: float = 1.0  # of the duration; 1.1 is slower


class Flite:
    """reasoning.tts through libflite. A phrase takes a few hundredths of its length; the library asks meanwhile
    whether to go on, so a cancel is noticed at once."""

    Options = FliteOptions

    def __init__(self, options: FliteOptions) -> None:
        """Raises ValueError for an unknown voice, OSError when the Debian package is missing."""
        if options.voice not in _VOICES:
            raise ValueError(f"flite has no voice {options.voice!r}; choose from {', '.join(_VOICES)}")
        try:
            self._library = ctypes.CDLL("libflite.so.1")
            voices = ctypes.CDLL(f"libflite_cmu_us_{options.voice}.so.1")
        except OSError as error:
            raise OSError(f"flite is not installed ({error}); apt-get install libflite1") from error
        self._library.flite_init()
        register = voices[f"register_cmu_us_{options.voice}"]
        register.restype = ctypes.POINTER(_Voice)
        self._voice = register(None)
        self._declare()
        self._cancelled: Callable[[], bool] = lambda: False
        self._on_audio = _OnAudio(self._go_on)  # kept: the library holds only its address
        self._attach(options)
        self.sample_rate = self._wave("ready")[1]

    def _declare(self) -> None:
        """Types of the functions that take or give pointers."""
        library = self._library
        library.flite_text_to_wave.restype = ctypes.POINTER(_Wave)
        library.flite_text_to_wave.argtypes = [ctypes.c_char_p, ctypes.POINTER(_Voice)]
        library.delete_wave.argtypes = [ctypes.POINTER(_Wave)]
        library.new_audio_streaming_info.restype = ctypes.POINTER(_Streaming)
        library.audio_streaming_info_val.restype = ctypes.c_void_p
        library.audio_streaming_info_val.argtypes = [ctypes.POINTER(_Streaming)]
        library.feat_set.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
        library.feat_set_float.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_float]

    def _attach(self, options: FliteOptions) -> None:
        """Have the library call `_go_on` with each piece that is ready."""
        streaming = self._library.new_audio_streaming_info()
        streaming.contents.on_audio = self._on_audio
        features = self._voice.contents.features
        self._library.feat_set(features, b"streaming_info", self._library.audio_streaming_info_val(streaming))
        self._library.feat_set_float(features, b"duration_stretch", options.stretch)

    def speak(self, phrase: str, cancelled: Callable[[], bool]) -> Iterator[Pcm]:
        """PCM in pieces of 100 ms."""
        if cancelled() or not any(c.isalnum() for c in phrase):
            return
        self._cancelled = cancelled
        pcm, _ = self._wave(phrase)
        step = self.sample_rate * _PIECE_MS // 1000
        for start in range(0, pcm.size, step):
            if cancelled():
                return
            yield pcm[start : start + step]

    def _wave(self, phrase: str) -> tuple[Pcm, int]:
        text = phrase.encode("ascii", "ignore").replace(b"\0", b" ")
        wave = self._library.flite_text_to_wave(text, self._voice)
        if not wave:
            raise RuntimeError(f"flite cannot speak a phrase of {len(phrase)} characters")
        try:
            made = wave.contents
            if made.num_samples <= 0:
                return np.zeros(0, np.int16), int(made.sample_rate)
            return np.ctypeslib.as_array(made.samples, (made.num_samples,)).copy(), int(made.sample_rate)
        finally:
            self._library.delete_wave(wave)

    def _go_on(self, wave: object, start: int, size: int, last: int, info: int | None) -> int:
        del wave, start, size, last, info
        return _STOP if self._cancelled() else _GO_ON

    def close(self) -> None:
        """The library keeps its voices for the life of the process."""
