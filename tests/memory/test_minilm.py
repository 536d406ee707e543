"""The default text encoder against the same checkpoint run by transformers, and what it refuses."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoModel, AutoTokenizer

from memory.backends import minilm as minilm_backend
from memory.backends.minilm import MiniLm, MiniLmOptions, _header, installed_folder
from memory.backends.passes import passes as in_passes

pytestmark = pytest.mark.models

SENTENCES = [
    "hello",
    'A red sign reads "EXIT 12".',
    'Someone said: "The museum opens at nine o\'clock — café, naïve, 東京."',
    " ".join(["A long sentence goes on and on about harbours and trains."] * 12),
    "",
]


@pytest.fixture(scope="module")
def minilm() -> MiniLm:
    return MiniLm(MiniLmOptions())


def test_vectors_equal_those_of_transformers() -> None:
    plain = MiniLm(MiniLmOptions(adapter=False, int8=False))
    folder = str(installed_folder())
    model = AutoModel.from_pretrained(folder, local_files_only=True)
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    for sentence, ours in zip(SENTENCES, plain.encode(SENTENCES), strict=True):
        inputs = tokenizer(sentence, return_tensors="pt", truncation=True, max_length=256)
        with torch.no_grad():
            pooled = model(**inputs).last_hidden_state[0].mean(0)
        theirs = (pooled / pooled.norm()).numpy()
        assert np.abs(ours - theirs).max() < 2e-6


def test_company_does_not_change_a_vector(minilm: MiniLm) -> None:
    alone = {sentence: minilm.encode([sentence])[0] for sentence in SENTENCES}
    for number in (2, 3, len(SENTENCES)):
        for together in permutations(SENTENCES, number):
            for sentence, row in zip(together, minilm.encode(list(together)), strict=True):
                assert np.array_equal(alone[sentence], row)
            if number == len(SENTENCES):
                break


def test_a_pass_is_of_few_sentences_and_not_many_tokens() -> None:
    lengths = [5, 5, 5, 5, 60, 40, 30, 256, 1]
    passes = list(in_passes([[n] * n for n in lengths]))
    assert [[len(ids) for ids in some] for some in passes] == [[5, 5, 5], [5, 60], [40, 30], [256], [1]]


def test_meaning_is_near(minilm: MiniLm) -> None:
    question, near, far = minilm.encode(["When does the harbour open?", "The port opens at nine.", "A red circle."])
    assert question @ near > question @ far + 0.15


def test_the_adapter_brings_a_question_near_its_answer(minilm: MiniLm) -> None:
    """... and not near what only speaks of the same thing."""
    sentences = ["What happened to the pet in the bowl?", "the goldfish died last night", "the bowl is from Portugal"]
    question, answer, other = minilm.encode(sentences)
    before, its_answer, its_other = MiniLm(MiniLmOptions(adapter=False)).encode(sentences)
    assert question @ answer - question @ other > before @ its_answer - before @ its_other


def test_other_weights_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="is missing"):
        MiniLm(MiniLmOptions(folder=str(tmp_path)))
    (tmp_path / "model.safetensors").write_bytes(b"\x02\0\0\0\0\0\0\0{}")
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(ValueError, match="is not the pinned"):
        MiniLm(MiniLmOptions(folder=str(tmp_path)))


def test_without_ranges_there_are_no_8_bits(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(minilm_backend, "RANGES", tmp_path / "ranges.npz")
    with pytest.raises(FileNotFoundError, match="set int8 = false"):
        MiniLm(MiniLmOptions())
    assert MiniLm(MiniLmOptions(int8=False)).encode(["A red circle."]).shape == (1, 384)


@pytest.mark.parametrize("content", [b"", b"\xff" * 64])
def test_a_file_that_is_no_safetensors_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.safetensors"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="not a safetensors"):
        _header(path)


def test_8_bits_are_near_full_precision(minilm: MiniLm) -> None:
    exact = MiniLm(MiniLmOptions(int8=False)).encode(SENTENCES)
    *worded, empty = (minilm.encode(SENTENCES) * exact).sum(axis=1)
    assert min(worded) > 0.98
    assert empty > 0.95  # the ranges are of sentences
