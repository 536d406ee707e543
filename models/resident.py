"""What a language model has read stays in its cache between replies: a prompt that begins alike is read from there on.

Prompts are compared by their embeddings, exactly, so nothing else can be taken for what is resident. The caller puts
first what seldom changes (system words, newest frames) and may have it read before there is a question.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from models.decoder import Stepping, SteppingDecoder
from models.language import CausalLm


class Resident(SteppingDecoder):
    """One text at a time, of at most `capacity` tokens with its reply."""

    def __init__(self, model: CausalLm, capacity: int, stepping: Stepping) -> None:
        super().__init__(model, capacity, stepping)
        self._known: Tensor | None = None  # (capacity, H): the embeddings of what is in the cache
        self._lora: Tensor | None = None  # (capacity,) bool
        self._coming: tuple[Tensor, Tensor | None] | None = None
        self.length = 0  # positions that are resident
        self.reused = 0  # positions of the last prompt that had not to be read

    def prefill(
        self, embeds: Tensor, lora_mask: Tensor | None = None, cancelled: Callable[[], bool] = lambda: False
    ) -> Tensor | None:
        """Read a prompt (1, L, H) from where it differs from the one before; the last position is always read."""
        length = embeds.shape[1]
        start = min(self.common(embeds, lora_mask), length - 1)
        whole = self.limit is not None and length > self.limit  # rotated as one: nothing before holds, nor after
        self.reused = start = 0 if whole else start
        self.length = start
        self._coming = None if whole else (embeds, lora_mask)
        try:
            return self._read(embeds, start, lora_mask, cancelled)
        finally:
            self._coming = None

    @torch.inference_mode()
    def prepare(
        self, embeds: Tensor, lora_mask: Tensor | None = None, cancelled: Callable[[], bool] = lambda: False
    ) -> None:
        """Have the beginning of a coming prompt read; nothing happens where it is resident or does not fit."""
        if embeds.shape[1] <= self.capacity and self.common(embeds, lora_mask) < embeds.shape[1]:
            self.prefill(embeds, lora_mask, cancelled)

    def common(self, embeds: Tensor, lora_mask: Tensor | None = None) -> int:
        """How many positions of a prompt (1, L, H) are resident."""
        n = min(self.length, embeds.shape[1])
        if self._known is None or self._lora is None or not n:
            return 0
        alike = (self._known[:n] == embeds[0, :n]).all(-1)
        alike &= self._lora[:n] == (lora_mask[0, :n] if lora_mask is not None else False)
        return int(alike.long().cumprod(0).sum())

    def warm_up(self) -> None:
        super().warm_up()
        self.length = 0  # a warmed step has written somewhere

    @torch.inference_mode()
    def forget(self) -> None:
        """Nothing of any prompt or reply is left in memory that it holds."""
        self.length = self.reused = 0
        self.cache.wipe()
        for held in (self._known, self._id):
            if held is not None:
                held.zero_()

    def _was_read(self, end: int) -> None:
        if self._coming is None:
            return
        embeds, lora = self._coming
        if self._known is None or self._lora is None:
            self._known = embeds.new_zeros(self.capacity, embeds.shape[-1])
            self._lora = torch.zeros(self.capacity, dtype=torch.bool, device=embeds.device)
        self._known[self.length : end] = embeds[0, self.length : end]
        self._lora[self.length : end] = False if lora is None else lora[0, self.length : end]
        self.length = end
