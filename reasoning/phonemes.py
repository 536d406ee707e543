"""Text as phonemes of the international alphabet, by espeak-ng, with the marks between them kept.

For voices that were trained on what the phonemizer package gives. One state for the whole process, as espeak-ng is.
"""

from __future__ import annotations

import ctypes
import re

import espeakng_loader

_RETRIEVAL = 1  # espeak_AUDIO_OUTPUT: nothing is played
_UTF8 = 1
_IPA = 0x02
_MARKS = re.compile(r"(\s*[;:,.!?¡¿—…\"«»“”(){}\[\]]+\s*)")
_SWITCHED = re.compile(r"\([a-z-]+\)")  # "(en)": espeak-ng says that it changed the language for a word


class Phonemes:
    """Of one voice, such as "en-us" or "cmn"."""

    def __init__(self, voice: str) -> None:
        """Raises ValueError for a voice that espeak-ng does not have."""
        self._library = ctypes.CDLL(str(espeakng_loader.get_library_path()))
        data = str(espeakng_loader.get_data_path())
        if int(self._library.espeak_Initialize(_RETRIEVAL, 0, data.encode(), 0)) <= 0:
            raise OSError(f"espeak-ng cannot read its data in {data}; reinstall espeakng-loader")
        self._library.espeak_TextToPhonemes.restype = ctypes.c_char_p
        self._voice = voice.encode()
        self._choose()

    def _choose(self) -> None:
        if self._library.espeak_SetVoiceByName(self._voice) != 0:
            raise ValueError(f"espeak-ng has no voice {self._voice.decode()!r}; use one such as en-us, de, fr or cmn")

    def of(self, text: str) -> str:
        """The phonemes of a text, words apart by one space, marks where they were."""
        self._choose()
        pieces = [piece if _MARKS.fullmatch(piece) else self._one(piece) for piece in _MARKS.split(text)]
        return re.sub(r"\s+", " ", "".join(pieces)).strip()

    def _one(self, text: str) -> str:
        """Of words without marks."""
        if not text.strip():
            return ""
        rest = ctypes.c_char_p(text.encode().replace(b"\0", b" "))
        found = []
        while rest.value:
            said = self._library.espeak_TextToPhonemes(ctypes.byref(rest), _UTF8, _IPA)
            found.append(_SWITCHED.sub("", (said or b"").decode()).strip())
        return " ".join(one for one in found if one)
