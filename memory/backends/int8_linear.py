"""Linear layers in 8 bits, for processors without any special instruction for them.

What goes in has a fixed scale for each channel, known beforehand, so that a row's result depends on that row alone, to
the last bit, whatever is computed together with it. Part of the scale is moved into the weights, so that a few large
channels do not cost the others their precision: G. Xiao et al., "SmoothQuant", 2023 (arXiv:2211.10438).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from memory.backends.onnx_graph import Graph

Array = NDArray[np.float32]

MOVED = 0.8  # how much of a channel's size is moved into the weights; best for MiniLM, by cosines of sentences
HIGHEST = 127.0  # of what goes in, around ZERO
ZERO = 128
LARGEST_WEIGHT = 63  # two products then fit into 16 bits, in which AVX2 adds them
_SMALLEST = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Int8Weights:
    """weights: (n_in, n_out); scale: (n_out,) of what comes out."""

    weights: NDArray[np.int8]
    scale: Array


def steps_of(largest: Array, weights: Sequence[Array], share: float = MOVED) -> Array:
    """(n_in,) steps of what goes in. largest: (n_in,) its greatest values by size; weights: (n_out, n_in) of all
    layers that it goes into; share: see `MOVED`."""
    of_weights = np.maximum(np.max([np.abs(w).max(axis=0) for w in weights], axis=0), _SMALLEST)
    moved = np.maximum(largest, _SMALLEST) ** share / of_weights ** (1 - share)
    found: Array = (moved * (largest / moved).max() / HIGHEST).astype(np.float32)
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
