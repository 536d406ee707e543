"""The models in Python: `load()` a profile, then `ask()`.

from workbench.api import load

with load("internvl2-8b") as chat:
    for words in chat.ask("What is this?", images=["cat.jpg"]):
        print(words, end="", flush=True)
    print(chat.say("What colour is it?"))
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from PIL import Image

from wire import config as configuration
from wire.boxes import Marked, find_boxes
from wire.config import Config
from workbench.errors import Unusable
from workbench.media import read_picture, read_sound, read_video
from workbench.talker import TALKERS, Cancelled, Settings, Talker, check_reasoner
from workbench.turns import Picture, Turn, Video

if TYPE_CHECKING:
    from workbench.listener import Listener

__all__ = ["Chat", "Request", "Settings", "Unusable", "load"]

AnyPicture = str | Path | Image.Image | Picture
BATCH = 8  # conversations that are answered together


@dataclass(frozen=True, kw_only=True)
class Request:
    """One question of a batch, with what it shows."""

    prompt: str
    images: Sequence[AnyPicture] = field(default=())
    video: str | Path | None = None
    id: str = ""


def load(
    profile: str = "omnilive-7b",
    *,
    checkpoint: str | Path = "",  # of the reasoner, instead of the profile's
    config: Path | None = None,  # a TOML file instead of a profile
    overrides: Sequence[str] = (),  # "reasoning.llm.options.device=cpu"
    settings: Settings | None = None,
    now: bool = True,  # False: weights are loaded when they are first needed
) -> Chat:
    """A conversation with a profile's reasoner.

    Raises Unusable for a profile without one, wire.config.ConfigError, wire.registry.BackendError for wrong options,
    models.checkpoint.CheckpointError for weights that do not fit, models.remote.RemoteError for a server that does not
    answer.
    """
    more = [f"reasoning.llm.options.checkpoint={str(checkpoint)!r}"] if checkpoint else []
    loaded = configuration.load(profile, config, [*overrides, *more])
    chat = Chat(loaded, str(config or profile), settings or Settings())
    if now:
        _ = chat.talker
    return chat


class Chat:
    """One conversation. `history`: its turns so far, with their answers."""

    def __init__(self, config: Config, profile: str, settings: Settings) -> None:
        self.settings = settings
        self.history: list[Turn] = []
        self._config, self._profile = config, profile
        self._talker: Talker | None = None
        self._listener: Listener | None = None

    @property
    def talker(self) -> Talker:
        """The reasoner, loaded on first use."""
        if self._talker is None:
            chosen = self._config.reasoning.llm
            options: Any = check_reasoner(chosen, self._profile)
            module, _, name = TALKERS[chosen.backend].partition(":")
            made: Talker = getattr(import_module(module), name)(options)
            self._talker = made
        return self._talker

    @property
    def listener(self) -> Listener:
        """The profile's recogniser, where it is one that can be asked; loaded on first use."""
        if self._listener is None:
            from workbench.listener import Listener  # brings torch, which a server's user may not need

            self._listener = Listener(self._config.perception.asr, self._profile, self.settings.max_tokens)
        return self._listener

    def ask(
        self,
        text: str,
        *,
        images: Sequence[AnyPicture] = (),
        video: str | Path | Video | None = None,
        cancelled: Cancelled = lambda: False,
        **settings: Any,  # fields of Settings, for this answer
    ) -> Generator[str]:
        """The words of the answer as they come; at its end, or where it was left, question and answer are history."""
        turn = self._turn(text, images, video)
        chosen = replace(self.settings, **settings)
        words: list[str] = []
        try:
            for piece in self.talker.stream([*self.history, turn], chosen, cancelled):
                words.append(piece)
                yield piece
        finally:
            self.history.append(replace(turn, answer="".join(words).strip()))

    def say(self, text: str, **more: Any) -> str:
        """The whole answer; takes what `ask` takes."""
        return "".join(self.ask(text, **more)).strip()

    def hear(self, path: str | Path, question: str = "") -> str:
        """An answer about sound; without a question its transcript. The history is not told of it."""
        pcm = read_sound(Path(path))
        return self.listener.answer(pcm, question) if question else self.listener.transcribe(pcm)

    def batch(
        self,
        requests: Sequence[Request],
        *,
        size: int = BATCH,
        done: Callable[[int], None] = lambda n: None,  # told how many answers are there
        **settings: Any,
    ) -> list[str]:
        """The answers to questions that know nothing of each other, `size` of them generated together."""
        chosen = replace(self.settings, **settings)
        answers: list[str] = []
        for at in range(0, len(requests), size):
            turns = [[self._turn(one.prompt, one.images, one.video)] for one in requests[at : at + size]]
            answers += [answer.strip() for answer in self.talker.answer_all(turns, chosen, lambda: False)]
            done(len(answers))
        return answers

    def _turn(self, text: str, images: Sequence[AnyPicture], video: str | Path | Video | None) -> Turn:
        if not text.strip():
            raise Unusable("the question is empty; ask something")
        pictures = tuple(one if isinstance(one, Picture) else read_picture(one) for one in images)
        if isinstance(video, str | Path):
            video = read_video(Path(video), self.talker.choose_frames)
        return Turn(text=text, pictures=pictures, video=video)

    @property
    def boxes(self) -> list[Marked]:
        """What the last answer points at."""
        return find_boxes(self.history[-1].answer or "") if self.history else []

    def forget(self) -> None:
        """Begin anew with the same weights."""
        self.history.clear()

    def close(self) -> None:
        """May be called twice."""
        if self._talker is not None:
            self._talker.close()
        self._talker = self._listener = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()
