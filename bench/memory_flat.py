"""What a day of stream costs: time for each clip, resident memory and disk, hour by hour, of the process as it runs.

    python -m bench.memory_flat --hours 24

Starts `python -m memory` and sends it, over its own sockets, what perception would send at one frame a second, as fast
as it takes it. Ends with one JSON line.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import psutil

from bench.memory_world import S, world
from wire.link import Lane
from wire.messages import Message, Ready, SessionClosed, SessionOpened, SessionSettings, Watermark
from wire.topology import LAUNCH, PERCEPTION, REASONING, STREAMER
from wire.zmq_link import ZmqLink

OTHERS = (PERCEPTION, REASONING, STREAMER, LAUNCH)
EVERY_S = 10  # media seconds between two watermarks
AHEAD = 6  # watermarks that may be on their way


class Peers:
    """The other processes as far as the memory process can tell: they send what they are told and read everything."""

    def __init__(self, run_dir: Path) -> None:
        self.links = {name: ZmqLink(name, run_dir) for name in OTHERS}
        self.back_ns = -1  # newest watermark that came round
        self.news = asyncio.Condition()
        self.ready = asyncio.Event()

    async def read(self, name: str, lane: Lane) -> None:
        async for message in self.links[name].receive(lane):
            await self._take(name, message)

    async def _take(self, name: str, message: Message) -> None:
        if isinstance(message, Ready):
            self.ready.set()
        elif isinstance(message, Watermark) and name == REASONING:  # memory's successor in the ring
            async with self.news:
                self.back_ns = max(self.back_ns, message.t_ns)
                self.news.notify_all()

    async def passed(self, t_ns: int) -> None:
        """Wait until everything up to t_ns is on disk."""
        async with self.news:
            await self.news.wait_for(lambda: self.back_ns >= t_ns)


@contextlib.asynccontextmanager
async def running(run_dir: Path) -> AsyncIterator[tuple[Peers, psutil.Process]]:
    """A memory process and its peers."""
    peers = Peers(run_dir)
    command = (sys.executable, "-m", "memory", "--run-dir", str(run_dir))
    process = await asyncio.create_subprocess_exec(*command, env={**os.environ, "PYTHONPATH": os.getcwd()})
    tasks = [
        asyncio.create_task(peers.read(name, lane), name=f"{name} {lane}")
        for name, link in peers.links.items()
        for lane in link.lanes()
    ]
    try:
        await asyncio.wait_for(peers.ready.wait(), 120)
        yield peers, psutil.Process(process.pid)
    finally:
        process.terminate()
        await asyncio.wait_for(process.wait(), 30)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for link in peers.links.values():
            await link.close()


async def measure(hours: int, name: str, seed: int, run_dir: Path, memory: Path) -> list[dict[str, float]]:
    stream = world(name, hours, seed)
    rows = []
    async with running(run_dir) as (peers, process):
        settings = SessionSettings(mode="live", listen="ambient")
        opened = SessionOpened(session="w", t_ns=0, memory=str(memory), settings=settings)
        await peers.links[STREAMER].send(opened)
        send = peers.links[PERCEPTION].send
        cpu_s = _cpu_s(process)
        for hour in range(hours):
            for start in range(hour * 3600, (hour + 1) * 3600, EVERY_S):
                for message in stream.messages("w", start, start + EVERY_S):
                    await send(message)
                end_ns = (start + EVERY_S) * S
                await send(Watermark(session="w", t_ns=end_ns, seq=start // EVERY_S))
                await peers.passed(end_ns - AHEAD * EVERY_S * S)
            await peers.passed((hour + 1) * 3600 * S)
            info, now_s = process.memory_full_info(), _cpu_s(process)
            row = {
                "hour": hour + 1, "rss_mb": round(info.rss / 1e6, 1), "uss_mb": round(info.uss / 1e6, 1),
                "cpu_s": round(now_s - cpu_s, 2), "database_mb": _mb(memory, "memory.db"),
                "all_mb": _mb(memory, "**/*"),
            }  # fmt: skip
            cpu_s = now_s
            rows.append(row)
            print(json.dumps(row), flush=True)
        await peers.links[STREAMER].send(SessionClosed(session="w", t_ns=hours * 3600 * S))
    return rows


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _mb(folder: Path, pattern: str) -> float:
    return round(sum(p.stat().st_size for p in folder.glob(pattern) if p.is_file()) / 1e6, 2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=int, default=24)
    parser.add_argument("--world", choices=("tuning", "trial"), default="trial")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="flat-") as folder:
        run_dir, memory = Path(folder, "run"), Path(folder, "memory")
        run_dir.mkdir()
        rows = asyncio.run(measure(arguments.hours, arguments.world, arguments.seed, run_dir, memory))
    first, last = rows[0], rows[-1]
    report = {
        "bench": "memory_flat", "hours": arguments.hours, "seed": arguments.seed,
        "rss_growth_mb": round(last["rss_mb"] - first["rss_mb"], 1), "rss_mb": last["rss_mb"],
        "cost_of_last_to_first_hour": round(last["cpu_s"] / first["cpu_s"], 2),
        "database_mb_per_hour": round(last["database_mb"] / arguments.hours, 2),
        "disk_mb_per_hour": round(last["all_mb"] / arguments.hours, 2), "by_hour": rows,
    }  # fmt: skip
    print(json.dumps(report))


if __name__ == "__main__":
    main()
