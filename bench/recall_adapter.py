"""Trains the adapter that brings questions near their answers: python -m bench.recall_adapter --out FILE --ranges FILE.

Low-rank changes (`bench.low_rank`) of all matrices of all-MiniLM-L6-v2, learned on bench/recall.txt.
Of the facts of a few worlds at once, with one more choice, "nothing of these", a question is to choose its own, and one
that has no answer there the last (A. van den Oord et al., "Representation Learning with Contrastive Predictive Coding",
arXiv:1807.03748). Meanwhile the cosines between questions and sentences about what is seen are to stay as they are: the
thresholds of recall were set on them. Ends after --minutes, whole steps; prints one JSON line. Two cores take 2 s a
step. Afterwards the fits to these vectors are made again: `bench.asking`, `bench.memory_bearing`.

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
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import BertConfig, BertModel

from bench.asking import phrasings
from bench.low_rank import SCALE, LowRank, put_in, rate_at
from bench.recall_text import Choice, choices, seen_sentences, training_worlds
from memory.backends.minilm import installed_folder
from wire.low_rank import load_adapter, save_adapter

RATE, RATE_OF_ODDS, WARM_UP = 5e-4, 2e-3, 30
WORLDS = 6  # of a step
MAX_TOKENS = 64
LENGTHS, TOGETHER = 4, 256  # passes for the sentences of a step; sentences at once where nothing is learned
RANGED = 4000  # sentences by which it is told how large numbers get within
KEPT, KEPT_SEEN, KEPT_COUNTS = 20, 16, 200.0  # questions and sentences whose cosines are to stay, what that weighs
FIRST_SCALE, FIRST_NOTHING = 20.0, 8.0  # of cosines, and the logit of "nothing of these": what they are at first


class Encoder(nn.Module):
    """The text encoder with its changes; the odds that its cosines mean are learned along."""

    def __init__(self) -> None:
        super().__init__()
        folder = str(installed_folder())
        config = BertConfig.from_pretrained(folder, local_files_only=True)
        self.bert = BertModel.from_pretrained(folder, config=config, add_pooling_layer=False, local_files_only=True)
        self.bert.train(False)
        for parameter in self.bert.parameters():
            parameter.requires_grad_(False)
        linear = [name for name, module in self.bert.named_modules() if isinstance(module, nn.Linear)]
        self.changes: dict[str, LowRank] = {name: put_in(self.bert, name) for name in linear}
        self.scale = nn.Parameter(torch.tensor(FIRST_SCALE).log())
        self.nothing = nn.Parameter(torch.tensor(FIRST_NOTHING))
        self._tokenizer = Tokenizer.from_file(str(Path(folder) / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MAX_TOKENS)

    def forward(self, sentences: Sequence[str]) -> Tensor:
        """(N, D) unit vectors. Those of about the same length go together: a third less is padded."""
        tokens = self._tokenizer.encode_batch(list(sentences))
        order = sorted(range(len(tokens)), key=lambda n: len(tokens[n].ids))
        at_once = -(-len(order) // LENGTHS)
        parts = [order[at : at + at_once] for at in range(0, len(order), at_once)]
        found = torch.cat([self._encoded([tokens[n].ids for n in part]) for part in parts])
        return found[torch.tensor(order).argsort()]

    def _encoded(self, tokens: Sequence[Sequence[int]]) -> Tensor:
        longest = max(map(len, tokens))
        ids = torch.tensor([[*some, *[0] * (longest - len(some))] for some in tokens])
        mask = torch.tensor([[1] * len(some) + [0] * (longest - len(some)) for some in tokens])
        states = self.bert(input_ids=ids, attention_mask=mask).last_hidden_state
        held = mask.unsqueeze(-1).float()
        return F.normalize((states * held).sum(1) / held.sum(1), dim=-1)

    def unchanged(self, sentences: Sequence[str]) -> Tensor:
        """(N, D) unit vectors without the changes."""
        for one in self.changes.values():
            one.scale = 0.0
        try:
            with torch.no_grad():
                parts = [self(sentences[at : at + TOGETHER]) for at in range(0, len(sentences), TOGETHER)]
                return torch.cat(parts)
        finally:
            for one in self.changes.values():
                one.scale = SCALE

    def start(self, paths: Sequence[Path]) -> None:
        """Begin with the mean of these adapters. Raises ValueError for files that are none."""
        adapters = [load_adapter(path) for path in paths]
        for name, one in self.changes.items():
            pairs = zip(*(adapter[f"{name}.weight"] for adapter in adapters), strict=True)
            a, b = (torch.from_numpy(np.mean(same, axis=0, dtype=np.float32)) for same in pairs)
            one.a.data, one.b.data = a, b / SCALE

    def ranges(self, sentences: Sequence[str]) -> dict[str, np.ndarray[Any, np.dtype[np.float16]]]:
        """By layer, (n_in,): the largest of each channel that goes in, by size."""
        largest: dict[str, Tensor] = {}

        def note(name: str, given: Tensor) -> None:
            of_these = given.abs().flatten(0, -2).amax(0)
            largest[name] = torch.maximum(largest[name], of_these) if name in largest else of_these

        hooks = [
            layer.register_forward_pre_hook(lambda _, given, name=name: note(name, given[0]))
            for name, layer in self.changes.items()
        ]
        with torch.no_grad():
            for sentence in sentences:
                self([sentence])  # by itself, so that nothing is padded
        for hook in hooks:
            hook.remove()
        once = (name for name in largest if not name.endswith(("key", "value")))  # they are given what queries are
        return {name: largest[name].numpy().astype(np.float16) for name in once}

    def save(self, path: Path) -> None:
        save_adapter(
            path,
            {
                f"{name}.weight": (
                    one.a.detach().numpy().astype(np.float16),
                    (one.b.detach() * SCALE).numpy().astype(np.float16),
                )
                for name, one in self.changes.items()
            },
        )


def choosing(encoder: Encoder, choice: Choice) -> Tensor:
    """What it pays for choosing other facts than the right ones, or one where none is."""
    cosines = encoder(choice.questions) @ encoder(choice.facts).T
    nothing = encoder.nothing.expand(len(choice.questions), 1)
    right = torch.tensor([len(choice.facts) if n is None else n for n in choice.right])
    return F.cross_entropy(torch.cat([encoder.scale.exp() * cosines, nothing], 1), right)


class Kept:
    """Sentences whose cosines are to stay: questions, and what is seen."""

    def __init__(self, encoder: Encoder, asked: Sequence[str], seen: Sequence[str]) -> None:
        self._sentences = [*asked, *seen]
        self._asked, self._seen = range(len(asked)), range(len(asked), len(self._sentences))
        self._was = encoder.unchanged(self._sentences)

    def drift(self, encoder: Encoder, rng: random.Random) -> Tensor:
        """Mean square by which the cosines among some of them have changed."""
        some = [*rng.sample(self._asked, KEPT), *rng.sample(self._seen, KEPT_SEEN)]
        was, now = self._was[some], encoder([self._sentences[n] for n in some])
        changed: Tensor = (now @ now.T - was @ was.T).square().mean()
        return changed


def train(minutes: float, seed: int, out: Path, ranges: Path, start: Sequence[Path] = ()) -> dict[str, Any]:
    torch.manual_seed(seed)
    rng, begun = random.Random(seed), time.monotonic()
    worlds, encoder = training_worlds(), Encoder()
    kept = Kept(encoder, [question for _, question in phrasings()], seen_sentences())
    if start:
        encoder.start(start)
    changed = [matrix for one in encoder.changes.values() for matrix in (one.a, one.b)]
    odds = [encoder.scale, encoder.nothing]
    optimizer = torch.optim.AdamW(
        [{"params": changed, "most": RATE}, {"params": odds, "most": RATE_OF_ODDS}],
        betas=(0.9, 0.98),
        weight_decay=0.01,
    )
    paid: list[tuple[float, float]] = []
    batches = choices(worlds, WORLDS, rng)
    with Progress() as progress:
        task = progress.add_task("training", total=1.0)
        while minutes > 0 and (share := (time.monotonic() - begun) / (60.0 * minutes)) < 1.0:
            for group in optimizer.param_groups:
                group["lr"] = group["most"] * rate_at(len(paid), share, WARM_UP)
            choice = next(batches)
            right = choosing(encoder, choice)
            drift = kept.drift(encoder, rng)
            optimizer.zero_grad()
            loss = right + KEPT_COUNTS * drift
            loss.backward()  # type: ignore[no-untyped-call]  # torch has no types for it
            nn.utils.clip_grad_norm_(changed, 1.0)
            optimizer.step()
            paid.append((right.item(), drift.item()))
            progress.update(task, completed=share, description=f"step {len(paid)}, loss {_mean(paid, 0):.3f}")
    encoder.save(out)
    every = sorted({text for world in worlds for fact in world.facts for text in (fact.text, *fact.questions)})
    np.savez_compressed(ranges, **encoder.ranges(rng.sample(every, RANGED)))  # type: ignore[arg-type]  # numpy's stubs
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
    parser.add_argument("--minutes", type=float, default=40.0)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    for folder in (arguments.out.parent, arguments.ranges.parent):
        if not folder.is_dir():
            parser.error(f"the folder {folder} does not exist; make it, or name another")
    try:
        report = train(arguments.minutes, arguments.seed, arguments.out, arguments.ranges, arguments.start)
    except ValueError as error:
        parser.error(str(error))
    print(json.dumps({"bench": "recall_adapter", **report}))


if __name__ == "__main__":
    main()
