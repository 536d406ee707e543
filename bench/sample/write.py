"""Writes a script as files: stream.mp4 (H.264 and AAC), questions.jsonl, expected.jsonl."""

from __future__ import annotations

import bisect
import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from bench.sample import voices
from bench.sample.film import Film, Frame
from bench.sample.model import Script
from bench.sample.timeline import Timeline, expected, lay_out

AUDIO_FRAME = 1024  # samples of one AAC frame


def write(script: Script, folder: Path) -> Timeline:
    """Make the three files in `folder`. The same script gives the same pictures, sounds and questions."""
    timeline = lay_out(script)
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / "stream.part.mp4"
    with av.open(str(part), "w") as file:
        _fill(file, timeline)
    part.replace(folder / "stream.mp4")
    _write_lines(folder / "questions.jsonl", questions(timeline))
    _write_lines(folder / "expected.jsonl", expected(timeline))
    return timeline


def questions(timeline: Timeline) -> list[dict[str, Any]]:
    """The typed questions as `omnilive replay --questions` reads them."""
    found: list[dict[str, Any]] = []
    for asked in timeline.asked:
        if asked.id:
            record: dict[str, Any] = {"id": asked.id, "t": asked.t, "text": asked.ask.text}
            found.append(record | ({"options": list(asked.ask.options)} if asked.ask.options else {}))
    return found


def frames(timeline: Timeline) -> Iterator[Frame]:
    """Every picture of the stream."""
    script = timeline.script
    film = Film(script.width, script.height, script.seed)
    for serial in range(round(timeline.seconds * script.fps)):
        t = serial / script.fps
        index = bisect.bisect_right(timeline.starts, t + 1e-9) - 1
        yield film.frame(script.scenes[index], t - timeline.starts[index], serial)


def sound(timeline: Timeline) -> NDArray[np.int16]:
    """The whole sound track at voices.RATE_HZ."""
    n_samples = round(timeline.seconds * voices.RATE_HZ)
    track = voices.room_tone(n_samples, timeline.script.seed)
    pieces = [(line.start, line.pcm) for line in timeline.spoken]
    for serial, (start, noise) in enumerate(timeline.noises):
        seed = timeline.script.seed + serial
        made = voices.melody(noise.seconds, seed) if noise.what == "music" else voices.bang(seed)
        pieces.append((start, made))
    for start, pcm in pieces:
        first = round(start * voices.RATE_HZ)
        track[first : first + pcm.size] += pcm[: n_samples - first]
    return track.clip(-32_768, 32_767).astype(np.int16)


def _fill(file: av.container.OutputContainer, timeline: Timeline) -> None:
    script = timeline.script
    video = file.add_stream("libx264", rate=script.fps, options={"preset": "superfast", "crf": "28", "threads": "1"})
    video.width, video.height, video.pix_fmt = script.width, script.height, "yuv420p"
    audio = file.add_stream("aac", rate=voices.RATE_HZ, options={"b": "64k", "aac_coder": "fast"})
    audio.codec_context.layout = "mono"
    pcm, first = sound(timeline), 0
    for serial, picture in enumerate(frames(timeline)):
        file.mux(video.encode(_video_frame(picture, serial, script.fps)))
        until = round((serial + 1) / script.fps * voices.RATE_HZ)
        while first + AUDIO_FRAME <= until:
            file.mux(audio.encode(_audio_frame(pcm[first : first + AUDIO_FRAME], first)))
            first += AUDIO_FRAME
    if first < pcm.size:
        file.mux(audio.encode(_audio_frame(pcm[first:], first)))
    file.mux(video.encode(None))
    file.mux(audio.encode(None))


def _video_frame(picture: Frame, serial: int, fps: int) -> av.VideoFrame:
    frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
    frame.pts, frame.time_base = serial, Fraction(1, fps)
    return frame


def _audio_frame(pcm: NDArray[np.int16], first: int) -> av.AudioFrame:
    floats = (pcm.astype(np.float32) / 32_768.0)[None, :]
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(floats), format="fltp", layout="mono")
    frame.sample_rate, frame.pts, frame.time_base = voices.RATE_HZ, first, Fraction(1, voices.RATE_HZ)
    return frame


def _write_lines(path: Path, records: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
