"""The colours and the light of a picture: what ground it has, which colours stand out, how bright it is, and changes.

Numbers are shares of the picture and mean luminance, 0..1.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from perception import colours
from perception.backends.base import FrameContext, Rgb, Seen

WORK_SIZE = (96, 54)
FILLS = 0.75  # share of the picture from which a colour is its ground, whatever frames it ...
STILL_FILLS = 0.6  # ... and down to which it stays that while things come before it
LIGHTS = (("dark", 0.0), ("dim", 0.14), ("normal", 0.32), ("bright", 0.68))  # name, least mean luminance


@dataclass(frozen=True, kw_only=True)
class ColourOptions:
    least_share: float = 0.04  # of the picture, for a colour to be named
    light_step: float = 0.12  # change of mean luminance within a shot that is an event
    light_margin: float = 0.02  # luminance beyond a border before the light gets another name


class Colour:
    """`colour` (background and dominant), `light`, and `light_change` events."""

    Options = ColourOptions
    every_frame = True  # a lamp that goes out must be compared with the frame before

    def __init__(self, options: ColourOptions) -> None:
        cv2.setNumThreads(1)
        self._options = options
        colours.name_of((0.0, 0.0, 0.0))  # builds the table

    def stream(self) -> ColourStream:
        return ColourStream(self._options)

    def close(self) -> None:
        """Nothing is held."""


class ColourStream:
    def __init__(self, options: ColourOptions) -> None:
        self._options = options
        self._light = ""
        self._reference = -1.0  # luminance that the next change is measured from
        self._begun = False  # a cut lies before the last frame
        self._moving = 0  # the luminance of the last frame was rising (1) or falling (-1)
        self._named: set[str] = set()
        self._filled = ""  # ground of the last frame if it filled that

    def observe(self, frame: Rgb, context: FrameContext) -> list[Seen]:
        small = cv2.resize(frame, WORK_SIZE, interpolation=cv2.INTER_AREA)
        if context.shot:
            self._filled = ""
        seen = self._colours(colours.name_indices(cv2.medianBlur(small.astype(np.uint8), 3)))
        level = float(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).mean()) / 255.0
        seen.append(Seen(kind="light", text=self._name(level), value=round(level, 4)))
        return seen + list(self._changes(level, context.shot))

    def _colours(self, names: NDArray[np.uint8]) -> list[Seen]:
        shares = colours.shares(names)
        most, share = next(iter(shares.items()))
        self._filled = most if share >= (STILL_FILLS if most == self._filled else FILLS) else ""
        ground = self._filled or _ground(names, shares)  # a board fills its frame
        least = self._options.least_share
        # A colour that was named stays named down to half the share: a share on the border would flicker.
        named = {name for name, share in shares.items() if share >= (least / 2 if name in self._named else least)}
        self._named = named
        seen = [Seen(kind="colour", text=ground, value=round(shares[ground], 4), attrs={"role": "background"})]
        seen += [
            Seen(kind="colour", text=name, value=round(share, 4), attrs={"role": "dominant"})
            for name, share in shares.items()
            if name in named and name != ground
        ]
        return seen

    def _name(self, level: float) -> str:
        name = light_name(level)
        margin = self._options.light_margin
        if self._light and self._light in (light_name(level - margin), light_name(level + margin)):
            name = self._light
        self._light = name
        return name

    def _changes(self, level: float, shot: bool) -> Iterable[Seen]:
        """An event when the light goes up or down; one for a change that takes several frames, when it begins."""
        if shot or self._reference < 0 or self._begun:
            # The frame after a cut too: a cut may be a fade caught half way.
            self._reference, self._moving, self._begun = level, 0, shot
            return
        step = level - self._reference
        if abs(step) < self._options.light_step:
            if abs(step) < self._options.light_step / 4:
                self._moving = 0
            return
        direction = 1 if step > 0 else -1
        self._reference = level
        if direction != self._moving:
            self._moving = direction
            yield Seen(kind="light_change", text="brighter" if direction > 0 else "darker", value=round(abs(step), 4))


def light_name(level: float) -> str:
    """The word for a mean luminance of 0..1."""
    return next((name for name, least in reversed(LIGHTS) if level >= least), LIGHTS[0][0])


def _ground(names: NDArray[np.uint8], shares: dict[str, float]) -> str:
    """The colour that lies around things: common in the picture and along its border."""
    border = np.concatenate([names[:3].ravel(), names[-3:].ravel(), names[:, :3].ravel(), names[:, -3:].ravel()])
    along = colours.shares(border)
    return max(shares, key=lambda name: shares[name] + along.get(name, 0.0))
