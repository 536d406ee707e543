"""Voices are not told apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from perception.backends.base import Pcm, SpeakerScale, Vector


@dataclass(frozen=True, kw_only=True)
class NoSpeakersOptions:
    pass


class NoSpeakers:
    """Tells nothing, and is asked for nothing."""

    Options = NoSpeakersOptions
    sample_rate = 16_000
    tells = False
    scale = SpeakerScale(half_s=1.0, same=1.0, other=1.0)

    def __init__(self, options: NoSpeakersOptions) -> None:
        pass

    def encode(self, pcm: Pcm) -> Vector:
        return np.zeros(1, np.float32)

    def close(self) -> None:
        pass
