"""Vocabularies that are only a SentencePiece file. The files are written here, field by field."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
import torch
from tiny_checkpoints import write_ixc, write_json

from models.checkpoint import CheckpointError
from models.generate import Sampling
from models.ixc_reasoner import IxcReasoner
from models.sentencepiece_file import BPE, BYTE, CONTROL, NORMAL, UNIGRAM, UNKNOWN, USER_DEFINED, read_sentencepiece
from models.tokenizers import Vocabulary

pytestmark = pytest.mark.models

Piece = tuple[str, float, int]
BYTES: list[Piece] = [(f"<0x{byte:02X}>", 0.0, BYTE) for byte in range(256)]
HEAD: list[Piece] = [("<unk>", 0.0, UNKNOWN), ("<s>", 0.0, CONTROL), ("</s>", 0.0, CONTROL)]


def varint(value: int) -> bytes:
    return bytes([value]) if value < 128 else bytes([value & 127 | 128]) + varint(value >> 7)


def block(number: int, data: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(data)) + data


def number(number: int, value: int) -> bytes:
    return varint(number << 3) + varint(value)


def model(pieces: list[Piece], kind: int = BPE, *, dummy_prefix: bool = False) -> bytes:
    data = b""
    for text, score, piece_kind in pieces:
        body = block(1, text.encode()) + varint(2 << 3 | 5) + struct.pack("<f", score)
        data += block(1, body + (number(3, piece_kind) if piece_kind != NORMAL else b""))
    data += block(2, block(1, b"corpus.txt") + number(3, kind) + number(40, 0))
    return data + block(3, block(1, b"identity") + number(3, dummy_prefix) + number(4, 0))


def words(*texts: str) -> list[Piece]:
    return [(text, -float(i), NORMAL) for i, text in enumerate(texts)]


def write(folder: Path, data: bytes) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "tokenizer.model").write_bytes(data)
    return folder


def pieces_of(vocabulary: Vocabulary, pieces: list[Piece], text: str) -> list[str]:
    return [pieces[i][0] for i in vocabulary.ids(text).tolist()]


def test_likelier_pieces_are_put_together_first(tmp_path: Path) -> None:
    pieces = [*HEAD, *words("bc", "ab", "abc", "a", "b", "c", "\u2581")]
    vocabulary = Vocabulary(write(tmp_path, model(pieces)))
    assert pieces_of(vocabulary, pieces, "abc ab") == ["abc", "\u2581", "ab"]
    pieces[5] = ("abx", -2.0, NORMAL)  # without "abc" the likelier "bc" takes the b
    assert pieces_of(Vocabulary(write(tmp_path, model(pieces))), pieces, "abc") == ["a", "bc"]


def test_unknown_characters_are_bytes_and_come_back(tmp_path: Path) -> None:
    pieces = [*HEAD, *BYTES, *words("a", "\u2581")]
    vocabulary = Vocabulary(write(tmp_path, model(pieces)))
    assert pieces_of(vocabulary, pieces, "aé") == ["a", "<0xC3>", "<0xA9>"]
    assert vocabulary.text(vocabulary.ids("a é🙂 a").tolist()) == "a é🙂 a"


def test_a_space_in_front_is_added_and_taken_away(tmp_path: Path) -> None:
    pieces = [*HEAD, *BYTES, *words("\u2581a", "a", "\u2581")]
    vocabulary = Vocabulary(write(tmp_path, model(pieces, dummy_prefix=True)))
    assert pieces_of(vocabulary, pieces, "a a") == ["\u2581a", "\u2581a"]
    assert vocabulary.text(vocabulary.ids("a a").tolist()) == "a a"


def test_the_likeliest_cut_of_a_unigram_model(tmp_path: Path) -> None:
    pieces: list[Piece] = [*HEAD, ("ab", -1.0, NORMAL), ("a", -3.0, NORMAL), ("b", -3.0, NORMAL), ("bc", -1.5, NORMAL)]
    vocabulary = Vocabulary(write(tmp_path, model([*pieces, ("c", -9.0, NORMAL)], UNIGRAM)))
    assert pieces_of(vocabulary, pieces, "abc") == ["a", "bc"]


def test_named_pieces_stay_whole_and_a_prompt_begins_with_bos(tmp_path: Path) -> None:
    pieces = [*HEAD, *BYTES, *words("a"), ("[X]", 0.0, USER_DEFINED), ("[Y]", 0.0, USER_DEFINED)]
    last = len(pieces) - 1
    write(tmp_path, model(pieces))
    # A checkpoint gives the last piece another name, and adds one behind it.
    write_json(
        tmp_path / "tokenizer_config.json",
        {"added_tokens_decoder": {str(last): {"content": "<|im_start|>"}}, "eos_token": {"content": "</s>"}},
    )
    write_json(tmp_path / "added_tokens.json", {"<img>": last + 1})
    vocabulary = Vocabulary(tmp_path)
    assert vocabulary.ids("a[X]<|im_start|>a<img>").tolist() == [259, last - 1, last, 259, last + 1]
    assert vocabulary.prompt_ids("a").tolist() == [1, 259]
    assert (vocabulary.bos, vocabulary.end) == ([1], [2])
    assert vocabulary.one("<img>") == last + 1
    assert vocabulary.text([1, 259, last + 1, 2]) == "a"


def test_what_is_no_such_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"no tokenizer\.json and no tokenizer\.model"):
        Vocabulary(tmp_path)
    good = model([*HEAD, *words("a")])
    for bad in (b"", b"hello, this is text", good[:-3], good[5:]):
        with pytest.raises(CheckpointError, match="is no SentencePiece model"):
            read_sentencepiece(write(tmp_path, bad) / "tokenizer.model")


def test_a_reasoner_reads_such_a_folder(tmp_path: Path) -> None:
    write_ixc(tmp_path)
    (tmp_path / "tokenizer.json").unlink()
    (tmp_path / "tokenizer_config.json").unlink()
    marks: list[Piece] = [(f"[UNUSED_TOKEN_{i}]", 0.0, USER_DEFINED) for i in (146, 145)]
    write(tmp_path, model([*HEAD, *BYTES, *marks]))
    reasoner = IxcReasoner(tmp_path, torch.device("cpu"), torch.float32)
    prompt = reasoner.chat("Who?", [])
    assert prompt.embeds.shape[1] == 1 + len("user\nWho?\nassistant\n") + 3
    assert "".join(reasoner.reply(prompt, Sampling(max_new_tokens=4))) is not None
