"""Time expressions of questions become spans of the stream."""

from __future__ import annotations

import pytest

from memory.time_lengths import seconds_of
from memory.timewords import S, find
from wire.words import tokens

pytestmark = pytest.mark.unit

T_S = 200  # when the questions are asked


@pytest.mark.parametrize(
    ("text", "start_s", "end_s"),
    [
        ("what did the sign say at one minute thirty", 86, 94),
        ("what did the sign say at 1:30", 86, 94),
        ("what was there at forty two seconds", 38, 46),
        ("what was on at the two minute mark", 116, 124),
        ("what happened thirty seconds into the video", 26, 34),
        ("what happened between 0:30 and 1:10", 30, 70),
        ("what happened between thirty and fifty seconds", 30, 50),
        ("what was shown from one minute to two minutes", 60, 120),
        ("what did you see two minutes ago", 56, 104),
        ("what did you see a minute and a half ago", 92, 128),
        ("what happened in the first minute", 0, 60),
        ("what happened in the first five minutes", 0, 200),
        ("what did i miss in the past two minutes", 80, 200),
        ("what happened in the last thirty seconds", 170, 200),
        ("which one came in the second minute", 60, 120),
        ("tell me about the third minute", 120, 180),
        ("what happened in the past half minute", 170, 200),
        ("what was there in the middle of the video", 80, 120),
        ("what happened after two minutes", 120, 200),
        ("who was there before one minute", 0, 60),
        ("what did the narrator say just now", 180, 200),
        ("what colour was it at the beginning", 0, 30),
        ("what did the sign say at the end", 170, 200),
        ("what was shown halfway through", 80, 120),
        ("what happened in the first half of the video", 0, 100),
        ("how many people came in recently", 140, 200),
        ("what happened in the last minute and thirty seconds", 110, 200),
        ("what happened in the last minute and twenty", 120, 200),
        ("what happened in the last quarter of a minute", 185, 200),
        ("what happened in the last five to ten seconds", 190, 200),
        ("what happened over the last minute or so", 140, 200),
        ("what happened in the first minute and a half", 0, 90),
        ("what happened a minute or two ago", 92, 128),
        ("what did i say 90s ago", 92, 128),
        ("what happened between two minutes and one minute ago", 80, 140),
        ("what happened thirty to forty seconds ago", 160, 170),
        ("what happened more than two minutes ago", 0, 80),
        ("what happened until half a minute ago", 0, 170),
        ("what happened before the last thirty seconds", 0, 170),
        ("what happened less than a minute ago", 140, 200),
        ("what changed since half a minute ago", 170, 200),
        ("what happened after the first minute", 60, 200),
        ("what did you see one minute after the start", 56, 64),
        ("what did you see one minute before the end", 136, 144),
    ],
)
def test_spans(text: str, start_s: float, end_s: float) -> None:
    found = find(tokens(text), T_S * S)
    assert found.spanned
    assert [found.start_ns / S, found.end_ns / S] == pytest.approx([start_s, end_s])


@pytest.mark.parametrize(
    "text",
    [
        "what did the sign say",
        "which one came first",
        "what was the second sign",
        "how many minutes ago was the red sign",
        "when does the train at 9:30 leave",  # later than anything seen: a fact, not a place in the stream
        "what did the last sign say",
        "the first one",
        "how many people did you see so far",
        "what happens if i come one minute after the start",
        "how far is it 200 m back",
        "what did you see yesterday",  # the start is not known
        "what did you see at half past one",
    ],
)
def test_no_span(text: str) -> None:
    found = find(tokens(text), T_S * S)
    assert not found.spanned
    assert (found.start_ns, found.end_ns) == (0, T_S * S)


@pytest.mark.parametrize("text", ["who is there now", "is anybody there right now", "what do you see at the moment"])
def test_now(text: str) -> None:
    found = find(tokens(text), T_S * S)
    assert found.now
    assert not found.spanned
    assert found.at_ns == T_S * S


def test_the_words_of_the_time_are_taken_out() -> None:
    found = find(tokens("what did the sign say at one minute thirty please"), T_S * S)
    assert " ".join(found.rest) == "what did the sign say please"
    assert found.at_ns == 90 * S


def test_nothing_lies_after_the_question() -> None:
    found = find(tokens("what happened between one minute and ten minutes"), T_S * S)
    assert found.end_ns == T_S * S


def test_clock_times_need_the_time_of_the_start() -> None:
    words = tokens("what did you see at 3 pm")
    assert not find(words, 7200 * S).spanned
    from datetime import datetime

    start = datetime(2026, 5, 4, 14, 0).timestamp()
    found = find(words, 7200 * S, start)
    assert found.spanned
    assert found.at_ns == 3600 * S


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1:30", 90),
        ("1:02:03", 3723),
        ("1 minute 30", 90),
        ("1 minute and 20 seconds", 80),
        ("half a minute", 30),
        ("2 and a half minutes", 150),
        ("a couple of minutes", 120),
        ("minute 2", 120),
        ("a quarter of an hour", 900),
        ("3 quarters of an hour", 2700),
        ("half an hour", 1800),
        ("an hour and a half", 5400),
        ("1 and a half hours", 5400),
        ("hour and a half", 5400),
        ("an hour and a quarter", 4500),
        ("a minute or 2", 90),
        ("5 m", 300),
        ("the sign", None),
    ],
)
def test_lengths(text: str, seconds: float | None) -> None:
    assert seconds_of(text) == seconds


def test_the_middle_of_a_picture_is_no_time() -> None:
    assert not find(tokens("what colour was the triangle in the middle"), T_S * S).spanned
