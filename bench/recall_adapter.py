"""Trains the adapter that brings questions near their answers: python -m bench.recall_adapter --out FILE --ranges FILE.

Low-rank changes (`bench.low_rank`) of all matrices of a text encoder (--model), learned on bench/recall.txt.
Of the facts of a few worlds at once, with one more choice, "nothing of these", a question is to choose its own, and one
that has no answer there the last (A. van den Oord et al., "Representation Learning with Contrastive Predictive Coding",
arXiv:1807.03748); what that takes may depend on the question. Meanwhile the cosines between questions and sentences
about what is seen are to be those of all-MiniLM-L6-v2 without changes: the thresholds of recall were set on them. Ends
after --minutes, whole steps, and keeps a mean over the last ones; prints one JSON line. Two cores take 2 s a step, with
--bf16 where they have it 0.6, and 1.8 for the larger model. Afterwards the fits to these vectors are made again:
`bench.asking`, `bench.memory_bearing`.

--start FILE goes on with an adapter; with several, that were learned from the same one, with the mean of them (M.
Wortsman et al., "Model soups", arXiv:2203.05482), which with --minutes 0 is all that is done.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from rich.progress import Progress
from torch import Tensor, nn

from bench.asking import phrasings
from bench.low_rank import rate_at
from bench.recall_encoder import MODELS, Averaged, Encoder
from bench.recall_text import Choice, choices, seen_sentences, training_worlds

RATE, RATE_OF_ODDS, WARM_UP = 7e-4, 2e-3, 60
RANGED = 4000  # sentences by which it is told how large numbers get within
KEPT, KEPT_SEEN, KEPT_COUNTS = 20, 16, 200.0  # questions and sentences whose cosines are to stay, what that weighs
PROJECTED = 3000  # sentences by whose directions a projection begins
OF_PROJECTION = 0.07  # of the rate, for it is no small change of something


def choosing(encoder: Encoder, choice: Choice, questions: Tensor, facts: Tensor) -> Tensor:
    """What it pays for choosing other facts than the right ones, or one where none is. questions, facts: the vectors of
    the choice, (Q, D) and (F, D)."""
    right = torch.tensor([len(choice.facts) if n is None else n for n in choice.right])
    return F.cross_entropy(encoder.logits(questions, facts), right)


class Kept:
    """Sentences whose cosines are to stay: questions, and what is seen."""

    def __init__(self, asked: Sequence[str], seen: Sequence[str], *, bf16: bool = False) -> None:
        self._sentences = [*asked, *seen]
        self._asked, self._seen = range(len(asked)), range(len(asked), len(self._sentences))
        self._was = Encoder(bf16=bf16).unchanged(self._sentences)

    def some(self, rng: random.Random) -> list[int]:
        return [*rng.sample(self._asked, KEPT), *rng.sample(self._seen, KEPT_SEEN)]

    def of(self, some: Sequence[int]) -> list[str]:
        return [self._sentences[n] for n in some]

    def drift(self, some: Sequence[int], now: Tensor) -> Tensor:
        """Mean square by which the cosines among some of them have changed; now: (N, D) vectors of these."""
        was = self._was[list(some)]
        changed: Tensor = (now @ now.T - was @ was.T).square().mean()
        return changed


def one_step(encoder: Encoder, choice: Choice, kept: Kept, rng: random.Random) -> tuple[Tensor, Tensor]:
    """What it pays for its choice, and for what has drifted. All sentences are encoded together."""
    some = kept.some(rng)
    n_questions, n_facts = len(choice.questions), len(choice.facts)
    vectors = encoder([*choice.questions, *choice.facts, *kept.of(some)])
    questions, facts, now = vectors.split([n_questions, n_facts, len(some)])
    return choosing(encoder, choice, questions, facts), kept.drift(some, now)


def train(arguments: argparse.Namespace) -> dict[str, Any]:
    minutes, start = arguments.minutes, arguments.start
    torch.manual_seed(arguments.seed)
    rng, begun = random.Random(arguments.seed), time.monotonic()
    worlds, encoder = training_worlds(), Encoder(arguments.model, bf16=arguments.bf16)
    kept = Kept([question for _, question in phrasings()], seen_sentences(), bf16=arguments.bf16)
    every = sorted({text for world in worlds for fact in world.facts for text in (fact.text, *fact.questions)})
    if start:
        encoder.start(start)
    else:
        encoder.project([*rng.sample(every, PROJECTED), *seen_sentences()])
    changed, averaged = encoder.matrices(), Averaged(encoder)
    odds = [encoder.scale, encoder.nothing, encoder.of_question]
    optimizer = torch.optim.AdamW(
        [
            {"params": changed, "most": RATE},
            {"params": odds, "most": RATE_OF_ODDS},
            {"params": encoder.projections(), "most": OF_PROJECTION * RATE},
        ],
        betas=(0.9, 0.98),
        weight_decay=0.01,
    )
    paid: list[tuple[float, float]] = []
    encoder.bert.train()  # with dropout
    batches = choices(worlds, rng)
    with Progress() as progress:
        task = progress.add_task("training", total=1.0)
        while minutes > 0 and (share := (time.monotonic() - begun) / (60.0 * minutes)) < 1.0:
            for group in optimizer.param_groups:
                group["lr"] = group["most"] * rate_at(len(paid), share, WARM_UP)
            right, drift = one_step(encoder, next(batches), kept, rng)
            optimizer.zero_grad()
            loss = right + KEPT_COUNTS * drift
            loss.backward()  # type: ignore[no-untyped-call]  # torch has no types for it
            nn.utils.clip_grad_norm_(changed, 1.0)
            optimizer.step()
            averaged.add()
            paid.append((right.item(), drift.item()))
            progress.update(task, completed=share, description=f"step {len(paid)}, loss {_mean(paid, 0):.3f}")
    encoder.bert.train(False)
    averaged.put_in()
    encoder.save(arguments.out)
    np.savez_compressed(arguments.ranges, **encoder.ranges(rng.sample(every, RANGED)))  # type: ignore[arg-type]  # numpy's stubs
    n_parameters = sum(matrix.numel() for matrix in changed)
    report: dict[str, Any] = {"steps": len(paid), "parameters": n_parameters}
    if paid:
        report |= {"loss": round(_mean(paid, 0), 4), "drift": round(_mean(paid, 1) ** 0.5, 4)}  # drift: of a cosine
    return report


def _mean(paid: Sequence[tuple[float, float]], which: int) -> float:
    """Over the last steps."""
    return float(np.mean([one[which] for one in paid[-40:]]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--out", type=Path, required=True, help="the archive to write")
    parser.add_argument("--ranges", type=Path, required=True, help="the archive to write for computing in 8 bits")
    parser.add_argument("--start", type=Path, nargs="+", default=[], help="adapters to go on with the mean of")
    parser.add_argument("--model", choices=[*MODELS], default="minilm")
    parser.add_argument("--minutes", type=float, default=40.0)
    parser.add_argument("--bf16", action="store_true", help="compute in bfloat16, on a processor that has it")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    for folder in (arguments.out.parent, arguments.ranges.parent):
        if not folder.is_dir():
            parser.error(f"the folder {folder} does not exist; make it, or name another")
    try:
        report = train(arguments)
    except ValueError as error:
        parser.error(str(error))
    print(json.dumps({"bench": "recall_adapter", **report}))


if __name__ == "__main__":
    main()
