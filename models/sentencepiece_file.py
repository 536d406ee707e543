"""A SentencePiece `tokenizer.model` as a fast tokenizer, without the library that wrote it.

Several of the published folders hold no other vocabulary. Reads the protocol-buffer file (pieces, kind, normalisation)
and the names that tokenizer_config.json gives to ids.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, processors

from models.checkpoint import CheckpointError

SPACE = "\u2581"  # how SentencePiece writes a space
NORMAL, UNKNOWN, CONTROL, USER_DEFINED, BYTE = 1, 2, 3, 4, 6
UNIGRAM, BPE = 1, 2


@dataclass
class SentencePieceFile:
    """What the file says. pieces: (text, score, type), by id."""

    pieces: list[tuple[str, float, int]] = field(default_factory=list)
    kind: int = UNIGRAM
    unknown_id: int = 0
    charsmap: bytes = b""
    dummy_prefix: bool = True
    remove_extra_spaces: bool = True


def read_sentencepiece(path: Path) -> SentencePieceFile:
    """Raises CheckpointError for a file that is none."""
    found = SentencePieceFile()
    try:
        for number, value in _fields(path.read_bytes()):
            if number == 1:
                found.pieces.append(_piece(value))
            elif number == 2:
                for inner, setting in _fields(value):
                    found.kind = setting if inner == 3 else found.kind
                    found.unknown_id = setting if inner == 40 else found.unknown_id
            elif number == 3:
                _normaliser(value, found)
    except (IndexError, struct.error, TypeError, UnicodeDecodeError, ValueError) as error:
        raise CheckpointError(f"{path} is no SentencePiece model ({error}); fetch it again") from error
    if not found.pieces or found.kind not in (UNIGRAM, BPE):
        raise CheckpointError(f"{path} is no SentencePiece model of kind unigram or BPE; fetch it again")
    return found


def _piece(data: bytes) -> tuple[str, float, int]:
    text, score, kind = "", 0.0, NORMAL
    for number, value in _fields(data):
        if number == 1:
            text = value.decode("utf-8")
        elif number == 2:
            score = struct.unpack("<f", value)[0]
        elif number == 3:
            kind = value
    return text, score, kind


def _normaliser(data: bytes, found: SentencePieceFile) -> None:
    for number, value in _fields(data):
        if number == 2:
            found.charsmap = value
        elif number == 3:
            found.dummy_prefix = bool(value)
        elif number == 4:
            found.remove_extra_spaces = bool(value)


def _fields(data: bytes) -> Iterator[tuple[int, Any]]:
    """Field numbers and values of one message: int for varints, bytes for all else."""
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        wire_type = key & 7
        if wire_type == 0:
            value, at = _varint(data, at)
            yield key >> 3, value
            continue
        if wire_type == 2:
            size, at = _varint(data, at)
        elif wire_type in (1, 5):
            size = 8 if wire_type == 1 else 4
        else:
            raise ValueError(f"wire type {wire_type}")
        if at + size > len(data):
            raise ValueError("it is cut off")
        yield key >> 3, data[at : at + size]
        at += size


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at


def build_tokenizer(found: SentencePieceFile, names: Mapping[int, str], bos_id: int | None) -> Tokenizer:
    """names: what a checkpoint calls some ids, beyond or instead of the file's pieces. bos_id is put in front of
    whole prompts."""
    pieces = [(names.get(i, text), score) for i, (text, score, _) in enumerate(found.pieces)]
    vocabulary = {text: i for i, (text, _) in enumerate(pieces)}
    has_bytes = any(kind == BYTE for _, _, kind in found.pieces)
    unknown = pieces[found.unknown_id][0]
    if found.kind == BPE:
        model: Any = models.BPE(
            vocabulary, _merges(found, vocabulary), unk_token=unknown, fuse_unk=True, byte_fallback=has_bytes
        )
    else:
        model = models.Unigram(pieces, found.unknown_id, has_bytes)
    tokenizer = Tokenizer(model)
    tokenizer.normalizer = normalizers.Sequence(_normalizers(found))
    steps = [decoders.Replace(SPACE, " "), decoders.ByteFallback(), decoders.Fuse()]
    tokenizer.decoder = decoders.Sequence([*steps, *([decoders.Strip(" ", 1, 0)] if found.dummy_prefix else [])])
    special = {i: text for i, (text, _, kind) in enumerate(found.pieces) if kind in (CONTROL, UNKNOWN)} | dict(names)
    own = {i: text for i, (text, _, kind) in enumerate(found.pieces) if kind == USER_DEFINED and i not in special}
    for i, text in sorted((special | own).items()):
        _add(tokenizer, i, text, special=i in special)
    if bos_id is not None:
        bos = (special | own).get(bos_id, pieces[bos_id][0] if bos_id < len(pieces) else "")
        tokenizer.post_processor = processors.TemplateProcessing(
            single=f"{bos} $A", pair=f"{bos} $A $B", special_tokens=[(bos, bos_id)]
        )
    return tokenizer


def _add(tokenizer: Tokenizer, identity: int, text: str, *, special: bool) -> None:
    token = AddedToken(text, special=special, normalized=False)
    tokenizer.add_special_tokens([token]) if special else tokenizer.add_tokens([token])
    if tokenizer.token_to_id(text) != identity:
        raise CheckpointError(f"the tokenizer's name {text!r} for id {identity} does not fit its vocabulary")


def _normalizers(found: SentencePieceFile) -> list[Any]:
    steps: list[Any] = [normalizers.Precompiled(found.charsmap)] if found.charsmap else []
    if found.remove_extra_spaces:
        steps += [normalizers.Strip(), normalizers.Replace(Regex(" {2,}"), " ")]
    if found.dummy_prefix:
        steps.append(normalizers.Prepend(" "))
    return [*steps, normalizers.Replace(" ", SPACE)]


def _merges(found: SentencePieceFile, vocabulary: Mapping[str, int]) -> list[tuple[str, str]]:
    """Every way to put a piece together from two others, likeliest pieces first."""
    merges: list[tuple[float, int, int, tuple[str, str]]] = []
    for text, score, kind in found.pieces:
        if kind != NORMAL:
            continue
        for cut in range(1, len(text)):
            left, right = text[:cut], text[cut:]
            if left in vocabulary and right in vocabulary:
                merges.append((-score, vocabulary[left], vocabulary[right], (left, right)))
    return [pair for *_, pair in sorted(merges)]
