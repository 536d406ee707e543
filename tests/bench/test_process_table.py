"""Watching processes from outside."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from bench.processes import machine, pss_bytes, tree

pytestmark = pytest.mark.unit


def test_counts_itself_and_its_children() -> None:
    waits = [sys.executable, "-c", "import sys; print('up', flush=True); sys.stdin.read()"]
    with subprocess.Popen(waits, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        assert {os.getpid(), child.pid} <= set(tree(os.getpid()))
        assert tree(child.pid) == [child.pid]
        assert 1_000_000 < pss_bytes(child.pid) < pss_bytes(os.getpid())
        assert child.stdin is not None
        child.stdin.close()
        child.wait()
    assert pss_bytes(child.pid) == 0


def test_names_the_machine() -> None:
    assert "GiB" in machine()
