"""Voice activity with WebRTC's detector, and a gate for what is hardly louder than the room.

WebRTC's models alone take steady tones, hum and some noises for speech; what is a voice must also rise above the
quietest moments of the last seconds.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
import webrtcvad

from perception.backends.base import Pcm

FRAME_MS = 20
_QUIETEST_FRAMES = 150  # over which the room is measured: 3 s, so that a sentence has a pause in it
_FLOOR_DB = 15.0  # level of one least significant bit's noise: a digital silence is no room to rise above
_HEADROOM_DB = 45.0  # a room louder than that below full speech is taken to be that loud and no louder


@dataclass(frozen=True, kw_only=True)
class WebrtcOptions:
    aggressiveness: int = 2  # 0..3: how sure WebRTC must be
    rise_db: float = 8.0  # above the quietest moments, for a voice
    least_db: float = 30.0  # root mean square re 1 of int16, below which nothing is a voice


class WebrtcVad:
    Options = WebrtcOptions
    sample_rate = 16_000
    frame_ms = FRAME_MS

    def __init__(self, options: WebrtcOptions) -> None:
        self._options = options
        webrtcvad.Vad(options.aggressiveness)  # refuses a value that is not 0..3

    def stream(self) -> WebrtcVadStream:
        return WebrtcVadStream(self._options)

    def close(self) -> None:
        """Nothing is held."""


class WebrtcVadStream:
    def __init__(self, options: WebrtcOptions) -> None:
        self._options = options
        self._vad = webrtcvad.Vad(options.aggressiveness)
        self._waiting: Pcm = np.zeros(0, np.int16)
        self._levels: deque[float] = deque(maxlen=_QUIETEST_FRAMES)

    def feed(self, pcm: Pcm) -> list[float]:
        size = self.frame_samples
        joined = np.concatenate([self._waiting, pcm])
        whole = joined.size - joined.size % size
        self._waiting = joined[whole:]
        frames = joined[:whole].reshape(-1, size)
        levels = 10 * np.log10(np.mean(frames.astype(np.float64) ** 2, axis=1) + 1.0) if whole else np.zeros(0)
        return [self._probability(frame, float(level)) for frame, level in zip(frames, levels, strict=True)]

    frame_samples = 16_000 * FRAME_MS // 1_000

    def _probability(self, frame: Pcm, level_db: float) -> float:
        """0..1; below 0.5 where the frame does not rise above the room."""
        self._levels.append(level_db)
        is_voice = self._vad.is_speech(frame.tobytes(), 16_000)
        room_db = min(max(min(self._levels), _FLOOR_DB), _HEADROOM_DB)
        rise = level_db - room_db - self._options.rise_db
        if not is_voice or level_db < self._options.least_db:
            return 0.0
        return float(1.0 / (1.0 + np.exp(-rise)))
