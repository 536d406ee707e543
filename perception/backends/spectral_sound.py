"""Speech, music, noise, silence and bangs, told by how a sound's spectrum behaves within a second. No network.

Music holds its tones: the fine structure of the spectrum stays the same over 60 ms. Speech does so less, and its
loudness goes up and down. What does neither is noise, and so is a tone that never changes. A bang is broad, comes at
once and dies away. Speech over music counts as speech.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perception.backends.base import Pcm, Sound

RATE_HZ = 16_000
_FRAME = 320  # 20 ms
_WINDOW = 512
_TONES = slice(3, 130)  # bins of 31 Hz in which tones are looked for: 94 to 4 000 Hz
_BROAD = slice(3, 225)  # ... and over which a bang spreads
_SMOOTH = 9  # bins of the smooth spectrum above which a tone stands
_TONE_RISE = 0.5  # by this much, in natural logarithms of power
_LAG = 3  # frames over which a tone must hold
_JUDGED = 50  # frames of one verdict
_STEP = 25  # frames from one to the next
_PAUSE = 30  # quiet frames that end what was heard; shorter ones are pauses in it
_LEAST_SILENCE = 75  # frames
_LEAST = 10  # frames that are on, for anything to be told of a stretch
_LEAST_TUNE = 125  # frames of music without a pause; fewer are a sentence with long vowels
_LONGEST = 500  # frames: a stretch that goes on is told piece by piece
_BANG_LOOK = 18  # frames looked at to tell a bang
_BANG_BEFORE = 5  # frames before it that must have been much quieter
_MOST_OF_BANG = 45  # frames that are on, in a bang with what is left of it
_BANG_RISE_DB, _BANG_FALL_DB = 22.0, 9.0
_WINDOW_SHAPE = np.hanning(_WINDOW).astype(np.float32)


@dataclass(frozen=True, kw_only=True)
class SpectralOptions:
    on_db: float = 38.0  # level (re 1 of int16) from which a frame is no silence
    bang_db: float = 66.0  # level that a bang reaches
    held: float = 0.6  # how much of the tones must hold, for music whose loudness is even
    held_lively: float = 0.69  # ... whose loudness goes up and down as that of speech
    steady_db: float = 0.8  # spread of the level below which tones are a hum and no music
    lively_db: float = 3.2  # spread of the level from which it may be speech


class SpectralSound:
    Options = SpectralOptions
    sample_rate = RATE_HZ

    def __init__(self, options: SpectralOptions) -> None:
        self._options = options

    def stream(self) -> SpectralStream:
        return SpectralStream(self._options)

    def close(self) -> None:
        """Nothing is held."""


@dataclass(frozen=True, slots=True)
class _Frame:
    level_db: float
    flatness: float  # 0: one tone, 1: white
    tones: NDArray[np.float32]  # (127,) unit vector of what stands above the smooth spectrum


class SpectralStream:
    """One session's. Counts frames from its first sample."""

    def __init__(self, options: SpectralOptions) -> None:
        self._options = options
        self._waiting: Pcm = np.zeros(0, np.int16)
        self._before: Pcm = np.zeros(_WINDOW - _FRAME, np.int16)  # the window reaches back into it
        self._count = 0  # frames so far
        self._recent: deque[float] = deque(maxlen=_BANG_BEFORE)  # levels before the newest frames
        self._active: list[_Frame] = []  # since the sound set in; empty while it is silent
        self._since = 0  # frame at which what is going on began: silence, or a stretch of one label
        self._quiet = 0  # frames below the threshold, in a row
        self._label, self._votes = "", ""  # of the stretch; of the last verdict, if it differed
        self._scores: list[float] = []
        self._banged = -1  # frame of the last bang

    def feed(self, pcm: Pcm) -> list[Sound]:
        joined = np.concatenate([self._waiting, pcm])
        whole = joined.size - joined.size % _FRAME
        self._waiting = joined[whole:]
        found: list[Sound] = []
        for frame in self._frames(joined[:whole]):
            found += self._step(frame)
        return found

    def finish(self) -> list[Sound]:
        """The sound is over; what is still going on ends here."""
        found = self._end() if self._active else self._silence(self._count)
        self._since = self._count
        return found

    def _frames(self, pcm: Pcm) -> list[_Frame]:
        if not pcm.size:
            return []
        padded = np.concatenate([self._before, pcm])
        self._before = padded[-(_WINDOW - _FRAME) :]
        n = pcm.size // _FRAME
        windows = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::_FRAME][:n].astype(np.float32)
        power = np.abs(np.fft.rfft(windows * _WINDOW_SHAPE, axis=1)) ** 2 + 1.0
        levels = 10 * np.log10(np.mean(pcm.reshape(n, _FRAME).astype(np.float64) ** 2, axis=1) + 1.0)
        broad = power[:, _BROAD]
        flatness = np.exp(np.mean(np.log(broad), axis=1)) / np.mean(broad, axis=1)
        logs = np.log(power[:, _TONES])
        edge = _SMOOTH // 2
        sums = np.cumsum(np.pad(logs, ((0, 0), (edge + 1, edge)), mode="edge"), axis=1)
        rise = np.maximum(logs - (sums[:, _SMOOTH:] - sums[:, :-_SMOOTH]) / _SMOOTH - _TONE_RISE, 0.0)
        tones = rise / (np.linalg.norm(rise, axis=1, keepdims=True) + 1e-6)
        return [
            _Frame(float(levels[i]), float(flatness[i]), np.round(tones[i], 4).astype(np.float32)) for i in range(n)
        ]

    def _step(self, frame: _Frame) -> list[Sound]:
        self._count += 1
        is_on = frame.level_db >= self._options.on_db
        found: list[Sound] = []
        if not self._active:
            if not is_on:
                self._recent.append(frame.level_db)
                return found
            found = self._silence(self._count - 1)
            self._since = self._count - 1
        self._active.append(frame)
        self._quiet = 0 if is_on else self._quiet + 1
        found += self._bang()
        if self._quiet >= _PAUSE:
            return found + self._end()
        if len(self._active) % _STEP == 0 and len(self._active) >= _JUDGED:
            found += self._verdict()
        return found

    def _verdict(self) -> list[Sound]:
        """Twice the same other label ends a stretch; it began where the first of the two verdicts looked."""
        if self._is_dying_bang():
            return []
        label, score = judged(self._active[-_JUDGED:], self._options)
        found: list[Sound] = []
        if not self._label or label == self._label:
            self._label, self._votes = label, ""
            self._scores.append(score)
            if self._count - self._since >= _LONGEST:
                found = self._told(self._count)
        elif label == self._votes and self._is_sung_vowel(label):
            self._label, self._votes, self._scores = label, "", [score]
        elif label == self._votes:
            found = self._told(max(self._since, self._count - _JUDGED))
            self._label, self._votes, self._scores = label, "", [score]
        else:
            self._votes = label
        del self._active[: -2 * _JUDGED]  # no verdict looks further back; a multiple of the step remains
        return found

    def _is_sung_vowel(self, follows: str) -> bool:
        """What was taken for music is too short for it and goes on as speech."""
        return (self._label, follows) == ("music", "speech") and self._count - _JUDGED - self._since < _LEAST_TUNE

    def _end(self) -> list[Sound]:
        """Quiet again: what was heard ended where the quiet began."""
        end = self._count - self._quiet
        frames = self._active[: len(self._active) - self._quiet]
        if not self._label and len(frames) >= _LEAST and not self._is_dying_bang():
            self._label, score = judged(frames, self._options)
            self._scores.append(score)
        if self._label == "music" and end - self._since < _LEAST_TUNE:
            self._label = "speech"
        found = self._told(end) if self._label else []
        self._active, self._label, self._votes, self._scores, self._quiet = [], "", "", [], 0
        self._recent.clear()
        self._since = end
        return found

    def _is_dying_bang(self) -> bool:
        """All that was heard since it was quiet is a bang and what is left of it."""
        on = sum(frame.level_db >= self._options.on_db for frame in self._active)
        return not self._label and self._banged == self._since and on < _MOST_OF_BANG

    def _told(self, end: int) -> list[Sound]:
        """What is going on, up to `end`; what follows begins there."""
        if end <= self._since:
            return []
        score = float(np.mean(self._scores)) if self._scores else 0.5
        sound = Sound(
            start_sample=self._since * _FRAME, end_sample=end * _FRAME, label=self._label, score=round(score, 3)
        )
        self._since, self._scores = end, []
        return [sound]

    def _silence(self, end: int) -> list[Sound]:
        if end - self._since < _LEAST_SILENCE:
            return []
        return [Sound(start_sample=self._since * _FRAME, end_sample=end * _FRAME, label="silence")]

    def _bang(self) -> list[Sound]:
        """A bang that began _BANG_LOOK frames ago."""
        options, look = self._options, self._active[-_BANG_LOOK:]
        if len(look) < _BANG_LOOK:
            return []
        start = self._count - _BANG_LOOK
        before = [f.level_db for f in self._active[-_BANG_LOOK - _BANG_BEFORE : -_BANG_LOOK]]
        before = (list(self._recent) + before)[-_BANG_BEFORE:]
        levels = [f.level_db for f in look]
        peak = max(levels[:3])
        sudden = peak >= options.bang_db and peak - max(before, default=0.0) >= _BANG_RISE_DB
        dies = np.mean(levels[10:14]) <= peak - _BANG_FALL_DB / 2 and np.mean(levels[14:]) <= peak - _BANG_FALL_DB
        broad = float(np.mean([f.flatness for f in look[:8]])) > 0.08
        toneless = held(look, 1) < 0.42
        if not (sudden and dies and broad and toneless):
            return []
        self._banged = start
        lasts = next((i for i, level in enumerate(levels) if level < peak - 20), _BANG_LOOK)
        return [Sound(start_sample=start * _FRAME, end_sample=(start + lasts) * _FRAME, label="bang")]


def held(frames: Sequence[_Frame], lag: int) -> float:
    """0..1: how much of the tones is still there `lag` frames later."""
    if len(frames) <= lag:
        return 0.0
    tones = np.stack([frame.tones for frame in frames])
    return float(np.mean(np.sum(tones[lag:] * tones[:-lag], axis=1)))


def judged(frames: Sequence[_Frame], options: SpectralOptions) -> tuple[str, float]:
    """The class of about a second of sound, and how clear that is, 0.5..1."""
    levels = np.array([frame.level_db for frame in frames])
    on = [frame for frame in frames if frame.level_db >= max(options.on_db, levels.max() - 25)]
    tones = held(on, min(_LAG, max(1, len(on) // 3)))
    spread = float(levels.std())
    needed = options.held_lively if spread >= options.lively_db else options.held
    if tones >= needed and spread >= options.steady_db:
        return "music", _clear(tones - needed, 0.2)
    if tones < needed and spread >= options.lively_db:
        return "speech", _clear(spread - options.lively_db, 6.0)
    return "noise", _clear(options.lively_db - spread, 3.0)


def _clear(margin: float, full: float) -> float:
    return float(min(1.0, 0.5 + 0.5 * max(0.0, margin) / full))
