"""Scripted backends: sound that carries its words and pictures that carry what is in them. No libraries, no guessing.

Fake speech: each byte of the UTF-8 text is a letter of 60 ms. Its first samples, 8 or by who speaks some more, have the
size MARK, all others have the size LETTER + 16 * byte; signs alternate. Sizes are exact, so that nothing else is taken
for speech and nothing depends on where sound is cut. Fake pictures: MAGIC, the length in two bytes, and a JSON list of
things seen stand in the first bytes of the picture. Only uncoded sound and pictures carry them.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from perception.backends.base import FrameContext, Pcm, Rgb, Seen, Sound, SpeakerScale, Transcript, Vector

RATE_HZ = 16_000
FRAME_MS = 20
LETTER_SAMPLES = 960
MARK, LETTER, STEP = 20_000, 8_000, 16
MAGIC = b"OMNI"
VOICES = 8
_MARKED = 8  # samples of size MARK in a letter of the first voice
_FRAME = RATE_HZ * FRAME_MS // 1_000
_QUIET = 200  # size of samples below which it is silent


def fake_speech(text: str, voice: int = 1) -> Pcm:
    """Sound that FakeVad takes for speech and FakeAsr transcribes as `text`; 60 ms a letter. voice: from 1 to VOICES,
    as FakeSpeakers tell it."""
    letters = [np.full(LETTER_SAMPLES, LETTER + STEP * byte, np.int16) for byte in text.encode()]
    for letter in letters:
        letter[: _MARKED + voice - 1] = MARK
    sound = np.concatenate(letters) if letters else np.zeros(0, np.int16)
    sound[1::2] *= -1
    return sound


def fake_picture(
    text: str = "", *, people: int = 0, colour: tuple[int, int, int] = (90, 90, 90), width: int = 64, height: int = 36,
    seen: tuple[Seen, ...] = (),
) -> Rgb:  # fmt: skip
    """A plain picture in which FakeVision sees `text`, `people` and `seen`."""
    picture: Rgb = np.full((height, width, 3), colour, np.uint8)
    things = list(seen)
    things += [Seen(kind="text", text=text)] if text else []
    things += [Seen(kind="people", value=float(people))] if people else []
    said = json.dumps([asdict(thing) for thing in things]).encode()
    payload = MAGIC + len(said).to_bytes(2, "big") + said
    if len(payload) > picture.size:
        raise ValueError(f"{width}x{height} is too small for {len(payload)} bytes; make the picture larger")
    picture.reshape(-1)[: len(payload)] = np.frombuffer(payload, np.uint8)
    return picture


def _is_speech(pcm: Pcm) -> NDArray[np.bool_]:
    """Which samples are those of fake speech."""
    size = np.abs(pcm.astype(np.int32))
    speech: NDArray[np.bool_] = (size == MARK) | (
        (size >= LETTER) & (size < LETTER + 256 * STEP) & ((size - LETTER) % STEP == 0)
    )
    return speech


class _Frames:
    """Whole frames out of chunks of any size."""

    def __init__(self) -> None:
        self._waiting: Pcm = np.zeros(0, np.int16)

    def take(self, pcm: Pcm) -> Pcm:
        """(n, _FRAME)"""
        joined = np.concatenate([self._waiting, pcm])
        whole = joined.size - joined.size % _FRAME
        self._waiting = joined[whole:]
        return joined[:whole].reshape(-1, _FRAME)


@dataclass(frozen=True, kw_only=True)
class NoOptions:
    """There is nothing to choose."""


class FakeVad:
    Options = NoOptions
    sample_rate = RATE_HZ
    frame_ms = FRAME_MS

    def __init__(self, options: NoOptions) -> None:
        del options

    def stream(self) -> FakeVadStream:
        return FakeVadStream()

    def close(self) -> None:
        """Nothing is held."""


class FakeVadStream:
    def __init__(self) -> None:
        self._frames = _Frames()

    def feed(self, pcm: Pcm) -> list[float]:
        return [float(_is_speech(frame).mean() >= 0.5) for frame in self._frames.take(pcm)]


class FakeAsr:
    Options = NoOptions
    sample_rate = RATE_HZ
    child = False

    def __init__(self, options: NoOptions) -> None:
        del options

    def stream(self) -> FakeAsrStream:
        return FakeAsrStream()

    def close(self) -> None:
        """Nothing is held."""


class FakeAsrStream:
    def __init__(self) -> None:
        self._spelled = bytearray()
        self._marked = False  # the last sample was a mark

    def begin(self) -> None:
        self._spelled.clear()
        self._marked = False

    def feed(self, pcm: Pcm) -> str:
        if pcm.size:
            size = np.abs(pcm.astype(np.int32))
            marks = size == MARK
            after_mark = np.concatenate([[self._marked], marks[:-1]])
            self._spelled += bytes(int(level - LETTER) // STEP for level in size[after_mark & ~marks & _is_speech(pcm)])
            self._marked = bool(marks[-1])
        return self._spelled.decode(errors="replace")

    def finish(self) -> Transcript:
        text = self._spelled.decode(errors="replace")
        return Transcript(text=text, score=0.9 if text else 0.0)


class FakeSpeakers:
    Options = NoOptions
    sample_rate = RATE_HZ
    tells = True
    scale = SpeakerScale(half_s=0.0, same=0.7, other=0.3)

    def __init__(self, options: NoOptions) -> None:
        del options

    def encode(self, pcm: Pcm) -> Vector:
        """(VOICES,): where the voice is."""
        marks = np.abs(pcm.astype(np.int32)) == MARK
        letters = max(1, int((marks[1:] & ~marks[:-1]).sum()) + int(marks[:1].sum()))
        voice = min(VOICES, max(1, round(float(marks.sum()) / letters) - _MARKED + 1))
        found: Vector = np.eye(VOICES, dtype=np.float32)[voice - 1]
        return found

    def close(self) -> None:
        """Nothing is held."""


class FakeSound:
    Options = NoOptions
    sample_rate = RATE_HZ

    def __init__(self, options: NoOptions) -> None:
        del options

    def stream(self) -> FakeSoundStream:
        return FakeSoundStream()

    def close(self) -> None:
        """Nothing is held."""


class FakeSoundStream:
    """Fake speech, silence, and everything else is noise."""

    def __init__(self) -> None:
        self._frames = _Frames()
        self._label = ""
        self._start = self._end = 0

    def feed(self, pcm: Pcm) -> list[Sound]:
        ended: list[Sound] = []
        for frame in self._frames.take(pcm):
            label = _label(frame)
            if label != self._label:
                ended += self._ended()
                self._label, self._start = label, self._end
            self._end += _FRAME
        return ended

    def finish(self) -> list[Sound]:
        ended, self._start = self._ended(), self._end
        return ended

    def _ended(self) -> list[Sound]:
        if self._start == self._end:
            return []
        return [Sound(start_sample=self._start, end_sample=self._end, label=self._label)]


def _label(frame: Pcm) -> str:
    if _is_speech(frame).mean() >= 0.5:
        return "speech"
    return "silence" if np.abs(frame.astype(np.int32)).max() < _QUIET else "noise"


class FakeVision:
    Options = NoOptions
    every_frame = False

    def __init__(self, options: NoOptions) -> None:
        del options

    def stream(self) -> FakeVision:
        return self  # a picture says all: nothing is kept between pictures

    def observe(self, frame: Rgb, context: FrameContext) -> list[Seen]:
        del context
        data = frame.tobytes()
        if not data.startswith(MAGIC):
            return []
        n_bytes = int.from_bytes(data[4:6], "big")
        things: list[dict[str, Any]] = json.loads(data[6 : 6 + n_bytes])
        return [Seen(**{**thing, "box": tuple(thing["box"])}) for thing in things]

    def close(self) -> None:
        """Nothing is held."""


class FakeEncoder:
    """The mean colour of 4 x 4 cells, as a unit vector."""

    Options = NoOptions
    threshold = 0.9

    def __init__(self, options: NoOptions) -> None:
        del options

    def encode(self, frames: list[Rgb]) -> NDArray[np.float32]:
        """(N, 49), L2-normalised."""
        return np.stack([_cells(frame) for frame in frames]) if frames else np.empty((0, 49), np.float32)

    def close(self) -> None:
        """Nothing is held."""


def _cells(frame: Rgb) -> NDArray[np.float32]:
    rows, columns = (np.linspace(0, n, 5).astype(int) for n in frame.shape[:2])
    means = [
        frame[rows[i] : rows[i + 1], columns[j] : columns[j + 1]].mean(axis=(0, 1)) / 128.0 - 1.0
        for i in range(4)
        for j in range(4)
    ]
    vector = np.append(np.concatenate(means), 0.5)  # the last one keeps mid-grey from having no direction
    unit: NDArray[np.float32] = (vector / np.linalg.norm(vector)).astype(np.float32)
    return unit
