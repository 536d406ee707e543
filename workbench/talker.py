"""What the workbench needs of a model that converses, and which one a profile names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from reasoning.backends import LLM
from wire.config import BackendConfig
from workbench.errors import Unusable
from workbench.turns import Turn

Cancelled = Callable[[], bool]

# name of a reasoner: "module:Class" of its talker; a talker is made from the reasoner's own options
TALKERS = {
    "internvl": "workbench.internvl_talker:InternVlTalker",
    "ixc25": "workbench.ixc_talker:IxcTalker",
    "openai_chat": "workbench.server_talker:ServerTalker",
}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How an answer is made. None: as the profile says."""

    max_tokens: int | None = None
    temperature: float | None = None  # 0: the likeliest words
    top_p: float | None = None
    top_k: int | None = None
    repetition_penalty: float | None = None
    beams: int = 1  # above 1: the likeliest of so many continuations, told at once
    seed: int = 0
    system: str | None = None


class Talker(Protocol):
    """One model, loaded."""

    frames: int  # of a video, at most

    def choose_frames(self, n_frames: int, fps: float) -> list[int]: ...

    def stream(self, turns: Sequence[Turn], settings: Settings, cancelled: Cancelled) -> Iterator[str]:
        """The words of the answer to the last turn, as they become certain."""
        ...

    def answer_all(
        self, conversations: Sequence[Sequence[Turn]], settings: Settings, cancelled: Cancelled
    ) -> list[str]:
        """The answers of several conversations, made together."""
        ...

    def close(self) -> None: ...


def check_reasoner(chosen: BackendConfig, profile: str) -> Any:
    """The checked options of a profile's reasoner. Raises Unusable for one that does not converse, BackendError."""
    if chosen.backend not in TALKERS:
        raise Unusable(
            f"the profile {profile} answers with {chosen.backend!r}, which is no model to talk with by itself; "
            "choose a profile such as omnilive-7b, internvl2-8b or remote"
        )
    return LLM.options(chosen.backend, chosen.options)


def check_temperature(temperature: float | None, beams: int) -> None:
    """Raises Unusable for a search with beams that is to be random as well."""
    if beams > 1 and temperature:
        raise Unusable("several beams take the likeliest words: leave out --temperature, or --beams")
