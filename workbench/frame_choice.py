"""Which frames of a video the models' cards look at. Pure numbers."""

from __future__ import annotations

from models.internvl_prompts import frame_indices

IXC_MOST, IXC_PER_SECOND = 32, 1


def middles(n_frames: int, n_chosen: int) -> list[int]:
    """The middles of n equal parts, as InternVL's cards have it; a video with fewer frames shows each of them once."""
    if n_frames <= n_chosen:
        return list(range(n_frames))
    return frame_indices(0, n_frames - 1, n_chosen)


def each_second(n_frames: int, fps: float, most: int = IXC_MOST) -> list[int]:
    """One frame a second; when these are more than `most`, every so-manieth of them from the first one on.

    As IXC-2.5's code has it: the step is the number of frames over most + 1, so that the end is not reached.
    """
    chosen = list(range(0, n_frames, max(1, round(fps / IXC_PER_SECOND))))
    if len(chosen) <= most:
        return chosen
    step = len(chosen) / (most + 1)
    return [chosen[int(i * step)] for i in range(most)]
