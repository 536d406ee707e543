"""InternVL as reasoner: recalled key frames and newest frames as pictures, everything else as words.

Source of tiling, templates and decoding: InternVL-Chat-V1-5, Mini-InternVL, InternVL2 and 2.5, original checkpoints.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from models.checkpoint import checkpoint_folder
from models.devices import choose_devices, choose_dtype
from models.generate import Sampling
from models.internvl_prompts import IMAGE, plain
from models.internvl_reasoner import InternVlReasoner, Look
from models.speed import Speed
from reasoning.backends.base import Chunk
from reasoning.briefing import Limits, Shown, brief, chosen_option, frame
from wire.messages import FrameKept, Question

_CUT = "\x00"  # where the beginning of a prompt ends; nobody says it


@dataclass(frozen=True, kw_only=True)
class InternVlOptions:
    checkpoint: str  # local folder, or a hub id that is in the local cache
    device: str = "auto"  # "all" or "cuda:0,cuda:1" shares the layers among GPUs
    dtype: str = "auto"
    bits: int = 0  # 8 or 4: weights of the layers, through bitsandbytes
    frames: int = 8  # of the stream, one tile each
    facts: int = 24  # remembered things told in words
    facts_tokens: int = 2048  # of all of these, about; the longest are cut around the words of the question
    max_tiles: int = 0  # of a picture put into the chat; 0: what the checkpoint says
    max_new_tokens: int = 256
    temperature: float = 0.0  # 0: greedy
    top_k: int = 0
    top_p: float = 1.0
    repetition_penalty: float = 1.0
    system: str = ""  # "": the template's own
    context: int = 8192  # tokens of prompt and reply that stay resident; 0: each reply gets a cache of its own
    decode: str = "auto"  # graph: captured steps, as on a GPU; compile: fused as well; eager
    memory_budget: float = 0.0  # bytes, a share up to 1, or 0 for what is free on the GPUs


class InternVl:
    Options = InternVlOptions

    def __init__(self, options: InternVlOptions) -> None:
        self._model = open_model(options)
        self._limits = Limits(frames=options.frames, facts=options.facts, tokens=options.facts_tokens)
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
        self._model.warm_up()

    def answer(self, question: Question, cancelled: Callable[[], bool]) -> Iterator[Chunk]:
        """Words as they come, then a last chunk with the option and what it was told."""
        told = brief(question, self._limits)
        first = [shown for shown in told.shown if shown.resident]
        rest = [shown for shown in told.shown if not shown.resident]
        seen = self._model.see([_look(shown) for shown in (*first, *rest)], self._max_tiles)
        history = [(plain(asked), plain(heard)) for asked, heard in told.history]
        words = places(rest) + plain(told.text())
        # What was read before there was a question stands first, whatever was said since.
        if history:
            history[0] = (places(first) + history[0][0], history[0][1])
        else:
            words = places(first) + words
        prompt = self._model.prompt(words, seen, history, self._system)
        reply = ""
        for text in self._model.reply(prompt, seen, self._sampling, cancelled):
            reply += text
            yield Chunk(text=text)
        if not cancelled():
            yield Chunk(option=chosen_option(reply, len(question.options)), used=told.used)

    def prepare(self, kept: Sequence[FrameKept], cancelled: Callable[[], bool]) -> None:
        """Look at the newest key frames, oldest first, and read them with what every prompt begins with."""
        newest = kept[max(0, len(kept) - self._limits.resident) :]
        first = [frame(one.t_ns, one.jpeg, resident=True) for one in newest]
        seen = self._model.see([_look(shown) for shown in first], self._max_tiles)
        if not cancelled():
            whole = self._model.prompt(places(first) + _CUT, seen, (), self._system)
            self._model.prepare(whole.partition(_CUT)[0], seen, cancelled)

    def forget(self) -> None:
        """Drop every picture and word that is held."""
        self._model.forget()

    def close(self) -> None:
        """The weights go with the object."""


def open_model(options: InternVlOptions) -> InternVlReasoner:
    """The weights in memory, as the options say. Raises CheckpointError."""
    device, *others = choose_devices(options.device)
    dtype = choose_dtype(options.dtype, device)
    folder = checkpoint_folder(options.checkpoint)
    speed = Speed(context=options.context, decode=options.decode, memory_budget=options.memory_budget)
    return InternVlReasoner(folder, device, dtype, others=others, bits=options.bits, speed=speed)


def places(shown: Sequence[Shown]) -> str:
    """A place for each picture, labelled with its time."""
    return "".join(f"{one.label}: {IMAGE}\n" for one in shown)


def _look(shown: Shown) -> Look:
    """A picture that is decoded only if nothing is known of it."""
    key = hashlib.blake2b(shown.jpeg, digest_size=16).digest()
    return Look(Image.open(io.BytesIO(shown.jpeg)), detailed=shown.given, key=key)
