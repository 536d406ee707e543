"""Understanding with the real text encoder: no phrasing gets worse, and those without a pattern get better."""

from __future__ import annotations

import pytest
from test_question import CASES, T_NS

from memory.asking import Encode
from memory.backends import TEXT_ENCODER
from memory.question import understand
from wire.messages import HistoryTurn

pytestmark = pytest.mark.lite


@pytest.fixture(scope="module")
def encode() -> Encode:
    encoder = TEXT_ENCODER.create("minilm", {})
    return encoder.encode  # type: ignore[no-any-return]


def test_phrasings_with_the_encoder(encode: Encode) -> None:
    wrong = []
    for case in CASES:
        talk = [HistoryTurn(t_ns=0, question=case.history[0], heard=case.history[1])] if case.history else []
        if not case.is_right(understand(case.q, t_ns=T_NS, history=talk, encode=encode)):
            wrong.append(case.q)
    assert 1 - len(wrong) / len(CASES) >= 0.95, wrong


@pytest.mark.parametrize(
    ("text", "ask"),
    [
        ("the quantity of persons inside", "count"),
        ("the hue of that ball please", "colour"),
        ("a recap would be nice", "summary"),
    ],
)
def test_wordings_without_a_pattern(encode: Encode, text: str, ask: str) -> None:
    assert understand(text, t_ns=T_NS, encode=encode).ask == ask
