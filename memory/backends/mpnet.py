"""The larger text encoder: all-mpnet-base-v2 in 8 bits, run by onnxruntime.

Five packages carry its weights (`memory.backends.mpnet_files`). At the first start these are checked, changed by the
adapter that `bench.recall_adapter` learned and made into a network in 8 bits, which is kept in the user's cache folder.
The vector of a sentence is the mean over its tokens, brought to 384 numbers by a matrix that was learned along.
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
import platformdirs
from numpy.typing import NDArray
from tokenizers import Tokenizer

from memory.backends import int8_linear, mpnet_files, mpnet_graph
from memory.backends.base import Vectors
from memory.backends.mpnet_graph import bias_of, distance_bias, embeddings, network
from memory.backends.passes import lengths_of, means, passes, unit
from wire import onnx_graph
from wire.low_rank import change, load_adapter
from wire.made_once import made_once
from wire.onnx_session import session_options

Array = NDArray[np.float32]

ADAPTER = Path(__file__).with_name("mpnet_adapter.npz")  # and "projection", (384, 768)
RANGES = Path(__file__).with_name("mpnet_ranges.npz")  # by linear layer: (n_in,) the largest that went in
MAX_TOKENS = 256
_NETWORK, _WORDS, _REST, _TOKENIZER = "network.onnx", "words.npy", "rest.npz", "tokenizer.json"


@dataclass(frozen=True, kw_only=True)
class MpnetOptions:
    folder: str = ""  # a folder with model.safetensors and tokenizer.json of this very model; "": the packages
    threads: int = 1  # of one pass

    def __post_init__(self) -> None:
        if self.threads < 1:
            raise ValueError(f"threads is {self.threads}; one at least must do the work")


class Mpnet:
    """Sentences as 384-d unit vectors."""

    Options = MpnetOptions
    space = "mpnet"

    def __init__(self, options: MpnetOptions) -> None:
        """Raises ValueError where the weights are missing or not those published."""
        folder = Path(options.folder) if options.folder else None
        made = made_once(
            "text encoder", _cache(), lambda fresh: _make(folder, fresh), lambda kept: _opened(kept, options.threads)
        )
        self._tokenizer, self._words, rest = made.tokenizer, made.words, made.rest
        self._places, self._bias, self._projection = rest["places"], rest["bias"], rest["projection"]
        self._session: ort.InferenceSession | None = made.session
        self.dim = len(self._projection)
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
        lengths = lengths_of(tokens)
        embedded = np.concatenate([self._words[ids] + self._places[: len(ids)] for ids in tokens])
        given: dict[str, Any] = {f"bias_{n}": bias_of(self._bias, length) for n, length in enumerate(lengths.tolist())}
        given |= {"embedded": embedded, "lengths": lengths}
        states = self._session.run(None, given)[0]  # (T, 768)
        return [unit(self._projection @ mean) for mean in means(states, tokens)]


@dataclass(frozen=True, slots=True, eq=False)
class _Made:
    """words: (V, 768) in half precision, mapped from their file; rest: places (MAX_TOKENS, 768), bias, see
    `mpnet_graph.distance_bias`, and projection (384, 768)."""

    session: ort.InferenceSession
    tokenizer: Tokenizer
    words: NDArray[np.float16]
    rest: Mapping[str, Array]


def _cache() -> Path:
    """Another one for other weights, and where another program makes it."""
    makers = [Path(module.__file__ or "") for module in (mpnet_graph, int8_linear, onnx_graph, mpnet_files)]
    made_of = hashlib.sha256(b"".join(path.read_bytes() for path in (ADAPTER, RANGES, Path(__file__), *makers)))
    return Path(platformdirs.user_cache_dir("omnilive")) / "text_encoders" / f"mpnet-{made_of.hexdigest()[:16]}"


def _make(folder: Path | None, fresh: Path) -> None:
    tensors, tokenizer = mpnet_files.read(folder)
    adapter = load_adapter(ADAPTER)
    try:
        with np.load(RANGES) as ranges, np.load(ADAPTER) as learned:
            projection = learned["projection"].astype(np.float32)
            largest = {name: ranges[name].astype(np.float32) for name in ranges.files}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise ValueError(f"{RANGES} or {ADAPTER} is broken ({error}); install omnilive again") from error
    changed = {name: tensor + change(adapter, name) if name in adapter else tensor for name, tensor in tensors.items()}
    words, places = embeddings(changed, MAX_TOKENS)
    rest = {"places": places, "bias": distance_bias(changed, MAX_TOKENS), "projection": projection}
    (fresh / _NETWORK).write_bytes(network(changed, largest))
    (fresh / _TOKENIZER).write_bytes(tokenizer)
    np.save(fresh / _WORDS, words.astype(np.float16))
    np.savez(fresh / _REST, allow_pickle=False, **rest)


def _opened(folder: Path, threads: int) -> _Made:
    """Raises ValueError for files that are missing or broken."""
    try:
        session = ort.InferenceSession(
            str(folder / _NETWORK), session_options(threads), providers=["CPUExecutionProvider"]
        )
        tokenizer = Tokenizer.from_file(str(folder / _TOKENIZER))
        tokenizer.no_padding()
        tokenizer.enable_truncation(MAX_TOKENS)
        words = np.load(folder / _WORDS, mmap_mode="r")
        if not np.isfinite(words.sum(dtype=np.float32)):  # all are looked at: none is read while a question waits
            raise ValueError(f"{_WORDS} holds numbers that are none")
        with np.load(folder / _REST) as arrays:
            rest = {name: arrays[name] for name in ("places", "bias", "projection")}
    except MemoryError:
        raise
    except Exception as error:  # both libraries raise Exception itself
        raise ValueError(str(error)) from error
    return _Made(session, tokenizer, words, rest)
