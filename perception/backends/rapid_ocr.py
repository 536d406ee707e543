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

from perception import gate, text_lines
from perception.backends.base import FrameContext, Rgb, Seen
from perception.text_lines import Box, Line, Print

SECOND_LOOK = 0.15  # share of the frame that a region without print must have to be searched at half its size too
FRUITLESS = 6  # a part that keeps moving and was read in vain so often (by VAIN_STEP each time) is read ...
PATIENCE = 3  # ... once in so many frames only, until it comes to rest
VAIN_STEP, VAIN_MOST = 4, 12  # each frame in which a tile does not move takes one back
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
    """What one session's frames say. A tile that changed is read again until it no longer changes, so that print
    caught in the middle of a fade is replaced by what it becomes."""

    def __init__(self, backend: RapidOcr, options: OcrOptions) -> None:
        self._backend = backend
        self._options = options
        self._looked: gate.Probe | None = None  # each tile as it was when it was last read
        self._before: gate.Probe = np.zeros((1, 1, 3), dtype=np.uint8)  # the last frame
        self._vain = np.zeros((1, 1), dtype=np.int32)  # of each tile: how often it was read in vain
        self._waited = np.zeros((1, 1), dtype=np.int32)  # of each tile: frames for which a reading was put off
        self._lines: list[Line] = []
        self._known: OrderedDict[int, tuple[Print, str, float]] = OrderedDict()
        self._next = 0

    def observe(self, frame: Rgb, context: FrameContext) -> list[Seen]:
        probe = gate.probe_of(frame, context.shared)
        height, width = frame.shape[:2]
        if self._looked is None or self._looked.shape != probe.shape or context.shot:
            self._begin(probe)
            regions: list[tuple[int, int, int, int]] = [(0, 0, width, height)]
        else:
            changed = self._due(gate.changed_tiles(gate.tile_differences(self._looked, probe)), probe)
            if not changed.any():
                self._lines = [replace(line, settled=True) for line in self._lines]
                return self._seen(frame)
            regions = self._to_read(changed, probe, (width, height))
            self._look(changed, probe)
        kept = [
            replace(line, settled=True)
            for line in self._lines
            if not any(_touch(line.box, region) for region in regions)
        ]
        fresh = [line for region in regions for line in self._read(frame, region)]
        self._reckon(regions, fresh, (width, height))
        lines = text_lines.lines_in_order(kept + fresh)
        self._lines = [replace(line, settled=line.settled or self._was_there(line)) for line in lines]
        return self._seen(frame)

    def _begin(self, probe: gate.Probe) -> None:
        tiles = gate.tile_differences(probe, probe).shape
        self._looked, self._before, self._lines = probe, probe, []
        self._vain, self._waited = np.zeros(tiles, dtype=np.int32), np.zeros(tiles, dtype=np.int32)

    def _due(self, changed: NDArray[np.bool_], probe: gate.Probe) -> NDArray[np.bool_]:
        """The changed tiles that are to be read now: not those of a part that keeps moving and never showed print."""
        moving = gate.changed_tiles(gate.tile_differences(self._before, probe))
        self._before = probe
        self._vain = np.where(moving, self._vain, np.maximum(self._vain - 1, 0))
        due = changed.copy()
        for x0, y0, x1, y1 in gate.changed_regions(changed, margin=2, most=8):
            part = np.s_[y0:y1, x0:x1]
            known = (self._vain[part] >= FRUITLESS)[changed[part]]
            if moving[part].any() and known.mean() > 0.7 and self._waited[part].max() < PATIENCE - 1:
                due[part] = False
        self._waited = np.where(changed & ~due, self._waited + 1, 0)
        return due

    def _reckon(self, regions: list[tuple[int, int, int, int]], lines: list[Line], size: tuple[int, int]) -> None:
        """Remember where the search was in vain."""
        rows, columns = self._vain.shape
        across, down = columns / size[0], rows / size[1]
        for found, boxes in ((False, regions), (True, [line.box for line in lines])):
            for x0, y0, x1, y1 in boxes:
                part = np.s_[int(y0 * down) : int(y1 * down) + 1, int(x0 * across) : int(x1 * across) + 1]
                self._vain[part] = 0 if found else np.minimum(self._vain[part] + VAIN_STEP, VAIN_MOST)

    def _was_there(self, line: Line) -> bool:
        return any(_touch(line.box, old.box) and text_lines.alike(line.text, old.text) for old in self._lines)

    def _look(self, changed: NDArray[np.bool_], probe: gate.Probe) -> None:
        """Only changed tiles are taken over: a fade too slow for one step still adds up."""
        assert self._looked is not None
        mask = np.kron(changed, np.ones((gate.TILE_PX, gate.TILE_PX), dtype=np.bool_))[
            : probe.shape[0], : probe.shape[1]
        ]
        self._looked = np.where(mask[..., None], probe, self._looked).astype(np.uint8)

    def _to_read(
        self, changed: NDArray[np.bool_], probe: gate.Probe, size: tuple[int, int]
    ) -> list[tuple[int, int, int, int]]:
        """Pixel rectangles to search: around what changed, and never through the middle of a known line."""
        width, height = size
        tile = gate.TILE_PX * width / probe.shape[1]
        boxes = [
            (round(x0 * tile), round(y0 * tile), min(width, round(x1 * tile)), min(height, round(y1 * tile)))
            for x0, y0, x1, y1 in gate.changed_regions(changed, margin=2)
        ]
        margin = round(tile / 2)
        while True:
            grown = []
            for box in boxes:
                lines = [_padded(line.box, margin, size) for line in self._lines if _touch(line.box, box)]
                grown.append(gate.cover([box, *lines]))
            merged = gate.joined(grown)
            if merged == boxes:
                break
            boxes = merged
        if sum((x1 - x0) * (y1 - y0) for x0, y0, x1, y1 in boxes) > 0.6 * width * height:
            return [(0, 0, width, height)]
        return boxes

    def _read(self, frame: Rgb, region: tuple[int, int, int, int]) -> list[Line]:
        x0, y0, x1, y1 = region
        part = frame[y0:y1, x0:x1]
        longest = max(frame.shape[:2])
        scale = min(1.0, self._options.detect_px / longest) if longest >= self._options.enlarge_below_px else 2.0
        lines = self._search(part, scale, frame.shape[0])
        if not lines and part.size > SECOND_LOOK * frame.size:
            lines = self._search(part, scale / 2, frame.shape[0])  # a letter as large as a hand is found from afar
        return [
            replace(line, box=(line.box[0] + x0, line.box[1] + y0, line.box[2] + x0, line.box[3] + y0))
            for line in lines
        ]

    def _search(self, part: Rgb, scale: float, frame_height: int) -> list[Line]:
        sought = part if scale == 1.0 else cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        found = self._backend.detect(np.ascontiguousarray(sought, dtype=np.uint8))
        lines = (self._line(part, corners / scale, frame_height) for corners in found)
        return [line for line in lines if line is not None]

    def _line(self, part: Rgb, corners: NDArray[np.float32], frame_height: int) -> Line | None:
        crop, box = _cut(part, corners)
        if min(crop.shape[:2]) < 5:
            return None
        colour, ink, contrast = text_lines.plate_and_ink(crop)
        if crop.shape[1] < LONE_RATIO * crop.shape[0] and contrast < text_lines.LONE_CONTRAST:
            return None  # too narrow for more than one letter, and not plain enough to be that
        text, score = self._words(crop)
        high = (box[3] - box[1]) / frame_height
        if score < self._options.min_score or not text_lines.is_print(text, score, high, contrast):
            return None
        return Line(box=box, text=text, score=score, colour=colour, ink=ink, settled=score >= text_lines.SURE)

    def _words(self, crop: Rgb) -> tuple[str, float]:
        """Recognised, or known from an earlier frame that showed the same print."""
        picture = text_lines.print_of(crop)
        for key in reversed(self._known):
            known, text, score = self._known[key]
            if text_lines.same_print(known, picture):
                self._known.move_to_end(key)
                return text, score
        text, score = self._backend.recognise(crop)
        text = text_lines.cleaned(text)
        self._known[self._next] = (picture, text, score)
        self._next += 1
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return text, score

    def _seen(self, frame: Rgb) -> list[Seen]:
        height, width = frame.shape[:2]
        return [
            Seen(
                kind="text",
                text=line.text,
                score=round(line.score, 4),
                box=_shares(line.box, width, height),
                attrs={k: v for k, v in (("colour", line.colour), ("ink", line.ink)) if v},
            )
            for line in self._lines
            if line.settled
        ]


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


def _touch(a: Box, b: tuple[float, ...]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _padded(box: Box, margin: int, size: tuple[int, int]) -> tuple[int, int, int, int]:
    width, height = size
    return (
        max(0, int(box[0]) - margin),
        max(0, int(box[1]) - margin),
        min(width, int(box[2]) + margin + 1),
        min(height, int(box[3]) + margin + 1),
    )


def _shares(box: Box, width: int, height: int) -> tuple[float, ...]:
    return tuple(round(v / s, 4) for v, s in zip(box, (width, height, width, height), strict=True))
