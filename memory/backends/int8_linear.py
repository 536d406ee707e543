"""Linear layers in 8 bits, for processors without any special instruction for them.

What goes in has a scale for each channel, known beforehand, and for a large network one for each row as well, so that a
row's result depends on that row alone, to the last bit, whatever is computed together with it. Part of the scale of the
channels is moved into the weights, so that a few large ones do not cost the others their precision: G. Xiao et al.,
"SmoothQuant", 2023 (arXiv:2211.10438).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wire.onnx_graph import Graph

Array = NDArray[np.float32]

MOVED = 0.8  # how much of a channel's size is moved into the weights; best of 0.5 to 1.0, by cosines of sentences
MOVED_BY_ROW = 0.6  # ... where each row has its scale; best of 0.25 to 0.85
HIGHEST = 127.0  # of what goes in, around ZERO
ZERO = 128
LARGEST_WEIGHT = 63  # two products then fit into 16 bits, in which AVX2 adds them
_SMALLEST = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Int8Weights:
    """weights: (n_in, n_out); scale: (n_out,) of what comes out."""

    weights: NDArray[np.int8]
    scale: Array


def steps_of(largest: Array, weights: Sequence[Array]) -> Array:
    """(n_in,) steps of what goes in. largest: (n_in,) its greatest values by size; weights: (n_out, n_in) of all
    layers that it goes into."""
    moved = _moved(largest, weights, MOVED)
    found: Array = (moved * (largest / moved).max() / HIGHEST).astype(np.float32)
    return found


def channels_of(largest: Array, weights: Sequence[Array]) -> Array:
    """(n_in,) scales of channels, for rows that have scales of their own. See `steps_of`."""
    moved = _moved(largest, weights, MOVED_BY_ROW)
    found: Array = (moved / np.exp(np.log(moved).mean())).astype(np.float32)
    return found


def _moved(largest: Array, weights: Sequence[Array], share: float) -> Array:
    of_weights = np.maximum(np.max([np.abs(w).max(axis=0) for w in weights], axis=0), _SMALLEST)
    found: Array = np.maximum(largest, _SMALLEST) ** share / of_weights ** (1 - share)
    return found


def in_8_bits(weights: Array, steps: Array) -> Int8Weights:
    """(n_out, n_in) weights for input in these steps."""
    scaled = weights.T * steps[:, None]
    scale = np.maximum(np.abs(scaled).max(axis=0), _SMALLEST) / LARGEST_WEIGHT
    return Int8Weights(np.round(scaled / scale).astype(np.int8), scale.astype(np.float32))


def stepped(graph: Graph, states: str, steps: Array) -> str:
    """Append what makes (T, n_in) whole numbers from 0 to 255."""
    scaled = graph.node("Mul", states, graph.constant((1 / steps).astype(np.float32)))
    one, zero = graph.constant(np.asarray(1.0, np.float32)), graph.constant(np.asarray(ZERO, np.uint8))
    return graph.node("QuantizeLinear", scaled, one, zero)


def linear(graph: Graph, numbers: str, layer: Int8Weights, bias: Array) -> str:
    """Append (T, n_out) from what `stepped` gave."""
    one, zero = graph.constant(np.asarray(1.0, np.float32)), graph.constant(np.asarray(ZERO, np.uint8))
    weights, scale = graph.constant(layer.weights), graph.constant(layer.scale)
    return graph.node(
        "MatMulIntegerToFloat", numbers, weights, one, scale, zero, "", graph.constant(bias), domain="com.microsoft"
    )


def stepped_by_row(graph: Graph, states: str, channels: Array) -> tuple[str, str]:
    """Append what makes (T, n_in) whole numbers from 1 to 255, and the (T, 1) steps that they are in."""
    scaled = graph.node("Mul", states, graph.constant((1 / channels).astype(np.float32)))
    largest = graph.node("ReduceMax", graph.node("Abs", scaled), graph.constant(np.asarray([1], np.int64)), keepdims=1)
    some = graph.node("Max", largest, graph.constant(np.asarray(_SMALLEST, np.float32)))
    steps = graph.node("Mul", some, graph.constant(np.asarray(1 / HIGHEST, np.float32)))
    one, zero = graph.constant(np.asarray(1.0, np.float32)), graph.constant(np.asarray(ZERO, np.uint8))
    return graph.node("QuantizeLinear", graph.node("Div", scaled, steps), one, zero), steps


def linear_by_row(graph: Graph, numbers: str, steps: str, layer: Int8Weights, bias: Array) -> str:
    """Append (T, n_out) from what `stepped_by_row` gave."""
    one, zero = graph.constant(np.asarray(1.0, np.float32)), graph.constant(np.asarray(ZERO, np.uint8))
    weights, scale = graph.constant(layer.weights), graph.constant(layer.scale)
    product = graph.node("MatMulIntegerToFloat", numbers, weights, one, scale, zero, "", domain="com.microsoft")
    return graph.node("Add", graph.node("Mul", product, steps), graph.constant(bias))
