"""Run by test_full_disk in a process of its own: remember on a disk of two megabytes until it is full, then look.

Prints one JSON object: told, the sentences for the operator; acknowledged, the seconds whose watermark came round;
again, what is told when the memory is opened while the disk is still full; and, with room again, kept, the seconds that
are remembered, and wrong, what `verify` finds.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

from desk_tools import S, memory, sign

from memory.check import problems
from memory.keeper import Keeper
from memory.schema import MemoryUnusable
from wire.messages import Warned, Watermark

DIM = 16  # any


async def remember(folder: Path, n_bytes: int) -> tuple[list[str], list[int]]:
    """See one frame a second, each with a picture of so many bytes, until it fails."""
    async with memory() as m:
        await m.open(folder)
        try:
            for t in range(10_000):
                await m.see(t, sign(f"SIGN {t}"), look=t, jpeg=os.urandom(n_bytes))
                await m.mark(t)
        except Exception:  # whatever it is, the process would end now
            told = [x.sentence for x in m.out.sent if isinstance(x, Warned)]
            return told, [round(x.t_ns / S) for x in m.out.sent if isinstance(x, Watermark)]
        finally:
            m.service.close = _nothing  # type: ignore[method-assign]  # the process ends without being asked
    raise AssertionError("the disk was never full")


async def _nothing() -> None:
    pass


def main() -> None:
    disk, n_bytes = Path(sys.argv[1]), int(sys.argv[2])
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)], check=True)
    print("mounted", flush=True)
    ballast, folder = disk / "ballast", disk / "memory"
    ballast.write_bytes(b"\0" * 500_000)
    (disk / "rest").touch()
    child = os.fork()
    if child == 0:
        told, acknowledged = asyncio.run(remember(folder, n_bytes))
        print(json.dumps({"told": told, "acknowledged": acknowledged}), flush=True)
        os._exit(0)
    os.waitpid(child, 0)
    with (disk / "rest").open("ab", buffering=0) as rest:  # what is left of the disk
        try:
            while True:
                rest.write(b"\0" * 512)
        except OSError:
            pass
    try:
        Keeper(str(folder), DIM, DIM)._lock.release()
        again = ""
    except MemoryUnusable as error:
        again = str(error)
    (disk / "rest").unlink(missing_ok=True)
    ballast.unlink()
    keeper = Keeper(str(folder), DIM, DIM)
    found = keeper.store.overlapping(1, -1, 2**60, ("text",), limit=10**5)
    kept = [int(f.event.subject.split()[1]) for f in found]
    wrong = list(problems(folder, keeper.store, keeper.archive))
    print(json.dumps({"again": again, "kept": kept, "wrong": wrong}), flush=True)


if __name__ == "__main__":
    main()
