"""What the checker reads out of ordinary sentences."""

from __future__ import annotations

import pytest

from bench.sample import reading

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The lights went out at 0:48.", [("at", 48)]),
        ("At 1:02:03 it rang.", [("at", 3723)]),
        ("From 0:12 to 0:20.", [("at", 12), ("at", 20)]),
        ("About 40 seconds ago.", [("ago", 40)]),
        ("That was two minutes and 5 seconds ago.", [("ago", 125)]),
        ("A minute and a half ago", [("ago", 90)]),
        ("one and a half minutes ago", [("ago", 90)]),
        ("half a minute ago", [("ago", 30)]),
        ("It was there for 8 seconds.", [("for", 8)]),
        ("48 seconds into the stream", [("at", 48)]),
        ("at about forty-two seconds", [("at", 42)]),
        ("1 minute 12 s ago", [("ago", 72)]),
        ("It happened just now.", [("ago", 3)]),
        ("1 hour and 3 minutes ago", [("ago", 3780)]),
        ("a minute ago", [("ago", 60)]),
        ("The red square has a red border.", []),
    ],
)
def test_times(text: str, expected: list[tuple[str, float]]) -> None:
    assert [(t.sort, t.seconds) for t in reading.times(text)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I counted two people between 0:12 and 0:40.", [2]),
        ("There were 17 shops, 3 minutes ago.", [17]),
        ("Nobody came in.", [0]),
        ("Twenty-one visitors, and 4 dogs", [21, 4]),
        ("A person is there", [1]),
        ("The sign says a lot.", []),
    ],
)
def test_numbers(text: str, expected: list[float]) -> None:
    assert reading.numbers(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Yes, at 0:30.", True),
        ("No, I did not see one.", False),
        ("There was music from 1:20 on.", True),
        ("I did not hear any music.", False),
        ("Nobody is there.", False),
        ("Yes, it was. No, it was not.", None),
        ("Yes and no.", None),
        ("No, yes.", None),
        ("Bananas.", None),
    ],
)
def test_yes_or_no(text: str, expected: bool | None) -> None:
    assert reading.yes_or_no(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I did not see that.", True),
        ("I haven't heard anything about a doctor.", True),
        ("I don't know.", True),
        ("Sorry, I have no record of that.", True),
        ("The sign says DO NOT ENTER.", False),
        ("The doctor was called Miller. I did not see the face.", False),
    ],
)
def test_abstains(text: str, expected: bool) -> None:
    assert reading.abstains(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It moved from left to right.", "right"),
        ("To the left.", "left"),
        ("It went rightwards.", "right"),
        ("It came from the right.", "left"),
        ("It moved upwards.", "up"),
        ("It stood still.", ""),
    ],
)
def test_direction(text: str, expected: str) -> None:
    assert reading.direction(text) == expected


@pytest.mark.parametrize(
    ("text", "phrase", "misheard", "expected"),
    [
        ('It says "GREEN LEAF CAFE".', "green leaf", False, True),
        ("It says GREENLEAF CAFE.", "green leaf", False, True),
        ("It says https://example.org/tour", "example.org/tour", False, True),
        ("seven dollars", "7", False, True),
        ("under the flour pot", "flower", True, True),
        ("under the flour pot", "flower", False, False),
        ("behind the door", "flower", True, False),
        ("There are visitors", "visitor", False, True),
        ("17 shops", "7", True, False),
    ],
)
def test_says(text: str, phrase: str, misheard: bool, expected: bool) -> None:
    assert (reading.says(text, phrase, misheard=misheard) >= 0) is expected
