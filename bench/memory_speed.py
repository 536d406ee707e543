"""How long a whole recall takes in a large memory while ingest goes on at one frame a second.

    python -m bench.memory_speed --clips 100000
    python -m bench.memory_speed --clips 1000000 --folder DIR      # kept, and used again if it is there

Makes a memory of that many clips and as many sentences, each with a vector, in bulk: rows as the process writes them,
vectors around CLUSTERS random ones, inverted lists where there are more than may be scanned. Opens it with the lite
profile as after a restart, and asks; a frame and a watermark come between any two questions. Ends with one JSON line.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the memory process has it
os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import psutil

from bench.memory_needles import Sink
from bench.memory_world import WORLDS, S, World
from memory import service as memory_service
from memory.archive import Archive
from memory.events import Event, row_id
from memory.grove import Grove
from memory.index import build_lists
from memory.keeper import Keeper
from memory.sentences import sentence
from memory.store import Store
from memory.timeline import Clip
from wire import config
from wire.clock import SystemClock
from wire.messages import SessionOpened, SessionSettings, Utterance, Watermark
from wire.service import Context

DIM, CLIP_S = 384, 8
CLUSTERS = 2000  # sentences are about that many things
_BATCH = 5000


def fill(folder: Path, n_clips: int, seed: int) -> None:
    """A session of n_clips clips, one distinct sentence and vector a clip, other events in between."""
    store = Store(folder)
    archive = Archive(store, folder)
    words = WORLDS["trial"]
    world = World(words, 1, seed)
    row = store.new_session("w", "live", 1_700_000_000.0)
    rng, draw = random.Random(seed), np.random.default_rng(seed)
    centres = draw.normal(size=(CLUSTERS, DIM)).astype(np.float32)
    serial = 0
    for first in range(0, n_clips, _BATCH):
        last = min(n_clips, first + _BATCH)
        events = []
        for n in range(first, last):
            for event in _of_clip(n, rng, world):
                serial += 1
                events.append(_numbered(event, serial))
        store.put(events, start_unix_s=row.start_unix_s, recorded_at=0.0)
        rows = store.unembedded(10 * _BATCH)
        store.set_vectors([i for i, _ in rows], _near(centres, len(rows), draw))
        vectors = _near(centres, last - first, draw)
        for n in range(first, last):
            span = (n * CLIP_S * S, (n + 1) * CLIP_S * S - 1)
            clip = Clip(row_id(1, n + 1), 1, *span, CLIP_S, (f"clip {n}",), "", vectors[n - first : n - first + 1, :16])
            archive.put_clip(clip, vectors[n - first])
        store.commit()
    end_s = n_clips * CLIP_S
    Grove(store).nodes(row.no, 0, end_s * S)  # plants the tree
    store.progress(row.no, seen_ns=end_s * S, frames=end_s, serial=serial + 1, clips=n_clips + 1)
    store.close()


def _of_clip(n: int, rng: random.Random, world: World) -> Iterator[tuple[str, float, float, str]]:
    at = float(n * CLIP_S)
    words = world.words
    if n % 2:
        yield "text", at, at + 5, world._fill(rng.choice(words.signs), rng) + f" {n}"
    else:
        yield "speech", at, at + 3, world._fill(rng.choice(words.sentences), rng) + f" {n}"
    if n % 3 == 0:
        yield "entered", at + 1, at + 1, ""
    if n % 5 == 0:
        yield "colour", at, at + 40, rng.choice(("grey", "white", "brown"))


def _numbered(what: tuple[str, float, float, str], serial: int) -> Event:
    kind, start, end, subject = what
    return Event(
        id=row_id(1, serial), session=1, kind=kind, start_ns=round(start * S), end_ns=round(end * S),
        text=sentence(kind, subject, 1), subject=subject,
    )  # fmt: skip


def _near(centres: Any, n: int, draw: np.random.Generator) -> Any:
    picked = centres[draw.integers(0, len(centres), n)]
    vectors = picked + 0.6 * draw.normal(size=(n, DIM)).astype(np.float32)
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


async def measure(folder: Path, n_questions: int) -> dict[str, Any]:
    """Questions at the end of the stream, and then some: each a second later than the one before."""
    sink = Sink()
    at = end_of(folder) + 1
    began = time.perf_counter()
    service = await memory_service.create(Context(config.load("lite"), SystemClock(), sink))
    loaded = time.perf_counter()
    opened = SessionOpened(
        session="w",
        t_ns=0,
        memory=str(folder),
        settings=SessionSettings(mode="live", listen="ambient"),
        restarted="memory",
    )
    await service.handle(opened)
    ready_s = time.perf_counter() - loaded
    keeper = service._desks["w"]._keeper._target  # type: ignore[attr-defined]  # of the service in this very process
    world = World(WORLDS["trial"], 1, 3)
    questions = (
        [p.fact.question for p in world.planted] + [a.question for a in world.alike] + list(world.words.unanswerable)
    )
    times: list[float] = []
    busy: list[float] = []  # processor time, which other work on the machine disturbs less
    frames: list[float] = []
    for n in range(n_questions):
        asked = time.perf_counter()
        for message in world.messages("w", at, at + 1):
            await service.handle(message)
        await service.handle(Watermark(session="w", t_ns=at * S, seq=0))
        frames.append((time.perf_counter() - asked) * 1e3)
        text = questions[n % len(questions)] + ("" if n < len(questions) else f" ({n})")  # not from the cache
        words = Utterance(
            session="w", t_ns=at * S + 1, turn=n, id=f"q{at}", source="typed", start_ns=at * S, end_ns=at * S,
            text=text, asks=True,
        )  # fmt: skip
        asked, cpu = time.perf_counter(), time.process_time()
        await service.handle(words)
        times.append((time.perf_counter() - asked) * 1e3)
        busy.append((time.process_time() - cpu) * 1e3)
        at += 1
    numbers = {
        "load_s": round(loaded - began, 2), "ready_s": round(ready_s, 2),
        "recall_ms_p50": round(float(np.median(times)), 1), "recall_ms_p99": round(float(np.percentile(times, 99)), 1),
        "recall_cpu_ms_p50": round(float(np.median(busy)), 1),
        "recall_cpu_ms_p99": round(float(np.percentile(busy, 99)), 1),
        "frame_ms_p50": round(float(np.median(frames)), 1),
        "resident_mb": round(psutil.Process().memory_info().rss / 1e6),
        "exact": keeper._phrases.exact, "clips": len(keeper._clips), "vectors": len(keeper._phrases),
        "load": round(os.getloadavg()[0], 1),
    }  # fmt: skip
    return numbers


def end_of(folder: Path) -> int:
    """Seconds of media that the memory holds."""
    database = sqlite3.connect(folder / "memory.db")
    (seen_ns,) = database.execute("SELECT seen_ns FROM sessions").fetchone()
    database.close()
    return int(seen_ns) // S


def make_lists(folder: Path) -> None:
    """Inverted lists as the process makes them in the background, written to their files."""
    keeper = Keeper(str(folder), DIM, DIM)
    while name := keeper.crowded():
        keeper.adopt(name, build_lists(keeper.snapshot(name)))
    keeper.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=int, default=100_000)
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.folder or Path(temporary)
        began = time.perf_counter()
        if not (folder / "memory.db").exists():
            folder.mkdir(parents=True, exist_ok=True)
            fill(folder, arguments.clips, arguments.seed)
            make_lists(folder)
        made_s = time.perf_counter() - began
        figures = asyncio.run(measure(folder, arguments.questions))
        size = sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()) / 1e6
        report = {"bench": "memory_speed", "made_s": round(made_s), "mb": round(size)}
        print(json.dumps(report | figures), flush=True)


if __name__ == "__main__":
    main()
