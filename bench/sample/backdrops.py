"""What stands behind the things of a scene: (height, width, 3) float32 pictures with gradients, edges and shadows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from bench.sample.model import COLOURS, Rgb, Style

Picture = NDArray[np.float32]  # (height, width, 3), 0..255


def backdrop(style: Style, colour: str, width: int, height: int) -> Picture:
    """A wall, a meadow under a sky, a street, a hall with a floor, a projected slide or a chalk board."""
    painters = {
        "wall": _wall, "meadow": _meadow, "street": _street, "hall": _hall, "slide": _slide, "board": _board,
    }  # fmt: skip
    image = painters[style](COLOURS.get(colour, (210, 204, 192)), width, height)
    picture = np.asarray(image.filter(ImageFilter.GaussianBlur(0.8)), np.float32)
    return picture * _vignette(width, height)


def _vignette(width: int, height: int) -> Picture:
    """A soft fall-off to the corners and from the top, as a lens and a ceiling lamp give."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    distance = ((x / width - 0.5) ** 2 + (y / height - 0.5) ** 2) * 2
    falloff: Picture = ((1.03 - 0.12 * distance) * (1.03 - 0.06 * y / height))[..., None].astype(np.float32)
    return falloff


def shade(colour: Rgb, factor: float) -> Rgb:
    r, g, b = (max(0, min(255, round(c * factor))) for c in colour)
    return r, g, b


def _wall(colour: Rgb, width: int, height: int) -> Image.Image:
    image = Image.new("RGB", (width, height), colour)
    draw = ImageDraw.Draw(image)
    draw.rectangle([0, height * 0.9, width, height], fill=shade(colour, 0.72))
    draw.line([0, height * 0.9, width, height * 0.9], fill=shade(colour, 0.6), width=2)
    return image


def _meadow(colour: Rgb, width: int, height: int) -> Image.Image:
    image = Image.new("RGB", (width, height), (176, 206, 232))
    draw = ImageDraw.Draw(image)
    horizon = round(height * 0.45)
    for y in range(horizon):
        draw.line([0, y, width, y], fill=shade((150, 190, 228), 1 + 0.25 * y / horizon))
    for y in range(horizon, height):
        draw.line([0, y, width, y], fill=shade((150, 176, 112), 1.05 - 0.3 * (y - horizon) / (height - horizon)))
    draw.ellipse([width * 0.12, height * 0.1, width * 0.3, height * 0.2], fill=(232, 238, 244))
    draw.ellipse([width * 0.22, height * 0.07, width * 0.4, height * 0.19], fill=(236, 241, 246))
    return image


def _street(colour: Rgb, width: int, height: int) -> Image.Image:
    image = Image.new("RGB", (width, height), (198, 200, 204))
    draw = ImageDraw.Draw(image)
    for i, left in enumerate(range(0, width, width // 5)):
        tone = shade(colour, 0.86 + 0.07 * (i % 3))
        draw.rectangle([left, height * (0.06 + 0.05 * (i % 2)), left + width // 5, height * 0.62], fill=tone)
        for row in (0.2, 0.38):
            x = left + width * 0.07
            draw.rectangle([x, height * row, x + width * 0.06, height * (row + 0.1)], fill=shade(tone, 0.84))
    draw.rectangle([0, height * 0.62, width, height * 0.7], fill=(168, 166, 160))
    draw.rectangle([0, height * 0.7, width, height], fill=(104, 105, 108))
    for left in range(0, width, width // 8):
        draw.rectangle([left, height * 0.86, left + width // 16, height * 0.875], fill=(206, 206, 200))
    return image


def _hall(colour: Rgb, width: int, height: int) -> Image.Image:
    image = Image.new("RGB", (width, height), colour)
    draw = ImageDraw.Draw(image)
    draw.rectangle([0, height * 0.78, width, height], fill=shade(colour, 0.62))
    draw.rectangle([0, height * 0.765, width, height * 0.785], fill=shade(colour, 0.5))
    window = [width * 0.78, height * 0.1, width * 0.95, height * 0.42]
    draw.rectangle(window, fill=(222, 232, 240), outline=shade(colour, 0.6), width=4)
    middle = (window[0] + window[2]) / 2
    draw.line([middle, window[1], middle, window[3]], fill=shade(colour, 0.6), width=3)
    return image


def _slide(colour: Rgb, width: int, height: int) -> Image.Image:
    image = Image.new("RGB", (width, height), (252, 252, 250))
    draw = ImageDraw.Draw(image)
    draw.rectangle([0, 0, width, height * 0.05], fill=colour)
    draw.rectangle([0, height * 0.96, width, height], fill=shade(colour, 0.9))
    return image


def _board(colour: Rgb, width: int, height: int) -> Image.Image:
    image = Image.new("RGB", (width, height), (120, 86, 56))
    draw = ImageDraw.Draw(image)
    edge = width * 0.025
    draw.rectangle([edge, edge, width - edge, height - edge], fill=colour)
    return image
