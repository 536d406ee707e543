"""Boxes in answers: several, malformed ones as text, what is read and what is said."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from wire.boxes import Box, Marked, find_boxes, markup_around, speakable, without_boxes

pytestmark = pytest.mark.unit

TWO = "I see <ref>two dogs</ref><box>[[10, 20, 300, 400], [500,0,1000,999]]</box> there."


def test_several_boxes_have_one_name() -> None:
    (found,) = find_boxes(TWO)
    assert found == Marked("two dogs", (Box(10, 20, 300, 400), Box(500, 0, 1000, 999)), 6, 74)
    assert TWO[found.start : found.end].startswith("<ref>")
    assert TWO[found.end :] == " there."


def test_several_names_come_in_their_order() -> None:
    answer = "<ref>a cat</ref><box>[[1,2,3,4]]</box> and <ref>a cup</ref> <box>[[5, 6, 7, 8]]</box>"
    assert [marked.name for marked in find_boxes(answer)] == ["a cat", "a cup"]


@pytest.mark.parametrize(
    "written", ["<box>[[1, 2, 3, 4]]</box>", "<box>[1, 2, 3, 4]</box>", "<box> [[1,2,3,4]] </box>"]
)
def test_a_box_needs_no_name(written: str) -> None:
    (found,) = find_boxes(written)
    assert (found.name, found.boxes) == ("", (Box(1, 2, 3, 4),))


@pytest.mark.parametrize(
    "written",
    [
        "<ref>x</ref><box>[[1, 2, 3]]</box>",
        "<ref>x</ref><box>[[1, 2, 3, 1001]]</box>",
        "<ref>x</ref><box>[[300, 2, 3, 4]]</box>",
        "<ref>x</ref><box>[[1, 2, 3, four]]</box>",
        "<ref>x</ref><box>[[1, 2, 3, 4], left]</box>",
        "<ref>x</ref><box>[[1, 2, 3, 4]]",
        "<ref>x</ref><box></box>",
        "<ref>x</ref>",
        "[[1, 2, 3, 4]]",
    ],
)
def test_what_is_malformed_stays_text(written: str) -> None:
    assert find_boxes(written) == []
    assert without_boxes(written) == written


def test_reading_and_speaking() -> None:
    assert without_boxes(TWO) == speakable(TWO) == "I see two dogs there."
    assert speakable("<ref>x</ref><box>[[1, 2, 3]]</box> is <box>[[4, 5") == "x is "


def test_pixels_of_a_picture() -> None:
    assert Box(0, 0, 1000, 1000).pixels(640, 480) == (0, 0, 639, 479)
    assert Box(500, 250, 500, 250).pixels(201, 401) == (100, 100, 100, 100)


def test_a_cut_in_the_markup_is_known() -> None:
    at = TWO.index("20, 300") + 3
    end = TWO.index("</box>") + 6
    assert markup_around(TWO, at) == (end, True)
    assert markup_around(TWO[: at + 2], at) == (at + 2, False)
    assert markup_around(TWO, 3) is None
    assert markup_around(TWO, end) is None


@given(st.text(alphabet="<>/refbox[], 0123456789.", max_size=60))
def test_anything_can_be_read(text: str) -> None:
    for marked in find_boxes(text):
        assert marked.boxes
        assert 0 <= marked.start < marked.end <= len(text)
    assert "<box>" not in speakable(text)
