"""Neural voices of the VITS family through transformers: VITS, and MMS-TTS in some eleven hundred languages.

Numbers become words, letters what the checkpoint reads: letters of its alphabet, phonemes (espeak-ng's), or Latin ones
(uroman's). A phrase is made in pieces of a clause, so that the first is heard while the next is made.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from models.checkpoint import checkpoint_folder
from models.devices import choose_device
from models.vits import Vits
from reasoning.backends.base import Pcm
from reasoning.chinese import is_chinese
from reasoning.number_words import in_words
from reasoning.phonemes import Phonemes

_PIECE_MS = 100
_LEAST, _MOST = 24, 120  # characters made at once: fewer sound choppy, more come late
_CLAUSE = re.compile(r"(?<=[,;:.!?])(?=\s)|(?<=[，；：。！？、])")  # noqa: RUF001 (Chinese marks)
_SIGNS_LEFT = 0.5  # of the letters of a phrase, at least, must be signs the voice knows


@dataclass(frozen=True, kw_only=True)
class VitsOptions:
    checkpoint: str  # local folder, or a hub id that is in the local cache
    device: str = "auto"
    speaker: int = 0  # of a checkpoint with several
    speaking_rate: float = 0.0  # 0: the checkpoint's own; above 1 is faster
    phonemes: str = "en-us"  # the espeak-ng voice whose phonemes are read, where the checkpoint reads any
    seed: int = 0  # of the small differences between readings


class VitsTts:
    """reasoning.tts through a VITS checkpoint."""

    Options = VitsOptions

    def __init__(self, options: VitsOptions) -> None:
        """Raises CheckpointError, ValueError for a voice that cannot read here."""
        self._voice = Vits(
            checkpoint_folder(options.checkpoint),
            choose_device(options.device),
            speaker=options.speaker,
            rate=options.speaking_rate,
        )
        self.sample_rate = self._voice.sample_rate
        self._name, self._seed = options.checkpoint, options.seed
        self._phonemes = Phonemes(options.phonemes) if self._voice.is_phonetic else None
        self._romaniser = romaniser(options.checkpoint) if self._voice.is_roman else None
        self._voice.say(next(sign for sign in self._voice.alphabet if len(sign) == 1) * 4)

    def speak(self, phrase: str, cancelled: Callable[[], bool]) -> Iterator[Pcm]:
        """PCM in pieces of 100 ms. Raises ValueError for a phrase in letters that the voice does not know."""
        step = self.sample_rate * _PIECE_MS // 1000
        for clause in clauses(phrase):
            if cancelled():
                return
            signs = self.signs(clause)
            if not signs:
                continue
            pcm = self._voice.say(signs, self._seed)
            for start in range(0, pcm.size, step):
                if cancelled():
                    return
                yield pcm[start : start + step]

    def signs(self, text: str) -> str:
        """The signs of the voice's alphabet that a text is read as. Raises ValueError when most of it has none."""
        letters = sum(c.isalpha() for c in text)
        if not any(digit in self._voice.alphabet for digit in "0123456789"):
            text = in_words(text, is_chinese=is_chinese(text))
            letters = sum(c.isalpha() for c in text)
        text = self._voice.lowered(text)
        if self._romaniser is not None and not text.isascii():
            text = self._romaniser(text)
            letters = sum(c.isalpha() for c in text)
        if self._phonemes is not None:
            return self._voice.known(self._phonemes.of(text))
        known = self._voice.known(text)
        if sum(c.isalpha() for c in known) < _SIGNS_LEFT * letters:
            language = f" (its language is {self._voice.language!r})" if self._voice.language else ""
            raise ValueError(
                f"{self._name}{language} has no signs for most of {text[:24]!r}; "
                "set reasoning.tts to a voice of the language of the replies"
            )
        return known

    def close(self) -> None:
        """The weights go with the object."""


def clauses(phrase: str) -> list[str]:
    """A phrase cut behind its marks, and long clauses between words; short clauses stay with the one before."""
    pieces: list[str] = []
    for clause in _CLAUSE.split(phrase):
        if pieces and len(pieces[-1]) + len(clause) < _LEAST:
            pieces[-1] += clause
            continue
        while len(clause) > _MOST:
            at = clause.rfind(" ", _LEAST, _MOST)
            at = at if at > 0 else _MOST
            pieces.append(clause[:at])
            clause = clause[at:].strip()
        pieces.append(clause)
    return [piece.strip() for piece in pieces if any(c.isalnum() for c in piece)]


def romaniser(checkpoint: str) -> Callable[[str], str]:
    """What makes Latin letters of all scripts. Raises ValueError where it is not installed."""
    try:
        import uroman
    except ImportError as error:
        raise ValueError(
            f"{checkpoint} reads Latin letters only and needs uroman for its language; pip install 'omnilive[voices]'"
        ) from error
    made: Any = uroman.Uroman()
    return lambda text: str(made.romanize_string(text))
