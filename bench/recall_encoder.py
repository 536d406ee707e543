"""A text encoder while it learns: one of the packaged ones with low-rank changes of all its matrices
(`bench.low_rank`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import BertConfig, BertModel, MPNetConfig, MPNetModel

from bench.low_rank import SCALE, LowRank, put_in
from memory.backends import mpnet_files
from memory.backends.minilm import installed_folder
from wire.low_rank import load_adapter, save_adapter

DIM = 384
MAX_TOKENS = 64
LENGTHS, TOGETHER = 4, 256  # passes for the sentences of a step; sentences at once where nothing is learned
FIRST_SCALE, FIRST_NOTHING = 25.0, 8.0  # of cosines, and the logit of "nothing of these": what they are at first
OF_QUESTION = 10.0  # by which the part of that logit that depends on the question is learned faster
AVERAGED = 0.997  # of a mean over steps, what stays of it at a step


@dataclass(frozen=True, slots=True)
class _Model:
    """rank: of its changes; padding: the token that fills up; projected: its means are brought to DIM numbers by a
    matrix that is learned along."""

    rank: int
    padding: int
    projected: bool


MODELS = {"minilm": _Model(32, 0, False), "mpnet": _Model(16, 1, True)}


class Encoder(nn.Module):
    """A text encoder with its changes; the odds that its cosines mean are learned along."""

    def __init__(self, name: str = "minilm", *, bf16: bool = False) -> None:
        super().__init__()
        self._bf16 = bf16
        self.model = MODELS[name]
        self.bert: BertModel | MPNetModel
        self.bert, self._tokenizer = _minilm() if name == "minilm" else _mpnet()
        self.bert.train(False)
        for parameter in self.bert.parameters():
            parameter.requires_grad_(False)
        linear = [name for name, module in self.bert.named_modules() if isinstance(module, nn.Linear)]
        self.changes: dict[str, LowRank] = {name: put_in(self.bert, name, self.model.rank) for name in linear}
        self.scale = nn.Parameter(torch.tensor(FIRST_SCALE).log())
        self.nothing = nn.Parameter(torch.tensor(FIRST_NOTHING))
        self.of_question = nn.Parameter(torch.zeros(DIM))
        self.projection = nn.Parameter(torch.eye(DIM, self.bert.config.hidden_size)) if self.model.projected else None
        if bf16:
            for change in self.changes.values():
                change.given.to(torch.bfloat16)
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MAX_TOKENS)

    def forward(self, sentences: Sequence[str]) -> Tensor:
        """(N, DIM) unit vectors."""
        means = self._means(sentences)
        return F.normalize(means if self.projection is None else means @ self.projection.T, dim=-1)

    def _means(self, sentences: Sequence[str]) -> Tensor:
        """(N, H) over their tokens. Those of about the same length go together: a third less is padded."""
        tokens = self._tokenizer.encode_batch(list(sentences))
        order = sorted(range(len(tokens)), key=lambda n: len(tokens[n].ids))
        at_once = -(-len(order) // LENGTHS)
        parts = [order[at : at + at_once] for at in range(0, len(order), at_once)]
        with torch.autocast("cpu", torch.bfloat16, enabled=self._bf16):
            found = torch.cat([self._mean([tokens[n].ids for n in part]).float() for part in parts])
        return found[torch.tensor(order).argsort()]

    def _mean(self, tokens: Sequence[Sequence[int]]) -> Tensor:
        longest = max(map(len, tokens))
        ids = torch.tensor([[*some, *[self.model.padding] * (longest - len(some))] for some in tokens])
        mask = torch.tensor([[1] * len(some) + [0] * (longest - len(some)) for some in tokens])
        states = self.bert(input_ids=ids, attention_mask=mask).last_hidden_state
        held = mask.unsqueeze(-1).float()
        found: Tensor = (states * held).sum(1) / held.sum(1)
        return found

    def project(self, sentences: Sequence[str]) -> None:
        """Let the projection begin with the directions in which these differ most."""
        if self.projection is None:
            return
        with torch.no_grad():
            every = [
                F.normalize(self._means(sentences[at : at + TOGETHER]), dim=-1)
                for at in range(0, len(sentences), TOGETHER)
            ]
            self.projection.copy_(torch.linalg.svd(torch.cat(every), full_matrices=False).Vh[:DIM])

    def logits(self, questions: Tensor, facts: Tensor) -> Tensor:
        """(Q, F + 1) from (Q, D) and (F, D): of each fact being the answer, and of none being it."""
        nothing = self.nothing + OF_QUESTION * (questions @ self.of_question)
        return torch.cat([self.scale.exp() * (questions @ facts.T), nothing.unsqueeze(1)], 1)

    def unchanged(self, sentences: Sequence[str]) -> Tensor:
        """(N, DIM) unit vectors without the changes."""
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
        """Begin with the mean of these adapters. Raises ValueError for files that are none, or of ranks that differ."""
        adapters = [load_adapter(path) for path in paths]
        if any(f"{name}.weight" not in adapter for name in self.changes for adapter in adapters):
            raise ValueError(f"{' and '.join(map(str, paths))} must be of the model that is learned")
        ranks = {a.shape[0] for adapter in adapters for a, _ in adapter.values()}
        rank = self.model.rank
        if len(ranks) > 1 or max(ranks) > rank:
            raise ValueError(f"adapters of ranks {sorted(ranks)}: they must be of one, and of {rank} at most")
        for name, one in self.changes.items():
            pairs = zip(*(adapter[f"{name}.weight"] for adapter in adapters), strict=True)
            a, b = (torch.from_numpy(np.mean(same, axis=0, dtype=np.float32)) for same in pairs)
            one.start(a, b / SCALE)
        if self.projection is not None:
            matrices = [_projection(path) for path in paths]
            with torch.no_grad():
                self.projection.copy_(torch.from_numpy(np.mean(matrices, axis=0, dtype=np.float32)))

    def ranges(self, sentences: Sequence[str]) -> dict[str, np.ndarray[Any, np.dtype[np.float16]]]:
        """By layer, (n_in,): the largest of each channel that goes in, by size."""
        largest: dict[str, Tensor] = {}

        def note(name: str, given: Tensor) -> None:
            of_these = given.float().abs().flatten(0, -2).amax(0)
            largest[name] = torch.maximum(largest[name], of_these) if name in largest else of_these

        hooks = [
            layer.register_forward_pre_hook(lambda _, given, name=name: note(name, given[0]))
            for name, layer in self.changes.items()
        ]
        by_length: dict[int, list[str]] = defaultdict(list)  # so that nothing is padded
        for sentence, tokens in zip(sentences, self._tokenizer.encode_batch(list(sentences)), strict=True):
            by_length[len(tokens.ids)].append(sentence)
        with torch.no_grad():
            for some in by_length.values():
                for at in range(0, len(some), TOGETHER):
                    self(some[at : at + TOGETHER])
        for hook in hooks:
            hook.remove()
        once = (name for name in largest if not name.endswith(("key", "value", ".k", ".v")))  # given what queries are
        return {name: largest[name].numpy().astype(np.float16) for name in once}

    def matrices(self) -> list[nn.Parameter]:
        """What is learned of the network itself."""
        return [matrix for one in self.changes.values() for matrix in (one.a, one.b)]

    def projections(self) -> list[nn.Parameter]:
        """What is learned behind it."""
        return [] if self.projection is None else [self.projection]

    def save(self, path: Path) -> None:
        adapter = {
            f"{name}.weight": (
                one.a.detach().numpy().astype(np.float16),
                (one.b.detach() * SCALE).numpy().astype(np.float16),
            )
            for name, one in self.changes.items()
        }
        others = {} if self.projection is None else {"projection": self.projection.detach().numpy().astype(np.float16)}
        save_adapter(path, adapter, **others)


class Averaged:
    """The mean of the factors of an encoder's changes over its last few hundred steps, the newest counting most."""

    def __init__(self, encoder: Encoder) -> None:
        self._matrices = [*encoder.matrices(), *encoder.projections()]
        self._means = [matrix.detach().clone() for matrix in self._matrices]

    def add(self) -> None:
        """One more step."""
        for mean, matrix in zip(self._means, self._matrices, strict=True):
            mean.lerp_(matrix.detach(), 1.0 - AVERAGED)

    def put_in(self) -> None:
        """Let the encoder be the mean."""
        for mean, matrix in zip(self._means, self._matrices, strict=True):
            matrix.data = mean


def _projection(path: Path) -> np.ndarray[Any, np.dtype[np.float16]]:
    with np.load(path) as arrays:
        if "projection" not in arrays:
            raise ValueError(f"{path} has no projection: it is of another model")
        found: np.ndarray[Any, np.dtype[np.float16]] = arrays["projection"]
        return found


def _minilm() -> tuple[BertModel, Tokenizer]:
    folder = str(installed_folder())
    config = BertConfig.from_pretrained(folder, local_files_only=True)
    network = BertModel.from_pretrained(folder, config=config, add_pooling_layer=False, local_files_only=True)
    return network, Tokenizer.from_file(str(Path(folder) / "tokenizer.json"))


def _mpnet() -> tuple[MPNetModel, Tokenizer]:
    tensors, tokenizer = mpnet_files.read()
    network = MPNetModel(MPNetConfig(layer_norm_eps=1e-5, max_position_embeddings=514), add_pooling_layer=False)
    weights = {name: torch.from_numpy(tensor.copy()) for name, tensor in tensors.items() if "pooler" not in name}
    network.load_state_dict(weights, strict=False)  # what is left out are numbers of places
    return network, Tokenizer.from_buffer(tokenizer)
