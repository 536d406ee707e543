"""The entry of perception, memory and reasoning as processes of their own: `python -m perception --profile lite`."""

from __future__ import annotations

import argparse
import asyncio
import faulthandler
import logging
import os
import shutil
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from wire import config as configuration
from wire.clock import SystemClock
from wire.registry import BackendError
from wire.service import Context, Runner, Service
from wire.zmq_link import ZmqLink

log = logging.getLogger(__name__)

BAD_INPUT = 2  # exit code: what was asked for cannot be done; the last line on stderr says why and what to do


def main(name: str, create: Callable[[Context], Awaitable[Service]]) -> None:
    """Run one service until SIGTERM, or until the launcher is gone. Exits with 2 for what the user can mend."""
    arguments = _arguments(name)
    logging.basicConfig(level=logging.WARNING, format=f"%(levelname).1s {name} %(name)s %(message)s")
    _tell_loads(name)
    faulthandler.enable()
    faulthandler.register(signal.SIGUSR1, all_threads=True)  # the launcher asks for stacks before it kills
    if arguments.supervised:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal's Ctrl-C is for the launcher
    code = 1
    try:
        config = configuration.load(arguments.profile, arguments.config, arguments.set)
        code = asyncio.run(_serve(name, create, config, arguments.run_dir, arguments.supervised))
    except (configuration.ConfigError, BackendError) as error:
        print(f"{name}: {error}", file=sys.stderr)
        code = BAD_INPUT
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)  # threads of model libraries must not hold up the end; everything is closed by now


def _tell_loads(name: str) -> None:
    """How far a large checkpoint is, and after how long: its minutes would look like a program that hangs."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter(f"I {name} after %(relativeCreated)d ms %(message)s"))
    loads = logging.getLogger("models.loading")
    loads.setLevel(logging.INFO)
    loads.addHandler(handler)
    loads.propagate = False


def _arguments(name: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=f"python -m {name}")
    parser.add_argument("--profile", default="lite")
    parser.add_argument("--config", type=Path)
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--run-dir", type=Path, required=True, help="folder of the sockets")
    parser.add_argument("--supervised", action="store_true", help="end when standard input closes")
    return parser.parse_args()


async def _serve(
    name: str,
    create: Callable[[Context], Awaitable[Service]],
    config: configuration.Config,
    run_dir: Path,
    supervised: bool,
) -> int:
    loop = asyncio.get_running_loop()
    stopping = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stopping.set)
    orphaned = asyncio.Event()
    if supervised:
        _watch_parent(loop, stopping, orphaned)
    link = ZmqLink(name, run_dir)
    context = Context(config, SystemClock(), link)
    work = asyncio.create_task(_work(create, context, link), name=name)
    stop = asyncio.create_task(stopping.wait(), name="stop")
    try:
        await asyncio.wait((work, stop), return_when=asyncio.FIRST_COMPLETED)
        if work.done():
            work.result()  # raises what failed
        work.cancel()
        await asyncio.wait((work,))
    finally:
        await link.close()
        if orphaned.is_set():
            shutil.rmtree(run_dir, ignore_errors=True)  # nobody else is left to do it
    return 0


async def _work(create: Callable[[Context], Awaitable[Service]], context: Context, link: ZmqLink) -> None:
    service = await create(context)
    try:
        await Runner(service, context, link, os.getpid()).run()
    finally:
        await service.close()


def _watch_parent(loop: asyncio.AbstractEventLoop, stopping: asyncio.Event, orphaned: asyncio.Event) -> None:
    """Standard input is a pipe whose other end only the launcher holds: its end means the launcher is gone."""

    def readable() -> None:
        if not os.read(0, 1024):
            loop.remove_reader(0)
            orphaned.set()
            stopping.set()

    os.set_blocking(0, False)
    loop.add_reader(0, readable)
