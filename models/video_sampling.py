"""Which frames of a recorded video the published memory looks at, and how it words a clip's time. Pure numbers."""

from __future__ import annotations

from dataclasses import dataclass

MIN_CLIPS = 5


@dataclass(frozen=True)
class Span:
    start_s: float
    end_s: float

    @property
    def prompt(self) -> str:
        return time_prompt(self.start_s, self.end_s)


def time_prompt(start_s: float, end_s: float) -> str:
    """The text in front of a clip's pictures."""
    return f"This contains a clip sampled in {round(start_s)} to {round(end_s)} seconds"


def count_clips(n_frames: int, fps: float, clip_frames: int, max_clips: int) -> int:
    """As many clips as clip_frames seconds fit, at least five; the maximum wins."""
    return min(max(round(n_frames / fps / clip_frames), MIN_CLIPS), max_clips)


def choose_frames(n_frames: int, n_chosen: int) -> list[int]:
    """The middles of n_chosen equal parts of the video, in whole frames."""
    step = (n_frames - 1) / n_chosen
    return [(round(step * i) + round(step * (i + 1))) // 2 for i in range(n_chosen)]


def clip_spans(frames: list[int], fps: float, clip_frames: int) -> list[Span]:
    """From the start of each clip's first frame to the end of its last."""
    firsts = range(0, len(frames), clip_frames)
    return [Span(frames[i] / fps, (frames[i + clip_frames - 1] + 1) / fps) for i in firsts]
