"""Boxes of an answer drawn onto its picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from wire.boxes import Marked, find_boxes
from workbench.errors import Unusable
from workbench.turns import Picture, Turn

# Colours that are told apart by people who confuse red and green; source: Okabe and Ito 2008.
COLOURS = ("#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#f0e442")
_LEAST_TEXT_PX, _TEXT_SHARE, _LINE_SHARE = 12, 0.028, 0.004


def draw_boxes(image: Image.Image, marked: Sequence[Marked]) -> Image.Image:
    """A copy with each box and its name, one colour a name."""
    canvas = image.convert("RGB").copy()
    draw, shorter = ImageDraw.Draw(canvas), min(canvas.size)
    font = ImageFont.load_default(max(_LEAST_TEXT_PX, shorter * _TEXT_SHARE))
    line = max(2, round(shorter * _LINE_SHARE))
    for i, one in enumerate(marked):
        colour = COLOURS[i % len(COLOURS)]
        for box in one.boxes:
            left, top, right, bottom = box.pixels(*canvas.size)
            draw.rectangle((left, top, right, bottom), outline=colour, width=line)
            if one.name:
                _label(draw, one.name, (left, top), colour, font, canvas.size)
    return canvas


def _label(
    draw: ImageDraw.ImageDraw,
    name: str,
    at: tuple[int, int],
    colour: str,
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
    size: tuple[int, int],
) -> None:
    """The name on a plate above the corner, or below it where there is no room above."""
    left, top, right, bottom = draw.textbbox((0, 0), name, font=font)
    wide, high = round(right - left) + 6, round(bottom - top) + 6
    x = max(0, min(at[0], size[0] - wide))
    y = at[1] - high if at[1] >= high else at[1]
    draw.rectangle((x, y, x + wide, y + high), fill=colour)
    draw.text((x + 3 - left, y + 3 - top), name, fill="white", font=font)


def draw_answer(history: Sequence[Turn], out: Path) -> int:
    """Draw the last answer that has boxes onto the picture it speaks of, the newest at that time; how many boxes.

    Several pictures of one question share their boxes: the first one is drawn on. Raises Unusable without a picture.
    """
    for at in range(len(history) - 1, -1, -1):
        marked = find_boxes(history[at].answer or "")
        if not marked:
            continue
        picture = _shown(history[: at + 1])
        if picture is None:
            raise Unusable("there is no picture to draw boxes on; give --image")
        try:
            out.parent.mkdir(parents=True, exist_ok=True)
            draw_boxes(picture.image, marked).save(out)
        except (OSError, ValueError) as error:
            raise Unusable(f"{out} cannot be written ({error}); give a file such as boxes.png") from error
        return sum(len(one.boxes) for one in marked)
    return 0


def _shown(turns: Sequence[Turn]) -> Picture | None:
    for turn in reversed(turns):
        if turn.pictures:
            return turn.pictures[0]
        if turn.video:
            return turn.video.frames[-1]
    return None
