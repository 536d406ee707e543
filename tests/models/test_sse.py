"""Server-sent events and the words of chat completions: cut anywhere, and spoilt in every way."""

from __future__ import annotations

import json
from contextlib import suppress
from itertools import pairwise

import hypothesis.strategies as st
import pytest
from hypothesis import given

from models.chat_stream import ChatStream, ChatStreamError
from models.sse import MOST_BYTES, EventData

pytestmark = pytest.mark.unit

TEXT = 'data: {"a": "你好"}\n\n: a comment\nevent: x\ndata: one\ndata:  two\n\nid: 3\n\ndata\n\ndata:last'


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@given(cuts=st.lists(st.integers(0, len(TEXT.encode()) + 12)))
def test_cuts_change_nothing(line_end: str, cuts: list[int]) -> None:
    raw = TEXT.replace("\n", line_end).encode()
    events, found = EventData(), []
    edges = [0, *sorted(cuts), len(raw)]
    for start, end in pairwise(edges):
        found += events.feed(raw[start:end])
    found += events.finish()
    assert found == ['{"a": "你好"}', "one\n two", "", "last"]


@pytest.mark.parametrize("piece", [b"x" * (MOST_BYTES // 2), b"data: " + b"x" * (MOST_BYTES // 2) + b"\n"])
def test_what_never_ends_is_no_event(piece: bytes) -> None:
    events = EventData()
    events.feed(piece)
    with pytest.raises(ValueError, match="more than"):
        events.feed(piece + b"data: more")


def told(*events: object) -> tuple[str, bool]:
    chat = ChatStream()
    words = "".join(chat.take(one if isinstance(one, str) else json.dumps(one)) for one in events)
    return words, chat.done


def delta(content: object, **more: object) -> dict[str, object]:
    return {"choices": [{"index": 0, "delta": {"content": content}, **more}]}


def test_words_of_a_completion() -> None:
    assert told(delta("A "), delta(None), delta("b"), "[DONE]") == ("A b", True)
    assert told(delta("A", finish_reason=None)) == ("A", False)
    assert told(delta("A", finish_reason="length"), {"choices": [], "usage": {"total_tokens": 3}}) == ("A", True)
    assert told({"choices": [{"delta": {"role": "assistant"}}]}, {"choices": [{"finish_reason": "stop"}]}) == ("", True)
    # What a model thinks before it speaks is not said.
    assert told({"choices": [{"delta": {"reasoning_content": "hm"}}]}) == ("", False)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ("{", "no JSON"),
        ("3", "no JSON object"),
        ("{}", "no choices"),
        ('{"choices": 3}', "no choices"),
        ('{"choices": [{"delta": 3}]}', "no delta"),
        ('{"choices": [{"delta": {"content": 3}}]}', "no text"),
        ('{"choices": [3]}', "no delta"),
        ('{"error": {"message": "out of memory"}}', "the server says: out of memory"),
        ('{"error": "out of memory"}', "the server says: out of memory"),
    ],
)
def test_what_is_no_completion(data: str, sentence: str) -> None:
    with pytest.raises(ChatStreamError, match=sentence):
        ChatStream().take(data)


LEAVES = st.none() | st.integers() | st.text(max_size=3)
KEYS = st.sampled_from(["choices", "delta", "content", "error", "finish_reason"])
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=8
)


@given(VALUES)
def test_nothing_else_is_raised(value: object) -> None:
    with suppress(ChatStreamError):
        assert isinstance(ChatStream().take(json.dumps(value)), str)
