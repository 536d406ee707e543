"""Beam search over the same networks as the generation loop: several continuations side by side, the likeliest wins.

A hypothesis is scored by the mean log-probability of its tokens. Source: Wu et al. 2016, arXiv 1609.08144, without
the coverage term. Nothing is known before the search ends.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from models.language import CausalLm, new_cache


@dataclass
class Row:
    """The hypotheses of one prompt. They are complete when no running beam can become better than them."""

    width: int
    found: list[tuple[float, list[int]]] = field(default_factory=list)  # mean log-probability, ids
    done: bool = False

    def add(self, score: float, ids: list[int]) -> None:
        self.found.append((score / max(1, len(ids)), ids))
        self.found = sorted(self.found, key=lambda one: -one[0])[: self.width]

    def settle(self, best_running: float, length: int) -> None:
        """best_running: the summed log-probability of the best beam of that length that still runs."""
        worst = self.found[-1][0] if len(self.found) == self.width else float("-inf")
        self.done = self.done or worst >= best_running / max(1, length)


@dataclass(frozen=True)
class Choice:
    """What goes on in one row: for each beam its summed log-probability, the beam it comes from, its next id."""

    scores: list[float]
    parents: list[int]
    ids: list[int]


def choose(
    row: Row, candidates: Sequence[tuple[float, int, int]], told: Sequence[list[int]], stop_ids: frozenset[int]
) -> Choice:
    """The next beams from candidates (score, beam, id), the best first, twice as many as beams; told: ids by beam."""
    chosen: list[tuple[float, int, int]] = []
    for rank, (score, beam, token) in enumerate(candidates):
        if token in stop_ids:
            if rank < row.width and not row.done:
                row.add(score, [*told[beam], token])
        elif len(chosen) < row.width:
            chosen.append((score, beam, token))
    while len(chosen) < row.width:  # hardly any other token than a stop is possible
        chosen.append((float("-inf"), 0, candidates[0][2]))
    row.settle(chosen[0][0], len(told[0]) + 1)
    scores, parents, ids = zip(*chosen, strict=True)
    return Choice(list(scores), list(parents), list(ids))


class Beams:
    """The running beams of a batch: tables of (batch * beams) rows, the beams of one prompt side by side."""

    def __init__(self, batch: int, beams: int, stop_ids: frozenset[int], device: torch.device) -> None:
        self.beams, self.stop_ids = beams, stop_ids
        self.rows = [Row(beams) for _ in range(batch)]
        self.told = torch.empty(batch * beams, 0, dtype=torch.long, device=device)
        self._running = torch.full((batch, beams), -torch.inf, device=device)
        self._running[:, 0] = 0.0  # all beams begin alike: the first one speaks for them

    @property
    def done(self) -> bool:
        return all(row.done for row in self.rows)

    def advance(self, shares: Tensor) -> tuple[Tensor, Tensor]:
        """From log-probabilities (batch * beams, V): which rows go on (batch * beams,), and the next id of each."""
        vocabulary, device = shares.shape[-1], shares.device
        scores = shares.view(len(self.rows), self.beams, vocabulary) + self._running[:, :, None]
        best = scores.flatten(1).topk(min(2 * self.beams, self.beams * vocabulary))
        choices = []
        for i, row in enumerate(self.rows):
            values, places = best.values[i].tolist(), best.indices[i].tolist()
            listed = [(v, p // vocabulary, p % vocabulary) for v, p in zip(values, places, strict=True)]
            told = self.told[i * self.beams : (i + 1) * self.beams].tolist()
            choices.append(choose(row, listed, told, self.stop_ids))
        self._running = torch.tensor([choice.scores for choice in choices], device=device)
        parents = [i * self.beams + beam for i, choice in enumerate(choices) for beam in choice.parents]
        order = torch.tensor(parents, device=device)
        ids = torch.tensor([token for choice in choices for token in choice.ids], device=device)
        self.told = torch.cat((self.told[order], ids[:, None]), dim=1)
        return order, ids

    def best(self) -> list[list[int]]:
        """The best ids of each row; what still runs counts as well."""
        for i, row in enumerate(self.rows):
            if not row.done:
                for beam in range(self.beams):
                    row.add(float(self._running[i, beam]), self.told[i * self.beams + beam].tolist())
        return [row.found[0][1] for row in self.rows]


def search(
    model: CausalLm,
    inputs_embeds: Tensor,  # (B, L, H)
    attention_mask: Tensor,  # (B, L), left padding
    penalised: Callable[[Tensor, Tensor], Tensor],  # log-probabilities (n, V), ids so far (n, t) -> the same
    *,
    beams: int,
    max_new_tokens: int,
    stop_ids: frozenset[int],
    cancelled: Callable[[], bool],
    lora_mask: Tensor | None = None,
) -> list[list[int]]:
    """The best ids of each prompt, a stop id included where one was met; none of them when cancelled."""
    assert isinstance(model, nn.Module)
    cache: Any = new_cache(model)  # its types ask for more than it needs
    embed = model.get_input_embeddings()
    state = Beams(len(inputs_embeds), beams, stop_ids, inputs_embeds.device)
    mask, x = attention_mask.long(), inputs_embeds
    positions = (mask.cumsum(-1) - 1).clamp(min=0)
    extra = {} if lora_mask is None else {"lora_mask": lora_mask}
    for step in range(max_new_tokens):
        if cancelled():
            return [[] for _ in state.rows]
        output = model(
            inputs_embeds=x,
            attention_mask=mask,
            position_ids=positions,
            past_key_values=cache,
            logits_to_keep=1,
            **extra,
        )
        logits = output.logits[:, -1].float()
        if step == 0:
            logits, mask, positions = (t.repeat_interleave(beams, 0) for t in (logits, mask, positions))
            cache.batch_repeat_interleave(beams)
        order, ids = state.advance(penalised(logits.log_softmax(-1), state.told))
        if state.done:
            break
        cache.reorder_cache(order)
        mask = torch.cat((mask[order], mask.new_ones(len(order), 1)), dim=1)
        positions, x, extra = positions[order][:, -1:] + 1, embed(ids[:, None]), {}
    return state.best()
