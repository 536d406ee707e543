"""What goes through the text encoder for one question: each sentence once, as many as can be in one pass."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from memory import embedder as module
from memory.backends.fake import FakeOptions, FakeTextEncoder
from memory.backends.sentences import SentenceCompressor, SentenceOptions
from memory.embedder import Draft, Embedder
from wire.messages import Cues

pytestmark = pytest.mark.unit

PLAIN = "in plain words"
ANCHORED = "What did the sign say after the red circle?"


class Listening(FakeTextEncoder):
    """Notes what it encodes together."""

    def __init__(self) -> None:
        super().__init__(FakeOptions())
        self.passes: list[list[str]] = []

    def encode(self, sentences: list[str]) -> NDArray[np.float32]:
        self.passes.append(list(sentences))
        return super().encode(sentences)


@pytest.fixture
def encoder() -> Listening:
    return Listening()


@pytest.fixture
def embedder(encoder: Listening) -> Embedder:
    embedder = Embedder(encoder, SentenceCompressor(SentenceOptions()))
    encoder.passes.clear()
    return embedder


@pytest.fixture
def unsure(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading takes the vector of the question in plain words."""

    def understand(text: str, *, encode: Any = None, **others: Any) -> Cues:
        return Cues(ask="text" if encode is not None and encode([PLAIN]).shape[0] == 1 else "fact")

    monkeypatch.setattr(module, "understand", understand)


def test_reading_and_searching_take_one_pass(embedder: Embedder, encoder: Listening, unsure: None) -> None:
    cues, probe = embedder.read("What is it?", 0, ("yes", "no"), (), 0.0)
    assert encoder.passes == [[PLAIN, "What is it?", "yes", "no"]]
    assert cues.ask == "text"
    np.testing.assert_array_equal(probe.vectors, encoder.encode(["What is it?", "yes", "no"]))


def test_a_draft_encodes_nothing(embedder: Embedder, encoder: Listening, unsure: None) -> None:
    draft = embedder.draft("What is it?", 0, ("yes", "no"), (), 0.0)
    assert encoder.passes == []
    assert draft.cues.ask == "fact"
    assert draft.texts == ("What is it?", "yes", "no")


def test_an_anchor_can_be_encoded_before_its_question(embedder: Embedder, encoder: Listening) -> None:
    draft = embedder.draft(ANCHORED, 0, (), (), 0.0)
    anchor = embedder.anchor(draft.cues)
    cues, probe = embedder.read(ANCHORED, 0, (), (), 0.0)
    assert encoder.passes[0] == [draft.cues.anchor]
    assert (cues, probe.texts) == (draft.cues, draft.texts)  # its words leave no doubt
    assert anchor is not None
    np.testing.assert_array_equal(anchor, probe.anchor)
    assert embedder.anchor(Cues()) is None


def test_each_sentence_is_encoded_once(embedder: Embedder, encoder: Listening, unsure: None) -> None:
    for _ in range(2):
        embedder.read("What is it?", 0, (), (), 0.0)
    assert encoder.passes == [[PLAIN, "What is it?"]]


def test_what_was_asked_does_not_ride_along_with_the_next(embedder: Embedder, encoder: Listening, unsure: None) -> None:
    embedder.understand("What is it?", 0, (), (), 0.0)
    embedder.forget()
    embedder.encode(["something else"])
    embedder.understand("What was that?", 0, (), (), 0.0)
    assert encoder.passes[1:] == [["something else"], [PLAIN, "What was that?"]]


def test_a_question_is_read_part_by_part(embedder: Embedder, encoder: Listening) -> None:
    draft, anchor, read = embedder.reading(ANCHORED, 0, (), (), 0.0, None, lambda: False)
    assert draft == embedder.draft(ANCHORED, 0, (), (), 0.0)
    assert isinstance(draft, Draft)
    assert encoder.passes[0] == [draft.cues.anchor]
    assert isinstance(anchor, np.ndarray)
    assert isinstance(read, tuple)
    cues, probe = read
    assert cues == draft.cues
    np.testing.assert_array_equal(anchor, probe.anchor)


def test_a_question_that_nobody_waits_for_is_read_no_further(embedder: Embedder, encoder: Listening) -> None:
    (draft,) = embedder.reading("What is it?", 0, (), (), 0.0, None, lambda: True)
    assert isinstance(draft, Draft)
    assert encoder.passes == []


def test_an_encoder_that_recall_was_not_fitted_to_is_told(embedder: Embedder) -> None:
    assert embedder.draft("What is it?", 0, (), (), 0.0).plain
    assert embedder.read("What is it?", 0, (), (), 0.0)[1].plain


@pytest.mark.lite
@pytest.mark.parametrize("adapter", [True, False])
def test_the_packaged_encoder_is_known_by_its_adapter(adapter: bool) -> None:
    from memory.backends.minilm import MiniLm, MiniLmOptions

    embedder = Embedder(MiniLm(MiniLmOptions(adapter=adapter)), SentenceCompressor(SentenceOptions()))
    assert embedder.draft("What is it?", 0, (), (), 0.0).plain is not adapter
