"""Looks at a file before anything starts: can it be used, how long is it, which streams are meant.

Every error is a BadInput, one sentence with cause and fix. Decodes no more than the first frame of each stream.
"""

from __future__ import annotations

import dataclasses
import itertools
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Disposition, Stream
from av.video.stream import VideoStream

from streamer.times import SECOND_NS, clock_text, from_pts

_KINDS = (0, 1)  # video, audio: places in what pick_streams gives
_SANE_HZ = (1_000, 768_000)  # beyond these a header is wrong, not the recording special
_MOST_PIXELS = 16_384 * 16_384
_JUMP_NS = 3600 * SECOND_NS  # nothing at all for an hour: the clock jumped, not the recording paused
_FIRST_FRAME_PACKETS = 2_000  # a stream that gives no frame by then gives none
_SCAN_BYTES = 1 << 30  # stamps are checked ahead as far as a disk reads within about two seconds
_MISSING_TAIL_NS = 2 * SECOND_NS  # a header may round its duration by less
# Formats that are not recordings: they name other files or draw text as pictures.
_NOT_MEDIA = {"hls", "concat", "sdp", "rtsp", "dash", "tty", "ansi", "lavfi", "ffmetadata"}


class BadInput(Exception):
    """Input that cannot be used; the text is one sentence with cause and fix."""


@dataclass(frozen=True)
class TrackInfo:
    """One stream of a file. end_ns: media time at which its last frame ends."""

    codec: str
    first_ns: int  # container time of its first frame
    end_ns: int
    description: str


@dataclass(frozen=True)
class StreamInfo:
    """A file that can be used. origin_ns: container time of media time 0."""

    path: Path
    video: TrackInfo | None
    audio: TrackInfo | None
    origin_ns: int
    duration_ns: int
    warnings: tuple[str, ...]

    def describe(self) -> str:
        tracks = [track.description for track in (self.video, self.audio) if track]
        return f"{self.path.name}, {clock_text(self.duration_ns)}, {', '.join(tracks)}"


def probe(path: Path) -> StreamInfo:
    """What is in the file. Raises BadInput when it cannot be replayed."""
    _check_path(path)
    with open_container(path) as container:
        picked = pick_streams(container)
        if picked == (None, None):
            raise BadInput(f"{path} holds no video and no audio stream; give a recording such as .mp4, .mkv or .wav")
        _check_header(path, *picked)
        codecs = [stream.codec_context.name if stream is not None else None for stream in picked]
    video, audio = (_first(path, kind) if codec else None for kind, codec in zip(_KINDS, codecs, strict=True))
    if video is None and audio is None:
        raise BadInput(
            f"{path} holds not one frame or sample that decodes; it is empty or damaged, record or download it again"
        )
    warnings = [
        f"the {what} of {path.name} does not decode ({codec}) and is left out; convert it with ffmpeg if it matters"
        for what, codec, track in zip(("picture", "sound"), codecs, (video, audio), strict=True)
        if codec and track is None
    ]
    origin_ns = min(track.first_ns for track in (video, audio) if track)
    return _scanned(path, video, audio, origin_ns, warnings)


def open_container(path: Path) -> InputContainer:
    """The opened file; nothing but files is opened on its behalf. Raises BadInput."""
    try:
        container = av.open(f"file:{path}", options={"protocol_whitelist": "file"}, metadata_errors="replace")
    except (av.error.FFmpegError, OSError, ValueError) as error:
        cause = getattr(error, "strerror", None) or str(error)
        raise BadInput(
            f"{path} cannot be opened as a recording ({cause.strip().lower()}); "
            "it is no media file or is damaged, check it with ffprobe or give another one"
        ) from error
    if _NOT_MEDIA & set(container.format.name.split(",")):
        container.close()
        raise BadInput(f"{path} is no recording but a {container.format.name} file; give the media file itself")
    return container


def pick_streams(container: InputContainer) -> tuple[VideoStream | None, AudioStream | None]:
    """The video and the audio stream that a player would show; cover pictures of music files are not video."""
    pictures = [s for s in container.streams.video if not s.disposition & Disposition.attached_pic]
    best_video, best_audio = container.streams.best("video"), container.streams.best("audio")
    video = best_video if best_video in pictures else next(iter(pictures), None)
    return (
        video if isinstance(video, VideoStream) else None,
        best_audio if isinstance(best_audio, AudioStream) else None,
    )


def frame_ns(frame: av.VideoFrame | av.AudioFrame, origin_ns: int, otherwise_ns: int) -> int:
    """Media time of a decoded frame; otherwise_ns when the file does not say."""
    if frame.pts is None or frame.time_base is None:
        return otherwise_ns
    return from_pts(frame.pts, frame.time_base) - origin_ns


def _check_path(path: Path) -> None:
    if re.match(r"[a-z]+:/", str(path)):
        raise BadInput(f"{path} is an address; replay reads recorded files, download it and give the file")
    try:
        status = path.stat()
    except FileNotFoundError as error:
        raise BadInput(f"{path} does not exist; check the path") from error
    except (OSError, ValueError) as error:
        cause = getattr(error, "strerror", None) or str(error)
        raise BadInput(f"{path} cannot be reached ({cause.lower()}); check the path") from error
    if stat.S_ISDIR(status.st_mode):
        raise BadInput(f"{path} is a directory; give one recording in it")
    if not stat.S_ISREG(status.st_mode):
        raise BadInput(f"{path} is not a regular file; give a recorded file")
    if status.st_size == 0:
        raise BadInput(f"{path} is empty (0 bytes); record or download it again")
    try:
        with path.open("rb"):
            pass
    except OSError as error:
        raise BadInput(f"{path} cannot be read ({(error.strerror or '').lower()}); check its permissions") from error


