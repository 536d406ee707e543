"""InternVL in conversation, as the cards of InternVL-Chat-V1-5, Mini-InternVL and InternVL2 show it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from weakref import WeakKeyDictionary

from torch import Tensor

from models.internvl_prompts import IMAGE, frames_question, plain
from models.internvl_reasoner import Look
from reasoning.backends.internvl import InternVlOptions, open_model
from workbench.frame_choice import middles
from workbench.sampling import sampling
from workbench.talker import Cancelled, Settings
from workbench.turns import Picture, Turn, n_pictures, placed


class InternVlTalker:
    """Pictures are cut into tiles, frames of a video take one each; what was seen is kept for the next turn."""

    def __init__(self, options: InternVlOptions) -> None:
        """Raises CheckpointError."""
        self._options = options
        self._model = open_model(options)
        self._seen: WeakKeyDictionary[Picture, Tensor] = WeakKeyDictionary()
        self.frames = options.frames

    def choose_frames(self, n_frames: int, fps: float) -> list[int]:
        return middles(n_frames, max(1, self.frames))

    def stream(self, turns: Sequence[Turn], settings: Settings, cancelled: Cancelled) -> Iterator[str]:
        prompt, seen = self._prompt(turns, settings)
        yield from self._model.reply(prompt, seen, sampling(self._options, settings), cancelled)

    def answer_all(
        self, conversations: Sequence[Sequence[Turn]], settings: Settings, cancelled: Cancelled
    ) -> list[str]:
        prompts = [self._prompt(turns, settings) for turns in conversations]
        return self._model.replies(prompts, sampling(self._options, settings), cancelled)

    def _prompt(self, turns: Sequence[Turn], settings: Settings) -> tuple[str, list[Tensor]]:
        shown: list[tuple[Picture, bool]] = []
        texts: list[str] = []
        for turn in turns:
            texts.append(worded(turn, before=n_pictures(turns[: len(texts)]), several=n_pictures(turns) > 1))
            shown += [(frame, False) for frame in (turn.video.frames if turn.video else ())]
            shown += [(picture, True) for picture in turn.pictures]
        history = [(text, plain(turn.answer or "")) for text, turn in zip(texts, turns[:-1], strict=False)]
        seen = [self._look(picture, detailed) for picture, detailed in shown]
        system = settings.system if settings.system is not None else self._options.system or None
        return self._model.prompt(texts[-1], seen, history, system), seen

    def _look(self, picture: Picture, detailed: bool) -> Tensor:
        tokens = self._seen.get(picture)
        if tokens is None:
            (tokens,) = self._model.see([Look(picture.image, detailed=detailed)], self._options.max_tiles)
            self._seen[picture] = tokens
        return tokens

    def close(self) -> None:
        """The weights go with the object."""


def worded(turn: Turn, *, before: int, several: bool) -> str:
    """A turn's words with a place for each frame and picture; before: pictures of the turns before it."""
    parts = placed(turn)
    if parts is not None:
        text = IMAGE.join(plain(part) for part in parts)
    elif several:
        numbers = range(before + 1, before + 1 + len(turn.pictures))
        text = "".join(f"Image-{i}: {IMAGE}\n" for i in numbers) + plain(turn.text)
    else:
        text = f"{IMAGE}\n" * len(turn.pictures) + plain(turn.text)
    return frames_question(text, len(turn.video.frames)) if turn.video else text
