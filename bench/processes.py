"""Watches a tree of processes from outside: proportional memory of all of them together. Linux only."""

from __future__ import annotations

import platform
import threading
from collections import defaultdict
from pathlib import Path

PROC = Path("/proc")


def tree(root_pid: int) -> list[int]:
    """A process and all its descendants, as of now."""
    children: defaultdict[int, list[int]] = defaultdict(list)
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text()
            except OSError:  # it ended meanwhile
                continue
            children[int(stat.rpartition(")")[2].split()[1])].append(int(entry.name))
    found = [root_pid]
    for pid in found:
        found += children[pid]
    return found


def pss_bytes(pid: int) -> int:
    """Memory of one process, with what it shares counted in proportion; 0 for one that is gone."""
    try:
        rollup = (PROC / str(pid) / "smaps_rollup").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in rollup.splitlines() if line.startswith("Pss:")), 0)


def machine() -> str:
    """What was measured on: processor, cores, memory, system."""
    cpu = next((x.partition(":")[2].strip() for x in _lines("/proc/cpuinfo") if x.startswith("model name")), "?")
    n_cores = sum(x.startswith("processor") for x in _lines("/proc/cpuinfo"))
    memory_kb = next((int(x.split()[1]) for x in _lines("/proc/meminfo") if x.startswith("MemTotal")), 0)
    return f"{n_cores} x {cpu}, {memory_kb / 2**20:.0f} GiB, {platform.system()} {platform.machine()}"


def _lines(path: str) -> list[str]:
    return Path(path).read_text(encoding="utf-8").splitlines()


class PeakMemory:
    """Samples the memory of a process tree until stopped."""

    def __init__(self, root_pid: int, every_s: float = 0.5) -> None:
        self.peak_bytes = 0
        self.peak_n_processes = 0
        self._root_pid = root_pid
        self._every_s = every_s
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="peak memory", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._stopped.wait(self._every_s):
            pids = tree(self._root_pid)
            self.peak_bytes = max(self.peak_bytes, sum(map(pss_bytes, pids)))
            self.peak_n_processes = max(self.peak_n_processes, len(pids))

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()
