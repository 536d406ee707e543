"""Any sentence-transformers checkpoint as text encoder, from a folder or by hub id, through transformers.

Owns pooling and normalisation as the checkpoint's own files name them; the network is stock. One sentence is one pass,
so that its vector does not depend on its company.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import AutoModel, AutoTokenizer
from transformers.utils.hub import cached_file

from memory.backends.base import Vectors

POOLINGS = {
    "pooling_mode_cls_token": "cls",
    "pooling_mode_max_tokens": "max",
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_lasttoken": "last",
}


@dataclass(frozen=True, kw_only=True)
class CheckpointOptions:
    model: str  # folder, or hub id
    download: bool = False  # ask the hub for what is not in the local cache
    device: str = "cpu"
    max_tokens: int = 512
    prompt: str = ""  # put before every sentence, for models that were trained with one


class CheckpointEncoder:
    """Sentences as unit vectors of the checkpoint's width."""

    Options = CheckpointOptions

    def __init__(self, options: CheckpointOptions) -> None:
        source: dict[str, Any] = {"local_files_only": not options.download}
        try:
            self._tokenizer = AutoTokenizer.from_pretrained(options.model, **source)
            self._model = AutoModel.from_pretrained(options.model, **source).eval().to(options.device)
        except (OSError, ValueError) as error:  # transformers names what it misses by either
            raise FileNotFoundError(
                f"no text encoder in {options.model!r}: {str(error).splitlines()[0]}; give a folder that holds one, or "
                "a hub id with download = true"
            ) from error
        self._pooling = _pooling(options.model, source)
        self._options = options
        self.dim = int(self.encode(["warm up"]).shape[1])

    def encode(self, sentences: list[str]) -> Vectors:
        """(N, D) float32, rows of length one."""
        if not sentences:
            return np.zeros((0, self.dim), np.float32)
        return np.stack([self._one(self._options.prompt + sentence) for sentence in sentences])

    def close(self) -> None:
        del self._model

    @torch.inference_mode()
    def _one(self, sentence: str) -> Vectors:
        inputs = self._tokenizer(
            sentence, return_tensors="pt", truncation=True, max_length=self._options.max_tokens
        ).to(self._options.device)
        states = self._model(**inputs).last_hidden_state[0].float()  # (T, D)
        match self._pooling:
            case "cls":
                pooled = states[0]
            case "last":
                pooled = states[-1]
            case "max":
                pooled = states.max(dim=0).values
            case _:
                pooled = states.mean(dim=0)
        unit: Vectors = torch.nn.functional.normalize(pooled, dim=0).cpu().numpy()
        return unit


def _pooling(model: str, source: dict[str, Any]) -> str:
    """What the checkpoint's 1_Pooling/config.json asks for; the mean where it says nothing."""
    name = "1_Pooling/config.json"
    path = Path(model) / name
    if not path.parent.parent.is_dir():
        found = cached_file(model, name, _raise_exceptions_for_missing_entries=False, **source)
        path = Path(found) if found else path
    if not path.is_file():
        return "mean"
    config = json.loads(path.read_text(encoding="utf-8"))
    modes = [pooling for key, pooling in POOLINGS.items() if config.get(key)]
    if len(modes) != 1:
        raise ValueError(f"{path} asks for the poolings {modes or 'none'}; one of cls, max, mean, last can be had")
    return modes[0]
