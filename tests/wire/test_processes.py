"""Real child processes under the supervisor: ready, restarted, stopped, and nothing left whatever kills the launcher.

The three services are tiny stand-ins that pass watermarks on; what is tested is starting and ending them.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[2]

SERVICE = """
from wire.messages import Watermark
from wire.process import main

class PassOn:
    name = "{name}"
    def __init__(self, context):
        self.context = context
    def describe(self):
        return "stand-in"
    async def handle(self, message):
        if isinstance(message, Watermark):
            await self.context.send(message)
    async def close(self):
        pass

async def create(context):
    {create}
    return PassOn(context)

if __name__ == "__main__":
    main("{name}", create)
"""

DRIVER = """
import asyncio, json, os, signal, sys
from wire import config
from wire.clock import SystemClock
from wire.edge import processes
from wire.messages import SessionOpened, SessionSettings, Watermark
from wire.supervisor import Launch, StartError

def say(**words):
    print(json.dumps(words), flush=True)

async def watermark_round(edge, seq):
    await edge.send(Watermark(session="s", t_ns=seq, seq=seq))
    async for message in edge.received():
        if isinstance(message, Watermark) and message.seq == seq:
            say(round=seq)
            return

async def session(edge, restarted=""):
    settings = SessionSettings(mode="replay")
    await edge.send(SessionOpened(session="s", t_ns=0, memory="", settings=settings, restarted=restarted))

async def drive(kill):
    overrides = tuple(sys.argv[2:])
    loaded = config.load("fake", overrides=overrides)
    restarts = asyncio.Queue()
    ready = lambda r: say(ready=r.service)
    async with processes(Launch("fake", None, overrides), loaded, SystemClock(), ready) as (edge, supervisor, watch):
        edge.on_restart(restarts.put_nowait)
        await session(edge)
        await watermark_round(edge, 1)
        say(pids=supervisor.pids())
        for n, name in enumerate(kill.split(",") if kill else []):
            os.kill(supervisor.pids()[name], signal.SIGKILL)
            back = asyncio.create_task(restarts.get())
            await asyncio.wait((back, watch), return_when=asyncio.FIRST_COMPLETED)
            if watch.done():
                watch.result()
            await session(edge, back.result())
            say(restarted=back.result())
            await watermark_round(edge, n + 2)
        if not kill:
            await asyncio.Event().wait()

async def main():
    work = asyncio.current_task()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, work.cancel)
    try:
        await drive(sys.argv[1])
    except StartError as error:
        say(error=str(error), code=error.code)

signal.signal(signal.SIGINT, signal.default_int_handler)  # what runs in the background may have it ignored
asyncio.run(main())
"""


class Driver:
    """A launcher in a process of its own, that says what happens as JSON lines."""

    def __init__(self, folder: Path, kill: str, *overrides: str) -> None:
        self.runs = Path(tempfile.mkdtemp(prefix="runs-"))  # short: a socket's path is limited
        environment = os.environ | {"PYTHONPATH": f"{folder}:{ROOT}", "TMPDIR": str(self.runs)}
        self.process = subprocess.Popen(
            [sys.executable, "driver.py", kill, *overrides],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )

    def said(self) -> list[dict[str, object]]:
        out, _ = self.process.communicate(timeout=60)
        return [json.loads(line) for line in out.splitlines()]

    def until(self, key: str) -> dict[str, object]:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if key in (words := json.loads(line)):
                return dict(words)
        raise AssertionError(f"the driver ended before it said {key!r}")

    def left(self, pids: dict[str, int]) -> list[str]:
        """Processes and socket folders that are still there, after waiting for them to go."""
        here = [psutil.Process(p) for p in pids.values() if psutil.pid_exists(p)]
        _, alive = psutil.wait_procs(here, timeout=10)
        return [str(p) for p in alive] + [str(p) for p in self.runs.iterdir()]


@pytest.fixture
def launcher(tmp_path: Path) -> Iterator[Callable[..., Driver]]:
    started: list[Driver] = []

    def start(kill: str = "", *overrides: str, create: str = "pass") -> Driver:
        for name in ("perception", "memory", "reasoning"):
            (tmp_path / name).mkdir(exist_ok=True)
            (tmp_path / name / "__init__.py").touch()
            body = SERVICE.format(name=name, create=create if name == "memory" else "pass")
            (tmp_path / name / "__main__.py").write_text(textwrap.dedent(body))
        (tmp_path / "driver.py").write_text(DRIVER)
        started.append(Driver(tmp_path, kill, *overrides))
        return started[-1]

    yield start
    for driver in started:
        driver.process.kill()
        shutil.rmtree(driver.runs)


@pytest.mark.parametrize("name", ["perception", "memory", "reasoning"])
def test_a_killed_process_is_restarted_and_the_ring_goes_on(launcher: Callable[..., Driver], name: str) -> None:
    driver = launcher(name)
    said = driver.said()
    assert {"restarted": name} in said
    assert {"round": 2} in said
    assert not any(driver.runs.iterdir())


def test_a_process_that_keeps_crashing_ends_the_run(launcher: Callable[..., Driver]) -> None:
    said = launcher("memory,memory,memory", "launch.restarts_per_minute=2").said()
    assert said[-1] == {"error": "memory crashed more than 2 times within a minute", "code": 1}


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left_whatever_ends_the_launcher(launcher: Callable[..., Driver], how: signal.Signals) -> None:
    driver = launcher()
    pids = driver.until("pids")["pids"]
    assert isinstance(pids, dict)
    driver.process.send_signal(how)
    driver.process.wait(20)
    assert driver.left(pids) == []


def test_a_process_that_ignores_the_soft_stop_is_killed(launcher: Callable[..., Driver]) -> None:
    ignore = "import signal, asyncio; asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, lambda: None)"
    driver = launcher("", "launch.stop_deadline_s=0.5", create=ignore)
    pids = driver.until("pids")["pids"]
    assert isinstance(pids, dict)
    driver.process.send_signal(signal.SIGTERM)
    driver.process.wait(20)
    assert driver.left(pids) == []


@pytest.mark.parametrize(
    ("create", "overrides", "error"),
    [
        (
            "from wire.registry import BackendError; raise BackendError('no backend')",
            (),
            {"error": "memory ended with exit code 2 before it was ready", "code": 2},
        ),
        (
            "import asyncio; await asyncio.Event().wait()",
            ("launch.ready_deadline_s=1.5",),
            {
                "error": "memory was not ready within 1.5 s; give it more time with --set launch.ready_deadline_s=120",
                "code": 1,
            },
        ),
    ],
)
def test_a_start_that_fails_names_the_process(
    launcher: Callable[..., Driver], create: str, overrides: tuple[str, ...], error: dict[str, object]
) -> None:
    driver = launcher("", *overrides, create=create)
    assert driver.said()[-1] == error
    assert not any(driver.runs.iterdir())
