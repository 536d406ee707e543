"""The picture of a scene at a moment: backdrop, things, light and the grain of a camera."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from bench.sample import figures
from bench.sample.backdrops import backdrop
from bench.sample.model import Code, Light, Mover, Person, Plate, Repaint, Scene, Still, Thing

Frame = NDArray[np.uint8]  # (height, width, 3)

GRAIN = 1.6  # standard deviation of the camera's noise
N_GRAINS = 6
WALK = 0.28  # share of the width that a person walks in a second


class Film:
    """Paints one scene after another; the still part of a scene is kept until something in it changes."""

    def __init__(self, width: int, height: int, seed: int) -> None:
        self._width, self._height = width, height
        rng = np.random.default_rng(seed)
        self._grains = [rng.normal(0, GRAIN, (height, width, 1)).astype(np.float32) for _ in range(N_GRAINS)]
        self._still_key: object = None
        self._still: Image.Image = Image.new("RGB", (1, 1))
        self._finished: dict[tuple[float, int], Frame] = {}  # (light, grain) -> the still part with nothing before it

    def frame(self, scene: Scene, seconds: float, serial: int) -> Frame:
        """Scene at `seconds` since it began; `serial` picks the grain."""
        still, level, grain = self._standing(scene, seconds), _level(scene, seconds), serial % N_GRAINS
        moving = [found for thing in scene.things if (found := self._moving(thing, seconds)) is not None]
        if not moving and (level, grain) in self._finished:
            return self._finished[level, grain]
        image = still.copy()
        for sprite, x, y in moving:
            self._paste(image, sprite, x, y)
        pixels = np.asarray(image, np.float32) * level
        pixels += self._grains[grain]
        frame: Frame = pixels.clip(0, 255).astype(np.uint8)
        if not moving:
            self._finished[level, grain] = frame
        return frame

    def _standing(self, scene: Scene, seconds: float) -> Image.Image:
        """Backdrop, plates, codes and still shapes that are there now."""
        colour, there = scene.colour, []
        for thing in scene.things:
            if isinstance(thing, Repaint) and thing.at <= seconds:
                colour = thing.colour
            elif isinstance(thing, Plate | Code | Still) and thing.start <= seconds < (thing.end or 1e9):
                there.append(thing)
        key = (scene.name, colour, tuple(there))
        if key != self._still_key:
            picture = backdrop(scene.style, colour, self._width, self._height)
            image = Image.fromarray(picture.clip(0, 255).astype(np.uint8))
            for thing in there:
                self._paste(image, _still_sprite(thing), thing.x, thing.y)
            self._still_key, self._still = key, image
            self._finished.clear()
        return self._still

    def _paste(self, image: Image.Image, sprite: Image.Image, x: float, y: float) -> None:
        """Centre a sprite at shares of the picture."""
        corner = (round(x * self._width - sprite.width / 2), round(y * self._height - sprite.height / 2))
        image.paste(sprite, corner, sprite)

    def _moving(self, thing: Thing, seconds: float) -> tuple[Image.Image, float, float] | None:
        """Sprite and place of a thing that moves, if it is there now."""
        match thing:
            case Mover():
                return self._mover(thing, seconds)
            case Person():
                return self._person(thing, seconds)
            case _:
                return None

    def _mover(self, thing: Mover, seconds: float) -> tuple[Image.Image, float, float] | None:
        if not thing.start <= seconds < thing.end:
            return None
        sprite = figures.shape(thing.shape, thing.colour, thing.size)
        outside = sprite.width / 2 / self._width
        goal = 1 + outside if thing.stop is None else thing.rest
        until = thing.end if thing.stop is None else thing.stop
        share = min(1.0, (seconds - thing.start) / (until - thing.start))
        x = -outside + share * (goal + outside)
        return sprite, x if thing.come == "left" else 1 - x, thing.y

    def _person(self, thing: Person, seconds: float) -> tuple[Image.Image, float, float] | None:
        door = {"left": -0.1, "right": 1.1}
        arrival = thing.enter + abs(thing.x - door[thing.come]) / WALK
        if seconds < thing.enter:
            return None
        if seconds < arrival:
            x = door[thing.come] + (thing.x - door[thing.come]) * (seconds - thing.enter) / (arrival - thing.enter)
        elif thing.leave is None or seconds < thing.leave:
            x = thing.x
        else:
            x = thing.x + (seconds - thing.leave) * WALK * (1 if thing.out == "right" else -1)
        if not -0.15 < x < 1.15:
            return None
        step = 0 if x == thing.x else 1 + int(seconds * 5) % 3
        sprite = figures.person(thing.coat, thing.height, len(thing.coat), step)
        return sprite, x, 0.93 - thing.height / 2 / self._height


def _still_sprite(thing: Plate | Code | Still) -> Image.Image:
    match thing:
        case Plate():
            return figures.plate(thing)
        case Code():
            return figures.code(thing)
        case Still():
            return figures.shape(thing.shape, thing.colour, thing.size)


def _level(scene: Scene, seconds: float) -> float:
    """How brightly the scene is lit now; a lamp takes 0.2 s."""
    level = 1.0
    for thing in scene.things:
        if isinstance(thing, Light) and thing.at <= seconds:
            share = min(1.0, (seconds - thing.at) / 0.2)
            level += (thing.level - level) * share
    return level
