"""Things that only their moving before the scene shows: as dark as the street, made of many parts, without an outline.

Pure: what stands in front of a learnt scene in, things that move out. It knows no persons and no frames before this
one: following is what `movement` does.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from perception import colours, shapes
from perception.background import Blob
from perception.figures import inside
from perception.gate import Rgb
from perception.movement import WALK, Thing
from perception.shapes import Region

NAMED = ("circle", "square", "triangle")  # outlines that a blob of few pixels can be trusted to have
LEAST_AREA = 0.008  # share of the picture
LARGEST = 0.35  # what covers more is another scene, or its light
BORDER = 0.012
PART_OF = 0.6  # share of the box of a part inside that of the whole
SAME = 0.55  # share of the whole that a part fills and is no part then


def is_sizeable(blob: Blob) -> bool:
    return LEAST_AREA <= blob.area <= LARGEST


def as_region(blob: Blob, small: Rgb) -> Region:
    """A blob as a region that can be followed. small: the picture (height, width, 3) it was found in."""
    height, width = small.shape[:2]
    x0, y0 = round(blob.box[0] * width), round(blob.box[1] * height)
    rows, columns = blob.mask.shape
    own = small[y0 : y0 + rows, x0 : x0 + columns][blob.mask[: height - y0, : width - x0] > 0]
    names = colours.name_indices(own)
    index = int(np.bincount(names, minlength=len(colours.NAMES)).argmax())
    red, green, blue = (float(value) for value in np.median(own[names == index], axis=0))
    outline = _outline(blob.mask)
    name = shapes.outline_name(outline)
    solidity = cv2.contourArea(outline) / max(1.0, cv2.contourArea(cv2.convexHull(outline)))
    return Region(
        box=blob.box,
        area=blob.area,
        colour=colours.NAMES[index],
        shape=name if name in NAMED else "",
        rgb=(red, green, blue),
        contrast=0.0,
        solidity=solidity,
        touches=min(blob.box[:2]) <= BORDER or max(blob.box[2:]) >= 1 - BORDER,
        mask=blob.mask.astype(np.uint8),
    )


def _outline(mask: NDArray[np.uint8]) -> NDArray[np.int32]:
    padded = cv2.copyMakeBorder(mask, 1, 1, 1, 1, cv2.BORDER_CONSTANT)
    contours, _ = cv2.findContours(padded, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return np.asarray(max(contours, key=cv2.contourArea), dtype=np.int32)


def going(thing: Thing) -> bool:
    """Whether a followed blob is a thing that moves: two steps in a row, or one by which it came in as a whole."""
    whole = thing.came_in and not thing.region.touches
    return bool(thing.moving) and not thing.missed and thing.moves >= (1 if whole else WALK)


def is_part(thing: Thing, wholes: Sequence[Thing]) -> bool:
    """A wheel or a window of something larger that moves or comes in. wholes: followed blobs of this frame."""
    for whole in wholes:
        moves = whole.moves > 0 or (whole.came_in and whole.frames == 1)
        if moves and inside(thing.region.box, whole.region.box) > PART_OF and not _is_all(thing.region, whole.region):
            return True
    return False


def shown_by(whole: Thing, things: Sequence[Thing]) -> bool:
    """A thing with a name for its outline, told anyway, is all of this blob."""
    named = (thing.region for thing in things if thing.shape)
    return any(_is_all(one, whole.region) and inside(one.box, whole.region.box) > PART_OF for one in named)


def _is_all(part: Region, whole: Region) -> bool:
    return bool(part.shape) and part.area > SAME * whole.area
