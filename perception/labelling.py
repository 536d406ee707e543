"""A classifier of short recordings as a stream: windows of sound get a label each, equal ones in a row are one stretch.

Pure. Windows are counted in samples, so that the labels do not depend on how the sound was cut. It knows no model.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np

from perception.backends.base import Pcm, Sound

SILENCE = "silence"
_SHORTEST_SHARE = 0.25  # of a window; a shorter rest at the end of a stream counts to the stretch before
_MOST_LETTERS = 40
_KNOWN = (
    (SILENCE, re.compile(r"\b(silen\w*|quiet\w*)\b|静音|安静")),
    ("music", re.compile(r"\b(music\w*|song|singing)\b|音乐|歌")),
    ("speech", re.compile(r"\b(speech|speak\w*|human|voice|talk\w*|conversation)\b|说话|人声|语音")),
    ("bang", re.compile(r"\b(bang|gun ?shots?|explosion)\b|爆炸|枪声")),
    ("noise", re.compile(r"\b(noise|static|hiss)\b|噪音|噪声")),
)

Classify = Callable[[Pcm], tuple[str, float]]  # a window -> the model's own words, and how sure it is


def label_of(words: str) -> str:
    """What a model says of a sound as one of the five labels, or else its own words, short and in lower case."""
    first = words.strip().strip("'\"").split("\n")[0].strip(" .。'\"").lower()
    for label, pattern in _KNOWN:
        if pattern.search(first):
            return label
    return first[:_MOST_LETTERS].rstrip() or "noise"


class Labelling:
    """perception.backends.base.SoundStream around a function that classifies. quiet_rms: below it, it is not asked."""

    def __init__(self, classify: Classify, n_samples: int, quiet_rms: float) -> None:
        self._classify = classify
        self._n_samples = n_samples
        self._quiet_rms = quiet_rms
        self._waiting: Pcm = np.zeros(0, np.int16)
        self._open: Sound | None = None
        self._windows = 0  # in the open stretch
        self._position = 0  # samples that have a label

    def feed(self, pcm: Pcm) -> list[Sound]:
        """Stretches that ended."""
        self._waiting = np.concatenate([self._waiting, pcm])
        ended: list[Sound] = []
        while self._waiting.size >= self._n_samples:
            window, self._waiting = self._waiting[: self._n_samples], self._waiting[self._n_samples :]
            ended += self._label(window)
        return ended

    def finish(self) -> list[Sound]:
        """The last stretches; a stream that goes on begins a new one."""
        rest, self._waiting = self._waiting, self._waiting[:0]
        ended: list[Sound] = []
        if self._open is not None and rest.size < _SHORTEST_SHARE * self._n_samples:
            self._extend(rest.size, self._open.score)
        elif rest.size:
            ended += self._label(rest)
        last, self._open = self._open, None
        return ended if last is None else [*ended, last]

    def _label(self, window: Pcm) -> list[Sound]:
        power = float(np.mean(window.astype(np.float64) ** 2))
        if power < self._quiet_rms**2:
            label, score = SILENCE, 1.0
        else:
            words, score = self._classify(window)
            label = label_of(words)
        if self._open is not None and self._open.label == label:
            self._extend(window.size, score)
            return []
        ended = [] if self._open is None else [self._open]
        start, self._position = self._position, self._position + window.size
        self._open = Sound(start_sample=start, end_sample=self._position, label=label, score=score)
        self._windows = 1
        return ended

    def _extend(self, n_samples: int, score: float) -> None:
        """The open stretch goes on; its score is the mean of its windows."""
        assert self._open is not None
        self._position += n_samples
        self._windows += 1
        mean = self._open.score + (score - self._open.score) / self._windows
        start, label = self._open.start_sample, self._open.label
        self._open = Sound(start_sample=start, end_sample=self._position, label=label, score=mean)
