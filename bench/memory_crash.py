"""Kill the owner of a memory at any moment, open it again, and see what was lost or came back.

    python -m bench.memory_crash --rounds 200            # kill -9 at random moments
    python -m bench.memory_crash --rounds 200 --calls    # at the n-th write, rename, unlink or truncate (needs strace)

The child writes, erases, switches its index and migrates, and says what is acknowledged; the parent kills it, opens the
memory and compares. Ends with one JSON line; exit code 1 if anything was lost or came back.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np

from memory import keeper as keeping
from memory.check import problems
from memory.erase import find_traces
from memory.events import Event, row_id
from memory.index import VectorIndex, build_lists
from memory.keeper import CompressedClip, Keeper
from memory.timeline import Clip, KeyFrame, Step
from memory.upkeep import Wish

S = 10**9
DIM = 16
CALLS = "write,pwrite64,rename,unlink,ftruncate"
ERASE_EVERY, SWITCH_EVERY = 23, 61  # seconds of media
EXACT_UP_TO = 40  # vectors, so that the switch happens often


@dataclass
class Said:
    """What the child had acknowledged when it ended."""

    seconds: int = -1
    erased: set[int] = field(default_factory=set)
    began: set[int] = field(default_factory=set)  # erasing of these was begun: they may be there or not


def text(second: int) -> str:
    return f"what was seen in second {second:05d}"


def child(folder: Path, first: int, seed: int) -> None:
    """Write second after second until killed."""
    keeping.VectorIndex = partial(VectorIndex, exact_up_to=EXACT_UP_TO)  # type: ignore[attr-defined, assignment]
    rng = random.Random(seed)
    keeper = Keeper(str(folder), DIM, DIM)
    row = keeper.open_session("s", "live", 1000.0, resume=True).row
    _say("ready", 0)
    for second in range(first, first + 100_000):
        _write(keeper, second)
        keeper.commit(row.no, None, second * S, second, second + 2, second + 2)
        _say("ack", second)
        if second % ERASE_EVERY == ERASE_EVERY - 1:
            start = rng.randrange(max(0, second - 200), second - 5)
            _say("erasing", start, start + 4)
            keeper.settle(keeper.erase(Wish(((row.no, start * S, (start + 5) * S - 1),))))
            _say("erased", start, start + 4)
        if second % SWITCH_EVERY == SWITCH_EVERY - 1 and (name := keeper.crowded()):
            keeper.adopt(name, build_lists(keeper.snapshot(name)))
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


def _say(*words: object) -> None:
    print(*words, flush=True)


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
        gone = [text(n) for n in said.erased] + [f"pixels of second {n:05d}" for n in said.erased]
        wrong += [f"{name} holds something erased" for name in find_traces(folder, gone, [])]
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
    database.executescript("DROP TABLE nodes; PRAGMA user_version = 1;")
    database.close()


def one_round(folder: Path, said: Said, rng: random.Random, calls: bool) -> None:
    """Run the child on the memory and kill it somewhere."""
    command = [sys.executable, "-m", "bench.memory_crash", "--child", str(folder), str(said.seconds + 1)]
    command.append(str(rng.randrange(10**6)))
    if calls:
        inject = f"inject={CALLS}:signal=SIGKILL:when={rng.randrange(1, 2500)}"
        command = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={CALLS}", "-e", inject, *command]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    lines: list[str] = []
    limit = 10**6 if calls else rng.randrange(1, 120)
    for line in process.stdout:
        lines.append(line)
        if len(lines) == limit:
            time.sleep(rng.random() * 0.01)
            process.kill()
    process.wait()
    heard(iter(lines), said)


def run(rounds: int, seed: int, calls: bool) -> dict[str, object]:
    rng = random.Random(seed)
    said, wrong, slowest = Said(), [], 0.0
    folder = Path(tempfile.mkdtemp(prefix="crash-"))
    try:
        for number in range(rounds):
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
            said.erased |= {n for n in said.began if n <= said.seconds and not _there(folder, n)}
            said.began = set(said.erased)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return {
        "bench": "memory_crash", "rounds": rounds, "calls": calls, "seed": seed, "acknowledged_s": said.seconds + 1,
        "erased_s": len(said.erased), "wrong": len(wrong), "slowest_ready_s": round(slowest, 3),
    }  # fmt: skip


def _there(folder: Path, second: int) -> bool:
    database = sqlite3.connect(folder / "memory.db")
    try:
        query = "SELECT 1 FROM events WHERE subject = ?"
        return database.execute(query, (text(second),)).fetchone() is not None
    finally:
        database.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--calls", action="store_true")
    parser.add_argument("--child", nargs=3, metavar=("FOLDER", "FIRST", "SEED"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        folder, first, seed = arguments.child
        child(Path(folder), int(first), int(seed))
        return
    result = run(arguments.rounds, arguments.seed, arguments.calls)
    print(json.dumps(result))
    sys.exit(1 if result["wrong"] else 0)


if __name__ == "__main__":
    main()
