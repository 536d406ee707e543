"""A conversation with pictures as a talker is given it. Knows no model and no files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

_PLACE = re.compile(r"<image>|<ImageHere>")


@dataclass(frozen=True, eq=False)
class Picture:
    """One picture, compared by identity, so that what was computed of it can be found again."""

    image: Image.Image  # RGB
    name: str = ""


@dataclass(frozen=True, eq=False)
class Video:
    """The frames of a video that a talker looks at, oldest first, and their times."""

    frames: tuple[Picture, ...]
    times_s: tuple[float, ...]
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Turn:
    """What was asked, what was shown with it, and the answer; None for the one that is to be written."""

    text: str
    pictures: tuple[Picture, ...] = ()
    video: Video | None = None
    answer: str | None = None


def placed(turn: Turn) -> list[str] | None:
    """The words before, between and after the places of the turn's pictures, where the words name them themselves.

    `<image>` and `<ImageHere>` are such places. None when there are none, or no pictures. Raises ValueError when there
    are not as many as pictures.
    """
    parts = _PLACE.split(turn.text)
    if len(parts) == 1 or not turn.pictures:
        return None
    if len(parts) - 1 != len(turn.pictures):
        raise ValueError(f"the question has {len(parts) - 1} times <image> for {len(turn.pictures)} pictures")
    return parts


def n_pictures(turns: Sequence[Turn]) -> int:
    return sum(len(turn.pictures) for turn in turns)
