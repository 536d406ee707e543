"""kill -9 of each process in the middle of a replay with the fake profile: it is restarted, nothing is left over."""

from __future__ import annotations

import os
import select
import signal
from pathlib import Path

import pytest
from replaying import Replayed, Replaying, alive, socket_folders

from bench.sample.model import Ask, Expect, Mover, Plate, Say, Scene, Script
from bench.sample.write import write

pytestmark = pytest.mark.process

CLIP = Script(
    name="clip",
    narrator="slt",
    asker="rms",
    scenes=(
        Scene(
            name="one",
            style="wall",
            colour="",
            seconds=12.0,
            things=(
                Plate(lines=("OPEN",), plate="green", ink="white"),
                Mover(shape="square", colour="blue", come="left", start=2.0, end=9.0, y=0.75),
            ),
            beats=(
                Say(text="Good morning to all of you."),
                Ask(text="What does the sign say?", at=5.0, expect=Expect(kind="text", all=(("open",),))),
                Ask(text="Which shape moved?", at=10.0, expect=Expect(kind="motion", all=(("square",),))),
            ),
        ),
    ),
)
FAKE = ("--profile", "fake", "--speed", "4x")


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clip")
    write(CLIP, folder)
    return folder


@pytest.mark.parametrize("name", ["perception", "memory", "reasoning"])
def test_a_killed_process_is_restarted_and_the_run_finishes(clip: Path, tmp_path: Path, name: str) -> None:
    folders = socket_folders()
    questions = ("--questions", str(clip / "questions.jsonl"))
    with Replaying(clip / "stream.mp4", tmp_path / "out", *questions, *FAKE) as running:
        running.until(lambda: running.reached(4.0))
        victim = running.child(name)
        running.kill(name)
        running.until(lambda: any(e["event"] == "restarted" for e in Replayed(0, "", running.folder).events))
        assert running.child(name) != victim
        done = running.finish()
    assert done.code == 0, done.output[-3000:]
    assert {a["id"] for a in done.answers} >= {"q01", "q02"}
    report = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert name in report
    assert "restarted" in report
    assert alive(running.pids) == set()
    assert socket_folders() <= folders


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_when_the_launcher_is_ended(clip: Path, tmp_path: Path, number: signal.Signals) -> None:
    with Replaying(clip / "stream.mp4", tmp_path / "out", "--profile", "fake", "--speed", "1x") as running:
        running.until(lambda: running.reached(2.0))  # what it hears last: at 1x all of them then have work left
        children = {running.child(name) for name in ("perception", "memory", "reasoning")}
        os.kill(running.process.pid, number)
        running.process.wait(20)
        for pid in children:
            gone(pid)
    assert alive(children | running.pids) == set()


def gone(pid: int) -> None:
    """Wait for a process that is not our child."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    ready, _, _ = select.select([descriptor], [], [], 20)
    os.close(descriptor)
    assert ready, f"process {pid} still runs"
