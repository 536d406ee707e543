"""How an answer is made: the profile's options, and what the user set instead."""

from __future__ import annotations

from typing import Protocol

from models.generate import Sampling
from workbench.talker import Settings


class Decoding(Protocol):
    """What the options of the local reasoners have in common."""

    @property
    def max_new_tokens(self) -> int: ...
    @property
    def temperature(self) -> float: ...
    @property
    def top_k(self) -> int: ...
    @property
    def top_p(self) -> float: ...
    @property
    def repetition_penalty(self) -> float: ...


def sampling(options: Decoding, settings: Settings) -> Sampling:
    """Several beams take the likeliest words whatever the profile says; a temperature set beside them is an error."""
    temperature = options.temperature if settings.temperature is None else settings.temperature
    if settings.beams > 1 and settings.temperature is None:
        temperature = 0.0
    return Sampling(
        max_new_tokens=settings.max_tokens or options.max_new_tokens,
        temperature=temperature,
        top_k=options.top_k if settings.top_k is None else settings.top_k,
        top_p=options.top_p if settings.top_p is None else settings.top_p,
        repetition_penalty=options.repetition_penalty
        if settings.repetition_penalty is None
        else settings.repetition_penalty,
        seed=settings.seed,
        beams=settings.beams,
    )
