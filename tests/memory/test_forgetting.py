"""What is an order to forget, what it names, and what counts as a yes to the question back."""

import pytest

from memory import forgetting
from memory.forgetting import Wanted, answer, wanted

pytestmark = pytest.mark.unit

S = 10**9
NOW = 1020 * S  # 17:00


@pytest.mark.parametrize(
    ("text", "from_s", "to_s", "named"),
    [
        ("forget the last five minutes", 720, 1020, "the last five minutes"),
        ("Please forget what you saw in the last minute.", 960, 1020, "the last minute"),
        ("Could you delete everything from the past 90 seconds?", 930, 1020, "the past 90 seconds"),
        ("omni erase the first two minutes", 0, 120, "the first two minutes"),
        ("wipe everything between 1:00 and 2:30", 60, 150, "that time"),
        ("forget what I just said", 960, 1020, "the last minute"),
        ("delete this session", 0, 1020, "this whole session"),
    ],
)
def test_an_order_that_names_a_time(text: str, from_s: int, to_s: int, named: str) -> None:
    assert wanted(text, NOW) == Wanted(span=(from_s * S, to_s * S), named=named)


@pytest.mark.parametrize("text", ["delete everything", "forget everything you have seen", "Erase your memory, please",
                                  "forget it all", "can you wipe your whole memory"])  # fmt: skip
def test_an_order_that_names_everything(text: str) -> None:
    found = wanted(text, NOW)
    assert found is not None
    assert found.everything


def test_an_order_that_names_a_thing_with_or_without_a_time() -> None:
    assert wanted("forget the red sign", NOW) == Wanted(words="red sign", named="the red sign")
    found = wanted("please forget the red sign from the last minute", NOW)
    assert found is not None
    assert found.words == "red sign"
    assert found.span == (960 * S, NOW)


@pytest.mark.parametrize(
    "text",
    ["forget it", "forget about it", "don't forget the keys", "never forget the last five minutes", "did you forget",
     "I forgot the last five minutes", "do not delete everything", "forget to tell him", "what did you forget",
     "remove", "forget me not"],
)  # fmt: skip
def test_what_only_sounds_like_an_order_is_none(text: str) -> None:
    assert wanted(text, NOW) is None


@pytest.mark.parametrize(
    "text", ["yes", "Yes, please.", "yeah do it", "go ahead", "okay", "yes forget it", "of course"]
)
def test_yes(text: str) -> None:
    assert answer(text) == "yes"


@pytest.mark.parametrize("text", ["no", "No, thank you", "please don't", "stop", "not now", "keep it"])
def test_no(text: str) -> None:
    assert answer(text) == "no"


@pytest.mark.parametrize(
    "text", ["what do you see", "yes and what is on the table over there now", "yesterday", "", "yes what time is it"]
)
def test_anything_else_is_no_yes(text: str) -> None:
    assert answer(text) == "other"


def test_the_question_back_names_the_times() -> None:
    asked = forgetting.ask_span("the last five minutes", 720 * S, NOW)
    assert asked == "Shall I forget the last five minutes, from 12:00 to 17:00? Say yes to do it."
