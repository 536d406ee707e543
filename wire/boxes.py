"""Boxes in answers: `<ref>the sign</ref><box>[[x1, y1, x2, y2], ...]</box>`, in thousandths of the picture.

The markup of InternVL and its relatives. Pure text and numbers: it knows no picture and draws nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

SCALE = 1000  # of both sides of a picture, whatever its shape

_NUMBER = r"\s*(\d{1,4}(?:\.\d+)?)\s*"
_BOX = re.compile(rf"\[{_NUMBER},{_NUMBER},{_NUMBER},{_NUMBER}\]")
_MARKED = re.compile(r"(?:<ref>(?P<name>[^<]*)</ref>\s*)?<box>(?P<boxes>[^<]*)</box>")
_BETWEEN = re.compile(r"[\s,;]*")
_ANY_BOX = re.compile(r"<box>[^<]*(?:</box>|$)")
_ANY_TAG = re.compile(r"</?(?:ref|box)>")
_OPEN = re.compile(r"<box>[^<]*(?:</box>)?|<ref>[^<]*(?:</ref>)?")


@dataclass(frozen=True, slots=True)
class Box:
    """Left, top, right and bottom, 0 to SCALE."""

    left: float
    top: float
    right: float
    bottom: float

    def pixels(self, width: int, height: int) -> tuple[int, int, int, int]:
        """In a picture of that size."""
        across, down = (width - 1) / SCALE, (height - 1) / SCALE
        return round(self.left * across), round(self.top * down), round(self.right * across), round(self.bottom * down)


@dataclass(frozen=True, slots=True)
class Marked:
    """Something that an answer points at. start, end: where its markup stands in the answer."""

    name: str
    boxes: tuple[Box, ...]
    start: int
    end: int


def find_boxes(answer: str) -> list[Marked]:
    """What an answer points at, in its order. Markup that is malformed is no box and stays text."""
    found = []
    for match in _MARKED.finditer(answer):
        boxes = _boxes(match["boxes"])
        if boxes:
            found.append(Marked((match["name"] or "").strip(), boxes, match.start(), match.end()))
    return found


def without_boxes(answer: str) -> str:
    """The answer as a person reads it: names stay, boxes go, what is malformed stays as it is."""
    text, at = "", 0
    for marked in find_boxes(answer):
        text += answer[at : marked.start] + marked.name
        at = marked.end
    return text + answer[at:]


def speakable(answer: str) -> str:
    """The answer as a voice says it: no coordinates and no tags, well-formed or not."""
    return _ANY_TAG.sub("", _ANY_BOX.sub("", answer))


def markup_around(text: str, at: int) -> tuple[int, bool] | None:
    """Where the markup ends that a cut at this place would tear, and whether that end is there yet; None if none."""
    for match in _OPEN.finditer(text):
        if match.start() < at < match.end() or (at == match.end() and not match[0].endswith(">")):
            return match.end(), match[0].endswith(("</box>", "</ref>"))
    return None


def _boxes(text: str) -> tuple[Box, ...]:
    """Of `[[...], [...]]`, or of one box without the outer pair; () when anything in it is wrong."""
    inner = text.strip()
    if inner.startswith("[[") and inner.endswith("]]"):
        inner = inner[1:-1]
    found: list[Box] = []
    at = 0
    for match in _BOX.finditer(inner):
        if not _BETWEEN.fullmatch(inner[at : match.start()]):
            return ()
        box = Box(*(float(number) for number in match.groups()))
        if not (box.left <= box.right <= SCALE and box.top <= box.bottom <= SCALE):
            return ()
        found.append(box)
        at = match.end()
    return tuple(found) if _BETWEEN.fullmatch(inner[at:]) else ()
