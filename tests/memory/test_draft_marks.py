"""A question that was typed or heard without its mark is encoded as it is written."""

from __future__ import annotations

from typing import Literal

import pytest

from memory.draft import Drafter, Inquiry, with_its_mark
from memory.timeline import Timeline
from wire.messages import Utterance

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    "text", ["until when must the oven stay closed", "Who paid", "did anybody call", "about which animal do they talk "]
)
def test_a_question_has_its_mark(text: str) -> None:
    drafter = Drafter(reads_chinese=False, space="plain")
    assert drafter.meant(Inquiry(text)) == (text.rstrip() + "?",)
    assert drafter.understand(Inquiry(text)) == drafter.understand(Inquiry(text.rstrip() + "?"))


@pytest.mark.parametrize(
    "text", ["", "Describe the sign", "What is it?", "Tell me what it is.", "什么时候下雨", "the red sign"]
)
def test_what_has_one_or_is_none_stays(text: str) -> None:
    assert with_its_mark(text) == text


@pytest.mark.parametrize(
    ("text", "source", "kind"),
    [
        ("where are the shoulder pads kept", "typed", "question"), ("Where are they?", "spoken", "question"),
        ("the pads are in the drawer", "typed", "speech"), ("until when is it open", "typed", "question"),
        ("Will Smith left the keys in room 12", "typed", "speech"), ("did you see him", "typed", "question"),
        ("the room where I sleep is number 12", "typed", "speech"), ("Can opener is in it", "typed", "speech"),
        ("Do not forget the key under the mat", "typed", "speech"), ("what a lovely day", "spoken", "speech"),
    ],
)  # fmt: skip
def test_what_was_asked_is_no_evidence_of_what_was_said(
    text: str, source: Literal["spoken", "typed"], kind: str
) -> None:
    said = Utterance(session="w", t_ns=9, turn=1, id="q", source=source, start_ns=8, end_ns=9, text=text, asks=True)
    (event,) = Timeline(1).speak(said).events
    assert event.kind == kind
