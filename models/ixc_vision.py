"""InternLM-XComposer-2.5's pictures: the HD transform, tiles and a global view, newline tokens between rows.

Pixels on one side, an order of tokens on the other; knows no language model.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from models.pixels import CLIP

TILE = 560  # pixels; side of the tower's pictures
WHITE = (255, 255, 255)
HD_CHAT, HD_SEVERAL, HD_MEMORY = 24, 6, 36  # published numbers of tiles: one picture, several, with video memory
Kind = Literal["image", "video"]


@dataclass(frozen=True)
class Canvas:
    """Where a picture is drawn: its size after resizing, and the white canvas at whose top left it lies."""

    content_width: int
    content_height: int
    width: int
    height: int

    def transposed(self) -> Canvas:
        return Canvas(self.content_height, self.content_width, self.height, self.width)

    def grid(self, tile: int = TILE) -> tuple[int, int]:
        """Rows and columns of tiles."""
        return self.height // tile, self.width // tile


def plan_canvas(width: int, height: int, kind: Kind, hd_num: int = HD_CHAT, tile: int = TILE) -> Canvas:
    """The canvas of a picture: at most hd_num tiles for an image; a video's shorter side is one tile."""
    if width < height:
        return plan_canvas(height, width, kind, hd_num, tile).transposed()
    ratio = width / height
    if kind == "video":
        content_width = int(tile * ratio)
        return Canvas(content_width, tile, _up(content_width, tile), tile)
    columns = 1
    while (columns + 1) * math.ceil((columns + 1) / ratio) <= hd_num:
        columns += 1
    columns = min(columns, math.ceil(width / tile))
    content_height = int(columns * tile / ratio)
    return Canvas(columns * tile, content_height, columns * tile, _up(content_height, tile))


def _up(length: int, tile: int) -> int:
    return math.ceil(length / tile) * tile


def draw_canvas(picture: Image.Image, kind: Kind, hd_num: int = HD_CHAT, tile: int = TILE) -> Image.Image:
    """The picture resized (bilinear) onto its white canvas."""
    rgb = picture.convert("RGB")
    plan = plan_canvas(*rgb.size, kind, hd_num, tile)
    # A portrait picture is resized lying on its side: the rounding of the resampling is that of its transpose.
    portrait = rgb.width < rgb.height
    if portrait:
        rgb, plan = rgb.transpose(Image.Transpose.TRANSPOSE), plan.transposed()
    content = rgb.resize((plan.content_width, plan.content_height), Image.Resampling.BILINEAR)
    canvas = Image.new("RGB", (plan.width, plan.height), WHITE)
    canvas.paste(content, (0, 0))
    return canvas.transpose(Image.Transpose.TRANSPOSE) if portrait else canvas


def canvas_pixels(picture: Image.Image, kind: Kind, hd_num: int = HD_CHAT, tile: int = TILE) -> Tensor:
    """(3, height, width) of the canvas, normalised; both sides multiples of the tile."""
    return CLIP.apply(draw_canvas(picture, kind, hd_num, tile))


def views(pixels: Tensor, tile: int = TILE) -> Tensor:
    """(3, H, W) -> (1 + rows*columns, 3, tile, tile): the canvas shrunk to one tile, then its tiles row by row."""
    overview = F.interpolate(pixels[None], size=(tile, tile), mode="bicubic", align_corners=False)
    rows, columns = pixels.shape[1] // tile, pixels.shape[2] // tile
    tiles = pixels.reshape(3, rows, tile, columns, tile).permute(1, 3, 0, 2, 4)
    return torch.cat((overview, tiles.reshape(-1, 3, tile, tile)))


def arrange(tokens: Tensor, rows: int, columns: int, newline: Tensor, separator: Tensor) -> Tensor:
    """The order of a picture's tokens, (N, D), from the tokens of its views, (1 + rows*columns, side*side, D).

    The global view, a newline token (D,) after each of its rows; the separator (D,); then all tiles as one large
    grid, again with a newline token after each row.
    """
    side = round(tokens.shape[1] ** 0.5)
    overview = tokens[0].reshape(side, side, -1)
    grid = tokens[1:].reshape(rows, columns, side, side, -1).transpose(1, 2).reshape(rows * side, columns * side, -1)
    return torch.cat((_with_newlines(overview, newline), separator[None], _with_newlines(grid, newline)))


def _with_newlines(grid: Tensor, newline: Tensor) -> Tensor:  # (rows, columns, D) -> (rows * (columns + 1), D)
    return torch.cat((grid, newline.expand(len(grid), 1, -1)), dim=1).flatten(0, 1)


def count_tokens(rows: int, columns: int, side: int = 20) -> int:
    """Tokens of a picture of rows x columns tiles, with side x side tokens a view."""
    return (rows * columns + 1) * side * side + 1 + (rows + 1) * side
