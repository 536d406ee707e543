"""Pictures drawn for tests of sight: plain things, persons, slides, and what a codec or a camera does to them."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Rgb = NDArray[np.uint8]
Colour = tuple[int, int, int]

WIDTH, HEIGHT = 640, 360
SECOND_NS = 1_000_000_000
WHITE, GREY, RED, BLUE, GREEN = (250, 250, 250), (170, 175, 180), (220, 30, 30), (30, 80, 220), (30, 150, 60)
SKIN = (240, 200, 165)


def blank(colour: Colour = GREY) -> Image.Image:
    return Image.new("RGB", (WIDTH, HEIGHT), colour)


def pixels(image: Image.Image, noise: float = 0.0, seed: int = 0) -> Rgb:
    """The picture as a frame, with the grain of a camera."""
    array = np.asarray(image.convert("RGB")).astype(np.float64)
    if noise:
        array = array + np.random.default_rng(seed).normal(0, noise, array.shape)
    return np.clip(array, 0, 255).astype(np.uint8)


def room() -> Image.Image:
    """Wall, floor, a window and a picture frame."""
    image = blank((205, 205, 190))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 260, WIDTH, HEIGHT), fill=(120, 85, 60))
    draw.rectangle((60, 50, 190, 150), fill=(150, 190, 225), outline=(90, 70, 50), width=6)
    draw.rectangle((470, 60, 560, 130), fill=(240, 235, 225), outline=(60, 60, 60), width=4)
    return image


def slide(*lines: tuple[str, int], ground: Colour = (245, 245, 240), ink: Colour = (20, 20, 30)) -> Image.Image:
    """Lines of (words, size), from the top."""
    image = blank(ground)
    draw = ImageDraw.Draw(image)
    y = 24
    for words, size in lines:
        draw.text((40, y), words, fill=ink, font=ImageFont.load_default(size))
        y += round(size * 1.4) + 10
    return image


def thing(image: Image.Image, shape: str, x: float, y: float, r: float, colour: Colour) -> Image.Image:
    """A copy with one shape of radius r around (x, y), drawn at four times the size so that its edge is smooth."""
    large = image.resize((2 * WIDTH, 2 * HEIGHT))
    draw = ImageDraw.Draw(large)
    x, y, r = 2 * x, 2 * y, 2 * r
    match shape:
        case "circle":
            draw.ellipse((x - r, y - r, x + r, y + r), fill=colour)
        case "oval":
            draw.ellipse((x - 1.5 * r, y - r, x + 1.5 * r, y + r), fill=colour)
        case "square":
            draw.rectangle((x - r, y - r, x + r, y + r), fill=colour)
        case "rectangle":
            draw.rectangle((x - 1.6 * r, y - 0.8 * r, x + 1.6 * r, y + 0.8 * r), fill=colour)
        case "cross":
            draw.rectangle((x - r, y - r / 3, x + r, y + r / 3), fill=colour)
            draw.rectangle((x - r / 3, y - r, x + r / 3, y + r), fill=colour)
        case "star":
            draw.polygon(_corners(x, y, 1.3 * r, 5, inner=0.42), fill=colour)
        case _:
            corners = {"triangle": 3, "diamond": 4, "pentagon": 5, "hexagon": 6}[shape]
            draw.polygon(_corners(x, y, 1.1 * r, corners), fill=colour)
    return large.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)


def _corners(x: float, y: float, r: float, n: int, inner: float = 0.0) -> list[tuple[float, float]]:
    count = 2 * n if inner else n
    points = []
    for i in range(count):
        radius = r * inner if inner and i % 2 else r
        angle = -math.pi / 2 + 2 * math.pi * i / count
        points.append((x + radius * math.cos(angle), y + radius * math.sin(angle)))
    return points


def person(image: Image.Image, x: float, height: float, shirt: Colour, style: str = "limbs") -> Image.Image:
    """A copy with a simple figure that stands on the floor at x."""
    image = image.copy()
    draw = ImageDraw.Draw(image)
    foot, head = 345.0, 0.2 * height
    top = foot - height
    body = shirt if style == "shadow" else SKIN
    draw.ellipse((x - head / 2, top, x + head / 2, top + head), fill=body)
    if style == "limbs":
        draw.rectangle((x - 0.14 * height, top + head, x + 0.14 * height, top + 0.6 * height), fill=shirt)
        for side in (-1, 1):
            near, far = sorted((x + side * 0.02 * height, x + side * 0.12 * height))
            draw.rectangle((near, top + 0.6 * height, far, foot), fill=(40, 40, 70))
    elif style == "coat":
        draw.rounded_rectangle(
            (x - 0.17 * height, top + 0.95 * head, x + 0.17 * height, foot), 0.1 * height, fill=shirt
        )
    else:
        draw.rounded_rectangle((x - 0.17 * height, top + 0.9 * head, x + 0.17 * height, foot), 0.1 * height, fill=shirt)
    return image


def bottle(image: Image.Image, x: float) -> Image.Image:
    """A copy with a bottle that stands on the floor at x: a narrow top on a wide part, and nobody."""
    image = image.copy()
    draw = ImageDraw.Draw(image)
    glass = (40, 140, 70)
    draw.rectangle((x - 22, 220, x + 22, 330), fill=glass)
    draw.polygon([(x - 22, 220), (x + 22, 220), (x + 8, 190), (x - 8, 190)], fill=glass)
    draw.rectangle((x - 8, 160, x + 8, 190), fill=glass)
    draw.rectangle((x - 10, 148, x + 10, 162), fill=BLUE)
    return image


def street() -> Image.Image:
    """Pale houses above a dark road."""
    image = blank((214, 212, 206))
    draw = ImageDraw.Draw(image)
    for left in range(0, WIDTH, 128):
        draw.rectangle((left + 40, 60, left + 80, 110), fill=(176, 176, 172))
    draw.rectangle((0, 222, WIDTH, 252), fill=(168, 166, 160))
    draw.rectangle((0, 252, WIDTH, HEIGHT), fill=(104, 105, 108))
    return image


def car(image: Image.Image, x: float, colour: Colour) -> Image.Image:
    """A copy with a car on the road, seen from the side, with its middle at x."""
    image = image.copy()
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((x - 80, 274, x + 80, 310), 10, fill=colour)
    draw.polygon([(x - 46, 276), (x - 28, 248), (x + 24, 248), (x + 48, 276)], fill=colour)
    draw.polygon([(x - 38, 273), (x - 24, 254), (x - 6, 254), (x - 6, 273)], fill=(186, 206, 216))
    draw.polygon([(x + 2, 273), (x + 2, 254), (x + 20, 254), (x + 36, 273)], fill=(186, 206, 216))
    for wheel in (x - 46, x + 42):
        draw.ellipse((wheel - 16, 292, wheel + 16, 324), fill=(26, 26, 28))
        draw.ellipse((wheel - 6, 302, wheel + 6, 314), fill=(170, 170, 172))
    return image
