"""IXC-2.5's conversation: turns, places of pictures, the texts around memory, the instruction gate. Pure text."""

# ruff: noqa: RUF001 (the published system prompt is partly Chinese)

from __future__ import annotations

import re
from collections.abc import Sequence

_MARKERS = re.compile(r"<ImageHere>|\[UNUSED_TOKEN_14\d\]")
IMAGE = "<ImageHere>"
START, END = "[UNUSED_TOKEN_146]", "[UNUSED_TOKEN_145]"
BOS_ID, EOS_ID, END_ID, START_ID = 1, 2, 92542, 92543  # in the published vocabulary
USER_HEAD, ASSISTANT_HEAD, TURN_END = f"{START}user\n", f"{START}assistant\n", f"{END}\n"
OVERVIEW = "This is video overview memory:"
RELATED = "This is question related video memory:"
ANSWER_HEAD = "The answer is"
SYSTEM = (
    "You are an AI assistant whose name is InternLM-XComposer (浦语·灵笔).\n"
    "- InternLM-XComposer (浦语·灵笔) is a multi-modality conversational language model that is developed by "
    "Shanghai AI Laboratory (上海人工智能实验室). It is designed to be helpful, honest, and harmless.\n"
    "- InternLM-XComposer (浦语·灵笔) can understand and communicate fluently in the language chosen by the user such "
    "as English and 中文.\n"
    "- InternLM-XComposer (浦语·灵笔) is capable of comprehending and articulating responses effectively based on the "
    "provided image."
)


def plain(text: str) -> str:
    """Words of a person without what would be read as a picture's place or the end of a turn."""
    return _MARKERS.sub("", text)


def turn(asked: str, answered: str) -> str:
    """A question and its answer, both over."""
    return f"{USER_HEAD}{asked}{TURN_END}{ASSISTANT_HEAD}{answered}{TURN_END}"


def chat_prompt(question: str, history: Sequence[tuple[str, str]] = (), system: str = "") -> str:
    """The whole conversation up to where the assistant speaks."""
    text = f"{START}system\n{system}{TURN_END}" if system else ""
    text += "".join(turn(asked, answered) for asked, answered in history)
    return f"{text}{USER_HEAD}{question}{TURN_END}{ASSISTANT_HEAD}"


def chat_segments(prompt: str, n_pictures: int) -> list[str]:
    """The texts before, between and after the pictures. A single picture that has no place goes in front of all.

    Raises ValueError when the places are not as many as the pictures.
    """
    parts = prompt.split(IMAGE)
    if n_pictures == 1 and len(parts) == 1:
        return ["", prompt]
    if len(parts) != n_pictures + 1:
        raise ValueError(f"the prompt has {len(parts) - 1} times {IMAGE} for {n_pictures} pictures")
    return parts


def memory_prompt(question: str) -> str:
    """A question put to the video memory; the answer is led in by fixed words."""
    return f"{USER_HEAD}{question}{TURN_END}{ASSISTANT_HEAD}{ANSWER_HEAD}"


def gate_prompt(words: str) -> str:
    """The question whether something said is an instruction; a reply that holds Yes goes on."""
    return f'Is the following string an instruction? "{words.strip().rstrip("?？")}"'
