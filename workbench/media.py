"""Pictures, videos and sound from files, as the models' cards read them. Raises Unusable for what cannot be read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from streamer.media import read_pcm
from streamer.pictures import upright
from streamer.probe import BadInput, open_container, pick_streams, probe
from workbench.errors import Unusable
from workbench.turns import Picture, Video

Pcm = NDArray[np.int16]  # (n_samples,) at 16 kHz
Choose = Callable[[int, float], list[int]]  # number of frames, frames per second -> indices of those to be seen

LONGEST_SIDE_PX = 4096  # larger frames are scaled down
_ASSUMED_FPS = 25.0
_MOST_SOUND_S = 3600.0


def read_picture(source: str | Path | Image.Image) -> Picture:
    """A file, or a picture at hand, upright and in RGB."""
    if isinstance(source, Image.Image):
        return Picture(source.convert("RGB"))
    path = Path(source)
    try:
        with Image.open(path) as image:
            return Picture(ImageOps.exif_transpose(image).convert("RGB"), str(path))
    except FileNotFoundError as error:
        raise Unusable(f"there is no picture {path}; mend the path") from error
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as error:
        raise Unusable(f"{path} is no picture that can be read ({error}); give a PNG, JPEG or WebP file") from error


def check_picture(path: Path) -> None:
    """Raises Unusable for a file that is no picture by its beginning."""
    try:
        with Image.open(path):
            return
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as error:
        raise Unusable(f"{path} is no picture that can be read ({error}); give a PNG, JPEG or WebP file") from error


def check_video(path: Path) -> None:
    """Raises Unusable for a file without pictures that decode."""
    if _probed(path).video is None:
        raise Unusable(f"{path} holds no pictures; give a video, or --audio for sound")


def read_video(path: Path, choose: Choose) -> Video:
    """The chosen frames of a video, upright."""
    check_video(path)
    n_frames, fps = count_frames(path)
    wanted = choose(n_frames, fps)
    if not wanted:
        raise Unusable(f"{path} has no frame to look at; give a longer video")
    found: dict[int, Picture] = {}
    aspect = None
    with open_container(path) as container:
        stream = pick_streams(container)[0]
        assert stream is not None  # the probe found it
        aspect, last, needed = stream.sample_aspect_ratio, max(wanted), set(wanted)
        for i, frame in enumerate(_frames(container, stream)):
            if i in needed:
                pixels = upright(frame, aspect, LONGEST_SIDE_PX)
                image = Image.frombytes("RGB", (pixels.width, pixels.height), pixels.rgb)
                found[i] = Picture(image, f"{path} frame {i}")
            if i >= last:
                break
    if not found:
        raise Unusable(f"not one frame of {path} decodes; record or download it again")
    shown = [i if i in found else min(found, key=lambda k, i=i: abs(k - i)) for i in wanted]  # type: ignore[misc]
    return Video(tuple(found[i] for i in shown), tuple(i / fps for i in shown), str(path))


def count_frames(path: Path) -> tuple[int, float]:
    """How many frames a video has, and how many a second."""
    with open_container(path) as container:
        stream = pick_streams(container)[0]
        assert stream is not None
        fps = float(stream.average_rate or _ASSUMED_FPS)
        if stream.frames > 0:
            return stream.frames, fps
        return sum(1 for packet in container.demux(stream) if packet.size), fps


def _frames(container: av.container.InputContainer, stream: av.video.stream.VideoStream) -> Iterator[av.VideoFrame]:
    """What decodes; what is damaged is left out."""
    for packet in container.demux(stream):
        try:
            yield from stream.decode(packet)
        except av.error.FFmpegError:
            continue


def read_sound(path: Path) -> Pcm:
    """The whole sound of a recording."""
    info = _probed(path)
    if info.audio is None:
        raise Unusable(f"{path} holds no sound; give a recording with sound, or --video for pictures")
    return np.frombuffer(read_pcm(info, _MOST_SOUND_S), np.int16)


def _probed(path: Path):  # type: ignore[no-untyped-def]
    try:
        return probe(path)
    except BadInput as error:
        raise Unusable(str(error)) from error


def pieces(pcm: Pcm, longest: int, look_back: int) -> Sequence[Pcm]:
    """The sound in pieces of at most `longest` samples, cut where the last `look_back` of each are quietest."""
    found, start, step = [], 0, max(1, look_back // 20)
    while len(pcm) - start > longest:
        ends = range(start + longest - look_back, start + longest, step)
        loud = [float(np.abs(pcm[end : end + step].astype(np.int32)).mean()) for end in ends]
        end = ends[int(np.argmin(loud))] + step // 2
        found.append(pcm[start:end])
        start = end
    return [*found, pcm[start:]]
