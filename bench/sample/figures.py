"""Things as sprites (RGBA pictures): plates with words, shapes, persons, QR codes. Painted large, then scaled down."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from bench.sample.backdrops import shade
from bench.sample.model import COLOURS, Code, Face, Plate, Rgb, Shape

FONTS = Path("/usr/share/fonts/truetype/dejavu")
SCALE = 3  # sprites are painted this much larger

SKINS: tuple[Rgb, ...] = ((222, 178, 146), (188, 138, 106), (142, 98, 70))
HAIRS: tuple[Rgb, ...] = ((52, 36, 26), (24, 20, 20), (142, 104, 58))
TROUSERS: tuple[Rgb, ...] = ((50, 52, 72), (92, 82, 62), (40, 40, 42))


class FontError(Exception):
    """The letters that the plates are painted with are not installed."""


@cache
def font(face: Face, size: int) -> ImageFont.FreeTypeFont:
    path = FONTS / f"DejaVu{face}.ttf"
    if not path.exists():
        raise FontError(f"no font {path}; install the Debian package fonts-dejavu-core")
    return ImageFont.truetype(str(path), size)


@cache
def plate(spec: Plate) -> Image.Image:
    """Lines of words, centred on a plate with a border and a shadow."""
    letters = font(spec.face, spec.size)
    boxes = [letters.getbbox(line) for line in spec.lines]
    pitch = round(spec.size * 1.45)
    width = round(max(b[2] - b[0] for b in boxes) + spec.size * 1.2)
    height = round(pitch * len(spec.lines) + spec.size * 0.7)
    margin = 8
    image = Image.new("RGBA", (width + 2 * margin, height + 2 * margin), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    body = (margin, margin, margin + width, margin + height)
    draw.rounded_rectangle([body[0] + 4, body[1] + 4, body[2] + 4, body[3] + 4], 8, fill=(0, 0, 0, 90))
    image = image.filter(ImageFilter.GaussianBlur(2))
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle(body, 8, fill=COLOURS[spec.plate], outline=shade(COLOURS[spec.plate], 0.75), width=2)
    for i, (line, box) in enumerate(zip(spec.lines, boxes, strict=True)):
        x = margin + (width - (box[2] - box[0])) / 2 - box[0]
        draw.text((x, margin + spec.size * 0.45 + i * pitch), line, fill=COLOURS[spec.ink], font=letters)
    return image


@cache
def shape(kind: Shape, colour: str, size: int) -> Image.Image:
    """A circle, square or triangle with a soft light from above, or a car seen from the side."""
    n = size * SCALE
    image = Image.new("RGBA", (n * 2 if kind == "car" else n, n), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    fill = COLOURS[colour]
    if kind == "circle":
        draw.ellipse([2, 2, n - 2, n - 2], fill=fill)
    elif kind == "square":
        draw.rounded_rectangle([n * 0.06, n * 0.06, n * 0.94, n * 0.94], n * 0.03, fill=fill)
    elif kind == "triangle":
        draw.polygon([(n * 0.5, n * 0.03), (n * 0.98, n * 0.94), (n * 0.02, n * 0.94)], fill=fill)
    else:
        _car(draw, n, fill)
    return _lit(image).resize((image.width // SCALE, image.height // SCALE), Image.Resampling.LANCZOS)


def _car(draw: ImageDraw.ImageDraw, n: int, fill: Rgb) -> None:
    draw.rounded_rectangle([n * 0.04, n * 0.4, n * 1.96, n * 0.82], n * 0.12, fill=fill)
    draw.polygon([(n * 0.42, n * 0.44), (n * 0.66, n * 0.1), (n * 1.3, n * 0.1), (n * 1.6, n * 0.44)], fill=fill)
    glass = (186, 206, 216)
    draw.polygon([(n * 0.56, n * 0.4), (n * 0.72, n * 0.18), (n * 0.94, n * 0.18), (n * 0.94, n * 0.4)], fill=glass)
    draw.polygon([(n * 1.02, n * 0.4), (n * 1.02, n * 0.18), (n * 1.26, n * 0.18), (n * 1.44, n * 0.4)], fill=glass)
    for x in (0.46, 1.52):
        draw.ellipse([n * (x - 0.2), n * 0.62, n * (x + 0.2), n * 0.99], fill=(26, 26, 28))
        draw.ellipse([n * (x - 0.08), n * 0.74, n * (x + 0.08), n * 0.88], fill=(170, 170, 172))


def _lit(image: Image.Image) -> Image.Image:
    """The same sprite, a tenth brighter at the top and darker at the bottom."""
    pixels = np.asarray(image, np.float32).copy()
    pixels[..., :3] *= np.linspace(1.08, 0.9, image.height, dtype=np.float32)[:, None, None]
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8), "RGBA")


@cache
def person(coat: str, height: int, look: int, step: int) -> Image.Image:
    """A standing or walking figure. look: which skin, hair and trousers. step: 0 standing, 1 to 3 mid-stride."""
    tall = height * SCALE
    wide = round(tall * 0.42)
    image = Image.new("RGBA", (wide, tall), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    skin, hair, trousers = SKINS[look % 3], HAIRS[look // 2 % 3], TROUSERS[look % 3]
    _legs(draw, wide, tall, trousers, (0.15, 0.5, 0.8, 0.5)[step])
    _body(draw, wide, tall, COLOURS[coat], skin)
    _head(draw, wide, tall, skin, hair)
    return image.resize((wide // SCALE, height), Image.Resampling.LANCZOS)


def _limb(draw: ImageDraw.ImageDraw, points: list[tuple[float, float]], width: float, fill: Rgb) -> None:
    draw.line(points, fill=fill, width=round(width), joint="curve")
    for x, y in points:
        draw.ellipse([x - width / 2, y - width / 2, x + width / 2, y + width / 2], fill=fill)


def _legs(draw: ImageDraw.ImageDraw, wide: int, tall: int, fill: Rgb, stride: float) -> None:
    middle, spread = wide / 2, stride * tall * 0.08
    for side in (-1, 1):
        hip = (middle + side * wide * 0.1, tall * 0.53)
        knee = (middle + side * (wide * 0.11 + spread / 2), tall * 0.74)
        foot = (middle + side * (wide * 0.12 + spread), tall * 0.94)
        _limb(draw, [hip, knee, foot], wide * 0.17, fill)
        draw.ellipse([foot[0] - wide * 0.1, tall * 0.93, foot[0] + wide * 0.12, tall * 0.985], fill=(40, 32, 28))


def _body(draw: ImageDraw.ImageDraw, wide: int, tall: int, coat: Rgb, skin: Rgb) -> None:
    middle, shoulder, hip = wide / 2, tall * 0.2, tall * 0.55
    for side in (-1, 1):
        arm = [(side * 0.25, 0.24), (side * 0.33, 0.38), (side * 0.31, 0.5)]
        _limb(draw, [(middle + x * wide, y * tall) for x, y in arm], wide * 0.13, shade(coat, 0.8))
        hand = (middle + side * 0.31 * wide, tall * 0.53)
        draw.ellipse([hand[0] - wide * 0.06, hand[1], hand[0] + wide * 0.06, hand[1] + tall * 0.035], fill=skin)
    draw.rectangle([middle - wide * 0.07, tall * 0.15, middle + wide * 0.07, shoulder], fill=shade(skin, 0.85))
    outline = [(-0.28, 0.22), (-0.1, 0.185), (0.1, 0.185), (0.28, 0.22), (0.24, 0.56), (-0.24, 0.56)]
    draw.polygon([(middle + x * wide, y * tall) for x, y in outline], fill=coat)
    draw.line([middle, shoulder, middle, hip], fill=shade(coat, 0.7), width=SCALE)


def _head(draw: ImageDraw.ImageDraw, wide: int, tall: int, skin: Rgb, hair: Rgb) -> None:
    x, y, r = wide / 2, tall * 0.115, tall * 0.068
    draw.ellipse([x - r * 0.85, y - r * 1.25, x + r * 0.85, y + r * 1.1], fill=skin)
    draw.pieslice([x - r * 0.95, y - r * 1.4, x + r * 0.95, y + r * 0.6], 180, 360, fill=hair)
    for side in (-1, 1):
        draw.ellipse([x + side * r * 0.35 - r * 0.11, y - r * 0.12, x + side * r * 0.35 + r * 0.11, y + r * 0.1],
                     fill=(30, 26, 26))  # fmt: skip
    draw.line([x - r * 0.25, y + r * 0.6, x + r * 0.25, y + r * 0.6], fill=(150, 70, 66), width=SCALE)


@cache
def code(spec: Code) -> Image.Image:
    """A QR code with its quiet zone, on paper."""
    modules = cv2.QRCodeEncoder.create().encode(spec.payload)
    paper = cv2.copyMakeBorder(modules, 4, 4, 4, 4, cv2.BORDER_CONSTANT, value=255)
    factor = max(1, spec.size // paper.shape[0])
    big = np.kron(paper, np.ones((factor, factor), np.uint8))
    return Image.fromarray(np.dstack([big, big, big, np.full_like(big, 255)]), "RGBA")
