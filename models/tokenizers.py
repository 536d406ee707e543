"""The tokenizer of a checkpoint folder, and what a reasoner needs of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from models.checkpoint import CheckpointError


class Vocabulary:
    """Text to ids and back."""

    def __init__(self, folder: Path) -> None:
        """From the folder's tokenizer.json. Raises CheckpointError where there is none."""
        if not (folder / "tokenizer.json").exists():
            raise CheckpointError(
                f"{folder / 'tokenizer.json'} is missing; convert the folder's tokenizer to that format, "
                "or copy it from a converted checkpoint of the same family"
            )
        try:
            self._tokenizer: Any = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        except (ValueError, KeyError, ImportError):
            # The folder names a tokenizer class of its own code; the file alone says everything.
            self._tokenizer = PreTrainedTokenizerFast.from_pretrained(folder, local_files_only=True)
        self._folder = folder

    def ids(self, text: str) -> Tensor:
        """(L,) int64, nothing added."""
        return torch.tensor(self._tokenizer(text, add_special_tokens=False)["input_ids"], dtype=torch.long)

    def prompt_ids(self, text: str) -> Tensor:
        """(L,) int64 of a whole prompt: what the checkpoint's tokenizer puts in front is there."""
        return torch.tensor(self._tokenizer(text)["input_ids"], dtype=torch.long)

    def text(self, ids: list[int]) -> str:
        """Special tokens left out, nothing cleaned up."""
        found: str = self._tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False)
        return found

    def one(self, piece: str) -> int:
        """The id of a piece. Raises CheckpointError for one that the vocabulary does not have."""
        found = self._tokenizer.convert_tokens_to_ids(piece)
        if not isinstance(found, int) or (found == self._tokenizer.unk_token_id and piece != self._tokenizer.unk_token):
            raise CheckpointError(f"{self._folder}: its tokenizer has no piece {piece!r}; is this its profile?")
        return found

    @property
    def bos(self) -> list[int]:
        """The id that begins a text, for vocabularies that want one."""
        return [] if self._tokenizer.bos_token_id is None else [self._tokenizer.bos_token_id]

    @property
    def end(self) -> list[int]:
        return [] if self._tokenizer.eos_token_id is None else [self._tokenizer.eos_token_id]
