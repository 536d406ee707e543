"""Simple things that stand out: smooth regions of one colour with a name for their outline.

Pure: a picture in, regions out. A region is an area without edges inside that edges close off, so that gradients,
textured grounds and noise do not make things. It knows nothing of earlier frames, text or people.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from perception import colours
from perception.gate import Rgb, strongest

Picture = NDArray[Any]  # (h, w) or (h, w, 3)

SMALLEST_PX = 8  # side of a picture that can show a region
WORK_PX = 400  # longer side on which regions are sought: a thing of 16 pixels at 640 still has an inside
EDGE = 14.0  # step of a channel between neighbours that separates two regions, above the noise of the picture
NOISE_EDGES = 5.0  # times the middle step of the picture, which on a plain or noisy ground is noise
SMALLEST = 0.0009  # share of the picture
LARGEST = 0.4
ROUGH = 3.0  # middle step of a picture so textured or noisy that edges alone no longer close regions off
CONTRAST = 10.0  # CIELAB distance between a region and what surrounds it
LONGEST = 6.0  # length over width beyond which a thing is a line or a border
DENT = 0.09  # depth of a dent that counts, in widths of the hull
UNIFORM = 11.0  # CIELAB spread inside a region beyond which it is no thing of one colour


@dataclass(frozen=True)
class Region:
    """One smooth area. box: (x0, y0, x1, y1) and area as shares of the picture; shape "" when its outline has no
    name; `touches`: it reaches the border of the picture; mask: its filled outline inside the box."""

    box: tuple[float, float, float, float]
    area: float
    colour: str
    shape: str
    rgb: tuple[float, float, float]
    contrast: float
    solidity: float
    touches: bool
    mask: NDArray[np.uint8] = field(repr=False, compare=False)

    @property
    def centre(self) -> tuple[float, float]:
        return (self.box[0] + self.box[2]) / 2, (self.box[1] + self.box[3]) / 2


def regions_of(frame: Rgb, shared: dict[str, Any]) -> list[Region]:
    """`regions` of a frame, found once for all who look at it; shared: what its observers share."""
    if "regions" not in shared:
        shared["regions"] = regions(frame)
    found: list[Region] = shared["regions"]
    return found


def regions(frame: Rgb) -> list[Region]:
    """All regions of one colour that stand out from what surrounds them, largest first."""
    if min(frame.shape[:2]) < SMALLEST_PX:
        return []
    scale = min(1.0, WORK_PX / max(frame.shape[:2]))
    size = (max(8, round(frame.shape[1] * scale)), max(8, round(frame.shape[0] * scale)))
    small = cv2.resize(frame, size, interpolation=cv2.INTER_AREA) if scale < 1 else frame
    smooth = cv2.medianBlur(np.ascontiguousarray(small), 5)
    lab = cv2.cvtColor(smooth.astype(np.float32) / 255.0, cv2.COLOR_RGB2Lab)
    step = _step(smooth)
    unrest = float(np.median(step))
    limit = min(EDGE + NOISE_EDGES * unrest, 4 * EDGE)
    found = _among((step <= limit).astype(np.uint8), smooth, lab)
    if unrest >= ROUGH:
        names = colours.name_indices(smooth)
        counts = np.bincount(names.ravel(), minlength=len(colours.NAMES)) / names.size
        for index in np.flatnonzero((counts >= SMALLEST) & (counts <= LARGEST)):
            for region in _among((names == index).astype(np.uint8), smooth, lab):
                if not any(overlap(region.box, other.box) > 0.5 for other in found):
                    found.append(region)
    return sorted(found, key=lambda r: -r.area)


def overlap(a: tuple[float, ...], b: tuple[float, ...]) -> float:
    """Intersection over union of two boxes."""
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared)


def _step(smooth: Picture) -> NDArray[np.uint8]:
    """Largest difference of a channel across a pixel: an edge that a codec smeared over three still shows."""
    step = np.zeros(smooth.shape[:2], dtype=np.uint8)
    step[:, 1:-1] = strongest(cv2.absdiff(smooth[:, 2:], smooth[:, :-2]))
    np.maximum(step[1:-1], strongest(cv2.absdiff(smooth[2:], smooth[:-2])), out=step[1:-1])
    return step


def _among(mask: NDArray[np.uint8], smooth: Picture, lab: Picture) -> list[Region]:
    """The connected parts of a mask that make regions."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=4)
    found = []
    for index in range(1, count):
        if SMALLEST / 2 <= stats[index, cv2.CC_STAT_AREA] / labels.size <= LARGEST:
            region = _region(labels, index, stats[index], smooth, lab)
            if region is not None:
                found.append(region)
    return found


