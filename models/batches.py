"""Several prompts as one left-padded batch, and the tokens of its generation as texts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from models.generate import Step
from models.text_stream import TextStream


@dataclass(frozen=True)
class Batch:
    """embeds (B, L, H); mask (B, L) int64, 0 at the padding; lora_mask (B, L) bool, None where no prompt has one."""

    embeds: Tensor
    mask: Tensor
    lora_mask: Tensor | None


def left_pad(embeds: Sequence[Tensor], lora_masks: Sequence[Tensor] | None = None) -> Batch:
    """From prompts (1, L_i, H), and where they have one their masks (1, L_i)."""
    longest, device = max(rows.shape[1] for rows in embeds), embeds[0].device
    padded = torch.zeros(len(embeds), longest, embeds[0].shape[2], dtype=embeds[0].dtype, device=device)
    mask = torch.zeros(len(embeds), longest, dtype=torch.long, device=device)
    lora = None if lora_masks is None else torch.zeros(len(embeds), longest, dtype=torch.bool, device=device)
    for i, rows in enumerate(embeds):
        padded[i, longest - rows.shape[1] :] = rows[0]
        mask[i, longest - rows.shape[1] :] = 1
        if lora is not None and lora_masks is not None:
            lora[i, longest - rows.shape[1] :] = lora_masks[i][0]
    return Batch(padded, mask, lora)


def row_texts(
    steps: Iterable[Step],
    n_rows: int,
    decode: Callable[[list[int]], str],
    stops: Sequence[str],
    stop_ids: frozenset[int],
) -> list[str]:
    """The text of each row, up to its first stop id or stop text; ends the generation when all rows have theirs."""
    streams = [TextStream(decode, stops) for _ in range(n_rows)]
    texts, over = [""] * n_rows, [False] * n_rows
    for step in steps:
        for i, token in enumerate(step.ids.tolist()):
            over[i] = over[i] or token in stop_ids or streams[i].stopped
            if not over[i]:
                texts[i] += streams[i].push(token)
        if all(over):
            break
    return [text + stream.finish() for text, stream in zip(texts, streams, strict=True)]
