"""Runs a command of launch.py in this process, and makes the small files that its tests ask about."""

from __future__ import annotations

import wave
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from PIL import Image
from typer.testing import CliRunner

from launch import build


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str


def run(*words: object, stdin: str = "") -> Ran:
    """`omnilive WORDS...`"""
    command, *rest = map(str, words)
    done = CliRunner().invoke(build(command), [command, *rest], input=stdin)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return Ran(done.exit_code, done.stdout, done.stderr)


def write_picture(path: Path, colour: str = "white", size: tuple[int, int] = (64, 48)) -> Path:
    Image.new("RGB", size, colour).save(path)
    return path


def write_video(path: Path, n_frames: int = 30, fps: int = 10) -> Path:
    """Frame i is a grey of 8 * i."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=fps, options={"qp": "0"})
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv444p"
        for i in range(n_frames):
            grey = np.full((48, 64, 3), 8 * i % 256, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(grey, format="rgb24")))
        container.mux(stream.encode(None))
    return path


def write_sound(path: Path, seconds: float) -> Path:
    samples = np.random.default_rng(0).normal(0, 2000, int(16_000 * seconds)).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(samples.tobytes())
    return path
