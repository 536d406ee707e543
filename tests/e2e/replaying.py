"""Runs `launch.py replay` as a user would, and looks at what it left behind. Shared by the tests of this folder."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.processes import PROC, tree

ROOT = Path(__file__).resolve().parents[2]
DEADLINE_S = 280.0
LOOK_EVERY_S = 0.05


@dataclass(frozen=True)
class Replayed:
    """What a finished run printed and wrote."""

    code: int
    output: str
    folder: Path

    @property
    def answers(self) -> list[dict[str, Any]]:
        return lines(self.folder / "answers.jsonl")

    @property
    def events(self) -> list[dict[str, Any]]:
        return lines(self.folder / "events.jsonl")

    def said(self) -> list[dict[str, Any]]:
        """The answers without what clocks measured."""
        return [{k: v for k, v in answer.items() if not k.startswith("wall_")} for answer in self.answers]


def lines(path: Path) -> list[dict[str, Any]]:
    """Complete lines of a JSONL file that may still be written to."""
    if not path.exists():
        return []
    complete = path.read_text(encoding="utf-8").rpartition("\n")[0]
    return [json.loads(line) for line in complete.splitlines()]


class Replaying:
    """A replay that runs now. Use as a context manager; leaving it kills what still runs."""

    def __init__(self, stream: Path, folder: Path, *more: str) -> None:
        self.folder = folder
        folder.parent.mkdir(parents=True, exist_ok=True)
        self._log = folder.parent / f"{folder.name}.log"
        self._sink = self._log.open("w")
        command = [sys.executable, str(ROOT / "launch.py"), "replay", str(stream), "--out", str(folder), *more]
        self.process = subprocess.Popen(command, stdout=self._sink, stderr=subprocess.STDOUT, cwd=folder.parent)
        self.pids: set[int] = set()

    def __enter__(self) -> Replaying:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._sink.close()

    def until(self, condition: Callable[[], bool]) -> None:
        """Wait until the condition holds. Raises AssertionError when the run ends before, or takes too long."""
        for _ in range(round(DEADLINE_S / LOOK_EVERY_S)):
            self.pids |= set(tree(self.process.pid))
            if condition():
                return
            try:
                self.process.wait(LOOK_EVERY_S)
            except subprocess.TimeoutExpired:
                continue
            raise AssertionError(f"the replay ended with {self.process.returncode}:\n{self._log.read_text()[-3000:]}")
        raise AssertionError(f"not within {DEADLINE_S:g} s:\n{self._log.read_text()[-3000:]}")

    def reached(self, media_s: float) -> bool:
        """The journal has come so far."""
        return any(event["t"] >= media_s for event in lines(self.folder / "events.jsonl"))

    def child(self, name: str) -> int:
        """The pid of perception, memory or reasoning."""
        found = [pid for pid in tree(self.process.pid) if f"-m\0{name}\0" in _command_line(pid)]
        assert len(found) == 1, f"{len(found)} processes of {name}"
        return found[0]

    def kill(self, name: str) -> None:
        os.kill(self.child(name), signal.SIGKILL)

    def finish(self) -> Replayed:
        code = self.process.wait(DEADLINE_S)
        return Replayed(code, self._log.read_text(), self.folder)


def _command_line(pid: int) -> str:
    try:
        return (PROC / str(pid) / "cmdline").read_text()
    except OSError:
        return ""


def replay(stream: Path, folder: Path, *more: str) -> Replayed:
    """Run to the end, which must be a good one."""
    with Replaying(stream, folder, *more) as running:
        done = running.finish()
    assert done.code == 0, f"exit code {done.code}:\n{done.output[-3000:]}"
    return done


def alive(pids: set[int]) -> set[int]:
    """Those of the processes that still run our code."""
    return {pid for pid in pids if "launch.py" in (line := _command_line(pid)) or "--supervised" in line}


def socket_folders() -> set[Path]:
    return set(Path(os.environ.get("TMPDIR", "/tmp")).glob("omnilive-*"))
