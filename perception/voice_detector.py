"""When a voice sets in and when it stops, by the speech probabilities of frames. Pure."""

from __future__ import annotations

from collections import deque

from perception.turns import MS, Edge


class VoiceDetector:
    """Speech probabilities of frames in a row become edges, with hysteresis.

    On: `onset_ms` of speech within the last `window_ms`. Off: `hangover_ms` in which hardly a frame is speech.
    """

    def __init__(
        self, frame_ms: int, *, onset_ms: int = 120, window_ms: int = 200, hangover_ms: int = 240,
        on_at: float = 0.5, off_below: float = 0.35,
    ) -> None:  # fmt: skip
        self._frame_ns = frame_ms * MS
        self._needed = max(1, round(onset_ms / frame_ms))
        self._hangover = max(1, round(hangover_ms / frame_ms))
        self._on_at, self._off_below = on_at, off_below
        self._recent: deque[bool] = deque(maxlen=max(self._needed, round(window_ms / frame_ms)))
        self._quiet = 0  # frames without speech in a row
        self._noisy = 0  # speech frames in a row
        self._last_voiced_ns = 0
        self.on = False

    def step(self, end_ns: int, probability: float) -> Edge | None:
        """The frame that ends at end_ns."""
        if not self.on:
            self._recent.append(probability >= self._on_at)
            if sum(self._recent) < self._needed:
                return None
            first = len(self._recent) - list(self._recent).index(True)
            self._recent.clear()
            self.on, self._quiet, self._noisy, self._last_voiced_ns = True, 0, 2, end_ns
            return Edge(end_ns, end_ns - first * self._frame_ns, True)
        if probability >= self._off_below:
            self._noisy += 1
            if self._noisy >= 2 or self._quiet == 0:  # one lone frame is a click and does not prolong the voice
                self._quiet, self._last_voiced_ns = 0, end_ns
            else:
                self._quiet += 1
        else:
            self._noisy = 0
            self._quiet += 1
        return self.stop(end_ns) if self._quiet >= self._hangover else None

    def stop(self, t_ns: int) -> Edge | None:
        """The voice ends now, whatever the frames say; None if there is none."""
        if not self.on:
            self._recent.clear()
            return None
        self.on = False
        self._recent.clear()
        return Edge(t_ns, self._last_voiced_ns, False)