def _region(labels: Picture, index: int, stats: Picture, smooth: Picture, lab: Picture) -> Region | None:
    height, width = labels.shape
    x, y, w, h = (int(v) for v in stats[:4])
    pad = 5
    x0, y0, x1, y1 = max(0, x - pad), max(0, y - pad), min(width, x + w + pad), min(height, y + h + pad)
    mask = (labels[y0:y1, x0:x1] == index).astype(np.uint8)
    part = lab[y0:y1, x0:x1]
    inside = part[mask > 0]
    middle = np.median(inside[:: 1 + len(inside) // 2000], axis=0)
    if float(np.abs(inside - middle).mean()) > UNIFORM:
        return None
    # An edge eats about a pixel of the region on each side; what has the region's own colour there is given back.
    near = cv2.dilate(mask, np.ones((5, 5), np.uint8))
    full = ((near > 0) & (_far(part, middle) < CONTRAST)).astype(np.uint8) | mask
    ring = cv2.dilate(full, np.ones((9, 9), np.uint8)) - cv2.dilate(full, np.ones((3, 3), np.uint8))
    around = part[ring > 0]
    if len(around) == 0:
        return None
    contrast = float(np.median(np.linalg.norm(around[:: 1 + len(around) // 1000] - middle, axis=1)))
    contours, _ = cv2.findContours(full, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    outline = max(contours, key=cv2.contourArea)
    filled = cv2.contourArea(outline) / float(height * width)
    if contrast < CONTRAST or filled < SMALLEST:
        return None
    solidity = cv2.contourArea(outline) / max(1.0, cv2.contourArea(cv2.convexHull(outline)))
    touches = x <= 1 or y <= 1 or x + w >= width - 1 or y + h >= height - 1
    rgb = np.median(smooth[y0:y1, x0:x1][mask > 0][:: 1 + len(inside) // 2000], axis=0)
    bx, by, bw, bh = cv2.boundingRect(outline)
    silhouette = np.zeros((bh, bw), dtype=np.uint8)
    cv2.drawContours(silhouette, [outline], -1, 1, cv2.FILLED, offset=(-bx, -by))
    return Region(
        box=((x0 + bx) / width, (y0 + by) / height, (x0 + bx + bw) / width, (y0 + by + bh) / height),
        area=filled,
        colour=colours.name_of(rgb),
        shape=outline_name(outline),
        rgb=(float(rgb[0]), float(rgb[1]), float(rgb[2])),
        contrast=contrast,
        solidity=solidity,
        touches=touches,
        mask=silhouette,
    )


def _far(part: NDArray[np.float32], colour: NDArray[np.float32]) -> NDArray[Any]:
    """Distance of each pixel (h, w, 3) from a colour."""
    a, b, c = cv2.split(part)
    return np.asarray(np.sqrt((a - colour[0]) ** 2 + (b - colour[1]) ** 2 + (c - colour[2]) ** 2))


def outline_name(outline: NDArray[Any]) -> str:
    """circle, oval, square, rectangle, diamond, triangle, pentagon, hexagon, star, cross, heart, or "" for none."""
    area = cv2.contourArea(outline)
    if area < 60 or len(outline) < 8:
        return ""
    hull = cv2.convexHull(outline)
    solidity = area / max(1.0, cv2.contourArea(hull))
    if solidity < 0.95:
        dented = _dented_name(outline, hull, solidity)
        if dented or solidity < 0.9:
            return dented
    return _convex_name(outline, hull, area)


def _convex_name(outline: NDArray[Any], hull: NDArray[Any], area: float) -> str:
    # A contour runs through pixel centres: half a pixel all round is missing, which small things feel.
    grown = area + cv2.arcLength(hull, True) / 2 + 1
    (_, (side_a, side_b), angle) = cv2.minAreaRect(hull)
    side_a, side_b = side_a + 1, side_b + 1
    box_fill = grown / (side_a * side_b)
    ratio = max(side_a, side_b) / max(1.0, min(side_a, side_b))
    triangle_area, _ = cv2.minEnclosingTriangle(hull)
    if box_fill < 0.7 and triangle_area > 0 and area / triangle_area > 0.84:
        return "triangle"
    if ratio > LONGEST:
        return ""
    if box_fill > 0.92:
        return _rectangle_name(ratio, angle)
    if ratio < 1.25 and box_fill < 0.9:
        polygon = _regular_polygon(outline)
        if polygon:
            return polygon
    # An ellipse fills π/4 = 0.785 of its box.
    if abs(box_fill - math.pi / 4) < 0.05 and _ellipse_residue(hull, outline) < 0.06:
        return "circle" if ratio < 1.2 else "oval"
    whole = area / max(1.0, cv2.contourArea(hull))
    return _rectangle_name(ratio, angle) if box_fill > 0.86 and whole > 0.945 else ""


def _regular_polygon(outline: NDArray[Any]) -> str:
    """A regular polygon's distance from its centre swings once a corner: its harmonic says how many corners."""
    moments = cv2.moments(outline)
    points = outline.reshape(-1, 2) - np.array([moments["m10"], moments["m01"]]) / moments["m00"]
    angles = np.arctan2(points[:, 1], points[:, 0])
    order = np.argsort(angles, kind="stable")
    even = np.linspace(-math.pi, math.pi, 64, endpoint=False)
    radii = np.interp(even, angles[order], np.hypot(points[:, 0], points[:, 1])[order], period=2 * math.pi)
    swings = np.abs(np.fft.rfft(radii))[:9] / radii.sum() * 2
    corners = int(swings[4:9].argmax()) + 4
    # Smallest swing by which a polygon of that many corners still differs from a disc of few pixels.
    least = {5: 0.045, 6: 0.03, 8: 0.017}.get(corners, math.inf)
    return {5: "pentagon", 6: "hexagon", 8: "octagon"}[corners] if swings[corners] > least else ""


def _rectangle_name(ratio: float, angle: float) -> str:
    tilt = abs((angle + 45) % 90 - 45)
    if ratio < 1.15:
        return "diamond" if tilt > 30 else "square"
    return "rectangle"


def _ellipse_residue(hull: NDArray[Any], outline: NDArray[Any]) -> float:
    """Mean distance of the outline from the ellipse of its moments, in radii."""
    moments = cv2.moments(outline)
    centre = np.array([moments["m10"], moments["m01"]]) / moments["m00"]
    spread = np.array([[moments["mu20"], moments["mu11"]], [moments["mu11"], moments["mu02"]]]) / moments["m00"]
    points = hull.reshape(-1, 2) - centre
    radii = np.sqrt(np.maximum(np.einsum("ni,ij,nj->n", points, np.linalg.inv(spread * 4), points), 0))
    return float(np.abs(radii - 1).mean())


def _dented_name(outline: NDArray[Any], hull: NDArray[Any], solidity: float) -> str:
    """Outlines with dents: count the deep ones."""
    # In falling order: a hull of an outline that meets itself is otherwise refused.
    positions = -np.sort(-cv2.convexHull(outline, returnPoints=False), axis=0)
    defects = cv2.convexityDefects(outline, positions)
    if defects is None:
        return ""
    size = math.sqrt(cv2.contourArea(hull))
    deep = int((defects[:, 0, 3] / 256.0 > DENT * size).sum())
    if deep == 5 and solidity < 0.75:
        return "star"
    if deep == 4 and solidity < 0.85:
        (_, (side_a, side_b), _) = cv2.minAreaRect(hull)
        return "cross" if max(side_a, side_b) < 1.3 * min(side_a, side_b) else ""
    if deep <= 1 and solidity > 0.8 and _dent_on_top(outline, defects):
        return "heart"
    return "star" if deep >= 6 and solidity < 0.75 else ""


def _dent_on_top(outline: NDArray[Any], defects: NDArray[Any]) -> bool:
    """The deepest dent lies in the upper middle, and the outline ends in a point below."""
    deepest = defects[defects[:, 0, 3].argmax(), 0, 2]
    x, y, w, h = cv2.boundingRect(outline)
    px, py = outline[deepest, 0]
    lowest = outline[outline[:, 0, 1] >= y + 0.92 * (h - 1), 0, 0]
    narrow = float(np.ptp(lowest)) < 0.4 * w
    return abs(px - x - w / 2) < 0.15 * w and py < y + 0.4 * h and narrow
