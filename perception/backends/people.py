"""Persons and faces: who is there, who enters and who leaves.

Three kinds of sign are joined: outlines in front of a learnt background (seen from any side, photographed or drawn),
figures put together from simple parts, and OpenCV's detectors for faces and upright bodies. The detectors alone take
bottles for persons and miss backs; an outline alone does not know a person from a thing that was carried in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from perception import background, colours, gate, shapes
from perception.backends.base import FrameContext, Rgb, Seen
from perception.background import Background, Blob
from perception.figures import Box, drawn_figures, head_and_shoulders, inside, stands
from perception.tracking import Passage, Sighting, Track, Tracker, border_of

FACE_PX = 360  # longer side on which faces are sought
FACE_LEAST = 22  # pixels there: a face of 40 at 640
FACE_MARGIN = 3  # tiles around what changed in which faces are sought
BODY_PX = 384  # longer side on which upright bodies are sought
BODY_SCORE = 0.4  # of the HOG detector
UNKNOWN_FRAMES = 3  # while the background is younger, bodies are sought in the picture itself
LEAST_AREA = 0.012  # share of the picture, for an outline that may be a person
LINES = 0.3  # share of its box that a figure drawn in lines is taken to fill
WHOLE = 0.55  # share of an outline's height that a figure in it must have to be a person of its own
TALL = 0.85  # height over width of an outline that may be a whole person
UNMOVED_FRAMES = 300  # a "person" who has not moved a finger for so long is furniture
CASCADES = str(Path(cv2.__file__).parent / "data") + "/"
SIMPLE = ("circle", "oval", "square", "rectangle", "diamond", "triangle", "pentagon", "hexagon", "octagon")  # nobody
POINTED = ("star", "cross", "heart")  # nor these, though an arm of theirs may pass for a head
PLAIN = (*POINTED, "triangle", "diamond")  # with one colour and narrow at the top, but nobody
MOTLEY = 22.0  # levels by which the colours of a person differ; a drawn star or cross has one colour
ENTERING = 0.3  # heights of the picture that somebody at its border must have to be counted at once
WALK = 0.03  # widths of the picture per second, from which a person is said to move
WHOLLY = 4  # sightings of cut-off persons that one of a whole person outweighs, for the colour of clothes
LIKELY = 0.6  # evidence of one sighting from which what belongs to it is no thing, though it is not counted yet


@dataclass(frozen=True, kw_only=True)
class PeopleOptions:
    faces: bool = True  # look for faces (10 ms a changed frame)
    bodies: bool = True  # look for upright bodies where no background is known yet (10 ms)


class People:
    """`people` and `face` (counts) with each frame, `entered` and `left` events, `motion` of whoever walks, and a
    `person` with its box for each one, by which the composition knows what belongs to somebody. What stands in front
    of the scene and is nobody is left for the observers after it, as "strangers" of what they share."""

    Options = PeopleOptions
    every_frame = True

    def __init__(self, options: PeopleOptions) -> None:
        cv2.setNumThreads(1)
        self.options = options
        self._faces = cv2.CascadeClassifier(CASCADES + "haarcascade_frontalface_alt2.xml")
        self._busts = cv2.CascadeClassifier(CASCADES + "haarcascade_upperbody.xml")
        self._bodies = cv2.HOGDescriptor()
        self._bodies.setSVMDetector(np.asarray(cv2.HOGDescriptor.getDefaultPeopleDetector(), dtype=np.float32))

    def stream(self) -> PeopleStream:
        return PeopleStream(self)

    def close(self) -> None:
        """Nothing is held."""

    def faces(self, frame: Rgb, part: Box = (0.0, 0.0, 1.0, 1.0)) -> list[Box]:
        """Boxes of frontal faces in a part of the frame; all boxes are shares of the picture."""
        grey = _grey(frame, FACE_PX)
        height, width = grey.shape
        left, top = int(part[0] * width), int(part[1] * height)
        piece = np.ascontiguousarray(grey[top : round(part[3] * height), left : round(part[2] * width)])
        if not self.options.faces or min(piece.shape) < FACE_LEAST:
            return []
        found = self._faces.detectMultiScale(piece, 1.2, 4, minSize=(FACE_LEAST, FACE_LEAST))
        return _as_shares([(x + left, y + top, w, h) for x, y, w, h in found], grey)

    def bodies(self, frame: Rgb) -> list[Box]:
        """Boxes of upright bodies that both the body and the bust detector see."""
        grey = _grey(frame, BODY_PX)
        if not self.options.bodies or grey.shape[0] < 128 or grey.shape[1] < 64:
            return []
        found, scores = self._bodies.detectMultiScale(grey, winStride=(8, 8), scale=1.1, groupThreshold=1)
        kept = []
        for (x, y, w, h), score in zip(found, np.ravel(scores), strict=False):
            upper = grey[max(0, y) : y + h // 2, max(0, x) : x + w]
            if score > BODY_SCORE and min(upper.shape) > 24 and len(self._busts.detectMultiScale(upper, 1.1, 3)):
                kept.append((x + w * 0.15, y + h * 0.05, w * 0.7, h * 0.9))  # the detector's windows are wide
        return _as_shares(kept, grey)


class PeopleStream:
    def __init__(self, backend: People) -> None:
        self._backend = backend
        self._background = Background()
        self._tracker = Tracker()
        self._probe: gate.Probe | None = None
        self._searched: gate.Probe | None = None  # the frame in which faces were sought last
        self._faces: list[Box] = []
        self._figures: list[Box] = []
        self._worn: dict[int, Counter[str]] = {}  # how often each person was seen in which colour

    def observe(self, frame: Rgb, context: FrameContext) -> list[Seen]:
        aspect = frame.shape[0] / frame.shape[1]
        fresh = self._probe is None or context.shot
        small = background.shrunk(frame)
        probe = gate.probe_of(frame, context.shared)
        blobs = self._background.blobs(small, context.shot)
        if not context.redundant or fresh:
            self._faces = self._faces_now(frame, probe, fresh)
            self._figures = drawn_figures(shapes.regions_of(frame, context.shared), aspect)
        bodies = self._backend.bodies(frame) if self._background.age < UNKNOWN_FRAMES and not context.redundant else []
        sightings, sources = self._sightings(blobs, bodies, small, aspect)
        sightings += self._unchanged(probe, sightings)
        passages = self._tracker.follow(sightings, context.t_ns, aspect, fresh)
        self._settle(sources, sightings)
        context.shared["strangers"] = self._strangers(blobs), small
        self._probe = probe
        return self._seen(passages, small, aspect)

    def _faces_now(self, frame: Rgb, probe: gate.Probe, fresh: bool) -> list[Box]:
        """Faces where something changed, and the earlier ones elsewhere."""
        if fresh or self._searched is None or self._searched.shape != probe.shape:
            self._searched = probe
            return self._backend.faces(frame)
        changed = gate.changed_tiles(gate.tile_differences(self._searched, probe))
        self._searched = probe
        rows, columns = changed.shape
        regions = gate.changed_regions(changed, margin=FACE_MARGIN, most=1)
        if not regions:
            return self._faces
        x0, y0, x1, y1 = regions[0]
        part: Box = (x0 / columns, y0 / rows, min(1.0, x1 / columns), min(1.0, y1 / rows))
        kept = [face for face in self._faces if inside(face, part) == 0.0]
        return kept + self._backend.faces(frame, part)

    def _sightings(
        self, blobs: Sequence[Blob], bodies: Sequence[Box], small: Rgb, aspect: float
    ) -> tuple[list[Sighting], list[Blob]]:
        """Everything that may be a person in this frame, and the blobs that the first ones of them come from."""
        sightings: list[Sighting] = []
        sources: list[Blob] = []
        used: set[int] = set()
        for blob in blobs:
            if blob.is_ghost or blob.is_shadow or max(blob.area, LINES * _size(blob.box)) < LEAST_AREA:
                continue
            parts = [i for i, box in enumerate(self._figures) if inside(box, blob.box) > 0.6]
            used.update(parts)
            tall = WHOLE * (blob.box[3] - blob.box[1])
            own = [i for i in parts if self._figures[i][3] - self._figures[i][1] > tall]  # two legs are no two persons
            if len(own) > 1:
                sightings += [_drawn(self._figures[i], 1.0, small) for i in own]
            else:
                sightings.append(_outlined(blob, bool(own), aspect))
            sources += [blob] * max(1, len(own))
        alone = [box for i, box in enumerate(self._figures) if i not in used] + list(bodies)
        for box in alone:
            if not any(inside(box, s.box) > 0.5 or inside(s.box, box) > 0.5 or _hangs(box, s) for s in sightings):
                sightings.append(_drawn(box, 0.7, small))
        for face in self._faces:
            owner = next((i for i, s in enumerate(sightings) if inside(face, s.box) > 0.5), None)
            if owner is None:
                sightings.append(_drawn(_body_of(face), 0.5, small))
            else:
                s = sightings[owner]
                sightings[owner] = Sighting(s.box, max(s.evidence, 0.8), s.tint, drawn=True)
        return sightings, sources

    def _unchanged(self, probe: gate.Probe, sightings: Sequence[Sighting]) -> list[Sighting]:
        """Persons that no detector sees now, but where nothing changed either, are still there."""
        if self._probe is None or self._probe.shape != probe.shape:
            return []
        changed = gate.changed_tiles(gate.tile_differences(self._probe, probe))
        rows, columns = changed.shape
        still = []
        for track in self._tracker.tracks:
            x0, y0, x1, y1 = track.box
            part = changed[int(y0 * rows) : int(y1 * rows) + 1, int(x0 * columns) : int(x1 * columns) + 1]
            seen = any(inside(track.box, s.box) > 0.3 or inside(s.box, track.box) > 0.3 for s in sightings)
            if track.confirmed and not track.missed and not seen and part.size and part.mean() < 0.1:
                still.append(Sighting(track.box, 0.0, track.tint))
        return still

    def _settle(self, sources: Sequence[Blob], sightings: Sequence[Sighting]) -> None:
        """Things that stay and are nobody become part of the background."""
        persons = [track.box for track in self._tracker.visible]
        for blob, sighting in zip(sources, sightings, strict=False):
            somebody = any(inside(blob.box, box) > 0.5 or inside(box, sighting.box) > 0.5 for box in persons)
            if blob.steady >= (UNMOVED_FRAMES if somebody else background.SETTLED_FRAMES):
                self._background.absorb([blob])

    def _strangers(self, blobs: Sequence[Blob]) -> list[tuple[Blob, bool]]:
        """What stands in front of the scene and is no person who is counted; and whether it looks like nobody now."""
        tracks = [track for track in self._tracker.tracks if track.confirmed or not track.missed]
        found = []
        for blob in blobs:
            near = [t for t in tracks if inside(blob.box, t.box) > 0.3 or inside(t.box, blob.box) > 0.3]
            if not (blob.is_ghost or blob.is_shadow or any(t.confirmed for t in near)):
                found.append((blob, all(t.latest <= 0 and not t.barred for t in near)))
        return found

    def _likely(self) -> list[Track]:
        """Who may well be somebody, and is not counted yet."""
        visible = {track.number for track in self._tracker.visible}
        rest = (track for track in self._tracker.tracks if track.number not in visible and not track.missed)
        return [track for track in rest if track.latest >= LIKELY and not track.barred]

    def _dressed(self, visible: Sequence[Track], small: Rgb) -> dict[int, str]:
        """The colour in which each person was seen most often."""
        known = {track.number for track in self._tracker.tracks}
        self._worn = {number: worn for number, worn in self._worn.items() if number in known}
        for track in visible:
            weight = 1 if border_of(track.box) else WHOLLY  # who is cut off shows a sleeve
            self._worn.setdefault(track.number, Counter())[_clothes(track, small)] += weight
        return {number: worn.most_common(1)[0][0] for number, worn in self._worn.items()}

    def _seen(self, passages: Sequence[Passage], small: Rgb, aspect: float) -> list[Seen]:
        visible = self._tracker.visible
        seen = [Seen(kind="people", value=float(len(visible)))]
        if self._faces:
            seen.append(Seen(kind="face", value=float(len(self._faces)), box=_rounded(self._faces[0])))
        gone = {one.track: self._worn[one.track] for one in passages if one.track in self._worn}
        clothes = {number: worn.most_common(1)[0][0] for number, worn in gone.items()}
        clothes |= self._dressed(visible, small)
        seen += [Seen(kind="person", box=_rounded(one.box), track=one.number) for one in self._likely()]
        for track in visible:
            attrs = {"colour": clothes[track.number]}
            seen.append(Seen(kind="person", box=_rounded(track.box), track=track.number, attrs=attrs))
            direction = _direction(track, aspect)
            if direction and track.hits > 1:
                speed = float(np.hypot(track.step[0], track.step[1] * aspect))
                seen.append(
                    Seen(
                        kind="motion",
                        text=direction,
                        value=round(speed, 4),
                        box=_rounded(track.box),
                        track=track.number,
                        attrs={**attrs, "shape": "person"},
                    )
                )
        for passage in passages:
            attrs = {"since_ns": str(passage.since_ns)}
            if passage.side:
                attrs["side"] = passage.side
            if passage.track in clothes:
                attrs["colour"] = clothes[passage.track]
            seen.append(Seen(kind=passage.kind, value=float(passage.visible), track=passage.track, attrs=attrs))
        return seen


def _outlined(blob: Blob, is_figure: bool, aspect: float) -> Sighting:
    """How much a blob looks like a person."""
    x0, y0, x1, y1 = blob.box
    height = (y1 - y0) * aspect
    from_above = y0 <= 0.01 and y1 < 0.98  # an arm, or what it sets down
    cut_off = y1 >= 0.98
    name, whole = _outline(blob), is_figure
    flat = height < (0.6 if cut_off else TALL) * (x1 - x0)
    if is_figure:
        evidence = 1.0
    elif name in PLAIN and blob.motley < MOTLEY:
        evidence = -0.5
    elif flat:
        evidence = 0.0 if cut_off or border_of(blob.box) else -0.5
    elif head_and_shoulders(blob.mask):
        evidence = 0.8 if border_of(blob.box) and y1 - y0 > ENTERING else 0.6
        whole = not border_of(blob.box) and blob.motley > MOTLEY and stands(blob.mask)
    elif name in SIMPLE or float(blob.mask.mean()) > 0.9:
        evidence = -0.5
    else:
        upright = 1.3 * (x1 - x0) < height < 5 * (x1 - x0) and height > 0.15
        evidence = 0.15 if upright and blob.steady == 0 else 0.0
    return Sighting(blob.box, evidence, blob.tint, drawn=whole, barred=from_above and not is_figure)


def _hangs(box: Box, body: Sighting) -> bool:
    """A part under somebody's upper body, as a leg is before a ground of its own colour."""
    width = box[2] - box[0]
    across = min(box[2], body.box[2]) - max(box[0], body.box[0])
    top = body.box[1] + (body.box[3] - body.box[1]) / 3
    return body.evidence >= LIKELY and across > 0.8 * width and top < box[1] < body.box[3]


