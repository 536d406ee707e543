"""DeBERTa-v3-xsmall while it learns whether a sentence answers a question."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import DebertaV2Config, DebertaV2ForSequenceClassification

from memory.backends import deberta_files
from memory.backends.deberta import MAX_TOKENS
from memory.backends.deberta_graph import DIM, FARTHEST, HEADS, LAYERS
from memory.backends.deltas import load_deltas, save_deltas

PASSES = 3  # for the pairs of a step: those of about the same length go together
_DISTANCES, _CLASSES = "encoder.rel_embeddings.weight", ("classifier.weight", "classifier.bias")
_WORDS = "embeddings.word_embeddings.weight"


def config_of(n_words: int, layers: int = LAYERS) -> DebertaV2Config:
    """As published, but with as many distances as pairs of MAX_TOKENS need, one class, and no dropout."""
    others: dict[str, Any] = {  # that its class takes without naming them
        "position_buckets": -1, "norm_rel_ebd": "layer_norm", "share_att_key": True, "pooler_hidden_size": DIM,
        "num_labels": 1,
    }  # fmt: skip
    return DebertaV2Config(
        vocab_size=n_words, hidden_size=DIM, num_hidden_layers=layers, num_attention_heads=HEADS,
        intermediate_size=4 * DIM, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, type_vocab_size=0,
        relative_attention=True, max_relative_positions=FARTHEST, pos_att_type=["p2c", "c2p"],
        position_biased_input=False, pooler_dropout=0.0, pooler_hidden_act="gelu", **others,
    )  # fmt: skip


class Network(nn.Module):
    """Of all weights but those of words and most biases something is learned."""

    def __init__(self, start: Path | None = None, *, bf16: bool = False) -> None:
        """start: changes to begin with. Raises ValueError for a file that holds none."""
        super().__init__()
        self._bf16 = bf16
        tensors, words, tokenizer = deberta_files.read()
        self._published = tensors
        self.network = DebertaV2ForSequenceClassification(config_of(len(words.numbers)))
        named = {name: tensor for name, tensor in tensors.items() if name not in _CLASSES}
        middle = len(tensors[_DISTANCES]) // 2
        named[_DISTANCES] = tensors[_DISTANCES][middle - FARTHEST : middle + FARTHEST]
        if start is not None:
            named = load_deltas(start).applied(named)
        named[_WORDS] = words.of(np.arange(len(words.numbers)))
        self.network.load_state_dict({_full(n): torch.from_numpy(t.copy()) for n, t in named.items()}, strict=False)
        for name, parameter in self.network.named_parameters():
            parameter.requires_grad_(_learned(name))
        self._tokenizer = Tokenizer.from_buffer(tokenizer)
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MAX_TOKENS)

    def forward(self, questions: Sequence[str], sentences: Sequence[str]) -> Tensor:
        """(N,) log odds of pairs."""
        tokens = [pair.ids for pair in self._tokenizer.encode_batch(list(zip(questions, sentences, strict=True)))]
        order = sorted(range(len(tokens)), key=lambda n: len(tokens[n]))
        at_once = -(-len(order) // PASSES)
        parts = [order[at : at + at_once] for at in range(0, len(order), at_once)]
        with torch.autocast("cpu", torch.bfloat16, enabled=self._bf16):
            found = torch.cat([self._logits([tokens[n] for n in part]).float() for part in parts])
        return found[torch.tensor(order).argsort()]

    def _logits(self, tokens: Sequence[Sequence[int]]) -> Tensor:
        longest = max(map(len, tokens))
        ids = torch.tensor([[*some, *[0] * (longest - len(some))] for some in tokens])
        mask = torch.tensor([[1] * len(some) + [0] * (longest - len(some)) for some in tokens])
        found: Tensor = self.network(input_ids=ids, attention_mask=mask).logits.squeeze(1)
        return found

    def learned(self) -> dict[str, nn.Parameter]:
        return {name: parameter for name, parameter in self.network.named_parameters() if parameter.requires_grad}

    def save(self, path: Path) -> None:
        """What was learned, as `memory.backends.deberta` reads it."""
        now = {name.removeprefix("deberta."): p.detach().float().numpy() for name, p in self.learned().items()}
        changes = {
            name: tensor - self._published[name]
            for name, tensor in now.items() if tensor.ndim == 2 and name.startswith("encoder.layer.")
        }  # fmt: skip
        save_deltas(path, changes, {name: tensor for name, tensor in now.items() if name not in changes})

    def ranges(self, pairs: Sequence[tuple[str, str]]) -> dict[str, NDArray[np.float16]]:
        """By layer, (n_in,): the largest of each channel that goes in, by size."""
        largest: dict[str, Tensor] = {}

        def note(name: str, given: Tensor) -> None:
            of_these = given.float().abs().flatten(0, -2).amax(0)
            largest[name] = torch.maximum(largest[name], of_these) if name in largest else of_these

        linear = {
            name.removeprefix("deberta."): module
            for name, module in self.network.named_modules()
            if isinstance(module, nn.Linear) and ".layer." in name and not name.endswith(("key_proj", "value_proj"))
        }
        hooks = [
            module.register_forward_pre_hook(lambda _, given, name=name: note(name, given[0]))
            for name, module in linear.items()
        ]
        with torch.no_grad():
            for question, sentence in pairs:  # one by one, so that nothing is padded
                self([question], [sentence])
        for hook in hooks:
            hook.remove()
        return {name: tensor.numpy().astype(np.float16) for name, tensor in largest.items()}


def _full(name: str) -> str:
    """As transformers has it."""
    return name if name.startswith(("pooler", "classifier")) else f"deberta.{name}"


def _learned(name: str) -> bool:
    return "word_embeddings" not in name and (
        not name.endswith((".dense.bias", "_proj.bias")) or name.startswith("pooler")
    )
