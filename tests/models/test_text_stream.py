"""Text from tokens: whole characters only, nothing from a stop text on."""

from __future__ import annotations

import pytest

from models.text_stream import TextStream

pytestmark = pytest.mark.models


def bytes_of(ids: list[int]) -> str:
    return bytes(ids).decode("utf-8", errors="replace")


def run(data: bytes, stops: tuple[str, ...] = ()) -> tuple[list[str], str, bool]:
    stream = TextStream(bytes_of, stops)
    pieces = [stream.push(byte) for byte in data]
    return pieces, "".join(pieces) + stream.finish(), stream.stopped


@pytest.mark.parametrize("text", ["plain", "Grüße, 你好 and 🙂!", "", "a\n\nb"])
def test_all_of_it_comes_and_no_half_character(text: str) -> None:
    pieces, whole, stopped = run(text.encode())
    assert whole == text
    assert not stopped
    assert "\ufffd" not in "".join(pieces)


def test_words_are_told_as_soon_as_they_are_certain() -> None:
    pieces, _, _ = run(b"abc")
    assert pieces == ["a", "b", "c"]


def test_a_character_that_never_ends_is_left_out() -> None:
    assert run("ok 你".encode()[:-1])[1] == "ok "


@pytest.mark.parametrize(
    ("text", "told"),
    [("yes<end>no", "yes"), ("a<en b", "a<en b"), ("<end>", ""), ("x<<end>", "x<"), ("tail<en", "tail<en")],
)
def test_a_stop_text_over_several_tokens_ends_it(text: str, told: str) -> None:
    pieces, whole, stopped = run(text.encode(), ("<end>",))
    assert whole == told
    assert stopped == ("<end>" in text)
    assert "<end" not in "".join(pieces) or "<end>" not in text


def test_the_first_token_of_a_text_may_look_different() -> None:
    """SentencePiece leaves out the space in front of the first piece."""
    pieces = {1: " one", 2: " two", 3: " three"}
    stream = TextStream(lambda ids: "".join(pieces[i] for i in ids).removeprefix(" "))
    assert [stream.push(i) for i in (1, 2, 3)] == ["one", " two", " three"]
