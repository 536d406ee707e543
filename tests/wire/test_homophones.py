"""Words that sound the same."""

from __future__ import annotations

import pytest

from bench.homophones import homophones, pronunciations
from wire.homophones import SAME_SOUND, heard_alike
from wire.words import alike

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(("said", "written"), [("mussels", "muscles"), ("sails", "sales"), ("flour", "flower")])
def test_what_sounds_the_same_may_be_meant(said: str, written: str) -> None:
    assert heard_alike(said, written) == heard_alike(written, said) == SAME_SOUND > alike(said, written)


def test_other_words_are_as_alike_as_before() -> None:
    assert heard_alike("lamp", "lamp") == 1.0
    assert heard_alike("harbour", "harder") == alike("harbour", "harder") < SAME_SOUND
    assert heard_alike("dog", "doctor") == alike("dog", "doctor")


def test_groups_share_one_pronunciation() -> None:
    dictionary = ["sail S EY L", "sale S EY L", "read R IY D", "read(2) R EH D", "red R EH D", "an AE N", "ann AE N"]
    said = pronunciations([*dictionary, "it's IH T S", ""])
    assert said["read"] == {"R IY D", "R EH D"}
    assert "an" not in said
    assert homophones(said) == [("read", "red"), ("sail", "sale")]
