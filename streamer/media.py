"""A file becomes one stream of pictures and sound in the order of media time, decoded as it is read.

Each kind is read through a container of its own, so that memory stays bounded however badly the file is interleaved.
Time 0 is the earlier of the first picture and the first sample. Knows nothing of sessions, questions or pacing.
"""

from __future__ import annotations

import dataclasses
import heapq
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import av
from av.container import InputContainer

from streamer.decoding import Damage, Trouble, decoded_pictures, decoded_sound
from streamer.pictures import Pixels, upright
from streamer.probe import StreamInfo, open_container, pick_streams
from streamer.sampling import at_ticks
from streamer.sound import Chunk, chunked


@dataclass(frozen=True, slots=True)
class Picture:
    """What is to be seen at t_ns."""

    t_ns: int
    pixels: Pixels

    @property
    def end_ns(self) -> int:
        return self.t_ns


Item = Picture | Chunk | Trouble  # pictures and chunks come by `end_ns`: when they are there in full


class MediaReader:
    """Reads one file from its start to its end, once. Use in one thread at a time; `close` may be called twice."""

    def __init__(self, info: StreamInfo, fps: float, longest_side_px: int, chunk_ms: int) -> None:
        self._info = info
        self._period_ns = round(1e9 / fps)
        self._longest_side_px = longest_side_px
        self._chunk_ms = chunk_ms
        self._containers: list[InputContainer] = []
        self._damage = Damage(info.path.name)

    def items(self, cancelled: Callable[[], bool] = lambda: False) -> Iterator[Item]:
        """Pictures and chunks by `end_ns`; a chunk that ends at a picture's time comes before it."""
        tracks: tuple[Iterator[Chunk | Picture], ...] = (self._sound(), self._pictures())
        for item in heapq.merge(*tracks, key=lambda item: item.end_ns):
            if cancelled():
                return
            if isinstance(item, Chunk) and item.t_ns > item.gap_ns > 0:  # what is missing at the start is no gap
                self._damage.gap(item.t_ns - item.gap_ns, item.t_ns)
            yield from self._damage.news()
            yield item
        yield from self._damage.news()

    def _container(self) -> InputContainer:
        container = open_container(self._info.path)
        self._containers.append(container)
        return container

    def _pictures(self) -> Iterator[Picture]:
        if self._info.video is None:
            return
        container = self._container()
        stream, _ = pick_streams(container)
        aspect = stream.sample_aspect_ratio if stream is not None else None
        frames = decoded_pictures(container, self._info, self._damage)
        newest: tuple[av.VideoFrame, Pixels] | None = None
        for t_ns, frame in at_ticks(frames, self._period_ns, self._info.video.end_ns):
            if newest is None or newest[0] is not frame:
                newest = frame, upright(frame, aspect, self._longest_side_px)
            yield Picture(t_ns, newest[1])

    def _sound(self) -> Iterator[Chunk]:
        if self._info.audio is not None:
            yield from chunked(decoded_sound(self._container(), self._info, self._damage), self._chunk_ms)

    def close(self) -> None:
        while self._containers:
            self._containers.pop().close()


def read_pcm(info: StreamInfo, most_s: float) -> bytes:
    """The first most_s seconds of a file's sound as PCM at AUDIO_HZ; gaps are left out."""
    sound_only = dataclasses.replace(info, video=None)
    reader = MediaReader(sound_only, fps=1.0, longest_side_px=1, chunk_ms=100)
    try:
        chunks = itertools.islice(reader.items(), round(most_s * 10))
        return b"".join(item.pcm for item in chunks if isinstance(item, Chunk))
    finally:
        reader.close()
