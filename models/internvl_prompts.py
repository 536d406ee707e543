"""The published conversation templates of InternVL-Chat, and prompts with the places of picture tokens.

Pure text: a picture is a number of tiles here.
"""

# ruff: noqa: RUF001 (the published system prompts are Chinese)

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

IMAGE, IMG_START, IMG_END, IMG_CONTEXT = "<image>", "<img>", "</img>", "<IMG_CONTEXT>"

_MARKERS = re.compile(r"</?img>|<image>|<IMG_CONTEXT>|<\|\w+\|>")
_FIRST_SYSTEM = (
    "你是由上海人工智能实验室联合商汤科技开发的书生多模态大模型，英文名叫InternVL, 是一个有用无害的人工智能助手。"
)
_SECOND_SYSTEM = (
    "你是书生·万象，英文名是InternVL，是由上海人工智能实验室、清华大学及多家合作单位联合开发的多模态大语言模型。"
)


@dataclass(frozen=True, kw_only=True)
class Template:
    """system_head + system + separator, then turns. A colon template writes `role: words` with a space between."""

    user: str
    assistant: str
    separator: str
    system_head: str = ""
    system: str = ""
    colon: bool = False
    pause: str = ""  # between a question and its answer, in a colon template

    @property
    def end(self) -> str:
        """The text at which a reply ends."""
        return self.separator.strip()

    def render(self, turns: Sequence[tuple[str, str | None]], system: str | None = None) -> str:
        """Questions with their answers; an answer of None is the one to be written."""
        words = self.system if system is None else system
        if self.colon:
            text = words
            for question, answer in turns:
                text += f"{self.pause if not text else ''}{self.user}: {question}{self.pause}{self.assistant}:"
                text += "" if answer is None else f" {answer}{self.separator}"
            return text
        text = f"{self.system_head}{words}{self.separator}"
        for question, answer in turns:
            text += f"{self.user}{question}{self.separator}{self.assistant}"
            text += "" if answer is None else f"{answer}{self.separator}"
        return text


def _chat_ml(system: str, separator: str) -> Template:
    return Template(
        user="<|im_start|>user\n",
        assistant="<|im_start|>assistant\n",
        separator=separator,
        system_head="<|im_start|>system\n",
        system=system,
    )


TEMPLATES = {
    "internvl_zh": Template(user="<human>", assistant="<bot>", separator="</s>", colon=True, pause=" "),
    "Hermes-2": _chat_ml(_FIRST_SYSTEM, "<|im_end|>"),
    "internlm2-chat": _chat_ml(_FIRST_SYSTEM, "<|im_end|>"),
    "phi3-chat": Template(
        user="<|user|>\n",
        assistant="<|assistant|>\n",
        separator="<|end|>",
        system_head="<|system|>\n",
        system=_FIRST_SYSTEM,
    ),
    "internvl2_5": _chat_ml(_SECOND_SYSTEM, "<|im_end|>\n"),
}


def template(name: str) -> Template:
    """By the name in a checkpoint's config.json. Raises ValueError for a name that is not known."""
    if name not in TEMPLATES:
        raise ValueError(f"conversation template {name!r} is unknown; known are {', '.join(TEMPLATES)}")
    return TEMPLATES[name]


def chat_prompt(
    name: str,
    question: str,
    tiles: Sequence[int],  # of each picture, in order of its <image>
    tokens_per_tile: int,
    history: Sequence[tuple[str, str]] = (),
    system: str | None = None,
) -> str:
    """The prompt of a reply, pictures expanded. A first question with pictures and no <image> gets one in front.

    Raises ValueError when there are not as many <image> as pictures.
    """
    if tiles and not history and IMAGE not in question:
        question = f"{IMAGE}\n{question}"
    prompt = template(name).render([*history, (question, None)], system)
    parts = prompt.split(IMAGE)
    if len(parts) - 1 != len(tiles):
        raise ValueError(f"the conversation has {len(parts) - 1} times {IMAGE} for {len(tiles)} pictures")
    text = parts[0]
    for count, part in zip(tiles, parts[1:], strict=True):
        text += f"{IMG_START}{IMG_CONTEXT * (tokens_per_tile * count)}{IMG_END}{part}"
    return text


def plain(text: str) -> str:
    """Words of a person without what would be read as a picture's place or the end of a turn."""
    return _MARKERS.sub("", text)


def frames_question(question: str, n_frames: int) -> str:
    """A question about video frames, as the published evaluation words it (one tile a frame)."""
    return "".join(f"Frame{i}: {IMAGE}\n" for i in range(1, n_frames + 1)) + question


def frame_indices(start: float, end: float, n_frames: int) -> list[int]:
    """The frames of [start, end] that the published evaluation looks at: the middles of n equal parts."""
    step = (end - start) / n_frames
    return [int(start + step / 2 + round(step * i)) for i in range(n_frames)]
