"""Reads print with RapidOCR (PP-OCR models that its wheel carries, run by onnxruntime on one thread).

Only the parts of a frame that changed are searched, and only lines that look new are recognised: detection costs what
its area costs, recognition what its lines cost, and both are the dearest things that sight does.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray
from rapidocr import RapidOCR as Engine
from rapidocr.ch_ppocr_det import TextDetOutput
from rapidocr.ch_ppocr_rec import TextRecOutput

from perception import gate, prints, text_lines
from perception.backends.base import FrameContext, Rgb, Seen
from perception.prints import Print
from perception.rereading import Rereading, touch
from perception.text_lines import Box, Line

LARGEST = 0.5  # share of the picture that one line of print can fill; what fills more is a street or a wall
SECOND_LOOK = (
    0.15  # share of the frame that a region without print must have to be searched at a quarter of its size too
)
BORDER_PX = 3
LONE_RATIO = 1.1  # width over height of a box that holds one letter
REMEMBERED = 48  # prints of a session that are not recognised twice


@dataclass(frozen=True, kw_only=True)
class OcrOptions:
    min_score: float = text_lines.MIN_SCORE  # recognitions less sure than this are dropped
    detect_px: int = 720  # longer side of a frame on which print is sought; larger frames are scaled down to it
    enlarge_below_px: int = 500  # frames smaller than this are sought at twice their size
    threads: int = 1


class RapidOcr:
    """`observe` gives one `text` a line, in reading order, for as long as the line is there."""

    Options = OcrOptions
    every_frame = True  # a frame in which nothing changed settles what was read in the one before

    def __init__(self, options: OcrOptions) -> None:
        cv2.setNumThreads(1)
        self._options = options
        self._engine: Engine | None = Engine(
            params={
                "Global.log_level": "critical",
                "Global.use_cls": False,
                "Global.text_score": 0.0,
                "Det.limit_side_len": 32,  # scaling is decided here, not there
                "Det.limit_type": "min",
                "EngineConfig.onnxruntime.intra_op_num_threads": options.threads,
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
                "EngineConfig.onnxruntime.enable_cpu_mem_arena": False,
            }
        )
        self.detect(np.full((64, 320, 3), 255, dtype=np.uint8))
        self.recognise(np.full((48, 160, 3), 255, dtype=np.uint8))

    def stream(self) -> OcrStream:
        return OcrStream(self, self._options)

    def close(self) -> None:
        self._engine = None

    def detect(self, picture: Rgb) -> list[NDArray[np.float32]]:
        """Corners (4, 2) in pixels of each stretch of print, clockwise from its upper left."""
        assert self._engine is not None
        found = self._engine(picture[:, :, ::-1].copy(), use_det=True, use_cls=False, use_rec=False)
        if not isinstance(found, TextDetOutput) or found.boxes is None:  # another type says that there is none
            return []
        return [np.asarray(box, dtype=np.float32) for box in found.boxes]

    def recognise(self, crop: Rgb) -> tuple[str, float]:
        """The words of one line and how sure they are."""
        assert self._engine is not None
        read = self._engine(crop[:, :, ::-1].copy(), use_det=False, use_cls=False, use_rec=True)
        if not isinstance(read, TextRecOutput) or not read.txts or not read.scores:
            return "", 0.0
        return read.txts[0], float(read.scores[0])


class OcrStream:
    """What one session's frames say."""

    def __init__(self, backend: RapidOcr, options: OcrOptions) -> None:
        self._backend = backend
        self._options = options
        self._rereading = Rereading()
        self._size = (0, 0)
        self._lines: list[Line] = []
        self._known: OrderedDict[int, tuple[Print, str, float]] = OrderedDict()
        self._next = 0

    def observe(self, frame: Rgb, context: FrameContext) -> list[Seen]:
        probe = gate.probe_of(frame, context.shared)
        size = (frame.shape[1], frame.shape[0])
        if context.shot or size != self._size or self._rereading.is_new(probe):
            self._lines, self._size = [], size
            regions = self._rereading.begin(probe, size)
        else:
            regions = self._rereading.due(probe, size, [line.box for line in self._lines])
        kept = [line for line in self._lines if not any(touch(line.box, region) for region in regions)]
        kept = [replace(line, settled=True) for line in kept]
        fresh = [line for region in regions for line in self._read(frame, region)]
        self._rereading.reckon(regions, [line.box for line in fresh], size)
        lines = text_lines.lines_in_order(kept + fresh)
        # Two blends in a row may read alike and still be nonsense: they have to come to rest.
        self._lines = [
            replace(line, settled=line.settled or (not line.blended and self._was_there(line))) for line in lines
        ]
        return [_seen(line, size) for line in self._lines if line.settled]

    def _was_there(self, line: Line) -> bool:
        return any(touch(line.box, old.box) and text_lines.alike(line.text, old.text) for old in self._lines)

    def _read(self, frame: Rgb, region: tuple[int, int, int, int]) -> list[Line]:
        x0, y0, x1, y1 = region
        part = frame[y0:y1, x0:x1]
        longest = max(frame.shape[:2])
        scale = min(1.0, self._options.detect_px / longest) if longest >= self._options.enlarge_below_px else 2.0
        lines = self._search(part, scale, frame.shape[0])
        if not lines and part.size > SECOND_LOOK * frame.size:
            lines = self._search(part, scale / 4, frame.shape[0])  # a letter as large as a hand is found from afar
        moved = [(line, (line.box[0] + x0, line.box[1] + y0, line.box[2] + x0, line.box[3] + y0)) for line in lines]
        # What the border cuts off may go on beyond it: in a pan it is another word in each frame.
        edge = frame.shape[1] - BORDER_PX
        return [replace(line, box=b, settled=line.settled and b[0] > BORDER_PX and b[2] < edge) for line, b in moved]

    def _search(self, part: Rgb, scale: float, frame_height: int) -> list[Line]:
        sought = part if scale == 1.0 else cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        found = self._backend.detect(np.ascontiguousarray(sought, dtype=np.uint8))
        lines = (self._line(part, corners / scale, frame_height) for corners in found)
        return [line for line in lines if line is not None]

    def _line(self, part: Rgb, corners: NDArray[np.float32], frame_height: int) -> Line | None:
        crop, box = _cut(part, corners)
        if min(crop.shape[:2]) < 5 or (box[2] - box[0]) * (box[3] - box[1]) > LARGEST * part.shape[1] * frame_height:
            return None
        plate = prints.plate_of(crop)
        if crop.shape[1] < LONE_RATIO * crop.shape[0] and plate.contrast < text_lines.LONE_CONTRAST:
            return None  # too narrow for more than one letter, and not plain enough to be that
        text, score = self._words(crop)
        high = (box[3] - box[1]) / frame_height
        whole = text_lines.is_print(text, score, high, plate.contrast)
        if score < self._options.min_score or not (whole or (len(text) == 1 and text.isalnum())):
            return None
        # What is unsure, or may be two pictures of a fade, must be there twice.
        settled = score >= text_lines.SURE and not plate.blended
        return Line(box, text, score, plate.colour, plate.ink, plate.blended, settled, lone=not whole)

    def _words(self, crop: Rgb) -> tuple[str, float]:
        """Recognised, or known from an earlier frame that showed the same print."""
        picture = prints.print_of(crop)
        for key in reversed(self._known):
            known, text, score = self._known[key]
            if prints.same_print(known, picture):
                self._known.move_to_end(key)
                return text, score
        text, score = self._backend.recognise(crop)
        text = text_lines.cleaned(text)
        self._known[self._next] = (picture, text, score)
        self._next += 1
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return text, score


