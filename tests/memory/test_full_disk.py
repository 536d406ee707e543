"""A real disk that is full: the operator is told, nothing acknowledged is lost, and with room again all is well."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.process

HERE = Path(__file__).parent


def _on_a_small_disk(disk: Path, n_bytes: int) -> dict[str, list[str]]:
    """What full_disk.py prints, run where it may mount a disk that nobody else sees."""
    command = [sys.executable, str(HERE / "full_disk.py"), str(disk), str(n_bytes)]
    root = [] if os.geteuid() == 0 else ["--map-root-user"]
    paths = os.pathsep.join((str(HERE), str(HERE.parents[1])))
    done = subprocess.run(
        ["unshare", *root, "--mount", *command], capture_output=True, text=True, env={**os.environ, "PYTHONPATH": paths}
    )
    lines = done.stdout.splitlines()
    if lines[:1] != ["mounted"]:
        pytest.skip(f"no disk can be mounted here: {done.stderr.strip().splitlines()[-1:]}")
    assert done.returncode == 0, done.stderr
    found: dict[str, list[str]] = {}
    for line in lines[1:]:
        found |= json.loads(line)
    return found


@pytest.mark.parametrize("n_bytes", [10, 200_000])  # full by what is written to the database, or to key frames
def test_a_full_disk_is_told_and_loses_nothing_acknowledged(tmp_path: Path, n_bytes: int) -> None:
    found = _on_a_small_disk(tmp_path, n_bytes)
    assert len(found["told"]) == 1
    assert "see that the disk has room" in found["told"][0]
    assert len(found["acknowledged"]) >= 3
    assert not found["again"] or "room" in found["again"]
    assert set(found["kept"]) >= set(found["acknowledged"])
    assert found["wrong"] == []


_READ_ONLY = """
import subprocess, sys
from pathlib import Path
from memory.keeper import Keeper
from memory.schema import MemoryUnusable
disk = sys.argv[1]
subprocess.run(["mount", "-t", "tmpfs", "tmpfs", disk], check=True)
Keeper(disk, 4, 4).close()
subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
print("mounted", flush=True)
try:
    Keeper(disk, 4, 4)
except MemoryUnusable as error:
    print(error)
"""


def test_a_folder_that_may_not_be_written_is_told(tmp_path: Path) -> None:
    root = [] if os.geteuid() == 0 else ["--map-root-user"]
    command = ["unshare", *root, "--mount", sys.executable, "-c", _READ_ONLY, str(tmp_path)]
    done = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(HERE.parents[1])}
    )
    lines = done.stdout.splitlines()
    if lines[:1] != ["mounted"]:
        pytest.skip(f"no disk can be mounted here: {done.stderr.strip().splitlines()[-1:]}")
    assert done.returncode == 0, done.stderr
    assert len(lines) == 2
    assert "cannot be written: Read-only file system; choose another folder" in lines[1]
