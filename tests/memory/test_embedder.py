"""What goes through the text encoder for one question: each sentence once, as many as can be in one pass."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from memory.backends.fake import FakeOptions, FakeTextEncoder
from memory.backends.sentences import SentenceCompressor, SentenceOptions
from memory.draft import Inquiry
from memory.embedder import Embedder
from wire.messages import Cues

pytestmark = pytest.mark.unit

UNSURE = Inquiry("Outline for me whereabouts the kettle got to", options=("yes", "no"))  # the classifier is asked
ANCHORED = Inquiry("What did the sign say after the red circle?")


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


def test_reading_and_searching_take_one_pass(embedder: Embedder, encoder: Listening) -> None:
    cues, probe = embedder.read(UNSURE)
    assert encoder.passes == [[UNSURE.text, "yes", "no"]]
    assert cues == embedder.drafter.understand(UNSURE, encoder.encode)
    np.testing.assert_array_equal(probe.vectors, encoder.encode([UNSURE.text, "yes", "no"]))


def test_a_draft_encodes_nothing(embedder: Embedder, encoder: Listening) -> None:
    draft = embedder.drafter.draft(UNSURE)
    assert encoder.passes == []
    assert draft.texts[0] == UNSURE.text
    assert draft.texts[-2:] == UNSURE.options


def test_what_was_encoded_while_its_words_were_read_is_not_encoded_again(
    embedder: Embedder, encoder: Listening
) -> None:
    embedder.encode(list(embedder.drafter.meant(ANCHORED)))
    draft = embedder.drafter.draft(ANCHORED)
    cues, probe = embedder.read(ANCHORED)
    assert encoder.passes == [[ANCHORED.text]]
    assert (cues, probe.texts) == (draft.cues, draft.texts)  # its words leave no doubt


def test_an_anchor_is_encoded_when_it_is_asked_for(embedder: Embedder, encoder: Listening) -> None:
    cues, _ = embedder.read(ANCHORED)
    anchor = embedder.anchor(cues)
    assert encoder.passes == [[ANCHORED.text], [cues.anchor]]
    assert anchor is not None
    assert anchor.shape == (1, encoder.dim)
    assert embedder.anchor(Cues()) is None


def test_each_sentence_is_encoded_once(embedder: Embedder, encoder: Listening) -> None:
    for _ in range(2):
        embedder.read(UNSURE)
    assert encoder.passes == [[UNSURE.text, "yes", "no"]]
    embedder.forget()
    embedder.read(UNSURE)
    assert len(encoder.passes) == 2


def test_an_empty_question_is_encoded_by_nobody(embedder: Embedder, encoder: Listening) -> None:
    assert embedder.drafter.meant(Inquiry("  ")) == ()
    assert embedder.read(Inquiry("  "))[1].vectors.shape[0] == 0
    assert encoder.passes == []


def test_an_encoder_that_recall_was_not_fitted_to_is_told(embedder: Embedder) -> None:
    assert embedder.drafter.space == "plain"


@pytest.mark.lite
@pytest.mark.parametrize("adapter", [True, False])
def test_the_packaged_encoder_is_known_by_its_adapter(adapter: bool) -> None:
    from memory.backends.minilm import MiniLm, MiniLmOptions

    embedder = Embedder(MiniLm(MiniLmOptions(adapter=adapter)), SentenceCompressor(SentenceOptions()))
    assert embedder.drafter.space == ("minilm" if adapter else "plain")