def _seen(line: Line, size: tuple[int, int]) -> Seen:
    x0, y0, x1, y1 = line.box
    box = (x0 / size[0], y0 / size[1], x1 / size[0], y1 / size[1])
    return Seen(
        kind="text",
        text=line.text,
        score=round(line.score, 4),
        box=tuple(round(v, 4) for v in box),
        attrs={key: value for key, value in (("colour", line.colour), ("ink", line.ink)) if value},
    )


def _cut(part: Rgb, corners: NDArray[np.float32]) -> tuple[Rgb, Box]:
    """The picture of one line, set upright when it leans, and its upright box."""
    height, width = part.shape[:2]
    x0, y0 = np.maximum(np.floor(corners.min(axis=0)), 0)
    x1, y1 = np.minimum(np.ceil(corners.max(axis=0)), (width, height))
    box = (float(x0), float(y0), float(x1), float(y1))
    lean = max(abs(corners[0, 1] - corners[1, 1]), abs(corners[0, 0] - corners[3, 0]))
    high = float(np.linalg.norm(corners[0] - corners[3]))
    if lean < max(3.0, 0.15 * high):
        return part[int(y0) : int(y1), int(x0) : int(x1)], box
    wide = float(np.linalg.norm(corners[0] - corners[1]))
    goal = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], dtype=np.float32)
    size = (max(1, round(wide)), max(1, round(high)))
    warped = cv2.warpPerspective(
        part, cv2.getPerspectiveTransform(corners, goal), size, borderMode=cv2.BORDER_REPLICATE
    )
    return warped.astype(np.uint8), box
