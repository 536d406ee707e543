"""The one generation loop of all local reasoners: prefill once, then token by token, stopped within one token.

Owns sampling and stop ids. Knows no text and no pictures: embeddings go in, ids come out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import torch
from torch import Tensor

from models.beams import search
from models.decoder import Decoder
from models.language import CausalLm
from models.resident import Resident


@dataclass(frozen=True, kw_only=True)
class Sampling:
    max_new_tokens: int = 512
    temperature: float = 0.0  # 0: the likeliest token each time
    top_k: int = 0  # 0: no such limit
    top_p: float = 1.0
    repetition_penalty: float = 1.0  # on what was generated, not on the prompt
    seed: int = 0  # of this reply's own random numbers
    beams: int = (
        1  # above 1: the likeliest of so many continuations, told when the search is over; not with temperature
    )
    stop_ids: frozenset[int] = field(default_factory=frozenset)
    stop_texts: tuple[str, ...] = ()  # for who makes text of the ids: a reply ends before any of them


@dataclass(frozen=True)
class Step:
    """One token of each row. ids (B,), logits (B, V) before any sampling rule, in float32."""

    ids: Tensor
    logits: Tensor
    finished: tuple[bool, ...]  # rows that have met a stop id, with this token or before


def penalised(logits: Tensor, seen: Tensor, penalty: float) -> Tensor:
    """Logits (B, V) with those of the ids seen (B, n) moved down by a factor."""
    if penalty == 1.0 or not seen.shape[1]:
        return logits
    scores = logits.gather(1, seen)
    return logits.scatter(1, seen, torch.where(scores < 0, scores * penalty, scores / penalty))


def pick(logits: Tensor, seen: Tensor, sampling: Sampling, generator: torch.Generator) -> Tensor:
    """The next ids (B,) from logits (B, V), given the ids generated so far, seen (B, n)."""
    logits = penalised(logits, seen, sampling.repetition_penalty)
    if sampling.temperature <= 0:
        return logits.argmax(-1)
    logits = logits / sampling.temperature
    if 0 < sampling.top_k < logits.shape[-1]:
        floor = logits.topk(sampling.top_k).values[:, -1:]
        logits = logits.masked_fill(logits < floor, -torch.inf)
    if sampling.top_p < 1.0:
        ordered, order = logits.sort(descending=True)
        shares = ordered.softmax(-1)
        # A token stays while the likelier ones before it hold less than top_p; the first always stays.
        dropped = (shares.cumsum(-1) - shares) >= sampling.top_p
        logits = logits.masked_fill(dropped.scatter(1, order, dropped), -torch.inf)
    return torch.multinomial(logits.softmax(-1), 1, generator=generator)[:, 0]


@torch.inference_mode()
def generate(
    model: CausalLm,
    inputs_embeds: Tensor,  # (B, L, H)
    sampling: Sampling,
    *,
    attention_mask: Tensor | None = None,  # (B, L), left padding
    cancelled: Callable[[], bool] = lambda: False,
    lora_mask: Tensor | None = None,  # (B, L): positions of the prompt that take a partial LoRA
    resident: Resident | None = None,  # of the same network: what it has read before is not read again
    generator: torch.Generator | None = None,  # on the network's device; None: one of this reply, from the seed
) -> Iterator[Step]:
    """Tokens as they come. Ends after max_new_tokens, when every row met a stop id, or when cancelled() is true.

    A prompt that does not fit into what is resident, and a batch, get a cache of their own.
    """
    if sampling.beams > 1:
        yield from _beam_steps(model, inputs_embeds, sampling, attention_mask, cancelled, lora_mask)
        return
    batch, length, _ = inputs_embeds.shape
    total = length + sampling.max_new_tokens
    device = inputs_embeds.device
    decoder: Decoder
    if resident is not None and batch == 1 and attention_mask is None and total <= resident.capacity:
        decoder = resident
    else:
        decoder = Decoder(model, total, _padded(attention_mask, total))
    generator = generator or torch.Generator(device).manual_seed(sampling.seed)
    seen = torch.empty(batch, 0, dtype=torch.long, device=device)
    finished = torch.zeros(batch, dtype=torch.bool, device=device)
    logits = decoder.prefill(inputs_embeds, lora_mask, cancelled)
    for at in range(length, total):
        if logits is None or cancelled():
            return
        ids = pick(logits, seen, sampling, generator)
        for stop in sampling.stop_ids:
            finished = finished | (ids == stop)
        over = tuple(finished.tolist())
        yield Step(ids, logits, over)
        if all(over) or cancelled() or at == total - 1:
            return
        seen = torch.cat((seen, ids[:, None]), dim=1)
        logits = decoder.step(ids, at)


def _padded(mask: Tensor | None, total: int) -> Tensor | None:
    """A mask (B, L) with ones for what comes, up to the total length."""
    return None if mask is None else torch.nn.functional.pad(mask, (0, total - mask.shape[1]), value=1)


def _beam_steps(
    model: CausalLm,
    inputs_embeds: Tensor,
    sampling: Sampling,
    attention_mask: Tensor | None,
    cancelled: Callable[[], bool],
    lora_mask: Tensor | None,
) -> Iterator[Step]:
    """What a beam search found, as the tokens of a reply; without logits. A row that is over repeats a stop id."""
    if sampling.temperature > 0:
        raise ValueError("several beams take the likeliest words: set temperature = 0, or beams = 1")
    mask = (
        torch.ones(inputs_embeds.shape[:2], device=inputs_embeds.device) if attention_mask is None else attention_mask
    )
    found = search(
        model,
        inputs_embeds,
        mask,
        lambda logits, seen: penalised(logits, seen, sampling.repetition_penalty),
        beams=sampling.beams,
        max_new_tokens=sampling.max_new_tokens,
        stop_ids=sampling.stop_ids,
        cancelled=cancelled,
        lora_mask=lora_mask,
    )
    over = [False] * len(found)
    fill = min(sampling.stop_ids, default=0)
    for at in range(max(map(len, found))):
        ids = [row[at] if at < len(row) else fill for row in found]
        over = [o or i in sampling.stop_ids or at >= len(row) for o, i, row in zip(over, ids, found, strict=True)]
        yield Step(torch.tensor(ids), torch.empty(len(found), 0), tuple(over))
