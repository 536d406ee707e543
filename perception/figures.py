"""Does an outline look like a person: a head on shoulders, photographed or drawn? Pure: masks in, verdicts out.

It knows no frames before this one and no detector that was trained on photographs.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from perception.shapes import Region

Box = tuple[float, float, float, float]  # shares of the picture

HEAD_WIDTH = (0.22, 0.82)  # of the shoulders
HEAD_HEIGHT = (0.55, 1.5)  # in widths of the head
SHOULDER_DROP = 0.6  # heads below the head within which the shoulders reach their width
HEADS = ("circle", "oval", "octagon", "hexagon", "pentagon", "")  # what a disc of few pixels, cut off below, passes for
NECK = 0.07  # widths of the shoulders by which the outline must turn inward between head and shoulders
LIMB_GAP = 0.8  # widths of an arm that it may be away from the body
LIMB_LIFT = 0.15  # heights of a figure by which its arms end above its feet
SMALLEST = 0.2  # height of a figure, in heights of the picture: letters are smaller
SLIM = 0.13  # heights of a figure that it is wide at least: the post of a window is no person
LEGS = 0.8  # widths of the shoulders that a standing figure has at most where its legs are: a bottle stays wide
UPRIGHT = 1.7  # heights over widths of a whole figure that stands
OFF_CENTRE = 0.4  # widths of the shoulders by which a head may be off their middle


def head_and_shoulders(mask: NDArray[np.uint8]) -> bool:
    """A silhouette (rows, columns) that begins with a roundish part and widens below it to shoulders, then goes on."""
    rows, _ = mask.shape
    left, right, width = _runs(mask)
    if rows < 14 or width.max() < 6:
        return False
    # Arms and a coat's skirts widen a figure further down: shoulders are what the upper part widens to.
    upper = width[: max(8, round(0.6 * rows))]
    # The spread arms of a figure drawn in lines are only a few rows high.
    return any(_shoulders_below_head(left, right, width, upper, share) for share in (0.9, 0.97))


def stands(mask: NDArray[np.uint8]) -> bool:
    """Whether a silhouette with head and shoulders is all of somebody who stands: it ends in legs, narrower again."""
    rows, columns = mask.shape
    width = _runs(mask)[2]
    upper, lower = width[: round(0.6 * rows)], width[round(0.75 * rows) : max(1, round(0.95 * rows))]
    if rows < UPRIGHT * columns or not len(lower):
        return False
    return float(np.median(lower)) <= LEGS * float(np.quantile(upper, 0.9))


def _shoulders_below_head(
    left: NDArray[np.float64],
    right: NDArray[np.float64],
    width: NDArray[np.float64],
    upper: NDArray[np.float64],
    share: float,
) -> bool:
    """Shoulders taken as the width that this share of the upper rows does not exceed."""
    rows = len(width)
    shoulders = float(np.quantile(upper, share))
    reached = int(np.argmax(upper >= 0.85 * shoulders))
    for head_end in range(max(3, round(0.25 * reached)), reached + 1):
        head = width[:head_end]
        wide = float(np.quantile(head, 0.8))
        if not HEAD_WIDTH[0] * shoulders <= wide <= HEAD_WIDTH[1] * shoulders:
            continue
        if not HEAD_HEIGHT[0] * wide <= head_end <= HEAD_HEIGHT[1] * wide:
            continue
        if reached - head_end > SHOULDER_DROP * head_end or rows - head_end < 0.7 * head_end:
            continue
        middle = float(np.median((left[:head_end] + right[:head_end]) / 2))
        body = float(np.median((left[reached : 2 * reached + 2] + right[reached : 2 * reached + 2]) / 2))
        if abs(middle - body) <= OFF_CENTRE * shoulders and _is_round(head, wide):
            return _has_neck(width[: reached + 1], shoulders)
    return False


def _runs(mask: NDArray[np.uint8]) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """First column, last column and width of each row; an empty row repeats the one above with no width."""
    filled = mask > 0
    any_row = filled.any(axis=1)
    left = np.where(any_row, filled.argmax(axis=1), 0).astype(np.float64)
    right = np.where(any_row, mask.shape[1] - 1 - filled[:, ::-1].argmax(axis=1), 0).astype(np.float64)
    return left, right, np.where(any_row, right - left + 1, 0.0)


def _is_round(head: NDArray[np.float64], wide: float) -> bool:
    """A head is as wide in its middle as anywhere: a cone's tip is not."""
    middle = head[round(0.3 * len(head)) : max(round(0.3 * len(head)) + 1, round(0.8 * len(head)))]
    return float(middle.min()) > 0.6 * wide and float(middle.max()) < 1.5 * wide


