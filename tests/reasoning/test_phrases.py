"""Replies are cut where one can breathe, the first phrase early, whatever pieces the words come in."""

from __future__ import annotations

import pytest

from reasoning.phrases import FIRST_MOST, MOST, Phrases

pytestmark = pytest.mark.unit

TEXTS = [
    "It was red.",
    'The sign said "GREEN LEAF CAFE, OPEN 9 TO 5" at 0:05.',
    'I heard "the museum opens at ten" at 0:22, and "dr. smith paid 3.50 dollars" at 1:02:03. It ended e.g. there.',
    "See https://example.org/tour now! Is it far? No, 1,200 metres.",
    "One two three four five six seven eight nine ten " * 12,
    "a; b; c, d: e. " * 30,
    "No",
]


def cut(pieces: list[str]) -> list[str]:
    phrases = Phrases()
    found = [phrase for piece in pieces for phrase in phrases.push(piece)]
    return found + phrases.flush()


@pytest.mark.parametrize("text", TEXTS)
def test_nothing_is_lost(text: str) -> None:
    assert "".join(cut([text])) == text.rstrip()


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("size", [1, 3, 7])
def test_pieces_do_not_matter(text: str, size: int) -> None:
    assert cut([text[i : i + size] for i in range(0, len(text), size)]) == cut([text])


@pytest.mark.parametrize("text", TEXTS)
def test_lengths(text: str) -> None:
    first, *others = cut([text])
    assert len(first) <= FIRST_MOST
    assert all(len(phrase) <= MOST + 1 for phrase in others)


@pytest.mark.parametrize("whole", ["3.50", "1:02:03", "dr. smith", "https://example.org/tour", "1,200", "e.g. there"])
def test_numbers_and_abbreviations_stay_whole(whole: str) -> None:
    text = f"This is what we know of it so far, and it is not much: {whole} is what was said about all that at last."
    assert any(whole in phrase for phrase in cut([text]))


def test_the_first_phrase_does_not_wait_for_the_sentence() -> None:
    phrases = Phrases()
    assert phrases.push("The lights went out, and ") == ["The lights went out,"]
    assert phrases.push("after that came two people") == []
    assert phrases.flush() == [" and after that came two people"]


def test_empty() -> None:
    assert cut([]) == []
    assert cut(["", "  "]) == []


@pytest.mark.parametrize("size", [1, 4, 9, 500])
def test_boxes_are_not_torn(size: int) -> None:
    text = (
        "There are <ref>two dogs</ref><box>[[10, 20, 300, 400], [500, 0, 1000, 999]]</box> near the red car, and then "
        "<ref>a man with a long, long coat. And a hat</ref><box>[[1, 2, 3, 4]]</box> comes in. That is all."
    )
    phrases = cut([text[i : i + size] for i in range(0, len(text), size)])
    assert "".join(phrases) == text
    assert len(phrases) > 2
    for phrase in phrases:
        assert phrase.count("<box>") == phrase.count("</box>")
        assert phrase.count("<ref>") == phrase.count("</ref>")


def test_a_box_that_never_closes_does_not_hold_the_voice_for_ever() -> None:
    phrases = Phrases()
    assert any(phrases.push("It is <box>[[1, 2, " + "and on it goes, " * 200))
