"""Questions in wordings that neither patterns nor classifier were made for, with the real text encoder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bench.asking import T_NS, core_of, fit, misunderstood, phrasings, remembering
from memory.asking import Encode, shipped
from memory.backends import TEXT_ENCODER
from memory.question import understand

pytestmark = pytest.mark.lite

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def encode() -> Encode:
    return remembering(TEXT_ENCODER.create("minilm", {}).encode)


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("wordings.txt", 0.88),  # looked at while phrasings were added
        ("wordings_unseen.txt", 0.84),  # only counted: add no phrasings for those that fail
    ],
)
def test_other_wordings_are_understood(encode: Encode, name: str, least: float) -> None:
    rows = phrasings(HERE / name)
    wrong = misunderstood(rows, encode)
    assert len(rows) > 100
    assert 1 - len(wrong) / len(rows) >= least, wrong


def test_older_than_is_an_order(encode: Encode) -> None:
    cues = understand("is the tent slide older than the rocket slide", t_ns=T_NS, encode=encode)
    assert (cues.ask, cues.relation, cues.yes_no, len(cues.choices)) == ("order", "before", True, 2)


def test_what_came_beside_is_found_without_a_pattern(encode: Encode) -> None:
    cues = understand("the picture shown prior to the map, which one was it", t_ns=T_NS, encode=encode)
    assert (cues.ask, cues.relation, cues.anchor) == ("next", "before", "the map")


def test_no_wording_was_fitted_to() -> None:
    known = {core_of(question) for _, question in phrasings()}
    for name in ("wordings.txt", "wordings_unseen.txt"):
        assert not known & {core_of(question) for _, question in phrasings(HERE / name)}


def test_the_shipped_weights_are_those_of_the_phrasings(encode: Encode) -> None:
    rows = phrasings()
    again, same = fit(rows, encode), []
    for _, question in rows:
        core, vector = core_of(question), encode([question])[0]
        same.append(next(iter(again.probabilities(core, vector))) == next(iter(shipped().probabilities(core, vector))))
    assert float(np.mean(same)) >= 0.98
