"""espeak-ng from a PyPI wheel: any language, robotic, 22 050 Hz, a phrase in a few milliseconds.

The library has one global state, so a process holds one voice at a time; the service's one worker is its owner.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import espeakng_loader
import numpy as np

from reasoning.backends.base import Pcm

_SYNCHRONOUS = 2  # samples come by callback only, and espeak_Synth returns when all of them came
_UTF8 = 1
_RATE = 1  # espeakRATE, words a minute
_CHUNK_MS = 20
_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


@dataclass(frozen=True, kw_only=True)
class EspeakOptions:
    voice: str = "en-us"  # an espeak-ng voice, such as en-gb or cmn
    words_per_minute: int = 165


class Espeak:
    """A voice through libespeak-ng."""

    Options = EspeakOptions

    def __init__(self, options: EspeakOptions) -> None:
        """Raises ValueError for a voice that espeak-ng does not have."""
        library = ctypes.CDLL(espeakng_loader.get_library_path())
        data = espeakng_loader.get_data_path().encode()
        self.sample_rate: int = library.espeak_Initialize(_SYNCHRONOUS, 0, data, 0)
        if self.sample_rate <= 0:
            raise RuntimeError(f"espeak-ng cannot read its data in {data.decode()}; reinstall espeakng-loader")
        if library.espeak_SetVoiceByName(options.voice.encode()) != 0:
            raise ValueError(f"espeak-ng has no voice {options.voice!r}; use one such as en-us, en-gb, de, fr or cmn")
        library.espeak_SetParameter(_RATE, options.words_per_minute, 0)
        self._pieces: list[Pcm] = []
        self._cancelled: Callable[[], bool] = lambda: False
        self._callback = _CALLBACK(self._take)  # kept: the library holds only its address
        library.espeak_SetSynthCallback(self._callback)
        self._library: ctypes.CDLL | None = library
        list(self.speak("ready", lambda: False))

    def speak(self, phrase: str, cancelled: Callable[[], bool]) -> Iterator[Pcm]:
        """PCM in pieces of 20 ms; a phrase that cannot be spoken, such as "...", gives none."""
        if self._library is None:
            raise RuntimeError("this voice is closed")
        self._pieces = []
        self._cancelled = cancelled
        text = phrase.encode().replace(b"\0", b" ") + b"\0"
        status = self._library.espeak_Synth(text, len(text), 0, 0, 0, _UTF8, None, None)
        if status != 0:
            raise RuntimeError(f"espeak-ng refused a phrase of {len(phrase)} characters with status {status}")
        pcm = np.concatenate(self._pieces) if self._pieces else np.zeros(0, np.int16)
        step = self.sample_rate * _CHUNK_MS // 1000
        for start in range(0, len(pcm), step):
            if cancelled():
                return
            yield pcm[start : start + step]

    def _take(self, samples: ctypes._Pointer[ctypes.c_short], n_samples: int, _events: int | None) -> int:
        """What the library calls with new samples; 1 stops it."""
        if n_samples > 0:
            self._pieces.append(np.ctypeslib.as_array(samples, (n_samples,)).astype(np.int16))
        return int(self._cancelled())

    def close(self) -> None:
        """Frees the library's state. May be called twice."""
        if self._library is not None:
            self._library.espeak_Terminate()
            self._library = None
