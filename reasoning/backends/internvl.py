"""InternVL as reasoner: recalled key frames and newest frames as pictures, everything else as words.

Source of tiling, templates and decoding: InternVL-Chat-V1-5, Mini-InternVL, InternVL2 and 2.5, original checkpoints.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image

from models.checkpoint import checkpoint_folder
from models.devices import choose_devices, choose_dtype
from models.generate import Sampling
from models.internvl_prompts import IMAGE, plain
from models.internvl_reasoner import InternVlReasoner, Look
from reasoning.backends.base import Chunk
from reasoning.briefing import Briefing, Limits, brief, chosen_option
from wire.messages import Question


@dataclass(frozen=True, kw_only=True)
class InternVlOptions:
    checkpoint: str  # local folder, or a hub id that is in the local cache
    device: str = "auto"  # "all" or "cuda:0,cuda:1" shares the layers among GPUs
    dtype: str = "auto"
    bits: int = 0  # 8 or 4: weights of the layers, through bitsandbytes
    frames: int = 8  # of the stream, one tile each
    facts: int = 24  # remembered things told in words
    max_tiles: int = 0  # of a picture put into the chat; 0: what the checkpoint says
    max_new_tokens: int = 256
    temperature: float = 0.0  # 0: greedy
    top_k: int = 0
    top_p: float = 1.0
    repetition_penalty: float = 1.0
    system: str = ""  # "": the template's own
    static_cache: bool = False  # one cache of fixed size a reply


class InternVl:
    Options = InternVlOptions

    def __init__(self, options: InternVlOptions) -> None:
        self._model = open_model(options)
        self._limits = Limits(frames=options.frames, facts=options.facts)
        self._max_tiles = options.max_tiles
        self._system = options.system or None
        self._sampling = Sampling(
            max_new_tokens=options.max_new_tokens,
            temperature=options.temperature,
            top_k=options.top_k,
            top_p=options.top_p,
            repetition_penalty=options.repetition_penalty,
        )
        grey = Look(Image.fromarray(np.full((8, 8, 3), 128, np.uint8)), detailed=False)
        warm = self._model.see([grey])
        next(self._model.reply(self._model.prompt("?", warm), warm, Sampling(max_new_tokens=1)), "")

    def answer(self, question: Question, cancelled: Callable[[], bool]) -> Iterator[Chunk]:
        """Words as they come, then a last chunk with the option and what it was told."""
        told = brief(question, self._limits)
        seen = self._model.see([_look(shown.jpeg, shown.given) for shown in told.shown], self._max_tiles)
        history = [(plain(asked), plain(heard)) for asked, heard in told.history]
        prompt = self._model.prompt(question_text(told), seen, history, self._system)
        reply = ""
        for text in self._model.reply(prompt, seen, self._sampling, cancelled):
            reply += text
            yield Chunk(text=text)
        if not cancelled():
            yield Chunk(option=chosen_option(reply, len(question.options)), used=told.used)

    def close(self) -> None:
        """The weights go with the object."""


def open_model(options: InternVlOptions) -> InternVlReasoner:
    """The weights in memory, as the options say. Raises CheckpointError."""
    device, *others = choose_devices(options.device)
    dtype = choose_dtype(options.dtype, device)
    folder = checkpoint_folder(options.checkpoint)
    return InternVlReasoner(folder, device, dtype, others=others, bits=options.bits, static_cache=options.static_cache)


def question_text(told: Briefing) -> str:
    """The question with a place for each picture in front, labelled with its time."""
    return "".join(f"{shown.label}: {IMAGE}\n" for shown in told.shown) + plain(told.text())


def _look(jpeg: bytes, given: bool) -> Look:
    return Look(Image.open(io.BytesIO(jpeg)).convert("RGB"), detailed=given)
