"""Whose voice an utterance is, followed while it is being said. Pure but for the encoder it is given.

The work is done where there is time: when the voice pauses, or after so many seconds of speech without a pause.
"""

from __future__ import annotations

import numpy as np

from perception.backends.base import Pcm, SpeakerEncoder
from perception.ear import RATE_HZ, SAMPLE_NS
from perception.voices import UNKNOWN, Stretch, Voices

_ENOUGH = 6 * RATE_HZ // 5  # samples that are worth a vector of their own when the voice pauses
_LONGEST = 6 * RATE_HZ  # that go into one vector
_LEAST = 4 * RATE_HZ // 5  # less tells nothing


class Speaker:
    """One session's. Frames of one utterance, then `finish`; then of the next. With an encoder that tells no voices
    apart all are UNKNOWN."""

    def __init__(self, encoder: SpeakerEncoder, voices_before: int = 0) -> None:
        self._encoder = encoder
        self._voices = Voices(encoder.scale, voices_before)
        self._start_ns = self._end_ns = 0  # of the frames below, which may have pauses between them
        self._frames: list[Pcm] = []
        self._size = 0  # samples of them
        self._stretches: list[Stretch] = []

    def hear(self, start_ns: int, frame: Pcm) -> None:
        """The next frame while the voice is on."""
        if not self._encoder.tells:
            return
        if not self._frames:
            self._start_ns = start_ns
        self._end_ns = start_ns + frame.size * SAMPLE_NS
        self._frames.append(frame)
        self._size += frame.size
        if self._size >= _LONGEST:
            self._encode()

    def pause(self) -> None:
        """The voice stopped, perhaps to go on."""
        if self._size >= _ENOUGH or (self._size >= _LEAST and not self._stretches):
            self._encode()

    def finish(self) -> int:
        """The number of the voice; UNKNOWN where it is not known."""
        if not self._stretches:
            self.pause()
        stretches, self._stretches = self._stretches, []
        self._frames, self._size = [], 0
        return self._voices.heard(stretches) if stretches else UNKNOWN

    def drop(self) -> None:
        """What was heard is not an utterance."""
        self._stretches, self._frames, self._size = [], [], 0

    def forget(self, start_ns: int, end_ns: int) -> None:
        self._voices.forget(start_ns, end_ns)

    def _encode(self) -> None:
        pcm = np.concatenate(self._frames)
        vector = self._encoder.encode(pcm)
        self._stretches.append(Stretch(self._start_ns, self._end_ns, pcm.size / RATE_HZ, vector))
        self._frames, self._size = [], 0
