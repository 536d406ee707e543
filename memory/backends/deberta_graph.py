"""The network of DeBERTa-v3-xsmall, which reads a question and a sentence together, as an ONNX model with its linear
layers in 8 bits.

Post-norm blocks like BERT's; how much a token attends to another depends on what both are and, apart from that, on what
each is and how far apart they stand. Source: P. He et al., "DeBERTa: Decoding-enhanced BERT with Disentangled
Attention", 2020 (arXiv:2006.03654), and "DeBERTaV3", 2021 (arXiv:2111.09543).
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from memory.backends import int8_linear
from wire.onnx_graph import FLOAT, INT64, Graph, Shape

Array = NDArray[np.float32]

DIM, HEADS, LAYERS = 384, 6, 12
PAIRS = 3  # of one pass
FARTHEST = 64  # tokens apart; so far, each distance counts by itself, and no more tokens are read
_OF_A_HEAD = DIM // HEADS
_EPSILON = 1e-7
_SCALE = 1 / math.sqrt(3 * _OF_A_HEAD)  # three parts make what a token attends by


def positions_of(n_tokens: int) -> NDArray[np.int64]:
    """(HEADS, n_tokens, n_tokens): which of the 2 * n_tokens distances there is between two tokens."""
    at = np.arange(n_tokens)
    apart = (at[:, None] - at[None, :] + n_tokens).astype(np.int64)
    return np.ascontiguousarray(np.broadcast_to(apart, (HEADS, n_tokens, n_tokens)))


def network(tensors: Mapping[str, Array], largest: Mapping[str, Array]) -> bytes:
    """embedded (T, DIM) of pairs one below the other, lengths (PAIRS,) of them, none of which may be 0, starts (P,):
    the first tokens of those that are asked for; near_0, near_1...: (HEADS, N, N) as `positions_of` gives them;
    first_0, past_0, first_1...: (1,) each, FARTHEST less and plus the length -> logits (P, 1).

    tensors: weights by their published names, of encoder.rel_embeddings those rows less than FARTHEST apart;
    largest: by linear layer, (n_in,) the largest that goes in.
    """
    builder = _Builder(tensors, largest)
    states = builder.norm("embedded", "embeddings.LayerNorm")
    for number in range(LAYERS):
        states = builder.block(states, f"encoder.layer.{number}.")
    builder.logits(states)
    inputs: dict[str, tuple[int, Shape]] = {
        "embedded": (FLOAT, ["T", DIM]), "lengths": (INT64, [PAIRS]), "starts": (INT64, ["P"]),
    }  # fmt: skip
    for n in range(PAIRS):
        inputs |= {f"near_{n}": (INT64, [HEADS, f"N{n}", f"N{n}"]), f"first_{n}": (INT64, [1])}
        inputs |= {f"past_{n}": (INT64, [1])}
    return builder.graph.model(inputs, {"logits": (FLOAT, ["P", 1])})


class _Builder:
    def __init__(self, tensors: Mapping[str, Array], largest: Mapping[str, Array]) -> None:
        self.graph = Graph()
        self._tensors = tensors
        self._largest = largest
        self._heads = self.graph.constant(np.asarray([-1, HEADS, _OF_A_HEAD], np.int64))
        self._joined = self.graph.constant(np.asarray([-1, DIM], np.int64))
        self._scale = self.graph.constant(np.asarray(_SCALE, np.float32))
        self._along = [self.graph.constant(np.asarray([axis], np.int64)) for axis in range(3)]
        self._distances = _normed(
            tensors["encoder.rel_embeddings.weight"],
            tensors["encoder.LayerNorm.weight"],
            tensors["encoder.LayerNorm.bias"],
        )

    def block(self, states: str, layer: str) -> str:
        """Attention and a feed-forward part, each added to what it was given and normed."""
        graph = self.graph
        (attended,) = self._linear(self._attention(states, layer), f"{layer}attention.output.dense")
        states = self.norm(graph.node("Add", states, attended), f"{layer}attention.output.LayerNorm")
        (inner,) = self._linear(states, f"{layer}intermediate.dense")
        (outer,) = self._linear(graph.node("Gelu", inner), f"{layer}output.dense")
        return self.norm(graph.node("Add", states, outer), f"{layer}output.LayerNorm")

    def norm(self, states: str, name: str) -> str:
        weight, bias = (self.graph.constant(self._tensors[f"{name}.{part}"]) for part in ("weight", "bias"))
        return self.graph.node("LayerNormalization", states, weight, bias, axis=-1, epsilon=_EPSILON)

    def logits(self, states: str) -> None:
        """From the first token of each pair."""
        graph = self.graph
        first = graph.node("Gather", states, "starts", axis=0)
        pooled = graph.node("Gelu", self._exact(first, "pooler.dense"))
        graph.node("Identity", self._exact(pooled, "classifier"), output="logits")

    def _exact(self, states: str, name: str) -> str:
        weight = self.graph.constant(np.ascontiguousarray(self._tensors[f"{name}.weight"].T))
        product = self.graph.node("MatMul", states, weight)
        return self.graph.node("Add", product, self.graph.constant(self._tensors[f"{name}.bias"]))

    def _attention(self, states: str, layer: str) -> str:
        """(T, DIM): each token a mixture of those of its own pair."""
        graph = self.graph

        def of_pairs(rows: str) -> tuple[str, ...]:
            apart = graph.node("Transpose", graph.node("Reshape", rows, self._heads), perm=(1, 0, 2))
            return graph.apart(apart, "lengths", PAIRS, 1)

        names = [f"{layer}attention.self.{part}_proj" for part in ("query", "key", "value")]
        queries, keys, values = (of_pairs(rows) for rows in self._linear(states, *names))
        of_queries, of_keys = (self._by_distance(name) for name in names[:2])
        far_queries, far_keys = graph.constant(of_queries), graph.constant(of_keys.transpose(0, 2, 1).copy())
        mixed = []
        for n, (query, key, value) in enumerate(zip(queries, keys, values, strict=True)):
            turned, window = graph.node("Transpose", key, perm=(0, 2, 1)), (f"first_{n}", f"past_{n}")
            to_far = graph.node("MatMul", query, graph.node("Slice", far_keys, *window, self._along[2]))
            from_far = graph.node("MatMul", graph.node("Slice", far_queries, *window, self._along[1]), turned)
            near = graph.node("MatMul", query, turned)
            near = graph.node("Add", near, graph.node("GatherElements", to_far, f"near_{n}", axis=2))
            near = graph.node("Add", near, graph.node("GatherElements", from_far, f"near_{n}", axis=1))
            shares = graph.node("Softmax", graph.node("Mul", near, self._scale), axis=-1)
            mixed.append(graph.node("MatMul", shares, value))
        joined = graph.node("Transpose", graph.node("Concat", *mixed, axis=1), perm=(1, 0, 2))
        return graph.node("Reshape", joined, self._joined)

    def _by_distance(self, name: str) -> Array:
        """(HEADS, 2 * FARTHEST, D): a layer's queries or keys of the distances between tokens."""
        rows = self._distances @ self._tensors[f"{name}.weight"].T + self._tensors[f"{name}.bias"]
        found: Array = rows.reshape(-1, HEADS, _OF_A_HEAD).transpose(1, 0, 2).astype(np.float32).copy()
        return found

    def _linear(self, states: str, *names: str) -> tuple[str, ...]:
        """Layers that are given the same, in 8 bits."""
        weights = [self._tensors[f"{name}.weight"] for name in names]
        steps = int8_linear.steps_of(self._largest[names[0]], weights)
        numbers = int8_linear.stepped(self.graph, states, steps)
        return tuple(
            int8_linear.linear(self.graph, numbers, int8_linear.in_8_bits(weight, steps), self._tensors[f"{name}.bias"])
            for name, weight in zip(names, weights, strict=True)
        )


def _normed(rows: Array, weight: Array, bias: Array) -> Array:
    apart = rows - rows.mean(axis=1, keepdims=True)
    found: Array = apart / np.sqrt((apart**2).mean(axis=1, keepdims=True) + _EPSILON) * weight + bias
    return found
