"""Decoded frames of a file with their media time; what is damaged is left out, told once and counted.

Knows nothing of sampling rates, sessions or questions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Stream
from av.video.stream import VideoStream

from streamer.probe import StreamInfo, frame_ns, pick_streams
from streamer.sampling import Stamped
from streamer.sound import Resampler, Stretch
from streamer.times import SECOND_NS, clock_text, from_pts, seconds

_ASSUMED_FPS = 25  # of a raw video stream that carries neither time stamps nor a rate
_END_TOLERANCE_NS = 2 * SECOND_NS  # some containers end in an error although nothing is missing


@dataclass(frozen=True, slots=True)
class Trouble:
    """One sentence about what of the file could not be used, from t_ns on."""

    t_ns: int
    sentence: str


class Damage:
    """Where a file could not be decoded or has no sound. Only the first place of each kind is told."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._untold: list[Trouble] = []
        self._places = 0
        self._gaps = 0

    def at(self, t_ns: int) -> None:
        if self._places == 0:
            sentence = (
                f"{self._name} is damaged at {clock_text(t_ns)}: what does not decode there, and pictures up to the "
                "next key frame, are left out; copy or download the file again if that matters"
            )
            self._untold.append(Trouble(max(0, t_ns), sentence))
        self._places += 1

    def gap(self, start_ns: int, end_ns: int) -> None:
        """No sound between the two times, by the stamps of the file."""
        if self._gaps == 0:
            sentence = (
                f"{self._name} has no sound from {seconds(start_ns):.1f} s to {seconds(end_ns):.1f} s; "
                "the time is kept and marked as a gap, copy or download the file again if it should be there"
            )
            self._untold.append(Trouble(start_ns, sentence))
        self._gaps += 1

    def news(self) -> Iterator[Trouble]:
        yield from self._untold
        self._untold.clear()


def decoded_pictures(container: InputContainer, info: StreamInfo, damage: Damage) -> Iterator[Stamped[av.VideoFrame]]:
    """Frames with their media time. After damage there is no picture until the next key frame: what a decoder
    makes up in between would be remembered as seen."""
    stream, _ = pick_streams(container)
    assert stream is not None  # the probe found it
    period_ns = round(SECOND_NS / float(stream.average_rate or _ASSUMED_FPS))
    t_ns = -period_ns
    waits_for_key = False
    for packet in _packets(container, stream, info, damage):
        if waits_for_key and not packet.is_keyframe:
            continue
        waits_for_key = False
        failed = False
        try:
            frames = stream.decode(packet)
        except av.error.FFmpegError:
            failed = True
            frames = _drained(stream)
        for frame in frames:
            t_ns = frame_ns(frame, info.origin_ns, otherwise_ns=t_ns + period_ns)
            failed = failed or frame.is_corrupt
            if not frame.is_corrupt:
                yield Stamped(t_ns, frame)
        if failed:
            lost_ns = _packet_ns(packet, info.origin_ns, t_ns)
            damage.at(lost_ns)
            waits_for_key = True
            yield Stamped(max(t_ns + 1, lost_ns), None)


def _drained(stream: VideoStream) -> list[av.VideoFrame]:
    """The good pictures that the decoder still holds; it is ready for a key frame afterwards."""
    try:
        return list(stream.decode(None))
    except av.error.FFmpegError:
        return []
    finally:
        stream.codec_context.flush_buffers()


def decoded_sound(container: InputContainer, info: StreamInfo, damage: Damage) -> Iterator[Stretch]:
    """Resampled stretches; what is missing or does not decode becomes a gap by the stamps of what follows."""
    _, stream = pick_streams(container)
    assert stream is not None  # the probe found it
    resampler = Resampler()
    t_ns = 0
    for packet in _packets(container, stream, info, damage):
        try:
            frames = stream.decode(packet)
        except av.error.FFmpegError:
            damage.at(_packet_ns(packet, info.origin_ns, t_ns))
            continue
        for frame in frames:
            t_ns = frame_ns(frame, info.origin_ns, otherwise_ns=resampler.expected_ns)
            yield from resampler.feed(frame, t_ns)
    yield from resampler.flush()


def _packets(
    container: InputContainer, stream: VideoStream | AudioStream, info: StreamInfo, damage: Damage
) -> Iterator[av.Packet[Stream]]:
    """Packets to the end of the file, or as far as it can be read; the last one is empty and flushes the decoder."""
    t_ns = 0
    try:
        for packet in container.demux(stream):
            t_ns = _packet_ns(packet, info.origin_ns, t_ns)
            if packet.size or packet.pts is None:  # some muxers end a stream with an empty packet at its end
                yield packet
    except av.error.FFmpegError:
        if t_ns < info.duration_ns - _END_TOLERANCE_NS:
            damage.at(t_ns)


def _packet_ns(packet: av.Packet[Stream], origin_ns: int, otherwise_ns: int) -> int:
    stamp = packet.pts if packet.pts is not None else packet.dts
    return otherwise_ns if stamp is None else from_pts(stamp, packet.time_base) - origin_ns
