"""From boxes of words to lines as a person reads them: what is print at all, which belongs together, in which order.

Pure: boxes and words in, lines out. It knows no recogniser and no picture.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

Box = tuple[float, float, float, float]  # x0, y0, x1, y1 in pixels

MIN_SCORE = 0.6
SURE = 0.9  # words less sure than this must be seen twice: print in the middle of a fade reads as nonsense
LONE_SCORE = 0.9  # a single character must be sure ...
LONE_HEIGHT = 0.09  # ... and this large a share of the picture: a digit on a door, not a speck
LONE_CONTRAST = 40.0  # ... and stand out this far (CIELAB) from a plain plate
BARE = "IlioO|"  # what bars and rings are read as
STROKES = "10"  # so are these, but large they may be meant
GAP = 0.9  # heights between two boxes of one line
ENTRY_GAP = 24.0  # heights between an entry of a list and its price
SAME_HEIGHT = 1.6  # ratio of heights within one line
LINE_GAP = 1.3  # heights between two lines of one block


@dataclass(frozen=True)
class Line:
    """Words read at one place. colour: of the plate they stand on, ink: of the letters; "" when it is unclear.
    blended: perhaps two pictures of a fade. settled: sure enough, or seen twice. lone: a single letter that is print
    only if it belongs to a row of others."""

    box: Box
    text: str
    score: float
    colour: str = ""
    ink: str = ""
    blended: bool = False
    settled: bool = True
    lone: bool = False

    @property
    def height(self) -> float:
        return self.box[3] - self.box[1]


def cleaned(text: str) -> str:
    """Full-width forms made plain, runs of spaces made one."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def is_print(text: str, score: float, height_share: float, contrast: float) -> bool:
    """Words, and not what a recogniser makes of a circle or of floor boards. contrast: see `prints.Plate`."""
    letters = sum(character.isalnum() for character in text)
    if score < MIN_SCORE or letters == 0 or letters * 2 < len(text.replace(" ", "")):
        return False
    if letters > 1:
        return True
    plain = len(text) == 1 and text.isascii() and text not in BARE
    least = LONE_HEIGHT * (2 if text in STROKES else 1)
    return plain and score >= LONE_SCORE and height_share >= least and contrast >= LONE_CONTRAST


def alike(a: str, b: str) -> bool:
    """The same words but for a slip of the recogniser."""
    return a == b or SequenceMatcher(None, a.casefold(), b.casefold(), autojunk=False).ratio() >= 0.8


def lines_in_order(parts: Sequence[Line]) -> list[Line]:
    """Parts of one row joined to lines; lines in reading order: block after block, from the top, from the left."""
    lines: list[Line] = []
    for row in _rows(parts):
        current = row[0]
        for part in row[1:]:
            if _continues(current, part):
                current = _joined(current, part)
            else:
                lines.append(current)
                current = part
        lines.append(current)
    return [line for block in _blocks([line for line in lines if not line.lone]) for line in block]


def _rows(parts: Sequence[Line]) -> list[list[Line]]:
    """Parts whose middles lie on one height, each row from left to right, rows from top to bottom."""
    rows: list[list[Line]] = []
    for part in sorted(parts, key=lambda p: (p.box[1] + p.box[3], p.box[0])):
        for row in rows:
            shared = min(part.box[3], row[-1].box[3]) - max(part.box[1], row[-1].box[1])
            if shared > 0.5 * min(part.height, row[-1].height):
                row.append(part)
                break
        else:
            rows.append([part])
    return [sorted(row, key=lambda p: p.box[0]) for row in rows]


def _continues(left: Line, right: Line) -> bool:
    high, low = max(left.height, right.height), max(1.0, min(left.height, right.height))
    gap = right.box[0] - left.box[2]
    if high >= SAME_HEIGHT * low or left.colour != right.colour:
        return False
    # A price, a time or a number belongs to the words before it, however far to the right it stands.
    is_entry = left.text.endswith(":") or (_is_figure(right.text) and not _is_figure(left.text))
    return (gap < GAP * high and left.ink == right.ink) or (is_entry and gap < ENTRY_GAP * high)


def _is_figure(text: str) -> bool:
    """Mostly digits, as a price or a time is."""
    letters = [character for character in text if character.isalnum()]
    return bool(letters) and 2 * sum(character.isdigit() for character in letters) > len(letters)


def _joined(left: Line, right: Line) -> Line:
    box = (
        min(left.box[0], right.box[0]),
        min(left.box[1], right.box[1]),
        max(left.box[2], right.box[2]),
        max(left.box[3], right.box[3]),
    )
    settled, blended = left.settled and right.settled, left.blended or right.blended
    text, score = f"{left.text} {right.text}", min(left.score, right.score)
    return replace(left, box=box, text=text, score=score, settled=settled, blended=blended, lone=False)


def _blocks(lines: list[Line]) -> list[list[Line]]:
    """Lines that stand under one another on one ground; blocks by their top edge, side by side ones from the left."""
    blocks: list[list[Line]] = []
    for line in sorted(lines, key=lambda one: one.box[1]):
        for block in blocks:
            last = block[-1]
            width = min(last.box[2], line.box[2]) - max(last.box[0], line.box[0])
            gap = line.box[1] - last.box[3]
            high = max(last.height, line.height)
            if (
                width > 0.3 * min(last.box[2] - last.box[0], line.box[2] - line.box[0])
                and gap < LINE_GAP * high
                and last.colour == line.colour
            ):
                block.append(line)
                break
        else:
            blocks.append([line])
    ordered: list[list[Line]] = []
    for block in blocks:  # by top edge already; one that starts beside another and further left goes before it
        at = len(ordered)
        while at > 0 and block[0].box[1] < ordered[at - 1][0].box[3] and block[0].box[0] < ordered[at - 1][0].box[0]:
            at -= 1
        ordered.insert(at, block)
    return ordered
