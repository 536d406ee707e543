"""The published streaming schedule of the video memory, step by step.

Every step encodes all frames so far of the open clip again and integrates all clips again, so a step's cost grows with
the stream: it is here for parity and comparison.
"""

from __future__ import annotations

import torch
from torch import Tensor

from models.video_memory import VideoMemory, similarity

THRESHOLD = 0.3  # a clip whose cosine is above it answers


class PublishedStream:
    """local: (T*pool_num, H) of each clip; time: (H,) of each; global_memory: (clips, H), the newest integration."""

    def __init__(self, memory: VideoMemory) -> None:
        self._memory = memory
        self.local: list[Tensor] = []
        self.time: list[Tensor] = []
        self.global_memory: Tensor | None = None

    def step(self, ids: Tensor, features: Tensor, *, new_clip: bool) -> Tensor:
        """All frames so far of the open clip, (T, patches, C), and its time text (L,) without the picture marker.

        Returns the projected tokens. A new clip is appended, else the last one is replaced.
        """
        tokens = self._memory.project(features[None])[0]
        states = self._memory.read(torch.cat((self._memory.embed(ids), tokens))[None])[0]
        n_local = self._memory.slots(len(tokens))
        if not new_clip:
            self.local.pop()
            self.time.pop()
        self.local.append(states[-1 - n_local : -1])
        self.time.append(states[-1])
        self.global_memory = self._memory.integrate(self.local, torch.stack(self.time))
        return tokens

    def ask(self, ids: Tensor) -> tuple[Tensor, Tensor]:
        """A question's ids (L,) -> its token (1, H) and its cosines (1, clips). Raises ValueError before any clip."""
        if self.global_memory is None:
            raise ValueError("nothing was seen yet")
        token = self._memory.question_tokens(self._memory.question_rows(self.global_memory, [ids]))
        return token, similarity(token, torch.stack(self.time))


def select_clip(cosines: Tensor, threshold: float = THRESHOLD) -> int | None:
    """The first clip in time order, not the best, above the threshold; None when there is none."""
    above = (cosines > threshold).nonzero().flatten()
    return int(above[0]) if len(above) else None
