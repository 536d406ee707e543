"""The frames of a clip on one white canvas, labelled, as IXC-2.5 looks at a video."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

LONGER_SIDE = 1120
LABEL = 40  # pixels: height of the band above a frame, and of its letters
GAP, LINE_AT, LINE_WIDTH = 10, 5, 2
WHITE, BLACK = (255, 255, 255), (0, 0, 0)


@dataclass(frozen=True)
class Cell:
    """One frame: its size after resizing, where it and its label lie, and the line after it (none after the last)."""

    size: tuple[int, int]
    at: tuple[int, int]
    label_at: tuple[int, int]
    label: str
    line: tuple[tuple[int, int], tuple[int, int]] | None


@dataclass(frozen=True)
class Mosaic:
    size: tuple[int, int]
    cells: tuple[Cell, ...]


def plan_mosaic(sizes: Sequence[tuple[int, int]]) -> Mosaic:
    """Frames (width, height): one above the other when the last is wider than high, else side by side."""
    if not sizes:
        raise ValueError("a mosaic needs at least one frame")
    scaled = [_scaled(*size) for size in sizes]
    stacked = sizes[-1][0] > sizes[-1][1]
    widest, highest = max(w for w, _ in scaled), max(h for _, h in scaled)
    cells, offset = [], 0
    for i, (width, height) in enumerate(scaled):
        last = i == len(scaled) - 1
        if stacked:
            end = offset + LABEL + height
            at, label_at = (0, offset + LABEL), (0, offset)
            line = ((0, end + LINE_AT), (widest, end + LINE_AT))
        else:
            end = offset + width
            at, label_at = (offset, LABEL), (offset, 0)
            line = ((end + LINE_AT, 0), (end + LINE_AT, highest + LABEL))
        cells.append(Cell((width, height), at, label_at, f"<IMAGE {i}>", None if last else line))
        offset = end + GAP
    return Mosaic((widest, offset) if stacked else (offset, highest + LABEL), tuple(cells))


def _scaled(width: int, height: int) -> tuple[int, int]:
    ratio = width / height
    if width > height:
        return LONGER_SIDE, int(LONGER_SIDE / ratio)
    return int(LONGER_SIDE * ratio), LONGER_SIDE


def draw_mosaic(frames: Sequence[Image.Image]) -> Image.Image:
    """The canvas with its frames (bilinear), labels and lines."""
    plan = plan_mosaic([frame.size for frame in frames])
    canvas = Image.new("RGB", plan.size, WHITE)
    draw, font = ImageDraw.Draw(canvas), ImageFont.load_default(LABEL)
    for frame, cell in zip(frames, plan.cells, strict=True):
        canvas.paste(frame.convert("RGB").resize(cell.size, Image.Resampling.BILINEAR), cell.at)
        draw.text(cell.label_at, cell.label, fill=BLACK, font=font)
        if cell.line:
            draw.line(cell.line, fill=BLACK, width=LINE_WIDTH)
    return canvas
