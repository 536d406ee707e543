"""What goes through the text encoder for one question: each sentence once, as many as can be in one pass."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from memory.backends.fake import FakeOptions, FakeTextEncoder
from memory.backends.sentences import SentenceCompressor, SentenceOptions
from memory.embedder import Embedder

pytestmark = pytest.mark.unit

ODD = "Greenish Tuesdays would they rain?"  # fits no pattern, so the examples are asked


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
    embedder.understand("Another odd one.", 0, (), (), 0.0)  # embeds the examples
    encoder.passes.clear()
    return embedder


def test_reading_and_searching_take_one_pass(embedder: Embedder, encoder: Listening) -> None:
    cues = embedder.understand(ODD, 0, ("yes", "no"), (), 0.0)
    probe = embedder.vectors(cues, ODD, ("yes", "no"))
    (together,) = encoder.passes
    assert {ODD, "yes", "no"} <= set(together)  # and the question in plain words
    np.testing.assert_array_equal(probe.vectors, encoder.encode([ODD, "yes", "no"]))


def test_an_anchor_can_be_encoded_before_its_question(embedder: Embedder, encoder: Listening) -> None:
    question = "What did the sign say after the red circle?"
    cues = embedder.understand(question, 0, (), (), 0.0)
    assert encoder.passes == []  # grammar alone
    anchor = embedder.anchor(cues)
    probe = embedder.vectors(cues, question, ())
    assert encoder.passes == [[cues.anchor], [question]]
    assert anchor is not None
    np.testing.assert_array_equal(anchor, probe.anchor)
    assert embedder.anchor(embedder.understand("What did the sign say?", 0, (), (), 0.0)) is None


def test_each_sentence_is_encoded_once(embedder: Embedder, encoder: Listening) -> None:
    cues = embedder.understand(ODD, 0, (), (), 0.0)
    embedder.vectors(cues, ODD, ())
    embedder.vectors(embedder.understand(ODD, 0, (), (), 0.0), ODD, ())
    sentences = [sentence for some in encoder.passes for sentence in some]
    assert len(sentences) == len(set(sentences))


def test_what_was_asked_does_not_ride_along_with_the_next(embedder: Embedder, encoder: Listening) -> None:
    embedder.understand(ODD, 0, (), (), 0.0)
    embedder.forget()
    encoder.passes.clear()
    embedder.encode(["something else"])
    embedder.understand("Purplish Mondays would they snow?", 0, (), (), 0.0)
    assert all(ODD not in some for some in encoder.passes)