def _check_header(path: Path, video: VideoStream | None, audio: AudioStream | None) -> None:
    if audio is not None and audio.codec_context is not None:
        rate_hz = audio.codec_context.sample_rate
        if rate_hz and not _SANE_HZ[0] <= rate_hz <= _SANE_HZ[1]:
            raise BadInput(
                f"{path} claims a sample rate of {rate_hz} Hz, which no recording has; its header is wrong, "
                "convert it with the true rate (sox -r 16000 in.wav out.wav)"
            )
    if video is not None and video.width * video.height > _MOST_PIXELS:
        raise BadInput(
            f"{path} claims pictures of {video.width}x{video.height}, which is too large; scale it down with ffmpeg"
        )


def _first(path: Path, kind: int) -> TrackInfo | None:
    """The first frame of the video (0) or audio (1) stream; None when it gives none."""
    with open_container(path) as container:
        stream = pick_streams(container)[kind]
        assert stream is not None  # picked before
        try:
            for packet in itertools.islice(container.demux(stream), _FIRST_FRAME_PACKETS):
                try:
                    frames = stream.decode(packet)
                except av.error.FFmpegError:
                    continue
                for frame in frames:
                    return _track(stream, frame)
        except av.error.FFmpegError:
            pass  # what cannot be read any further gives no frame either
    return None


def _track(stream: VideoStream | AudioStream, frame: av.VideoFrame | av.AudioFrame) -> TrackInfo:
    first_ns = frame_ns(frame, 0, 0)
    codec = stream.codec_context.name
    if isinstance(frame, av.VideoFrame):
        rate = f" at {float(stream.average_rate or 0):.4g} fps" if isinstance(stream, VideoStream) else ""
        return TrackInfo(codec, first_ns, 0, f"{codec} {frame.width}x{frame.height}{rate}")
    return TrackInfo(codec, first_ns, 0, f"{codec} {frame.sample_rate} Hz, {frame.layout.nb_channels} ch")


def _scanned(
    path: Path, video: TrackInfo | None, audio: TrackInfo | None, origin_ns: int, warnings: list[str]
) -> StreamInfo:
    """Read the stamps of all packets: they say how long the streams are and whether their clock jumps."""
    scan = Scan(path, origin_ns)
    ends = {"video": 0, "audio": 0}
    with open_container(path) as container:
        found = zip(("video", "audio"), pick_streams(container), (video, audio), strict=True)
        used = [(kind, stream, track) for kind, stream, track in found if stream is not None and track is not None]
        try:
            for packet in container.demux(*(stream for _, stream, _ in used)):
                scan.saw(packet)
                if scan.n_bytes > _SCAN_BYTES:
                    break
        except av.error.FFmpegError:
            pass  # cut off: the duration says so below
        for kind, stream, track in used:
            ends[kind] = max(scan.ends_ns.get(stream.index, 0), track.first_ns - origin_ns)
        header_ns = _header_ns(container, origin_ns)
    if scan.n_bytes > _SCAN_BYTES:  # the rest is as the header says; a jump in it is not seen ahead
        ends = {kind: max(end_ns, header_ns) for kind, end_ns in ends.items()}
    duration_ns = max(ends.values())
    if header_ns > duration_ns + _MISSING_TAIL_NS:
        warnings.append(
            f"{path.name} ends at {clock_text(duration_ns)} although its header says {clock_text(header_ns)}: "
            "it was cut off, copy or download it again if the rest matters"
        )
    return StreamInfo(
        path=path,
        video=dataclasses.replace(video, end_ns=ends["video"]) if video else None,
        audio=dataclasses.replace(audio, end_ns=ends["audio"]) if audio else None,
        origin_ns=origin_ns,
        duration_ns=duration_ns,
        warnings=tuple(warnings),
    )


def _header_ns(container: InputContainer, origin_ns: int) -> int:
    """Media time at which the file ends by its header, 0 when it does not say."""
    if container.duration is None:
        return 0
    start_us = cast("int | None", container.start_time)  # PyAV's own annotation leaves out None
    return ((origin_ns // 1000 if start_us is None else start_us) + container.duration) * 1000 - origin_ns


class Scan:
    """Follows the stamps of packets. Raises BadInput at a jump of an hour or more, forward or back."""

    def __init__(self, path: Path, origin_ns: int) -> None:
        self._path = path
        self._origin_ns = origin_ns
        self._latest_ns = 0  # newest stamp of all streams; durations do not count, a gap may stand in one
        self._newest_ns: dict[int, int] = {}  # time of each stream's packet before
        self.ends_ns: dict[int, int] = {}
        self.n_bytes = 0

    def saw(self, packet: av.Packet[Stream]) -> None:
        self.n_bytes += packet.size
        stamp = packet.pts if packet.pts is not None else packet.dts
        if stamp is None:
            return
        t_ns = from_pts(stamp, packet.time_base) - self._origin_ns
        before_ns = self._newest_ns.get(packet.stream_index, t_ns)
        if t_ns - self._latest_ns >= _JUMP_NS or before_ns - t_ns >= _JUMP_NS:
            from_ns = self._latest_ns if t_ns > self._latest_ns else before_ns
            raise BadInput(
                f"the time stamps of {self._path} jump from {clock_text(from_ns)} to {clock_text(t_ns)}; "
                f"cut the file there (ffmpeg -i IN -to {max(0, from_ns) / 1e9:.3f} OUT) or write new stamps with ffmpeg"
            )
        end_ns = t_ns + from_pts(packet.duration or 0, packet.time_base)
        self._newest_ns[packet.stream_index] = t_ns
        self._latest_ns = max(self._latest_ns, t_ns)
        self.ends_ns[packet.stream_index] = max(self.ends_ns.get(packet.stream_index, 0), end_ns)
