"""From boxes of words to lines in reading order."""

from __future__ import annotations

import pytest

from perception.text_lines import Line, alike, cleaned, is_print, lines_in_order

pytestmark = pytest.mark.unit


def part(text: str, x: float, y: float, height: float = 20, colour: str = "white", score: float = 0.99) -> Line:
    return Line((x, y, x + 0.55 * height * len(text), y + height), text, score, colour, "black")


@pytest.mark.parametrize(
    ("parts", "lines"),
    [
        pytest.param([part("world", 160, 11), part("hello", 100, 10)], ["hello world"], id="words of a row"),
        pytest.param([part("below", 40, 60), part("above", 40, 10)], ["above", "below"], id="from the top"),
        pytest.param([part("Tea", 40, 10), part("2.10", 420, 10)], ["Tea 2.10"], id="a price far to the right"),
        pytest.param([part("Name:", 40, 10), part("Ada", 300, 10)], ["Name: Ada"], id="after a colon"),
        pytest.param([part("left", 40, 10), part("right", 300, 10)], ["left", "right"], id="apart"),
        pytest.param([part("BIG", 40, 10, 60), part("small", 150, 30)], ["BIG", "small"], id="other sizes"),
        pytest.param(
            [part("EXIT", 40, 10, colour="red"), part("TAXI", 90, 10, colour="blue")], ["EXIT", "TAXI"], id="two plates"
        ),
        pytest.param(
            [part("NO", 40, 10), part("TAXI", 300, 10), part("PARKING", 40, 40), part("ONLY", 300, 40)],
            ["NO", "PARKING", "TAXI", "ONLY"],
            id="two signs side by side",
        ),
        pytest.param([], [], id="nothing"),
    ],
)
def test_lines(parts: list[Line], lines: list[str]) -> None:
    assert [line.text for line in lines_in_order(parts)] == lines
    assert [line.text for line in lines_in_order(parts[::-1])] == lines


def test_a_joined_line_covers_its_parts_and_is_as_sure_as_the_least() -> None:
    (line,) = lines_in_order([part("hello", 100, 10), part("world", 160, 12, score=0.7)])
    assert line.box == (100, 10, 215, 32)
    assert line.score == 0.7


@pytest.mark.parametrize(
    ("text", "score", "height", "contrast", "kept"),
    [
        ("Room 12", 0.95, 0.05, 80.0, True),
        ("Room 12", 0.4, 0.05, 80.0, False),
        ("--..", 0.99, 0.05, 80.0, False),
        ("?!a.", 0.99, 0.05, 80.0, False),
        ("7", 0.97, 0.3, 80.0, True),
        ("7", 0.97, 0.03, 80.0, False),
        ("7", 0.97, 0.3, 10.0, False),
        ("O", 0.99, 0.3, 80.0, False),
        ("1", 0.99, 0.1, 80.0, False),
        ("1", 0.99, 0.3, 80.0, True),
        ("福", 0.95, 0.3, 80.0, False),
        ("出口", 0.95, 0.1, 80.0, True),
    ],
)
def test_what_is_print(text: str, score: float, height: float, contrast: float, kept: bool) -> None:
    assert is_print(text, score, height, contrast) == kept


def test_cleaned() -> None:
    assert cleaned("\uff27\uff41te  \uff14\uff12\uff1a  open ") == "Gate 42: open"


@pytest.mark.parametrize(
    ("a", "b", "same"), [("Boarding", "boarding", True), ("Gate 12B", "Gate l2B", True), ("OPEN", "SHUT", False)]
)
def test_alike(a: str, b: str, same: bool) -> None:
    assert alike(a, b) == same
