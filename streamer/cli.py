"""`omnilive replay`: checks everything, starts the processes, runs the replay, says where the results are."""

from __future__ import annotations

import asyncio
import secrets
import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from streamer.folder import ANSWERS, MEMORY, REPORT, check_folder
from streamer.options import check_config, parse_listen, parse_memory, parse_speed, parse_start
from streamer.probe import BadInput, probe
from streamer.questions import parse_asks, read_questions
from streamer.replay import Outcome, ReplayJob, run_replays
from streamer.show import TerminalView
from streamer.wire_edge import WireEdge
from wire import config as configuration
from wire.clock import SystemClock
from wire.edge import processes
from wire.messages import Ready
from wire.supervisor import Launch, StartError

_BAD_INPUT = 2  # exit code


class Stopped(Exception):
    """The user or the system asked to stop."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.code = 128 + number


def replay(
    stream: Annotated[Path, typer.Argument(help="A recording: video, sound or both; anything FFmpeg reads.")],
    questions: Annotated[
        Path | None, typer.Option(help='JSON lines {"id", "t", "text" or "audio", "options"?}; t in seconds.')
    ] = None,
    ask: Annotated[
        list[str] | None, typer.Option(help='"00:42 What does the sign say?"; may be given several times.')
    ] = None,
    listen: Annotated[
        str, typer.Option(help='Whose speech asks: user (any), ambient (none), wake:"hey omni" (after the phrase).')
    ] = "user",
    speed: Annotated[str, typer.Option(help="max, 1x or another factor.")] = "max",
    profile: Annotated[str, typer.Option(help="Which backends: lite, fake, ...")] = "lite",
    config: Annotated[Path | None, typer.Option(help="A TOML file instead of a profile.")] = None,
    overrides: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Change one value of the profile.")
    ] = None,
    memory: Annotated[Path | None, typer.Option(help="Folder or @NAME, kept. Default: fresh, in --out.")] = None,
    start: Annotated[
        str | None,
        typer.Option(help='When the recording began, "2026-11-21 14:05"; clock times and days count then.'),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the results. Default: omnilive-replay/NAME here.")] = None,
) -> None:
    """Run a recorded stream through the three processes and answer its questions."""
    folder = out or Path("omnilive-replay") / stream.stem
    try:
        loaded = configuration.load(profile, config, overrides or ())
        check_config(loaded.streamer)
        settings = parse_listen(listen, loaded.streamer.reply_delay_ms)
        if start is not None:
            settings = replace(settings, start_unix_s=parse_start(start))
        rate = parse_speed(speed)
        scripted = read_questions(questions) if questions is not None else []
        scripted += parse_asks(ask or (), taken=[q.id for q in scripted])
        info = probe(stream)
        check_folder(folder)
        kept = parse_memory(memory) if memory is not None else None
    except (BadInput, configuration.ConfigError) as error:
        _fail(str(error), _BAD_INPUT)
    job = ReplayJob(
        session=f"replay-{secrets.token_hex(4)}",
        info=info,
        questions=tuple(scripted),
        settings=settings,
        config=loaded.streamer,
        speed=rate,
        out=folder,
        memory=kept or folder / MEMORY,
        keeps_memory=kept is not None,
    )
    console = Console(highlight=False)
    asked = f"{len(scripted)} question{'' if len(scripted) == 1 else 's'} to ask"
    console.print(f"{info.describe()}; {asked}", soft_wrap=True)
    outcome = _outcome(Launch(profile, config, tuple(overrides or ())), loaded, job, console)
    _say_results(console, outcome, folder)


def _outcome(launch: Launch, config: configuration.Config, job: ReplayJob, console: Console) -> Outcome:
    """Of the replay; one sentence and the exit where it ended early."""
    try:
        return asyncio.run(_run(launch, config, job, console))
    except StartError as error:
        _fail(str(error), error.code)
    except Stopped as error:
        _fail(f"stopped by {error}; what was answered until then is in {job.out}", error.code)
    except BadInput as error:
        _fail(str(error), _BAD_INPUT)
    except OSError as error:
        _fail(f"the replay ended early ({error}); what was answered until then is in {job.out}", 1)


def _fail(sentence: str, code: int) -> NoReturn:
    """End with one sentence on standard error."""
    print(f"omnilive replay: {sentence}", file=sys.stderr)
    raise typer.Exit(code)


def _say_results(console: Console, outcome: Outcome, folder: Path) -> None:
    counts = outcome.counts
    plural = "" if counts.answers == 1 else "s"
    lost = f", {counts.lost} lost" if counts.lost else ""
    console.print(
        f"{counts.answers} answer{plural}{lost}; {outcome.media_s:.1f} s of media in {outcome.wall_s:.1f} s "
        f"({outcome.real_time_factor:.1f}x real time)",
        soft_wrap=True,
    )
    console.print(f"{folder / ANSWERS}\n{folder / REPORT}", soft_wrap=True)


async def _run(launch: Launch, config: configuration.Config, job: ReplayJob, console: Console) -> Outcome:
    """The replay beside its processes; raises what ended it early."""
    clock = SystemClock()
    stopping: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, _stop, stopping, number)
    work = asyncio.create_task(_replay(launch, config, job, console, clock), name="replay")
    await asyncio.wait((work, stopping), return_when=asyncio.FIRST_COMPLETED)
    if not work.done():
        work.cancel()
        await asyncio.wait((work,))
        raise Stopped(stopping.result())
    return work.result()


def _stop(stopping: asyncio.Future[int], number: int) -> None:
    if not stopping.done():
        stopping.set_result(number)


async def _replay(
    launch: Launch, config: configuration.Config, job: ReplayJob, console: Console, clock: SystemClock
) -> Outcome:
    def progress(ready: Ready) -> None:
        console.print(f"{ready.service:<11}{ready.parts} (process {ready.pid})", style="dim", soft_wrap=True)

    console.print("starting perception, memory and reasoning", style="dim")
    async with processes(launch, config, clock, progress) as (link, _, watch):
        with TerminalView(console, job.info.duration_ns, clock.now_ns, in_order=job.speed is None) as view:
            running = asyncio.create_task(run_replays(WireEdge(link), [(job, view)], clock), name="replays")
            try:
                await asyncio.wait((running, watch), return_when=asyncio.FIRST_COMPLETED)
                if not running.done():
                    watch.result()  # raises what is beyond repair
            finally:
                running.cancel()
                await asyncio.wait((running,))
            return _only(running)


def _only(running: asyncio.Task[list[Outcome]]) -> Outcome:
    """The one outcome; an error that ended the run is raised as itself, out of the groups around it."""
    error = running.exception()
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    if error is not None:
        raise error
    (outcome,) = running.result()
    return outcome
