"""IXC-2.5 in conversation, as its card shows it; a video is one canvas with all its frames."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from weakref import WeakKeyDictionary

from models.ixc25 import Part, Prompt
from models.ixc_prompts import IMAGE, plain
from reasoning.backends.ixc25 import Ixc25Options, open_model
from workbench.frame_choice import IXC_MOST, each_second
from workbench.sampling import sampling
from workbench.talker import Cancelled, Settings
from workbench.turns import Picture, Turn, Video, n_pictures, placed


class IxcTalker:
    """One picture gets more detail than each of several; what was seen is kept for the next turn."""

    def __init__(self, options: Ixc25Options) -> None:
        """Raises CheckpointError."""
        self._options = options
        self._model = open_model(options)
        self._one: WeakKeyDictionary[Picture, Part] = WeakKeyDictionary()
        self._of_several: WeakKeyDictionary[Picture, Part] = WeakKeyDictionary()
        self._videos: WeakKeyDictionary[Video, Part] = WeakKeyDictionary()
        self.frames = IXC_MOST

    def choose_frames(self, n_frames: int, fps: float) -> list[int]:
        return each_second(n_frames, fps, self.frames)

    def stream(self, turns: Sequence[Turn], settings: Settings, cancelled: Cancelled) -> Iterator[str]:
        yield from self._model.reply(self._prompt(turns, settings), sampling(self._options, settings), cancelled)

    def answer_all(
        self, conversations: Sequence[Sequence[Turn]], settings: Settings, cancelled: Cancelled
    ) -> list[str]:
        prompts = [self._prompt(turns, settings) for turns in conversations]
        return self._model.replies(prompts, sampling(self._options, settings), cancelled)

    def _prompt(self, turns: Sequence[Turn], settings: Settings) -> Prompt:
        pictures = [picture for turn in turns for picture in turn.pictures]
        parts = dict(zip(pictures, self._look(pictures), strict=True))
        n_shown = len(pictures) + sum(turn.video is not None for turn in turns)
        texts: list[str] = []
        seen: list[Part] = []
        for turn in turns:
            texts.append(worded(turn, before=n_pictures(turns[: len(texts)]), alone=n_shown == 1))
            seen += [self._watch(turn.video)] if turn.video else []
            seen += [parts[picture] for picture in turn.pictures]
        history = [(text, plain(turn.answer or "")) for text, turn in zip(texts, turns[:-1], strict=False)]
        system = self._options.system if settings.system is None else settings.system
        return self._model.chat(texts[-1], seen, history, system)

    def _look(self, pictures: Sequence[Picture]) -> list[Part]:
        kept = self._one if len(pictures) == 1 else self._of_several
        if any(picture not in kept for picture in pictures):
            # How much detail each gets depends on how many there are, so they are looked at together.
            images = [picture.image for picture in pictures]
            kept.update(zip(pictures, self._model.see(images), strict=True))
        return [kept[picture] for picture in pictures]

    def _watch(self, video: Video) -> Part:
        if video not in self._videos:
            self._videos[video] = self._model.see_video([frame.image for frame in video.frames])
        return self._videos[video]

    def close(self) -> None:
        """The weights go with the object."""


def worded(turn: Turn, *, before: int, alone: bool) -> str:
    """A turn's words with a place for each picture; a picture that is the only one of all goes in front of all."""
    parts = placed(turn)
    video = f"{IMAGE}\n" if turn.video and not alone else ""
    if parts is not None:
        return video + IMAGE.join(plain(part) for part in parts)
    if alone:
        return plain(turn.text)
    numbers = range(before + 1, before + 1 + len(turn.pictures))
    return video + "".join(f"Image{i} {IMAGE}; " for i in numbers) + plain(turn.text)
