"""Kill the owner of a memory at any moment, open it again, and see what was lost or came back.

    python -m bench.memory_crash --rounds 200            # kill -9 at random moments
    python -m bench.memory_crash --rounds 200 --calls    # at the n-th write, rename, unlink or truncate (needs strace)

The child writes, erases, switches its index and migrates, and says what is acknowledged; the parent kills it, opens the
memory and compares. A child is the fork of one that has loaded everything; a memory lives through LIVES rounds. Ends
with one JSON line; exit code 1 if anything was lost or came back.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import multiprocessing
import os
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from memory import keeper as keeping
from memory.check import problems
from memory.clip import Clip, KeyFrame
from memory.events import Event, row_id
from memory.index import VectorIndex, build_lists
from memory.keeper import CompressedClip, Keeper
from memory.timeline import Step
from memory.upkeep import Wish

S = 10**9
DIM = 16
CALLS = "write,pwrite64,rename,unlink,ftruncate"
ERASE_EVERY, SWITCH_EVERY = 23, 61  # seconds of media
EXACT_UP_TO = 40  # vectors, so that the switch happens often
LIVES = 20  # rounds with one memory; the larger it is, the longer it takes to look through it
_SERVER = multiprocessing.get_context("forkserver")
_TRACE = re.compile(rb"(?:what was seen in|pixels of) second (\d{5})")


@dataclass
class Said:
    """What the child had acknowledged when it ended."""

    seconds: int = -1
    erased: set[int] = field(default_factory=set)
    began: set[int] = field(default_factory=set)  # erasing of these was begun: they may be there or not


def text(second: int) -> str:
    return f"what was seen in second {second:05d}"


def child(folder: Path, first: int, seed: int, say: Callable[[str], None]) -> None:
    """Write second after second until killed."""
    keeping.VectorIndex = partial(VectorIndex, exact_up_to=EXACT_UP_TO)  # type: ignore[attr-defined, assignment]
    rng = random.Random(seed)
    keeper = Keeper(str(folder), DIM, DIM)
    row = keeper.open_session("s", "live", 1000.0, resume=True).row
    say("ready 0")
    for second in range(first, first + 100_000):
        _write(keeper, second)
        keeper.commit(row.no, None, second * S, second, second + 2, second + 2)
        say(f"ack {second}")
        if second % ERASE_EVERY == ERASE_EVERY - 1:
            start = rng.randrange(max(0, second - 200), second - 5)
            say(f"erasing {start} {start + 4}")
            keeper.upkeep.settle(keeper.upkeep.erase(Wish(((row.no, start * S, (start + 5) * S - 1),))))
            say(f"erased {start} {start + 4}")
        if second % SWITCH_EVERY == SWITCH_EVERY - 1 and (name := keeper.upkeep.crowded()):
            keeper.upkeep.adopt(name, build_lists(keeper.upkeep.snapshot(name)))
            keeper.upkeep.save_indexes()


def _write(keeper: Keeper, second: int) -> None:
    row = keeper.store.session(1)
    event = Event(
        id=row_id(1, second + 1), session=1, kind="text", start_ns=second * S, end_ns=second * S + S // 2,
        text=text(second), subject=text(second), key_frame=f"1-{second * 1000:010d}",
    )  # fmt: skip
    picture = KeyFrame(event.key_frame, second * S, f"pixels of second {second:05d}".encode())
    keeper.write(row, Step((event,), (), (picture,)), 5.0)
    ids = [identity for identity, _ in keeper.unembedded(100)]
    keeper.embedded(ids, np.random.default_rng(second).normal(size=(len(ids), DIM)).astype(np.float32))
    look = np.ones((1, DIM), np.float32)
    clip = Clip(row_id(1, second + 1), 1, second * S, second * S + S // 2, 1, (text(second),), event.key_frame, look)
    keeper.put_clips([CompressedClip(clip, look[0])])


def heard(lines: Iterator[str], said: Said) -> None:
    """Read what the child acknowledged."""
    for line in lines:
        words = line.split()
        if words[0] == "ack" and len(words) == 2:
            said.seconds = int(words[1])
        elif words[0] in ("erasing", "erased") and len(words) == 3:
            span = set(range(int(words[1]), int(words[2]) + 1))
            (said.began if words[0] == "erasing" else said.erased).update(span)


def examine(folder: Path, said: Said) -> tuple[list[str], float]:
    """Open the memory; sentences about what is wrong, and how long it took until it was ready."""
    began = time.perf_counter()
    keeper = Keeper(str(folder), DIM, DIM)
    ready_s = time.perf_counter() - began
    wrong = []
    try:
        found = keeper.store.overlapping(1, -1, 2**60, (), limit=10**6) if keeper.store.sessions() else []
        there = {f.event.subject for f in found}
        for second in range(said.seconds + 1):
            if second not in said.began and text(second) not in there:
                wrong.append(f"second {second} was acknowledged and is lost")
            if second in said.erased and text(second) in there:
                wrong.append(f"second {second} was erased and is back")
        wrong += [f"{name} holds something erased" for name in traces(folder, said.erased)]
        wrong += problems(folder, keeper.store, keeper.archive)
        numbers = keeper.numbers()
        if numbers["vectors"] > numbers["phrases"]:
            wrong.append("the index holds more than the database")
    finally:
        keeper.close()
    return wrong, ready_s


def downgrade(folder: Path) -> None:
    """Make the memory one of the first version, so that the next opening migrates it."""
    database = sqlite3.connect(folder / "memory.db")
    database.executescript("DROP TABLE nodes; ALTER TABLE phrases DROP COLUMN words; PRAGMA user_version = 1;")
    database.close()


def one_round(folder: Path, said: Said, rng: random.Random, calls: bool) -> None:
    """Run the child on the memory and kill it somewhere."""
    seed, lines_limit, write_limit = rng.randrange(10**6), rng.randrange(1, 120), rng.randrange(1, 2500)
    told, theirs = multiprocessing.Pipe()
    process = _SERVER.Process(target=_forked, args=(theirs, folder, said.seconds + 1, seed))
    process.start()
    theirs.close()
    cutter = _cut_at(process.pid or 0, write_limit) if calls else None
    told.send("go")
    lines: list[str] = []
    with contextlib.suppress(EOFError, ConnectionError), told:
        while True:
            lines.append(told.recv())
            if not calls and len(lines) == lines_limit:
                time.sleep(rng.random() * 0.01)
                process.kill()
    process.join()
    if cutter is not None:
        cutter.communicate()
    heard(iter(lines), said)


def _forked(told: Connection, folder: Path, first: int, seed: int) -> None:
    told.recv()
    child(folder, first, seed, told.send)


def _cut_at(pid: int, number: int) -> subprocess.Popen[str]:
    """strace on that process; kills it at its n-th write."""
    command = ["strace", "-f", "-o", "/dev/null", "-e", f"trace={CALLS}", "-p", str(pid)]
    command += ["-e", f"inject={CALLS}:signal=SIGKILL:when={number}"]
    tracer = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert tracer.stderr is not None
    told = tracer.stderr.readline()
    if "attached" not in told:
        raise SystemExit(f"strace cannot watch a process here: {told.strip()}")
    return tracer


def traces(folder: Path, erased: set[int]) -> list[str]:
    """Files that hold what was seen or shown in an erased second."""
    found = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        if any(int(second) in erased for second in _TRACE.findall(path.read_bytes())):
            found.append(str(path.relative_to(folder)))
    return found


def run(rounds: int, seed: int, calls: bool) -> dict[str, object]:
    os.environ["PYTHONWARNINGS"] = "ignore::RuntimeWarning:runpy"  # it finds this module loaded, which is the point
    _SERVER.set_forkserver_preload(["bench.memory_crash"])
    rng = random.Random(seed)
    wrong: list[str] = []
    slowest, acknowledged, erased = 0.0, 0, 0
    for first in range(0, rounds, LIVES):
        said, folder = Said(), Path(tempfile.mkdtemp(prefix="crash-"))
        try:
            for number in range(first, min(rounds, first + LIVES)):
                if number % 10 == 9:
                    downgrade(folder)
                one_round(folder, said, rng, calls)
                if not (folder / "memory.db").exists():
                    continue
                found, ready_s = examine(folder, said)
                slowest = max(slowest, ready_s)
                wrong += [f"round {number}: {sentence}" for sentence in found]
                for sentence in found:
                    print(f"round {number}: {sentence}", flush=True)
                # Half-done erasing is settled by what is there now.
                there = _there(folder)
                said.erased |= {n for n in said.began if n <= said.seconds and n not in there}
                said.began = set(said.erased)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        acknowledged, erased = acknowledged + said.seconds + 1, erased + len(said.erased)
        print(f"{min(rounds, first + LIVES)} rounds, {len(wrong)} wrong", file=sys.stderr, flush=True)
    return {
        "bench": "memory_crash", "rounds": rounds, "calls": calls, "seed": seed, "acknowledged_s": acknowledged,
        "erased_s": erased, "wrong": len(wrong), "slowest_ready_s": round(slowest, 3),
    }  # fmt: skip


def _there(folder: Path) -> set[int]:
    """Seconds of which something is remembered."""
    database = sqlite3.connect(folder / "memory.db")
    try:
        return {int(subject[-5:]) for (subject,) in database.execute("SELECT subject FROM events")}
    finally:
        database.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--calls", action="store_true")
    arguments = parser.parse_args()
    result = run(arguments.rounds, arguments.seed, arguments.calls)
    print(json.dumps(result))
    sys.exit(1 if result["wrong"] else 0)


if __name__ == "__main__":
    main()
