"""IXC-2.5-OmniLive's reasoner: clip memory, a mosaic of frames, facts and history.

Where a question brings memory tokens and the checkpoint reads them, the published memory prompt is used; otherwise a
conversation with pictures.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image

from models.checkpoint import checkpoint_folder
from models.devices import choose_devices, choose_dtype
from models.generate import Sampling
from models.ixc25 import Part, Prompt
from models.ixc_prompts import IMAGE, plain
from models.ixc_reasoner import IxcReasoner
from models.speed import Speed
from reasoning.backends.base import Chunk
from reasoning.briefing import Briefing, Limits, Shown, brief, chosen_option, frame
from wire.messages import FrameKept, Question, Tensor as WireTensor


@dataclass(frozen=True, kw_only=True)
class Ixc25Options:
    checkpoint: str  # local folder: the release, its merge_lora/ or its base/
    device: str = "auto"  # "all" or "cuda:0,cuda:1" shares the layers among GPUs
    dtype: str = "auto"
    bits: int = 0  # 8 or 4: weights of the layers, through bitsandbytes
    frames: int = 4  # of the stream, on one canvas
    facts: int = 24  # remembered things told in words
    facts_tokens: int = 2048  # of all of these, about; the longest are cut around the words of the question
    max_new_tokens: int = 256
    temperature: float = 0.0  # 0: greedy; the published live demo has 0.1 with top_k 50 and top_p 0.8
    top_k: int = 50
    top_p: float = 0.8
    repetition_penalty: float = 1.005
    system: str = ""  # "": none, as published
    frames_first: bool = False  # newest key frames before memory and history: read ahead, not the published order
    context: int = 8192  # tokens of prompt and reply that stay resident; 0: each reply gets a cache of its own
    decode: str = "auto"  # graph: captured steps, as on a GPU; compile: fused as well; eager
    memory_budget: float = 0.0  # bytes, a share up to 1, or 0 for what is free on the GPUs


class Ixc25Llm:
    Options = Ixc25Options

    def __init__(self, options: Ixc25Options) -> None:
        self._model = open_model(options)
        self._limits = Limits(frames=options.frames, facts=options.facts, tokens=options.facts_tokens)
        self._system = options.system
        self._frames_first = options.frames_first
        self._sampling = Sampling(
            max_new_tokens=options.max_new_tokens,
            temperature=options.temperature,
            top_k=options.top_k,
            top_p=options.top_p,
            repetition_penalty=options.repetition_penalty,
        )
        next(self._model.reply(self._model.chat("?", []), Sampling(max_new_tokens=1)), "")
        self._model.warm_up()

    def answer(self, question: Question, cancelled: Callable[[], bool]) -> Iterator[Chunk]:
        """Words as they come, then a last chunk with the option and what it was told."""
        told = brief(question, self._limits)
        prompt = self._prompt(question, told)
        reply = ""
        for text in self._model.reply(prompt, self._sampling, cancelled):
            reply += text
            yield Chunk(text=text)
        if not cancelled():
            yield Chunk(option=chosen_option(reply, len(question.options)), used=told.used)

    def _prompt(self, question: Question, told: Briefing) -> Prompt:
        frames = [shown for shown in told.shown if not shown.given]
        given = [_picture(shown.jpeg) for shown in told.shown if shown.given]
        history = [(plain(asked), plain(heard)) for asked, heard in told.history]
        overview, related = memory_tokens(question.overview), memory_tokens(question.tokens)
        if (overview is not None or related is not None) and self._model.memory_width and not given:
            first = self._video([shown for shown in frames if shown.resident]) if self._frames_first else None
            picture = self._video([shown for shown in frames if not (first and shown.resident)])
            return self._model.remember(f"Question: {plain(told.text())}", overview, related, picture, history, first)
        seen = self._model.see(given)
        places = "".join(f"Picture {i}: {IMAGE}\n" for i in range(1, len(given) + 1))
        if frames and (video := self._video(frames)):
            seen.append(video)
            places += f"Frames of the video, oldest first: {IMAGE}\n"
        return self._model.chat(places + plain(told.text()), seen, history, self._system)

    def _video(self, frames: Sequence[Shown]) -> Part | None:
        """On one canvas, which is drawn and looked at once."""
        if not frames:
            return None
        key = hashlib.blake2b(b"".join(hashlib.blake2b(shown.jpeg).digest() for shown in frames)).digest()
        return self._model.see_video([Image.open(io.BytesIO(shown.jpeg)) for shown in frames], key)

    def prepare(self, kept: Sequence[FrameKept], cancelled: Callable[[], bool]) -> None:
        """Look at the newest key frames, oldest first, where they come before everything else, and read them."""
        if not self._frames_first or not self._model.memory_width:
            return
        newest = kept[max(0, len(kept) - self._limits.resident) :]
        first = self._video([frame(one.t_ns, one.jpeg, resident=True) for one in newest])
        if not cancelled():
            self._model.prepare(self._model.opening(first), cancelled)

    def forget(self) -> None:
        """Drop every picture and word that is held."""
        self._model.forget()

    def close(self) -> None:
        """The weights go with the object."""


def open_model(options: Ixc25Options) -> IxcReasoner:
    """The weights in memory, as the options say. Raises CheckpointError."""
    device, *others = choose_devices(options.device)
    dtype = choose_dtype(options.dtype, device)
    folder = checkpoint_folder(options.checkpoint)
    speed = Speed(context=options.context, decode=options.decode, memory_budget=options.memory_budget)
    return IxcReasoner(folder, device, dtype, others=others, bits=options.bits, speed=speed)


def memory_tokens(tokens: WireTensor | None) -> torch.Tensor | None:
    """(K, width) float32 memory that came with a question, None without any."""
    if tokens is None or 0 in tokens.shape or len(tokens.shape) != 2:
        return None
    array = np.frombuffer(tokens.data, dtype=tokens.dtype).reshape(tokens.shape)
    return torch.from_numpy(array.astype(np.float32))


def _picture(jpeg: bytes) -> Image.Image:
    return Image.open(io.BytesIO(jpeg)).convert("RGB")
