"""Runs replays: reads the file, sends it in the order of media time at the wished speed, waits for the end.

A replay never runs further ahead of perception than `ahead_s`, whatever the speed: frames on their way are large.
Several sessions share one edge; nothing here is global.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from streamer.counts import Counts
from streamer.decoding import Trouble
from streamer.drawn import Drawn
from streamer.edge import Edge, Switchboard
from streamer.folder import prepare_folder
from streamer.media import Picture
from streamer.probe import StreamInfo
from streamer.questions import Scripted
from streamer.record import Recorder
from streamer.report import write_report
from streamer.schedule import Asked, Mark, Schedule, Step, due_ns
from streamer.session import ReplaySession
from streamer.sound import Chunk
from streamer.source import FileSource, Source
from streamer.times import seconds
from streamer.view import View
from wire import messages as m
from wire.clock import Clock
from wire.config import StreamerConfig


@dataclass(frozen=True, kw_only=True)
class ReplayJob:
    """One recording to be replayed. speed: media seconds per wall second, None for as fast as it goes."""

    session: str
    info: StreamInfo
    questions: tuple[Scripted, ...]
    settings: m.SessionSettings
    config: StreamerConfig
    speed: float | None
    out: Path
    memory: Path
    keeps_memory: bool = False  # the memory folder was given by the user and is not of this run alone


@dataclass(frozen=True)
class Outcome:
    """How a replay went."""

    counts: Counts
    media_s: float
    wall_s: float

    @property
    def real_time_factor(self) -> float:
        return self.media_s / self.wall_s if self.wall_s else 0.0


async def run_replays(edge: Edge, jobs: Sequence[tuple[ReplayJob, View]], clock: Clock) -> list[Outcome]:
    """Replay all jobs at once over one edge."""
    board = Switchboard(edge)
    async with asyncio.TaskGroup() as tasks:
        reading = tasks.create_task(board.run(), name="switchboard")
        try:
            async with asyncio.TaskGroup() as replays:
                running = [
                    replays.create_task(run_replay(board, job, clock, view), name=f"replay {job.session}")
                    for job, view in jobs
                ]
        finally:
            reading.cancel()
    return [task.result() for task in running]


async def run_replay(
    board: Switchboard, job: ReplayJob, clock: Clock, view: View, source: Source | None = None
) -> Outcome:
    """One replay, to the end of the stream and of its last reply. What it wrote stays, whatever happens."""
    prepare_folder(job.out, keep_memory=job.keeps_memory)
    recorder = Recorder(job.out)
    try:
        source = source or await FileSource.open(job.info, job.config)
        try:
            return await _Run(board, job, clock, view, recorder).run(source)
        finally:
            await source.close()
    finally:
        recorder.close(job.info.duration_ns)


class _Run:
    """The tasks of one replay."""

    def __init__(self, board: Switchboard, job: ReplayJob, clock: Clock, view: View, recorder: Recorder) -> None:
        self._board = board
        self._job = job
        self._clock = clock
        self._view = view
        self._recorder = recorder
        self._moved = asyncio.Event()
        self._seq = 0
        self._start_ns = clock.now_ns()
        self._paced_from_ns: int | None = None
        self._ahead_ns = round(max(job.config.ahead_s, 2 * job.config.watermark_every_s) * 1e9)

    async def run(self, source: Source) -> Outcome:
        """How it went. All files are there when this returns, the report last."""
        job = self._job
        opened = m.SessionOpened(session=job.session, t_ns=0, memory=str(job.memory), settings=job.settings)
        async with asyncio.TaskGroup() as tasks:

            def post(messages: list[m.Message]) -> None:
                # A task each: what one process is too full to take must not hold back what another one waits for.
                if messages:
                    tasks.create_task(self._post(messages), name=f"post {type(messages[0]).__name__}")

            session = ReplaySession(
                opened, self._recorder, self._view, wall_ns=self._clock.now_ns, post=post, changed=self._moved.set
            )
            session.tell(0, "start", **_beginning(job))
            for sentence in job.info.warnings:
                session.warn(0, sentence)
            with self._board.listening(job.session, session.handle):
                await self._board.send(opened)
                end_ns = await self._feed(session, source)
                await self._until(lambda: session.over)
                outcome = Outcome(session.counts, end_ns / 1e9, (self._clock.now_ns() - self._start_ns) / 1e9)
                session.tell(end_ns, "end", **_ending(outcome))
                self._recorder.summary(_summary(outcome, job))
                self._recorder.close(end_ns)
                await self._report(session.drawn, end_ns, post)
        await self._board.send(m.SessionClosed(session=job.session, t_ns=end_ns, turn=session.turn))
        return outcome

    async def _report(self, drawn: Drawn, end_ns: int, post: Callable[[list[m.Message]], None]) -> None:
        """Write report.html; and again, without what is erased meanwhile, before that is acknowledged."""
        drawn.reporting = True
        while True:
            drawn.ask(self._job.session, end_ns)
            await self._until(lambda: drawn.settled)
            owed = drawn.take_owed()
            await asyncio.to_thread(write_report, self._job.out, "" if owed else drawn.html)
            post(owed)
            if not owed and not drawn.owes:
                return

    async def _post(self, messages: list[m.Message]) -> None:
        for message in messages:
            await self._board.send(message)

    async def _until(self, condition: Callable[[], bool]) -> None:
        """Wait until it holds; the session says when something moved."""
        while not condition():
            self._moved.clear()
            await self._moved.wait()

    async def _feed(self, session: ReplaySession, source: Source) -> int:
        """Send the whole stream; the media time at which it ended."""
        schedule = Schedule(self._job.questions, round(self._job.config.watermark_every_s * 1e9))
        async with contextlib.aclosing(source.items()) as items:
            async for item in items:
                for step in schedule.feed(item):
                    await self._take(session, step)
        for step in schedule.finish(self._job.info.duration_ns):
            await self._take(session, step)
        return session.sent_ns

    async def _take(self, session: ReplaySession, step: Step) -> None:
        """Send one step when it is due and there is room for it."""
        if isinstance(step, Trouble):
            session.warn(step.t_ns, step.sentence)
            return
        await self._pace(due_ns(step))
        await self._until(lambda: due_ns(step) - session.passed_ns <= self._ahead_ns)
        message = self._message(session, step)
        session.sending(message)
        if isinstance(step, Asked) and isinstance(message, m.UserInput):
            session.ask(message, step.question, step.late)
        await self._board.send(message)

    async def _pace(self, t_ns: int) -> None:
        """Wait until a live peer would send what is due at t_ns."""
        if self._job.speed is None:
            return
        now_ns = self._clock.now_ns()
        if self._paced_from_ns is None:
            self._paced_from_ns = now_ns
        wait_s = (self._paced_from_ns - now_ns + t_ns / self._job.speed) / 1e9
        if wait_s > 0:
            await self._clock.sleep(wait_s)

    def _message(self, session: ReplaySession, step: Picture | Chunk | Asked | Mark) -> m.Message:
        name, turn = self._job.session, session.turn
        match step:
            case Picture(t_ns, p):
                return m.VideoFrame(session=name, t_ns=t_ns, turn=turn, width=p.width, height=p.height, pixels=p.rgb)
            case Chunk(t_ns, pcm, gap_ns):
                return m.AudioChunk(session=name, t_ns=t_ns, turn=turn, pcm=pcm, gap_ns=gap_ns)
            case Asked(t_ns, q):
                return m.UserInput(
                    session=name, t_ns=t_ns, turn=turn, id=q.id, text=q.text, audio=q.audio, options=q.options
                )
            case Mark(t_ns, final):
                self._seq += 1
                return m.Watermark(session=name, t_ns=t_ns, turn=turn, seq=self._seq, final=final)


def _beginning(job: ReplayJob) -> dict[str, Any]:
    """Fields of the journal's first line."""
    listen = job.settings.listen + (f":{job.settings.wake_phrase}" if job.settings.wake_phrase else "")
    return {
        "stream": job.info.path.name,
        "duration": seconds(job.info.duration_ns),
        "video": job.info.video.description if job.info.video else "",
        "audio": job.info.audio.description if job.info.audio else "",
        "listen": listen,
        "fps": job.config.fps,
        "questions": len(job.questions),
        "wall_speed": job.speed,
    }


def _ending(outcome: Outcome) -> dict[str, Any]:
    """Fields of the journal's last line."""
    counts = outcome.counts
    return {
        "frames": counts.frames,
        "chunks": counts.chunks,
        "questions": counts.questions,
        "answers": counts.answers,
        "silent": counts.silent,
        "lost": counts.lost,
        "frames_dropped": counts.frames_dropped,
    }


def _summary(outcome: Outcome, job: ReplayJob) -> dict[str, Any]:
    """What differs from run to run: speeds, counters of the processes, the time that each stage took."""
    return {
        "media_s": round(outcome.media_s, 3),
        "wall_s": round(outcome.wall_s, 3),
        "speed": job.speed,
        "real_time_factor": round(outcome.real_time_factor, 2),
        "counters": outcome.counts.services,
        "busy_s": outcome.counts.busy_s,
    }
