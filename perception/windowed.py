"""A recogniser of whole recordings as a stream: it reads a growing window of the utterance again and again. Pure.

When it reads depends on the count of samples alone, so that the words do not depend on how the sound was cut. The
transcript is the last reading of each whole window; what came before were captions. Where that is wanted, a window is
read when the voice stops, and if the voice does not come back, that reading is the transcript, which thus is there
before the pause is long enough to end the utterance. It knows no model.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from perception.agreement import Agreement, joined
from perception.backends.base import Pcm, Transcript

RATE_HZ = 16_000
SHORTEST = RATE_HZ // 10  # samples; less holds no word, and makes models invent some
_STEP = RATE_HZ // 50  # samples of a frame whose loudness is compared

Read = Callable[[Pcm], Transcript]  # all words of a piece of sound of at most longest_s


@dataclass(frozen=True, kw_only=True)
class Windows:
    """every_s: of new sound between two captions, 0 for none; slower: the sound so far times this comes on top.
    longest_s: of sound that is read at once; longer ones are cut where they are quietest within its last cut_s.
    at_pause: read when the voice stops, see the module."""

    every_s: float = 1.0
    slower: float = 0.0
    longest_s: float = 28.0
    cut_s: float = 6.0
    at_pause: bool = False


class WindowedAsr:
    """perception.backends.base.PausingStream around a function that reads.

    glance: one that costs less, for captions.
    """

    def __init__(self, read: Read, windows: Windows, glance: Read | None = None) -> None:
        self._read = read
        self._glance = glance or read
        self._at_pause = windows.at_pause
        self._every = round(windows.every_s * RATE_HZ)
        self._slower = windows.slower
        self._longest = max(round(windows.longest_s * RATE_HZ), 2 * _STEP)
        self._cut = min(round(windows.cut_s * RATE_HZ), self._longest - _STEP)
        self.begin()

    def begin(self) -> None:
        self._window = np.zeros(0, np.int16)
        self._next = self._every  # samples of the window at which it is read next
        self._agreement = Agreement()
        self._done: list[tuple[Transcript, int]] = []  # of windows that are over, with their samples
        self._caption = ""  # of the open window
        self._at_rest: Transcript | None = None  # of the open window, when the voice stopped and is not back

    def feed(self, pcm: Pcm) -> str:
        """The words so far."""
        while pcm.size:
            stop = min(self._next, self._longest) if self._every else self._longest
            room = stop - self._window.size
            self._window = np.concatenate([self._window, pcm[:room]])
            pcm = pcm[room:]
            if self._window.size >= self._longest:
                self._close(self._quietest())
            elif self._every and self._window.size >= self._next:
                self._next += self._every + round(self._slower * self._next)
                if self._at_rest is not None:
                    continue
                found = self._reading(self._window, self._glance)
                if found.failure:  # the next caption would wait as long for nothing
                    self._next = self._longest
                else:
                    self._caption = self._agreement.take(found.text)
        return joined(self._so_far(), self._caption)

    def voice(self, on: bool) -> str:
        """The words so far, after the voice stopped or came back."""
        if on or not self._at_pause:
            self._at_rest = None
        elif self._at_rest is None:
            found = self._reading(self._window, self._read)
            if not found.failure:
                self._at_rest, self._caption = found, self._agreement.settle(found.text)
        return joined(self._so_far(), self._caption)

    def finish(self) -> Transcript:
        """The words, and how sure they are: the mean over the windows by their length."""
        self._close(self._window.size)
        n_samples = sum(size for _, size in self._done)
        score = sum(found.score * (size / n_samples) for found, size in self._done)
        failure = next((found.failure for found, _ in self._done if found.failure), "")
        found = Transcript(text=self._so_far(), score=score, failure=failure)
        self.begin()
        return found

    def _so_far(self) -> str:
        text = ""
        for found, _ in self._done:
            text = joined(text, found.text)
        return text

    def _close(self, n_samples: int) -> None:
        """The window's first samples are read for good; the rest is the next window."""
        if n_samples:
            is_whole = n_samples == self._window.size
            known = self._at_rest if is_whole else None
            self._done.append((known or self._reading(self._window[:n_samples], self._read), n_samples))
        self._window = self._window[n_samples:]
        self._next = (self._window.size // self._every + 1) * self._every if self._every else 0
        self._agreement, self._caption, self._at_rest = Agreement(), "", None

    def _reading(self, pcm: Pcm, read: Read) -> Transcript:
        if pcm.size < SHORTEST or not pcm.any():
            return Transcript(text="", score=0.0)
        return read(pcm)

    def _quietest(self) -> int:
        """The middle of the quietest frame in the last cut_s of the window."""
        start = self._window.size - self._cut
        frames = self._window[start : start + self._cut // _STEP * _STEP].reshape(-1, _STEP).astype(np.float64)
        return start + int(np.argmin((frames**2).mean(axis=1))) * _STEP + _STEP // 2
