"""Small recordings made with PyAV for the tests: pictures of one colour at given times, tones at given times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import av
import numpy as np
from numpy.typing import NDArray

MS = Fraction(1, 1000)
if TYPE_CHECKING:
    AnyPacket = av.Packet[Any]


@dataclass
class Video:
    """pictures: (time in ms, (red, green, blue)) or (time in ms, pixels (height, width, 3))."""

    pictures: Sequence[tuple[int, tuple[int, int, int] | NDArray[np.uint8]]]
    size: tuple[int, int] = (64, 48)
    codec: str = "libx264"
    pix_fmt: str = "yuv420p"
    rotation: int = 0
    aspect: Fraction | None = None
    options: dict[str, str] = field(default_factory=lambda: {"crf": "10", "bf": "0", "g": "10"})


@dataclass
class Audio:
    """stretches: (start in ms, length in ms), each a tone."""

    stretches: Sequence[tuple[int, int]]
    codec: str = "aac"
    rate_hz: int = 44_100
    layout: str = "stereo"


def every(
    step_ms: int, until_ms: int, colour: tuple[int, int, int] = (200, 30, 30)
) -> list[tuple[int, tuple[int, int, int]]]:
    return [(t, colour) for t in range(0, until_ms, step_ms)]


def write(path: Path, video: Video | None = None, audio: Audio | None = None) -> Path:
    """The file, with its streams interleaved by time as good muxers do it."""
    packets: list[AnyPacket] = []
    with av.open(str(path), "w") as container:
        video_stream = _video_stream(container, video) if video else None
        audio_stream = _audio_stream(container, audio) if audio else None
        if video and video_stream is not None:
            for t_ms, what in video.pictures:
                packets += video_stream.encode(_frame(video, t_ms, what))
            packets += video_stream.encode(None)
        if audio and audio_stream is not None:
            packets += _tones(audio, audio_stream)
        for packet in sorted(packets, key=lambda p: (p.dts or 0) * p.time_base):
            container.mux(packet)
    return path


def _video_stream(container: av.container.OutputContainer, video: Video) -> av.VideoStream:
    stream = cast(av.VideoStream, container.add_stream(video.codec, rate=25))
    stream.width, stream.height = video.size
    stream.pix_fmt = video.pix_fmt
    stream.codec_context.time_base = MS
    stream.time_base = MS
    if video.codec == "libx264":
        stream.codec_context.options = video.options
    if video.rotation:
        stream.set_display_rotation(video.rotation)
    if video.aspect is not None:
        stream.codec_context.sample_aspect_ratio = video.aspect
    return stream


def _audio_stream(container: av.container.OutputContainer, audio: Audio) -> av.AudioStream:
    return cast(av.AudioStream, container.add_stream(audio.codec, rate=audio.rate_hz, layout=audio.layout))


def _frame(video: Video, t_ms: int, what: tuple[int, int, int] | NDArray[np.uint8]) -> av.VideoFrame:
    pixels = np.empty((video.size[1], video.size[0], 3), dtype=np.uint8)
    pixels[:] = what
    frame = av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(format=video.pix_fmt)
    frame.pts, frame.time_base = t_ms, MS
    return frame


def _tones(audio: Audio, stream: av.AudioStream) -> list[AnyPacket]:
    packets: list[AnyPacket] = []
    n = 1024
    for start_ms, length_ms in audio.stretches:
        for at in range(0, length_ms * audio.rate_hz // 1000, n):
            wave = 8000 * np.sin(np.arange(at, at + n) * 2 * np.pi * 440 / audio.rate_hz)
            pcm = np.repeat(wave.astype(np.int16), 2 if audio.layout == "stereo" else 1).reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(pcm, format="s16", layout=audio.layout)
            frame.sample_rate = audio.rate_hz
            frame.pts = start_ms * audio.rate_hz // 1000 + at
            frame.time_base = Fraction(1, audio.rate_hz)
            resampled = av.AudioResampler(stream.format.name, audio.layout, audio.rate_hz).resample(frame)
            for piece in resampled:
                packets += stream.encode(piece)
    return packets + stream.encode(None)