def _size(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _outline(blob: Blob) -> str:
    """The name of its outline, "" if it has none."""
    padded = cv2.copyMakeBorder(blob.mask, 1, 1, 1, 1, cv2.BORDER_CONSTANT)
    contours, _ = cv2.findContours(padded, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return shapes.outline_name(max(contours, key=lambda one: cv2.contourArea(one)))


def _drawn(box: Box, evidence: float, small: Rgb) -> Sighting:
    height, width = small.shape[:2]
    part = small[int(box[1] * height) : int(box[3] * height) + 1, int(box[0] * width) : int(box[2] * width) + 1]
    tint = part.reshape(-1, 3).mean(axis=0) if part.size else np.zeros(3)
    return Sighting(box, evidence, (float(tint[0]), float(tint[1]), float(tint[2])), drawn=True)


def _body_of(face: Box) -> Box:
    """Where the person belonging to a face is."""
    x0, y0, x1, y1 = face
    wide, high = x1 - x0, y1 - y0
    return max(0.0, x0 - wide), max(0.0, y0 - 0.4 * high), min(1.0, x1 + wide), min(1.0, y1 + 3.5 * high)


def _clothes(track: Track, small: Rgb) -> str:
    """The colour that most of the middle of a person has."""
    height, width = small.shape[:2]
    x0, y0, x1, y1 = track.box
    left, right = x0 + 0.3 * (x1 - x0), x0 + 0.7 * (x1 - x0)
    top, bottom = y0 + 0.3 * (y1 - y0), y0 + 0.6 * (y1 - y0)
    part = small[int(top * height) : int(bottom * height) + 1, int(left * width) : int(right * width) + 1]
    return next(iter(colours.shares(colours.name_indices(part))), "")


def _direction(track: Track, aspect: float) -> str:
    dx, dy = track.step[0], track.step[1] * aspect
    if max(abs(dx), abs(dy)) < WALK or track.missed:
        return ""
    if abs(dx) >= abs(dy):
        return "right" if dx > 0 else "left"
    return "down" if dy > 0 else "up"


def _grey(frame: Rgb, longest: int) -> NDArray[np.uint8]:
    grey = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)
    scale = min(1.0, longest / max(grey.shape))
    if scale < 1.0:
        grey = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return grey.astype(np.uint8)


def _as_shares(boxes: Sequence[Sequence[float]] | NDArray[np.int32], grey: NDArray[np.uint8]) -> list[Box]:
    height, width = grey.shape
    return [
        (float(x) / width, float(y) / height, min(1.0, float(x + w) / width), min(1.0, float(y + h) / height))
        for x, y, w, h in boxes
    ]


def _rounded(box: Box) -> tuple[float, ...]:
    return tuple(round(float(v), 4) for v in box)
