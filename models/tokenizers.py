"""The tokenizer of a checkpoint folder, and what a reasoner needs of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from models.checkpoint import CheckpointError, read_json
from models.quiet import quietly
from models.sentencepiece_file import build_tokenizer, read_sentencepiece

_PIECES = ("tokenizer.model", "spiece.model")  # names of a SentencePiece file


class Vocabulary:
    """Text to ids and back."""

    def __init__(self, folder: Path) -> None:
        """From the folder's tokenizer.json, else its tokenizer.model. Raises CheckpointError where there is neither."""
        self._tokenizer: Any = _from_json(folder) if (folder / "tokenizer.json").exists() else _from_model(folder)
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


def _from_json(folder: Path) -> Any:
    try:
        with quietly():
            return AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except (ValueError, KeyError, ImportError):
        # The folder names a tokenizer class of its own code; the file alone says everything.
        return PreTrainedTokenizerFast.from_pretrained(folder, local_files_only=True)


def _from_model(folder: Path) -> Any:
    path = next((folder / name for name in _PIECES if (folder / name).exists()), None)
    if path is None:
        raise CheckpointError(f"{folder} has no tokenizer.json and no tokenizer.model; fetch one of them into it")
    found = read_sentencepiece(path)
    values = read_json(folder / "tokenizer_config.json") if (folder / "tokenizer_config.json").exists() else {}
    names = {int(i): token["content"] for i, token in values.get("added_tokens_decoder", {}).items()}
    if (folder / "added_tokens.json").exists():
        names |= {i: text for text, i in read_json(folder / "added_tokens.json").items()}
    ids = {text: i for i, (text, _, _) in enumerate(found.pieces)} | {text: i for i, text in names.items()}
    bos, end = (_named(values.get(key), default) for key, default in (("bos_token", "<s>"), ("eos_token", "</s>")))
    bos_id = ids.get(bos) if values.get("add_bos_token", True) else None
    known = {"bos_token": bos, "eos_token": end, "unk_token": found.pieces[found.unknown_id][0]}
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=build_tokenizer(found, names, bos_id),
        **{key: text for key, text in known.items() if text in ids},
    )


def _named(value: Any, default: str) -> str:
    """A token in tokenizer_config.json is a text, or an object that holds it."""
    return str(value["content"] if isinstance(value, dict) else value or default)
