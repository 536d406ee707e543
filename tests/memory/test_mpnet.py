"""The larger text encoder against the same weights run by transformers, and what is fitted to it."""

from __future__ import annotations

import importlib.util
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
import torch

from bench.asking import core_of, phrasings
from bench.recall_encoder import Encoder
from memory.asking import shipped, shipped_for
from memory.backends import minilm, mpnet
from memory.backends.mpnet import Mpnet, MpnetOptions
from memory.backends.mpnet_packages import INSTALL, PACKAGES
from memory.backends.sentences import SentenceCompressor, SentenceOptions
from memory.draft import Drafter
from memory.embedder import Embedder, reads_chinese

pytestmark = [
    pytest.mark.models,
    pytest.mark.skipif(
        any(importlib.util.find_spec(name) is None for name in PACKAGES),
        reason=f"the larger text encoder is not installed: {INSTALL}",
    ),
]

SENTENCES = [
    "hello",
    'A red sign reads "EXIT 12".',
    'Someone said: "The museum opens at nine o\'clock — café, naïve, 東京."',
    " ".join(["A long sentence goes on and on about harbours and trains."] * 12),
    "",
]


@pytest.fixture(scope="module")
def encoder() -> Mpnet:
    return Mpnet(MpnetOptions())


def test_vectors_are_near_those_in_full_precision(encoder: Mpnet) -> None:
    exact = Encoder("mpnet")
    exact.start([mpnet.ADAPTER])
    exact._tokenizer.enable_truncation(mpnet.MAX_TOKENS)
    with torch.no_grad():
        theirs = exact(SENTENCES).numpy()
    cosines = (encoder.encode(SENTENCES) * theirs).sum(axis=1)
    assert cosines[:-1].min() > 0.98
    assert cosines[-1] > 0.95  # of nothing


def test_company_and_threads_do_not_change_a_vector(encoder: Mpnet) -> None:
    alone = {sentence: encoder.encode([sentence])[0] for sentence in SENTENCES}
    for together in permutations(SENTENCES, 3):
        for sentence, row in zip(together, encoder.encode(list(together)), strict=True):
            assert np.array_equal(alone[sentence], row)
    single = Mpnet(MpnetOptions(threads=1))
    assert np.array_equal(single.encode(SENTENCES), encoder.encode(SENTENCES))


def test_a_question_is_near_its_answer(encoder: Mpnet) -> None:
    question, answer, other = encoder.encode(
        ["Who stitches up the patients?", "Doctor Weiss does the operations", "The patients eat at noon"]
    )
    assert encoder.dim == len(question) == 384
    assert question @ answer > question @ other
    assert np.linalg.norm(question) == pytest.approx(1.0, abs=1e-5)


def test_it_is_told_what_a_reader_of_chinese_is(encoder: Mpnet) -> None:
    assert not reads_chinese(encoder)
    assert Embedder(encoder, SentenceCompressor(SentenceOptions())).drafter == Drafter(False, "mpnet")


def test_the_kinds_of_questions_are_fitted_to_its_vectors(encoder: Mpnet) -> None:
    fitted = shipped_for(encoder.encode)
    assert fitted is not None
    assert fitted.knows(encoder.encode)
    assert fitted is not shipped()
    right = [
        next(iter(fitted.probabilities(core_of(question), encoder.encode([question])[0]))) == ask
        for ask, question in phrasings()[::40]
    ]
    assert np.mean(right) > 0.9


def test_what_is_learned_of_it_goes_on_where_it_stood(tmp_path: Path) -> None:
    encoder, again = Encoder("mpnet"), Encoder("mpnet")
    encoder.start([mpnet.ADAPTER])
    encoder.project([f"{word} {n}" for word in ("gate", "harbour", "kettle", "wasp") for n in range(100)])
    assert encoder.projection is not None
    product = (encoder.projection @ encoder.projection.T).detach()
    torch.testing.assert_close(product, torch.eye(384), atol=1e-4, rtol=0)
    encoder.save(tmp_path / "learned.npz")
    again.start([tmp_path / "learned.npz"])
    with torch.no_grad():
        torch.testing.assert_close(again(SENTENCES[:2]), encoder(SENTENCES[:2]), atol=2e-3, rtol=0)
    with pytest.raises(ValueError, match="must be of the model that is learned"):
        again.start([minilm.ADAPTER])


def test_what_goes_into_every_layer_is_known() -> None:
    with np.load(mpnet.RANGES) as ranges, np.load(mpnet.ADAPTER) as learned:
        layers = {name[: -len(".weight.a")] for name in learned.files if name.endswith(".a")}
        assert {*ranges.files} == {name for name in layers if not name.endswith((".k", ".v"))}
        assert learned["projection"].shape == (384, 768)
