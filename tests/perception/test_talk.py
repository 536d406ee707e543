"""Which words end a turn, are none, are meant for us, or are our own."""

from __future__ import annotations

import pytest

from perception import talk

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("<s> What DOES <sil> it(2) say </s>", "what does it say"),
        ("[NOISE] ++UH++ hello", "hello"),
        ("", ""),
        ("[SPEECH]", ""),
    ],
)
def test_plain(raw: str, text: str) -> None:
    assert talk.plain(raw) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("okay", True),
        ("mm hm", True),
        ("yeah yeah", True),
        ("oh i see", True),
        ("i see", True),
        ("i see a red sign", False),
        ("no", False),
        ("stop", False),
        ("what", False),
        ("right what is that", False),
        ("", False),
        ("yeah yeah yeah yeah yeah", False),
    ],
)
def test_backchannel(text: str, expected: bool) -> None:
    assert talk.is_backchannel(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("yes", True), ("yes please", True), ("no", True), ("okay", True), ("what was that", False), ("", False)],
)
def test_answer(text: str, expected: bool) -> None:
    assert talk.is_answer(text) is expected


@pytest.mark.parametrize(
    "text",
    [
        "what does the sign say",
        "what are you looking at",
        "tell me what it is",
        "yes i do",
        "what",
        "the museum opens at nine",
        "what was that",
        "where are they",
        "stop",
        "where does it come from",
    ],
)
def test_complete(text: str) -> None:
    assert talk.is_complete(text)


@pytest.mark.parametrize(
    "text",
    ["what is the", "and", "i saw the man with", "tell me what", "how many", "what is", "look at it um", "because"],
)
def test_not_complete(text: str) -> None:
    assert not talk.is_complete(text)


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("hey omni what does the sign say", "what does the sign say"),
        ("hey on me what does the sign say", "what does the sign say"),
        ("hey army what time is it", "what time is it"),
        ("hay omnia where is the cat", "where is the cat"),
        ("hey homme knee read the sign", "read the sign"),
        ("um hey omni stop", "stop"),
        ("okay hey omni stop", "stop"),
        ("hey omni", ""),
    ],
)
def test_wake_phrase_is_heard_though_garbled(text: str, rest: str) -> None:
    assert talk.after_wake_phrase(text, "hey omni") == rest


@pytest.mark.parametrize(
    "text",
    [
        "what does the sign say",
        "hey",
        "hey what is that",
        "hey you over there",
        "the army came home",
        "many people",
        "",
    ],
)
def test_other_words_wake_nobody(text: str) -> None:
    assert talk.after_wake_phrase(text, "hey omni") is None


@pytest.mark.parametrize(
    ("heard", "expected"),
    [
        ("the sign said open", True),
        ("the sign set open at twelve", True),
        ("sign said", True),
        ("what did the sign say", False),
        ("stop", False),
        ("no", False),
        ("", False),
        ("the open", True),
    ],
)
def test_echo(heard: str, expected: bool) -> None:
    assert talk.is_echo(heard, "The sign said OPEN, at 12 seconds.") is expected


def test_nothing_is_an_echo_of_nothing() -> None:
    assert not talk.is_echo("the sign", "")


@pytest.mark.parametrize(
    "text", ["Okay.", "mm-hm".replace("-", " ") + "...", "Oh, I see.", "嗯。", "好的", "嗯 嗯", "Really?"]
)
def test_backchannels_with_marks_and_in_chinese(text: str) -> None:
    assert talk.is_backchannel(text)


@pytest.mark.parametrize(
    ("text", "complete"),
    [
        ("What is the", False),
        ("What is the...", False),
        ("What is that?", True),
        ("今天天气怎么样\uff1f", True),
        ("...", False),
    ],
)
def test_marks_do_not_end_a_sentence_by_themselves(text: str, complete: bool) -> None:
    assert talk.is_complete(text) is complete


def test_answers_with_marks_and_in_chinese() -> None:
    assert talk.is_answer("Yes, please.")
    assert talk.is_answer("是的。")
    assert not talk.is_answer("今天天气很好")


@pytest.mark.parametrize("text", ["how many people are there", "tell me what it is"])
def test_frequent_words_that_sound_like_a_call_are_none(text: str) -> None:
    assert talk.after_wake_phrase(text, "hey omni") is None
    assert talk.after_wake_phrase(f"hey omni {text}", "hey omni") == text
