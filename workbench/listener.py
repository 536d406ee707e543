"""Sound put to the profile's listener by itself: what is said, what it sounds like, or a question about it."""

from __future__ import annotations

import numpy as np

from models.audio_prompts import ASR, CLASSIFY, SAMPLE_RATE_HZ
from models.checkpoint import checkpoint_folder
from models.devices import choose_device, choose_dtype
from models.qwen2_audio import load_shared
from perception.backends import ASR as RECOGNISERS
from wire.config import BackendConfig
from workbench.errors import Unusable
from workbench.media import Pcm, pieces

LONGEST_S = 28  # read at once; the network takes 30
LOOK_BACK_S = 4


class Listener:
    """Qwen2-Audio, loaded."""

    def __init__(self, chosen: BackendConfig, profile: str, max_tokens: int | None = None) -> None:
        """max_tokens: of each answer; None: as the profile says.

        Raises Unusable for a profile whose recogniser cannot be asked, BackendError, CheckpointError.
        """
        if chosen.backend != "qwen2_audio":
            raise Unusable(
                f"the profile {profile} hears with {chosen.backend!r}, which cannot be asked about sound; take one "
                "with Qwen2-Audio, such as omnilive-7b, or --set perception.asr.backend=qwen2_audio with its checkpoint"
            )
        options = RECOGNISERS.options(chosen.backend, chosen.options)
        device = choose_device(options.device)
        self._most = max_tokens or options.max_new_tokens
        self._model = load_shared(checkpoint_folder(options.checkpoint), device, choose_dtype(options.dtype, device))

    def transcribe(self, pcm: Pcm) -> str:
        """What is said in sound of any length, piece by piece."""
        parts = pieces(pcm, LONGEST_S * SAMPLE_RATE_HZ, LOOK_BACK_S * SAMPLE_RATE_HZ)
        return " ".join(filter(None, (self._ask(part, ASR) for part in parts)))

    def describe(self, pcm: Pcm) -> str:
        """The class of the sound, by its beginning."""
        return self._ask(pcm[: LONGEST_S * SAMPLE_RATE_HZ], CLASSIFY)

    def answer(self, pcm: Pcm, question: str) -> str:
        """A question about at most LONGEST_S of sound. Raises Unusable for more."""
        seconds = len(pcm) / SAMPLE_RATE_HZ
        if seconds > LONGEST_S + 2:
            raise Unusable(
                f"the sound is {seconds:.0f} s long, and Qwen2-Audio answers about {LONGEST_S} s; cut it, or ask "
                "nothing and get the transcript of all of it"
            )
        return self._ask(pcm, question)

    def _ask(self, pcm: Pcm, instruction: str) -> str:
        if not len(pcm):
            return ""
        return self._model.reply(np.asarray(pcm, np.int16), instruction, self._most)[0]
