"""The network of all-mpnet-base-v2 as an ONNX model with its linear layers in 8 bits.

Post-norm blocks like BERT's; what is attended to depends also on how far apart two tokens stand, by a bias that all
blocks share. Source: K. Song et al., "MPNet", 2020 (arXiv:2004.09297); distances as in C. Raffel et al., "T5", 2020
(arXiv:1910.10683).
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from memory.backends import int8_linear
from memory.backends.passes import TOGETHER
from wire.onnx_graph import FLOAT, INT64, Graph, Shape

Array = NDArray[np.float32]

DIM, HEADS, LAYERS = 768, 12, 12
_BUCKETS, _FARTHEST = 32, 128  # of distances between tokens
_EPSILON = 1e-5
_FIRST_PLACE = 2  # rows before it are of padding


def embeddings(tensors: Mapping[str, Array], most_tokens: int) -> tuple[Array, Array]:
    """(V, DIM) of words and (most_tokens, DIM) of places, which are added before the network."""
    places = tensors["embeddings.position_embeddings.weight"]
    return tensors["embeddings.word_embeddings.weight"], places[_FIRST_PLACE : _FIRST_PLACE + most_tokens]


def distance_bias(tensors: Mapping[str, Array], most_tokens: int) -> Array:
    """(HEADS, 2 * most_tokens - 1): by how far the token that is attended to stands behind the one that attends, from
    1 - most_tokens on."""
    apart = np.arange(1 - most_tokens, most_tokens)
    half, exact = _BUCKETS // 2, _BUCKETS // 4
    far = np.maximum(np.abs(apart), 1)
    steps = exact + (np.log(far / exact) / math.log(_FARTHEST / exact) * (half - exact)).astype(np.int64)
    bucket = np.where(np.abs(apart) < exact, np.abs(apart), np.minimum(steps, half - 1)) + half * (apart > 0)
    found: Array = tensors["encoder.relative_attention_bias.weight"][bucket].T
    return found


def bias_of(by_distance: Array, n_tokens: int) -> Array:
    """(HEADS, n_tokens, n_tokens) of a sentence, from what `distance_bias` gave."""
    middle, at = by_distance.shape[1] // 2, np.arange(n_tokens)
    found: Array = by_distance[:, middle + at[None, :] - at[:, None]]
    return found


def network(tensors: Mapping[str, Array], largest: Mapping[str, Array]) -> bytes:
    """embedded (T, DIM) of sentences one below the other, lengths (TOGETHER,), bias_0, bias_1...: (HEADS, N, N) of each
    -> states (T, DIM). largest: by linear layer, (n_in,) the largest that goes in."""
    builder = _Builder(tensors, largest)
    states = builder.norm("embedded", "embeddings.LayerNorm")
    for number in range(LAYERS):
        states = builder.block(states, f"encoder.layer.{number}.")
    builder.graph.node("Identity", states, output="states")
    inputs: dict[str, tuple[int, Shape]] = {"embedded": (FLOAT, ["T", DIM]), "lengths": (INT64, [TOGETHER])}
    inputs |= {f"bias_{n}": (FLOAT, [HEADS, f"N{n}", f"N{n}"]) for n in range(TOGETHER)}
    return builder.graph.model(inputs, {"states": (FLOAT, ["T", DIM])})


class _Builder:
    def __init__(self, tensors: Mapping[str, Array], largest: Mapping[str, Array]) -> None:
        self.graph = Graph()
        self._tensors = tensors
        self._largest = largest
        self._heads = self.graph.constant(np.asarray([-1, HEADS, DIM // HEADS], np.int64))
        self._scale = self.graph.constant(np.asarray(1 / math.sqrt(DIM // HEADS), np.float32))
        self._joined = self.graph.constant(np.asarray([-1, DIM], np.int64))

    def block(self, states: str, layer: str) -> str:
        """Attention and a feed-forward part, each added to what it was given and normed."""
        graph = self.graph
        (attended,) = self._linear(self._attention(states, layer), f"{layer}attention.attn.o")
        states = self.norm(graph.node("Add", states, attended), f"{layer}attention.LayerNorm")
        (inner,) = self._linear(states, f"{layer}intermediate.dense")
        (outer,) = self._linear(graph.node("Gelu", inner), f"{layer}output.dense")
        return self.norm(graph.node("Add", states, outer), f"{layer}output.LayerNorm")

    def norm(self, states: str, name: str) -> str:
        weight, bias = (self.graph.constant(self._tensors[f"{name}.{part}"]) for part in ("weight", "bias"))
        return self.graph.node("LayerNormalization", states, weight, bias, axis=-1, epsilon=_EPSILON)

    def _attention(self, states: str, layer: str) -> str:
        """(T, DIM): each token a mixture of those of its own sentence."""
        graph = self.graph

        def of_sentences(rows: str, order: tuple[int, int, int], axis: int) -> tuple[str, ...]:
            apart = graph.node("Transpose", graph.node("Reshape", rows, self._heads), perm=order)
            return graph.apart(apart, "lengths", TOGETHER, axis)

        rows = self._linear(states, *(f"{layer}attention.attn.{part}" for part in "qkv"))
        queries, values = of_sentences(rows[0], (1, 0, 2), 1), of_sentences(rows[2], (1, 0, 2), 1)
        keys = of_sentences(rows[1], (1, 2, 0), 2)  # turned before they are taken apart, see `minilm`
        mixed = []
        for n, (query, key, value) in enumerate(zip(queries, keys, values, strict=True)):
            near = graph.node("Mul", graph.node("MatMul", query, key), self._scale)
            shares = graph.node("Softmax", graph.node("Add", near, f"bias_{n}"), axis=-1)
            mixed.append(graph.node("MatMul", shares, value))
        joined = graph.node("Transpose", graph.node("Concat", *mixed, axis=1), perm=(1, 0, 2))
        return graph.node("Reshape", joined, self._joined)

    def _linear(self, states: str, *names: str) -> tuple[str, ...]:
        """Layers that are given the same, in 8 bits."""
        weights = [self._tensors[f"{name}.weight"] for name in names]
        channels = int8_linear.channels_of(self._largest[names[0]], weights)
        numbers, steps = int8_linear.stepped_by_row(self.graph, states, channels)
        return tuple(
            int8_linear.linear_by_row(
                self.graph, numbers, steps, int8_linear.in_8_bits(weight, channels), self._tensors[f"{name}.bias"]
            )
            for name, weight in zip(names, weights, strict=True)
        )
