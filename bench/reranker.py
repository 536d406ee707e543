"""Trains what reads a question and a sentence together: python -m bench.reranker --out FILE --ranges FILE.

Changes to DeBERTa-v3-xsmall, learned on bench/recall.txt: of the sentences of a question (`bench.reranker_text`) it is
to choose the one that answers it, or "nothing" where none does. Ends after --minutes, whole steps, and keeps a mean
over the last ones, which is written every ten minutes as well; prints one JSON line. Two cores with bfloat16 (--bf16)
take 1.1 s a step. --start FILE goes on with changes. Afterwards what reading counts is fitted again:
`bench.memory_bearing --read`, for each --space.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from rich.console import Console
from rich.progress import Progress, track
from torch import Tensor, nn

from bench.recall_text import training_worlds
from bench.reranker_network import Network
from bench.reranker_text import SENTENCES, Array, Pairing, Pairings
from memory.backends.minilm import MiniLm, MiniLmOptions

RATE, RATE_OF_CLASS, WARM_UP = 1.2e-4, 3e-4, 60
BATCH = 48  # questions of a step
KEPT = 0.996  # of a mean over steps, what stays of it at a step
RANGED = 300  # pairs by which it is told how large numbers get within
AT_ONCE = 256
SAVED = 10.0  # minutes after which what was learned so far is written


def paid(network: Network, some: list[Pairing]) -> Tensor:
    """What it pays for choosing other sentences than the right ones, or one where none is."""
    questions = [one.question for one in some for _ in one.sentences]
    odds = network(questions, [sentence for one in some for sentence in one.sentences]).view(len(some), SENTENCES)
    right = torch.tensor([SENTENCES if one.right is None else one.right for one in some])
    return F.cross_entropy(torch.cat([odds, torch.zeros(len(some), 1)], 1), right)


def encoded(texts: list[str]) -> Array:
    """Vectors of the packaged text encoder."""
    encoder = MiniLm(MiniLmOptions())
    parts = range(0, len(texts), AT_ONCE)
    shown = track(parts, "encoding", console=Console(stderr=True))
    return np.concatenate([encoder.encode(texts[at : at + AT_ONCE]) for at in shown])


class Mean:
    """Over the steps, the last ones above all, of what is learned."""

    def __init__(self, learned: Sequence[nn.Parameter]) -> None:
        self._learned = [*learned]
        self._means = [parameter.detach().clone() for parameter in learned]
        self._steps = 0

    def step(self) -> None:
        self._steps += 1
        stays = min(KEPT, self._steps / (self._steps + 10.0))
        torch._foreach_lerp_(self._means, [parameter.detach() for parameter in self._learned], 1.0 - stays)

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """What is learned is the mean meanwhile."""
        latest = [parameter.detach() for parameter in self._learned]
        for parameter, mean in zip(self._learned, self._means, strict=True):
            parameter.data = mean
        yield
        for parameter, tensor in zip(self._learned, latest, strict=True):
            parameter.data = tensor


def learn(network: Network, pairings: Iterator[Pairing], minutes: float, kept: Callable[[], None]) -> list[float]:
    """What each step paid. kept: called now and then, and at the end, while the network is the mean of its steps."""
    learned = network.learned()
    new = [p for name, p in learned.items() if name.startswith(("pooler", "classifier"))]
    old = [p for name, p in learned.items() if not name.startswith(("pooler", "classifier"))]
    groups = [{"params": old, "most": RATE}, {"params": new, "most": RATE_OF_CLASS}]
    optimizer = torch.optim.AdamW(groups, betas=(0.9, 0.98), weight_decay=0.01, foreach=True)
    mean = Mean([*learned.values()])
    steps: list[float] = []
    begun = saved = time.monotonic()
    network.train()
    with Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task("training", total=1.0)
        while minutes > 0 and (share := (time.monotonic() - begun) / (60.0 * minutes)) < 1.0:
            for group in optimizer.param_groups:
                group["lr"] = group["most"] * min(1.0, (len(steps) + 1) / WARM_UP) * max(0.02, 1.0 - share)
            loss = paid(network, [next(pairings) for _ in range(BATCH)])
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]  # torch has no types for it
            nn.utils.clip_grad_norm_([*learned.values()], 1.0, foreach=True)
            optimizer.step()
            mean.step()
            steps.append(loss.item())
            progress.update(task, completed=share, description=f"step {len(steps)}, loss {np.mean(steps[-100:]):.3f}")
            if time.monotonic() - saved > 60.0 * SAVED:
                saved = time.monotonic()
                with mean.in_place():
                    kept()
    network.train(False)
    with mean.in_place():
        kept()
    return steps


def train(arguments: argparse.Namespace) -> dict[str, Any]:
    torch.manual_seed(arguments.seed)
    rng = random.Random(arguments.seed)
    network = Network(arguments.start, bf16=arguments.bf16)
    pairings = Pairings(training_worlds(), encoded).stream(rng)
    some = [next(pairings) for _ in range(RANGED)]
    pairs = [(one.question, one.sentences[n % SENTENCES]) for n, one in enumerate(some)]

    def kept() -> None:
        network.save(arguments.out)
        np.savez_compressed(arguments.ranges, **network.ranges(pairs))  # type: ignore[arg-type]  # numpy's stubs

    steps = learn(network, pairings, arguments.minutes, kept)
    report: dict[str, Any] = {"steps": len(steps), "parameters": sum(p.numel() for p in network.learned().values())}
    return report | ({"loss": round(float(np.mean(steps[-40:])), 4)} if steps else {})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--out", type=Path, required=True, help="the archive to write")
    parser.add_argument("--ranges", type=Path, required=True, help="the archive to write for computing in 8 bits")
    parser.add_argument("--start", type=Path, help="changes to go on with")
    parser.add_argument("--minutes", type=float, default=60.0)
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
    print(json.dumps({"bench": "reranker", **report}))


if __name__ == "__main__":
    main()
