"""Linear layers in 8 bits: near the same in full precision, each row by itself, and never too large to add."""

from __future__ import annotations

import numpy as np
import onnxruntime as ort
import pytest
from numpy.typing import NDArray

from memory.backends.int8_linear import LARGEST_WEIGHT, in_8_bits, linear, stepped, steps_of
from wire.onnx_graph import FLOAT, Graph

pytestmark = pytest.mark.lite

Array = NDArray[np.float32]
N_IN, N_OUT = 64, 48


def _layer(weights: Array, bias: Array, largest: Array) -> ort.InferenceSession:
    graph = Graph()
    steps = steps_of(largest, [weights])
    out = linear(graph, stepped(graph, "given", steps), in_8_bits(weights, steps), bias)
    graph.node("Identity", out, output="found")
    model = graph.model({"given": (FLOAT, ["T", N_IN])}, {"found": (FLOAT, ["T", N_OUT])})
    return ort.InferenceSession(model, providers=["CPUExecutionProvider"])


@pytest.fixture
def drawn() -> tuple[Array, Array, Array]:
    rng = np.random.default_rng(1)
    given = rng.normal(size=(20, N_IN)).astype(np.float32)
    given[:, 3] *= 30  # a channel that is much larger than the others, as transformers have
    weights, bias = rng.normal(size=(N_OUT, N_IN)).astype(np.float32) * 0.1, rng.normal(size=N_OUT).astype(np.float32)
    return given, weights, bias


def test_it_is_near_the_layer_in_full_precision(drawn: tuple[Array, Array, Array]) -> None:
    given, weights, bias = drawn
    (found,) = _layer(weights, bias, np.abs(given).max(axis=0)).run(None, {"given": given})
    exact = given @ weights.T + bias
    assert np.corrcoef(found.ravel(), exact.ravel())[0, 1] > 0.999
    assert np.abs(found - exact).mean() < 0.02 * np.abs(exact).mean()


def test_a_row_does_not_depend_on_its_company(drawn: tuple[Array, Array, Array]) -> None:
    given, weights, bias = drawn
    layer = _layer(weights, bias, np.abs(given).max(axis=0))
    (together,) = layer.run(None, {"given": given})
    for number, row in enumerate(given):
        (alone,) = layer.run(None, {"given": row[None]})
        np.testing.assert_array_equal(alone[0], together[number])


def test_what_is_larger_than_known_is_cut_and_stays_in_its_row(drawn: tuple[Array, Array, Array]) -> None:
    given, weights, bias = drawn
    layer = _layer(weights, bias, np.abs(given).max(axis=0))
    (before,) = layer.run(None, {"given": given})
    given[5] *= 100
    (after,) = layer.run(None, {"given": given})
    assert np.isfinite(after).all()
    np.testing.assert_array_equal(np.delete(after, 5, 0), np.delete(before, 5, 0))


def test_weights_are_small_enough_for_two_products_in_16_bits(drawn: tuple[Array, Array, Array]) -> None:
    given, weights, _ = drawn
    layer = in_8_bits(weights, steps_of(np.abs(given).max(axis=0), [weights]))
    assert np.abs(layer.weights).max() == LARGEST_WEIGHT
    assert 2 * 255 * LARGEST_WEIGHT < 2**15


def test_a_channel_that_is_always_nought_does_no_harm() -> None:
    weights, given = np.ones((N_OUT, N_IN), np.float32), np.ones((1, N_IN), np.float32)
    given[0, 7] = 0.0
    (found,) = _layer(weights, np.zeros(N_OUT, np.float32), given[0]).run(None, {"given": given})
    np.testing.assert_allclose(found, N_IN - 1, rtol=0.02)
