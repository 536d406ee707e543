"""One session in the perception process: its two lanes of work, hearing and sight.

Moves things only: what is decided is in `hearers` and `sight`, which workers hold, and what is told is `outlet`'s. Each
lane is a task with a bounded queue: a picture does not wait for words, and a slow lane holds back the sender.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from perception.ear import Part, Span
from perception.hearing import in_order
from perception.lanes import Rank
from perception.outlet import Asked, Outlet, SeenAt
from perception.telling import Teller
from perception.turns import Event, Saying
from wire import messages as m
from wire.service import Context
from wire.spans import covering
from wire.worker import Worker

_CHUNKS = 128  # of sound that may wait for the recogniser
_FRAMES = 4  # pictures that may wait for sight; they are large

T = TypeVar("T")


@dataclass(frozen=True)
class Workers:
    """What the sessions share. frame_ms: of the voice detector."""

    ears: Worker
    listeners: Worker
    sight: Worker
    frame_ms: int


@dataclass(frozen=True, slots=True)
class _Sound:
    """Sound whose edges are found; all up to done_ns is in it."""

    parts: list[Part]
    done_ns: int
    saying: Saying


@dataclass(frozen=True, slots=True)
class _Asking:
    """A question or a watermark in its place among the sound, which is known up to done_ns."""

    message: m.UserInput | m.CancelReply | m.Watermark
    done_ns: int


_Work = _Sound | _Asking


class Session:
    """Open it, hand it the messages of its lane in order, close it."""

    def __init__(self, context: Context, workers: Workers, opened: m.SessionOpened) -> None:
        self._context = context
        self._workers = workers
        self._name = opened.session
        self._settings = opened.settings
        # A process that saw a session begin cannot have known more voices than seconds of it.
        self._voices_before = opened.t_ns // 1_000_000_000 if opened.restarted else 0
        self._live = opened.settings.mode == "live"
        self._onset_at_once = self._live and opened.settings.listen == "user"
        self.teller = Teller(opened.session, opened.settings, opened.turn)
        self._outlet = Outlet(context, self.teller, live=self._live, onset_at_once=self._onset_at_once)
        self._sound: asyncio.Queue[_Work] = asyncio.Queue(_CHUNKS)
        self._held: _Work | None = None  # taken from the queue and not worked on yet
        self._frames: asyncio.Queue[m.VideoFrame] = asyncio.Queue(_FRAMES)
        self._frames_waiting: deque[int] = deque()  # their times
        self._frames_known_ns = 0  # no picture of an earlier time is going to come
        self._failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()  # a lane did
        self._lanes: list[asyncio.Task[None]] = []
        self._warned: set[str] = set()

    async def open(self) -> None:
        settings = self._settings
        await self._workers.ears.call("open", self._name)
        await self._workers.listeners.call(
            "open", self._name, self._workers.frame_ms, settings.listen, settings.wake_phrase, self._voices_before
        )
        await self._workers.sight.call("open", self._name)
        self._lanes = [
            asyncio.create_task(self._run(self._hear_next), name=f"hearing {self._name}"),
            asyncio.create_task(self._run(self._see_next), name=f"sight {self._name}"),
        ]

    async def close(self) -> None:
        for lane in self._lanes:
            lane.cancel()
        await asyncio.gather(*self._lanes, return_exceptions=True)
        self._failed.cancel()
        for worker in (self._workers.ears, self._workers.listeners, self._workers.sight):
            await worker.call("close_session", self._name)

    async def forget(self, spans: Sequence[tuple[int, int]]) -> None:
        """Drop what was seen and heard in these spans, wherever it is now."""
        few = covering(span for span in spans if span[1] >= 0)  # of earlier sessions nothing is here
        self._outlet.forget(few)
        if few:  # what sight keeps is of all that came before
            await self._workers.sight.call("forget", self._name, few[0][0], few[-1][1])
        for start_ns, end_ns in few:
            for event in await self._workers.listeners.call("forget", self._name, start_ns, end_ns):
                self._outlet.put(Rank.HEARD, event.t_ns, event)
        await self._outlet.tell()

    # ---- what comes in -------------------------------------------------------------------------------------------

    async def take(self, message: m.Message) -> None:
        """The next message of the stream; waits while its lane is full. Raises what a lane failed with."""
        if self._failed.done():
            self._failed.result()
        match message:
            case m.VideoFrame():
                await self._take_frame(message)
            case m.AudioChunk():
                await self._take_sound(message)
            case m.UserInput() | m.CancelReply():
                await self._take_question(message)
            case m.Watermark():
                await self._take_watermark(message)
            case _:
                raise TypeError(f"{type(message).__name__} is not of the stream")

    async def _take_frame(self, frame: m.VideoFrame) -> None:
        n_bytes = frame.width * frame.height * 3
        if frame.width <= 0 or frame.height <= 0 or len(frame.pixels) != n_bytes:
            self._context.count("bad_frame")
            await self._warn_once(
                frame,
                f"a frame of {frame.width} x {frame.height} came with {len(frame.pixels)} bytes and was dropped, as "
                "further ones will be; its sender must give 3 bytes a pixel",
            )
            return
        self._frames_waiting.append(frame.t_ns)
        if self._live:
            await self._see(frame)  # the mailbox in front drops what is older than the newest
        else:
            await self._put(self._frames, frame)

    async def _take_sound(self, chunk: m.AudioChunk) -> None:
        if len(chunk.pcm) % 2:
            self._context.count("bad_sound")
            await self._warn_once(chunk, "sound came with half a sample, which was cut off; PCM has 2 bytes a sample")
        pcm = chunk.pcm[: len(chunk.pcm) // 2 * 2]
        with self._context.busy("vad"):
            parts, done_ns, late = await self._workers.ears.call("hear", self._name, chunk.t_ns, pcm, chunk.gap_ns)
        if late:
            self._context.count("late_samples", late)
        # A chunk is sent when its end is heard, after the pictures before that.
        end_ns = chunk.t_ns + len(pcm) // 2 * 1_000_000_000 // m.AUDIO_HZ
        self._frames_known_ns = max(self._frames_known_ns, end_ns)
        await self._listen_to(parts, done_ns)

    async def _take_question(self, message: m.UserInput | m.CancelReply) -> None:
        has_sound = isinstance(message, m.UserInput) and message.audio and not message.text.strip()
        if self._live and not has_sound:
            item = message if isinstance(message, m.CancelReply) else Asked(message)
            self._outlet.put(Rank.ASKED, message.t_ns, item)
            await self._tell()
            return
        await self._put(self._sound, _Asking(message, await self._advance(message.t_ns)))

    async def _take_watermark(self, mark: m.Watermark) -> None:
        if mark.final:
            parts = await self._workers.ears.call("finish", self._name, mark.t_ns)
            await self._listen_to(parts, mark.t_ns)
        await self._put(self._sound, _Asking(mark, await self._advance(mark.t_ns)))
        if mark.final:
            await self._or_failure(self._outlet.ended)  # a lane that failed is noticed though nothing more comes

    async def _advance(self, t_ns: int) -> int:
        """All pictures up to t_ns have come. The time up to which all sound is known: live sound that is late waits
        for nothing and holds back nothing."""
        self._frames_known_ns = max(self._frames_known_ns, t_ns + 1)
        if self._live:
            return t_ns
        parts, done_ns = await self._workers.ears.call("advance", self._name, t_ns)
        if parts:
            await self._listen_to(parts, done_ns)
        return int(done_ns)

    async def _listen_to(self, parts: list[Part], done_ns: int) -> None:
        if self._onset_at_once:
            edges = [edge for part in parts if isinstance(part, Span) for edge in part.edges if edge.on]
            turn = self.teller.turn
            await self._outlet.send(m.VoiceOnset(session=self._name, t_ns=edge.t_ns, turn=turn) for edge in edges)
        await self._put(self._sound, _Sound(parts, done_ns, self.teller.saying(done_ns)))

    async def _warn_once(self, message: m.Message, sentence: str) -> None:
        kind = type(message).__name__
        if kind not in self._warned:
            self._warned.add(kind)
            await self._context.warn(message, sentence)

    # ---- the lanes -------------------------------------------------------------------------------------------------

    async def _run(self, step: Callable[[], Awaitable[None]]) -> None:
        """A lane, until it is cancelled. Its failure is raised to whoever hands in the next message."""
        try:
            while True:
                await step()
        except Exception as error:  # carried to `take`, where it fails the process
            if not self._failed.done():
                self._failed.set_exception(error)

    async def _put(self, queue: asyncio.Queue[T], item: T) -> None:
        """Wait for room, or raise what a lane failed with."""
        if not queue.full():
            queue.put_nowait(item)
            return
        putting = asyncio.ensure_future(queue.put(item))
        try:
            await self._or_failure(putting)
        finally:
            putting.cancel()

    async def _or_failure(self, waited: asyncio.Future[Any]) -> None:
        await asyncio.wait((waited, self._failed), return_when=asyncio.FIRST_COMPLETED)
        if self._failed.done():
            self._failed.result()

    async def _hear_next(self) -> None:
        item, self._held = self._held or await self._sound.get(), None
        if isinstance(item, _Sound):
            await self._hear(item)
            return
        message, done_ns = item.message, item.done_ns
        if isinstance(message, m.Watermark) and message.final:
            done_ns = self._outlet.put_last(message)
            self._frames_known_ns = max(self._frames_known_ns, done_ns + 1)
        elif isinstance(message, m.Watermark):
            self._outlet.put(Rank.MARK, message.t_ns, message)
        else:
            self._outlet.put(Rank.ASKED, message.t_ns, await self._understood(message))
        self._outlet.passed(Rank.HEARD, done_ns + 1)
        await self._tell()

    async def _hear(self, sound: _Sound) -> None:
        parts, done_ns = list(sound.parts), sound.done_ns
        while not self._live and not self._sound.empty():  # all that waits in a row goes to the recogniser at once
            following = self._sound.get_nowait()
            if not isinstance(following, _Sound):
                self._held = following
                break
            parts, done_ns = parts + following.parts, following.done_ns
        with self._context.busy("asr"):
            talk: list[Event] = await self._workers.listeners.call("hear", self._name, parts, sound.saying)
        with self._context.busy("sound"):
            sounds: list[Event] = await self._workers.listeners.call("sounds", self._name, parts)
        for event in in_order(talk, sounds):
            self._outlet.put(Rank.HEARD, event.t_ns, event)
        self._outlet.passed(Rank.HEARD, done_ns + 1)
        await self._tell()

    async def _understood(self, asked: m.UserInput | m.CancelReply) -> Asked | m.CancelReply:
        if isinstance(asked, m.CancelReply):
            return asked
        if asked.text.strip() or not asked.audio:
            return Asked(asked)
        with self._context.busy("asr"):
            transcript = await self._workers.listeners.call("transcribe", asked.audio)
        return Asked(asked, transcript.text, transcript.failure)

    async def _see_next(self) -> None:
        await self._see(await self._frames.get())

    async def _see(self, frame: m.VideoFrame) -> None:
        rgb = np.frombuffer(frame.pixels, np.uint8).reshape(frame.height, frame.width, 3)
        with self._context.busy("vision"):
            sighted = await self._workers.sight.call("see", self._name, frame.t_ns, rgb)
        self._frames_waiting.popleft()
        self._frames_known_ns = max(self._frames_known_ns, frame.t_ns + 1)
        self._outlet.put(Rank.SEEN, frame.t_ns, SeenAt(frame.t_ns, sighted))
        await self._tell()

    async def _tell(self) -> None:
        self._outlet.passed(Rank.SEEN, self._frames_waiting[0] if self._frames_waiting else self._frames_known_ns)
        await self._outlet.tell()
