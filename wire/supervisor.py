"""Starts perception, memory and reasoning, waits until they are ready, restarts what crashes, leaves nothing behind."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import shutil
import signal
import sys
import sysconfig
import tempfile
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from wire.clock import Clock
from wire.config import LaunchConfig
from wire.link import Lane, Link
from wire.messages import Ready
from wire.topology import LAUNCH, PROCESSES
from wire.zmq_link import ZmqLink

log = logging.getLogger(__name__)

_SOCKET_PATH_BYTES = 107  # what the kernel allows a unix socket's path
_STACK_DUMP_S = 0.5  # a process that does not stop gets so long to write its stacks


class StartError(Exception):
    """The processes cannot run. `code` is the exit code; the sentence names the process."""

    def __init__(self, sentence: str, code: int = 1) -> None:
        super().__init__(sentence)
        self.code = code


class RestartBudget:
    """How soon a crashed process may start again: backoff doubles, and there is an end to it. Time is given."""

    def __init__(self, per_minute: int, backoff_s: float) -> None:
        self._per_minute = per_minute
        self._backoff_s = backoff_s
        self._crashes: deque[float] = deque()

    def crashed(self, now_s: float) -> float | None:
        """Seconds to wait before the restart, or None when it crashed too often within the last minute."""
        while self._crashes and now_s - self._crashes[0] > 60:
            self._crashes.popleft()
        self._crashes.append(now_s)
        n = len(self._crashes)
        return None if n > self._per_minute else float(self._backoff_s * 2 ** (n - 1))


@dataclass(frozen=True)
class Launch:
    """What the children are started with: the same words on the command line that the launcher got."""

    profile: str
    config_file: Path | None
    overrides: tuple[str, ...]

    def command(self, name: str, run_dir: Path) -> list[str]:
        command = [sys.executable, "-m", name, "--supervised", "--run-dir", str(run_dir), "--profile", self.profile]
        if self.config_file is not None:
            command += ["--config", str(self.config_file.resolve())]
        for override in self.overrides:
            command += ["--set", override]
        return command


class Supervisor:
    """The three child processes of one launch. Use `running()`."""

    def __init__(
        self, launch: Launch, config: LaunchConfig, clock: Clock, restarted: Callable[[str], Awaitable[None]]
    ) -> None:
        self._launch = launch
        self._config = config
        self._clock = clock
        self._restarted = restarted
        self._children: dict[str, asyncio.subprocess.Process] = {}
        self._ready: dict[str, asyncio.Queue[Ready]] = {name: asyncio.Queue() for name in PROCESSES}
        self._stopping = False
        self._budgets = {
            name: RestartBudget(config.restarts_per_minute, config.restart_backoff_s) for name in PROCESSES
        }

    def pids(self) -> dict[str, int]:
        return {name: child.pid for name, child in self._children.items()}

    @contextlib.asynccontextmanager
    async def running(self, run_dir: Path, progress: Callable[[Ready], None]) -> AsyncIterator[asyncio.Task[None]]:
        """Start all, wait until all are Ready (calling `progress` for each); yields the task that watches them,
        which ends only by StartError. On leaving, all children are gone."""
        link = ZmqLink(LAUNCH, run_dir)
        readers = [asyncio.create_task(self._listen(link, lane), name=f"launch reads {lane}") for lane in link.lanes()]
        watch: asyncio.Task[None] | None = None
        try:
            for name in PROCESSES:
                await self._spawn(name, run_dir)
            await self._wait_ready(progress)
            watch = asyncio.create_task(self._watch_all(run_dir), name="supervise")
            yield watch
        finally:
            self._stopping = True
            tasks = [*readers, *([watch] if watch is not None else [])]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await asyncio.shield(self._stop_all())
            await link.close()

    async def _listen(self, link: Link, lane: Lane) -> None:
        async for message in link.receive(lane):
            if isinstance(message, Ready):
                self._ready[message.service].put_nowait(message)

    async def _spawn(self, name: str, run_dir: Path) -> None:
        self._children[name] = await asyncio.create_subprocess_exec(
            *self._launch.command(name, run_dir), stdin=asyncio.subprocess.PIPE, env=_environment()
        )

    async def _wait_ready(self, progress: Callable[[Ready], None]) -> None:
        async def one(name: str) -> None:
            progress(await self._ready_or_dead(name))

        await asyncio.gather(*(one(name) for name in PROCESSES))

    async def _ready_or_dead(self, name: str) -> Ready:
        child = self._children[name]
        ready = asyncio.ensure_future(self._ready[name].get())
        dead = asyncio.ensure_future(child.wait())
        late = asyncio.ensure_future(self._clock.sleep(self._config.ready_deadline_s))
        try:
            await asyncio.wait((ready, dead, late), return_when=asyncio.FIRST_COMPLETED)
            if ready.done():
                return ready.result()
            if dead.done():
                raise StartError(
                    f"{name} ended with exit code {dead.result()} before it was ready", 2 if dead.result() == 2 else 1
                )
            raise StartError(
                f"{name} was not ready within {self._config.ready_deadline_s:g} s; "
                "give it more time with --set launch.ready_deadline_s=120"
            )
        finally:
            for waiting in (ready, dead, late):
                waiting.cancel()

    async def _watch_all(self, run_dir: Path) -> None:
        try:
            async with asyncio.TaskGroup() as tasks:
                for name in PROCESSES:
                    tasks.create_task(self._watch(name, run_dir), name=f"watch {name}")
        except* StartError as group:
            raise group.exceptions[0] from None

    async def _watch(self, name: str, run_dir: Path) -> None:
        while True:
            code = await self._children[name].wait()
            wait_s = self._budgets[name].crashed(self._clock.now_ns() / 1e9)
            if wait_s is None:
                raise StartError(f"{name} crashed more than {self._config.restarts_per_minute} times within a minute")
            log.warning("x %s ended with exit code %s, restarting in %.1f s", name, code, wait_s)
            await self._clock.sleep(wait_s)
            await self._spawn(name, run_dir)
            await self._ready_or_dead(name)
            await self._restarted(name)

    async def _stop_all(self) -> None:
        """Ask all at once, wait, ask for stacks, kill."""
        alive = [c for c in self._children.values() if c.returncode is None]
        for child in alive:
            with contextlib.suppress(ProcessLookupError):
                child.terminate()
        if alive:
            await self._gone(alive, self._config.stop_deadline_s)
        for name, child in self._children.items():
            if child.returncode is None:
                log.warning("x %s did not stop within %g s; its stacks:", name, self._config.stop_deadline_s)
                child.send_signal(signal.SIGUSR1)
        alive = [c for c in alive if c.returncode is None]
        if alive:
            await self._gone(alive, _STACK_DUMP_S)
        for child in alive:
            if child.returncode is None:
                child.kill()
        for child in self._children.values():
            await child.wait()

    async def _gone(self, children: list[asyncio.subprocess.Process], seconds: float) -> None:
        late = asyncio.ensure_future(self._clock.sleep(seconds))
        gone = asyncio.gather(*(c.wait() for c in children))
        await asyncio.wait((late, gone), return_when=asyncio.FIRST_COMPLETED)
        late.cancel()
        if not gone.done():
            gone.cancel()
            await asyncio.gather(gone, return_exceptions=True)


def _environment() -> dict[str, str]:
    """Ours, in which a child finds its package though neither installed nor in the current folder."""
    here = str(Path(__file__).resolve().parents[1])
    if here == sysconfig.get_path("purelib"):
        return dict(os.environ)
    more = os.environ.get("PYTHONPATH")
    return {**os.environ, "PYTHONPATH": f"{here}{os.pathsep}{more}" if more else here}


@contextlib.contextmanager
def private_run_dir() -> Iterator[Path]:
    """A folder for the sockets that only this user may enter; gone afterwards."""
    base = tempfile.gettempdir()
    fits = len(base) + len("/omnilive-12345678/perception.reasoning.ordered") <= _SOCKET_PATH_BYTES
    folder = Path(tempfile.mkdtemp(prefix="omnilive-", dir=base if fits else "/tmp"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
