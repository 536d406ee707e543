"""When a crashed process may start again."""

from __future__ import annotations

from pathlib import Path

import pytest

from wire.supervisor import Launch, RestartBudget

pytestmark = pytest.mark.unit


def test_backoff_doubles_and_ends() -> None:
    budget = RestartBudget(per_minute=3, backoff_s=0.2)
    assert [budget.crashed(t) for t in (0.0, 1.0, 2.0)] == [0.2, 0.4, 0.8]
    assert budget.crashed(3.0) is None


def test_crashes_older_than_a_minute_are_forgiven() -> None:
    budget = RestartBudget(per_minute=2, backoff_s=0.5)
    assert budget.crashed(0.0) == 0.5
    assert budget.crashed(70.0) == 0.5
    assert budget.crashed(75.0) == 1.0
    assert budget.crashed(76.0) is None


def test_children_get_the_words_of_the_command_line() -> None:
    launch = Launch("fake", None, ("streamer.fps=2",))
    command = launch.command("memory", run_dir=Path("/r"))
    assert command[1:3] == ["-m", "memory"]
    assert command[-4:] == ["--profile", "fake", "--set", "streamer.fps=2"]