def _has_neck(width: NDArray[np.float64], shoulders: float) -> bool:
    """The outline turns inward somewhere between top and shoulders; that of a disc, an egg or a cone never does."""
    straight = np.array([_chord(width, row) for row in range(len(width))])
    return float((straight - width).max()) > NECK * shoulders


def _chord(width: NDArray[np.float64], row: int) -> float:
    """The widest straight line from a row above to a row below, where it passes this row."""
    if row in (0, len(width) - 1):
        return float(width[row])
    above, below = np.arange(row), np.arange(row + 1, len(width))
    share = (row - above[:, None]) / (below[None] - above[:, None])
    return float((width[above][:, None] * (1 - share) + width[below][None] * share).max())


def drawn_figures(regions: Sequence[Region], aspect: float) -> list[Box]:
    """Boxes of persons put together from simple parts: a round head with a body right below it, or one silhouette.

    aspect: height of the picture over its width.
    """
    found: list[Box] = []
    for head in regions:
        if head.shape in HEADS and head.solidity > 0.9 and not head.touches:
            body = _body_below(head, regions, aspect)
            if body is not None:
                found.append(_with_legs(_cover(head.box, body.box), body, regions))
    found += [region.box for region in regions if _is_silhouette(region, aspect)]
    return _distinct([box for box in found if box[3] - box[1] >= SMALLEST])


def _is_silhouette(region: Region, aspect: float) -> bool:
    """One part that is a whole person; what the border cuts off at the sides may be anything."""
    x0, y0, x1, y1 = region.box
    wide, high = x1 - x0, (y1 - y0) * aspect
    whole = x0 > 0.01 and y0 > 0.01 and x1 < 0.99 and SLIM * high < wide < high / 1.1
    return whole and region.shape in ("", "rectangle") and region.solidity < 0.985 and head_and_shoulders(region.mask)


def _body_below(head: Region, regions: Sequence[Region], aspect: float) -> Region | None:
    """The largest part that hangs under the head: middle under middle, close by, larger than the head."""
    x0, y0, x1, y1 = head.box
    high, wide = y1 - y0, x1 - x0
    if high * aspect > 1.6 * wide or wide > 1.4 * high * aspect:
        return None
    slack = 0.3 if head.shape in ("circle", "oval") else 0.15
    best = None
    for body in regions:
        if body is head or body.shape == "circle":
            continue
        bx0, by0, bx1, by1 = body.box
        gap = by0 - y1
        off = abs((x0 + x1) - (bx0 + bx1)) / 2
        fits = (
            -0.45 * high < gap < 0.3 * high
            and off < slack * max(wide, bx1 - bx0)
            and 0.6 * wide < bx1 - bx0 < 3.5 * wide
            and 1.1 * high < by1 - by0 < 6 * high
            and (by1 - by0) * aspect > 0.6 * (bx1 - bx0)
            and (body.colour != head.colour or bx1 - bx0 > 1.2 * wide)  # the dot of an i is no head
        )
        if fits and (best is None or body.area > best.area):
            best = body
    return best


def _with_legs(box: Box, body: Region, regions: Sequence[Region]) -> Box:
    """Grown by parts that hang under the body and are no wider than it."""
    for leg in regions:
        under = abs(leg.box[1] - body.box[3]) < 0.25 * (body.box[3] - body.box[1])
        within = leg.box[0] > body.box[0] - 0.02 and leg.box[2] < body.box[2] + 0.02
        if leg is not body and under and within:
            box = _cover(box, leg.box)
    return box


def _cover(a: Box, b: Box) -> Box:
    return min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])


def _distinct(boxes: Sequence[Box]) -> list[Box]:
    """Without boxes that lie mostly inside a larger one."""
    kept: list[Box] = []
    for box in sorted(boxes, key=lambda b: -(b[2] - b[0]) * (b[3] - b[1])):
        if all(inside(box, other) < 0.6 and not _is_limb(box, other) for other in kept):
            kept.append(box)
    return kept


def _is_limb(box: Box, figure: Box) -> bool:
    """A part at the side of a larger figure that neither rises above it nor stands on its ground: an arm, no child."""
    width, height = box[2] - box[0], figure[3] - figure[1]
    beside = figure[0] - LIMB_GAP * width < box[2] and box[0] < figure[2] + LIMB_GAP * width
    return beside and box[1] > figure[1] and box[3] < figure[3] - LIMB_LIFT * height


def inside(box: Sequence[float], other: Sequence[float]) -> float:
    """Share of `box` that lies in `other`; 0 when one of them is unknown (empty)."""
    if not box or not other:
        return 0.0
    width = min(box[2], other[2]) - max(box[0], other[0])
    height = min(box[3], other[3]) - max(box[1], other[1])
    size = (box[2] - box[0]) * (box[3] - box[1])
    return width * height / size if width > 0 and height > 0 and size > 0 else 0.0
