"""A picture as InternVL's tiles: the grid nearest to its shape, cut row by row, a thumbnail last."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from PIL import Image
from torch import Tensor

from models.pixels import IMAGENET, Normalisation


@dataclass(frozen=True)
class Grid:
    columns: int
    rows: int

    @property
    def tiles(self) -> int:
        return self.columns * self.rows


def choose_grid(width: int, height: int, min_tiles: int, max_tiles: int, size: int) -> Grid:
    """The grid of min_tiles to max_tiles tiles whose shape is nearest to the picture's.

    Of equally near ones the larger wins only if the picture has more than half its pixels.
    """
    span = range(1, max_tiles + 1)
    grids = [Grid(c, r) for c in span for r in span if min_tiles <= c * r <= max_tiles]
    grids.sort(key=lambda grid: grid.tiles)
    aspect, best, nearest = width / height, grids[0], float("inf")
    for grid in grids:
        distance = abs(aspect - grid.columns / grid.rows)
        large_enough = width * height > 0.5 * size * size * grid.tiles
        if distance < nearest or (distance == nearest and large_enough):
            best, nearest = grid, distance
    return best


def cut_tiles(picture: Image.Image, grid: Grid, size: int, *, thumbnail: bool) -> list[Image.Image]:
    """size x size tiles, row by row; with thumbnail the whole picture follows where there is more than one tile."""
    resized = picture.resize((grid.columns * size, grid.rows * size), Image.Resampling.BICUBIC)
    tiles = [
        resized.crop((column * size, row * size, (column + 1) * size, (row + 1) * size))
        for row in range(grid.rows)
        for column in range(grid.columns)
    ]
    if thumbnail and len(tiles) > 1:
        tiles.append(picture.resize((size, size), Image.Resampling.BICUBIC))
    return tiles


def pad_to_square(picture: Image.Image, colour: tuple[int, int, int]) -> Image.Image:
    """The picture in the middle of a square of the colour."""
    width, height = picture.size
    side = max(width, height)
    square = Image.new("RGB", (side, side), colour)
    square.paste(picture, ((side - width) // 2, (side - height) // 2))
    return square


def tile_pixels(
    picture: Image.Image, size: int, *, min_tiles: int = 1, max_tiles: int = 12, thumbnail: bool = True
) -> Tensor:
    """(tiles, 3, size, size), normalised; the thumbnail last."""
    rgb = picture.convert("RGB")
    grid = choose_grid(*rgb.size, min_tiles, max_tiles, size)
    return torch.stack([IMAGENET.apply(tile) for tile in cut_tiles(rgb, grid, size, thumbnail=thumbnail)])


def square_pixels(picture: Image.Image, size: int, *, pad: bool = False, norm: Normalisation = IMAGENET) -> Tensor:
    """(1, 3, size, size): the whole picture squeezed into one square, or padded to a square first."""
    rgb = picture.convert("RGB")
    if pad:
        red, green, blue = (int(255 * mean) for mean in norm.mean)
        rgb = pad_to_square(rgb, (red, green, blue))
    return norm.apply(rgb.resize((size, size), Image.Resampling.BICUBIC))[None]
