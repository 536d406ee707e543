"""Qwen2-Audio hears: it recognises speech, English and Chinese among others, and says what a sound is.

Source: Qwen2-Audio-7B-Instruct and its descendant in the OmniLive release (audio/), with the published instructions.
It takes whole recordings of up to 30 s: captions come from reading the utterance again and again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from models import audio_prompts
from models.checkpoint import checkpoint_folder
from models.devices import choose_device, choose_dtype
from models.qwen2_audio import load_shared
from perception.backends.base import AsrStream, Pcm, SoundStream, Transcript
from perception.labelling import Labelling
from perception.windowed import WindowedAsr, Windows

_LABEL_TOKENS = 16
# The Instruct model tells that it heard something before it says what: "The person says in English: '...'".
_TELLING = re.compile(r"^[^'\"]{0,80}:\s*(['\"])(?P<words>.*)\1\s*\.?$", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Qwen2AudioAsrOptions:
    checkpoint: str  # local folder: the model, or the release that holds it as audio/
    device: str = "auto"
    dtype: str = "auto"
    instruction: str = audio_prompts.ASR
    caption_every_s: float = 2.0  # of new sound; 0: words only when they are complete
    longest_s: float = 28.0  # of sound read at once; the model takes 30
    max_new_tokens: int = audio_prompts.MAX_NEW_TOKENS


class Qwen2AudioAsr:
    Options = Qwen2AudioAsrOptions
    sample_rate = audio_prompts.SAMPLE_RATE_HZ
    child = False

    def __init__(self, options: Qwen2AudioAsrOptions) -> None:
        """Raises CheckpointError."""
        device = choose_device(options.device)
        self._model = load_shared(checkpoint_folder(options.checkpoint), device, choose_dtype(options.dtype, device))
        self._options = options
        self._windows = Windows(every_s=options.caption_every_s, longest_s=options.longest_s)

    def stream(self) -> AsrStream:
        return WindowedAsr(self._read, self._windows)

    def close(self) -> None:
        """The weights go with the object."""

    def _read(self, pcm: Pcm) -> Transcript:
        reply, score = self._model.reply(pcm, self._options.instruction, self._options.max_new_tokens)
        return Transcript(text=words_of(reply), score=score)


def words_of(reply: str) -> str:
    """The words that were said, without what the model says about them."""
    told = _TELLING.match(reply.strip())
    return (told["words"] if told else reply).strip()


@dataclass(frozen=True, kw_only=True)
class Qwen2AudioSoundOptions:
    checkpoint: str  # local folder: the model, or the release that holds it as audio/
    device: str = "auto"
    dtype: str = "auto"
    instruction: str = audio_prompts.CLASSIFY
    window_s: float = 3.84  # of sound classified at once, as published
    quiet_rms: float = 60.0  # int16 units; below it is silence, and the model is not asked


class Qwen2AudioSound:
    Options = Qwen2AudioSoundOptions
    sample_rate = audio_prompts.SAMPLE_RATE_HZ

    def __init__(self, options: Qwen2AudioSoundOptions) -> None:
        """Raises CheckpointError."""
        device = choose_device(options.device)
        self._model = load_shared(checkpoint_folder(options.checkpoint), device, choose_dtype(options.dtype, device))
        self._options = options

    def stream(self) -> SoundStream:
        return Labelling(self._classify, round(self._options.window_s * self.sample_rate), self._options.quiet_rms)

    def close(self) -> None:
        """The weights go with the object."""

    def _classify(self, pcm: Pcm) -> tuple[str, float]:
        return self._model.reply(pcm, self._options.instruction, _LABEL_TOKENS)
