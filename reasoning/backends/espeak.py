"""espeak-ng from a PyPI wheel, through its C interface: any language, robotic, 22 050 Hz, a phrase in milliseconds.

The library has one state for the whole process, so each phrase sets voice and pace anew.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import espeakng_loader
import numpy as np

from reasoning.backends.base import Pcm
from reasoning.chinese import is_chinese

_SYNCHRONOUS = 2  # samples come by callback only, and espeak_Synth returns when all of them came
_RATE, _VOLUME, _PITCH = 1, 2, 3  # espeak_PARAMETER
_UTF8 = 1
_PIECE_MS = 100
_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


@dataclass(frozen=True, kw_only=True)
class EspeakOptions:
    # An espeak-ng voice (en-us, de, fr, cmn...) and a variant of it. Most voices flutter, so that a phrase is never
    # twice the same; Hugo does not, which replays need, and is the clearest of those that do not.
    voice: str = "en-us+Hugo"
    words_per_minute: int = 165
    pitch: int = 45  # 0..99
    volume: int = 160  # 0..200


_SINITIC = ("cmn", "yue", "hak")


def voice_for(phrase: str, voice: str) -> str:
    """The voice with its variant; for a Chinese phrase one that reads Chinese, where the others name each sign."""
    language, plus, variant = voice.partition("+")
    if language.startswith(_SINITIC) or not is_chinese(phrase):
        return voice
    return f"cmn{plus}{variant}"


class Espeak:
    """reasoning.tts through libespeak-ng."""

    Options = EspeakOptions

    def __init__(self, options: EspeakOptions) -> None:
        """Raises ValueError for a voice that espeak-ng does not have."""
        self._library = ctypes.CDLL(str(espeakng_loader.get_library_path()))
        data = str(espeakng_loader.get_data_path())
        self.sample_rate = int(self._library.espeak_Initialize(_SYNCHRONOUS, 0, data.encode(), 0))
        if self.sample_rate <= 0:
            raise OSError(f"espeak-ng cannot read its data in {data}; reinstall espeakng-loader")
        if self._library.espeak_SetVoiceByName(options.voice.encode()) != 0:
            raise ValueError(f"espeak-ng has no voice {options.voice!r}; use one such as en-us, de, fr or cmn")
        self._options = options
        self._pieces: list[Pcm] = []
        self._cancelled: Callable[[], bool] = lambda: False
        self._callback = _CALLBACK(self._take)  # kept: the library holds only its address
        list(self.speak("ready", lambda: False))

    def speak(self, phrase: str, cancelled: Callable[[], bool]) -> Iterator[Pcm]:
        """PCM in pieces of 100 ms. A second of speech takes under a millisecond, so a phrase is made whole."""
        if cancelled() or not any(c.isalnum() for c in phrase):
            return
        pcm = self._synthesise(phrase, cancelled)
        step = self.sample_rate * _PIECE_MS // 1000
        for start in range(0, pcm.size, step):
            if cancelled():
                return
            yield pcm[start : start + step]

    def _synthesise(self, phrase: str, cancelled: Callable[[], bool]) -> Pcm:
        self._pieces, self._cancelled = [], cancelled
        library, options = self._library, self._options
        library.espeak_SetSynthCallback(self._callback)
        library.espeak_SetVoiceByName(voice_for(phrase, options.voice).encode())
        library.espeak_SetParameter(_RATE, options.words_per_minute, 0)
        library.espeak_SetParameter(_PITCH, options.pitch, 0)
        library.espeak_SetParameter(_VOLUME, options.volume, 0)
        text = phrase.encode().replace(b"\0", b" ") + b"\0"
        status = library.espeak_Synth(text, len(text), 0, 0, 0, _UTF8, None, None)
        pieces, self._pieces = self._pieces, []
        if status != 0:
            raise RuntimeError(f"espeak-ng refused a phrase of {len(phrase)} characters with status {status}")
        return np.concatenate(pieces) if pieces else np.zeros(0, np.int16)

    def _take(self, samples: ctypes._Pointer[ctypes.c_short], n_samples: int, _events: int | None) -> int:
        """What the library calls with new samples; 1 stops it."""
        if n_samples > 0:
            self._pieces.append(np.ctypeslib.as_array(samples, (n_samples,)).astype(np.int16))
        return int(self._cancelled())

    def close(self) -> None:
        """The library stays loaded: its state is that of the process, and another voice may be using it."""
        self._pieces = []
