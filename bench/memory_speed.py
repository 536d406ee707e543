"""How long a whole recall takes in a large memory while ingest goes on at one frame a second.

    python -m bench.memory_speed --clips 100000
    python -m bench.memory_speed --clips 1000000 --folder DIR      # kept, and used again if it is there

Makes a memory of that many clips and as many sentences, each with a vector, in bulk: rows as the process writes them,
vectors around CLUSTERS random ones, inverted lists where there are more than may be scanned. Opens it with the lite
profile as after a restart, and asks, --rounds times --questions; a frame and a watermark come between any two.
If lists are made meanwhile, because there are now more vectors than may be scanned, those questions are counted apart.
Ends with one JSON line: medians over the rounds, in wall and in processor time, and the mean time of each stage.
While the question is encoded (`encode`), what its words alone tell is looked up (`search.draft`: its anchor, its words,
the log); `read` is the rest of understanding it, `put_question` writes it down before it is sent.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import random
import sqlite3
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
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
from memory.clip import Clip
from memory.events import Event, row_id
from memory.grove import Grove
from memory.index import build_lists
from memory.keeper import Keeper
from memory.sentences import sentence
from memory.store import Store
from wire import config
from wire.clock import SystemClock
from wire.messages import Message, Question, SessionOpened, SessionSettings, Utterance, Watermark
from wire.service import Context, Service
from wire.worker import Worker

DIM, CLIP_S = 384, 8
CLUSTERS = 2000  # sentences are about that many things
WARM_UP_S = 20  # long enough for a clip to end
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


@dataclass
class Round:
    """Milliseconds of each question. busy: processor time of the process, which other work disturbs less."""

    wall: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)
    frames: list[float] = field(default_factory=list)


class StoppedClock(Sink):
    """Notes when a question went on its way, with its evidence."""

    def __init__(self) -> None:
        super().__init__()
        self.sent = (0.0, 0.0)  # seconds of wall and of processor time

    async def send(self, message: Message) -> None:
        await super().send(message)
        if isinstance(message, Question):
            self.sent = (time.perf_counter(), time.process_time())


class Asker:
    """A session of the memory service in this very process, one second of media later with each question."""

    def __init__(self, service: Service, clock: StoppedClock, at_s: int) -> None:
        self._service = service
        self._clock = clock
        self._world = World(WORLDS["trial"], 1, 3)
        facts, alike = self._world.planted, self._world.alike
        self._questions = (*(p.fact.question for p in facts), *(a.question for a in alike), *self._world.unanswerable)
        self._at_s = at_s
        self._n = 0
        self._asking = False
        self.stages: dict[str, float] = defaultdict(float)  # milliseconds, all questions together

    async def pass_on(self, seconds: int = 1) -> float:
        """Ingest goes on. Milliseconds of the last second."""
        for _ in range(seconds):
            began = time.perf_counter()
            for message in self._world.messages("w", self._at_s, self._at_s + 1):
                await self._service.handle(message)
            await self._service.handle(Watermark(session="w", t_ns=self._at_s * S, seq=0))
            self._at_s += 1
        return (time.perf_counter() - began) * 1e3

    async def ask(self, times: Round) -> None:
        times.frames.append(await self.pass_on())
        n, at_ns = self._n, (self._at_s - 1) * S
        again = "" if n < len(self._questions) else f" ({n})"  # not from the cache
        words = Utterance(
            session="w", t_ns=at_ns + 1, turn=n, id=f"q{at_ns}", source="typed", start_ns=at_ns, end_ns=at_ns,
            text=self._questions[n % len(self._questions)] + again, asks=True,
        )  # fmt: skip
        self._n += 1
        self._asking = True
        asked, cpu = time.perf_counter(), time.process_time()
        await self._service.handle(words)
        times.wall.append((self._clock.sent[0] - asked) * 1e3)
        times.busy.append((self._clock.sent[1] - cpu) * 1e3)
        self._asking = False

    def longest_first(self) -> list[tuple[str, float]]:
        return sorted(self.stages.items(), key=lambda stage: -stage[1])

    def watch(self, worker: Worker) -> None:
        """Add what its calls for questions take to `stages`, by their names."""
        call = worker.call

        async def timed(method: str, *args: Any) -> Any:
            began = time.perf_counter()
            try:
                return await call(method, *args)
            finally:
                self.stages[method] += (time.perf_counter() - began) * 1e3 if self._asking else 0.0

        setattr(worker, "call", timed)  # noqa: B010  # mypy knows that methods are not for assigning


async def measure(lite: config.Config, folder: Path, n_questions: int, rounds: int) -> dict[str, Any]:
    """Questions at the end of the stream, and then some."""
    at_s = end_of(folder) + 1
    began = time.perf_counter()
    clock = StoppedClock()
    service = await memory_service.create(Context(lite, SystemClock(), clock))
    loaded = time.perf_counter()
    settings = SessionSettings(mode="live", listen="ambient")
    await service.handle(SessionOpened(session="w", t_ns=0, memory=str(folder), settings=settings, restarted="memory"))
    ready_s = time.perf_counter() - loaded
    parts: Any = service  # the service in this very process, with all that it holds
    desk, steward = parts._desks["w"], parts._folder_of["w"].steward
    await steward.close()  # gives up making anew vectors that no model made
    asker = Asker(service, clock, at_s)
    await asker.pass_on(WARM_UP_S)
    switching = Round()
    while steward._building is not None:
        await asker.ask(switching)
    for worker in (desk._keeper, desk._embedder):
        asker.watch(worker)
    done = []
    for _ in range(rounds):
        done.append(Round())
        for _ in range(n_questions):
            await asker.ask(done[-1])
    keeper = desk._keeper._target
    n = rounds * n_questions
    return {
        "machine": machine(), "load": round(os.getloadavg()[0], 1), "rounds": rounds, "questions": n_questions,
        "load_s": round(loaded - began, 2), "ready_s": round(ready_s, 2),
        **{f"recall_ms_p{p}": middle([r.wall for r in done], p) for p in (50, 99)},
        **{f"recall_cpu_ms_p{p}": middle([r.busy for r in done], p) for p in (50, 99)},
        "p99_of_rounds": [round(float(np.percentile(r.wall, 99)), 1) for r in done],
        "stage_ms": {name: round(ms / n, 2) for name, ms in asker.longest_first() if ms},
        "while_switching": {
            "questions": len(switching.wall),
            **{f"recall_ms_p{p}": middle([switching.wall], p) for p in (50, 99) if switching.wall},
        },
        "frame_ms_p50": middle([r.frames for r in done], 50),
        "resident_mb": round(psutil.Process().memory_info().rss / 1e6),
        "exact": [keeper._phrases.exact, keeper._clips.exact], "clips": len(keeper._clips),
        "vectors": len(keeper._phrases),
    }  # fmt: skip


def middle(rounds: list[list[float]], percentile: int) -> float:
    """The median over the rounds of a percentile of each."""
    return round(float(np.median([np.percentile(values, percentile) for values in rounds])), 1)


def machine() -> str:
    """Name and number of the processors that this process may use."""
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{len(os.sched_getaffinity(0))} x {names[0] if names else platform.machine()}"


def end_of(folder: Path) -> int:
    """Seconds of media that the memory holds."""
    database = sqlite3.connect(folder / "memory.db")
    (seen_ns,) = database.execute("SELECT seen_ns FROM sessions").fetchone()
    database.close()
    return int(seen_ns) // S


def make_lists(folder: Path) -> None:
    """Inverted lists as the process makes them in the background, written to their files."""
    keeper = Keeper(str(folder), DIM, DIM)
    while name := keeper.upkeep.crowded():
        keeper.upkeep.adopt(name, build_lists(keeper.upkeep.snapshot(name)))
    keeper.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=int, default=100_000)
    parser.add_argument("--questions", type=int, default=200, help="of a round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="override the lite profile")
    arguments = parser.parse_args()
    try:
        lite = config.load("lite", overrides=arguments.set)
    except config.ConfigError as error:
        parser.error(str(error))
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.folder or Path(temporary)
        began = time.perf_counter()
        if not (folder / "memory.db").exists():
            folder.mkdir(parents=True, exist_ok=True)
            fill(folder, arguments.clips, arguments.seed)
            make_lists(folder)
        made_s = time.perf_counter() - began
        figures = asyncio.run(measure(lite, folder, arguments.questions, arguments.rounds))
        size = sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()) / 1e6
        report = {"bench": "memory_speed", "made_s": round(made_s), "mb": round(size)}
        print(json.dumps(report | figures), flush=True)


if __name__ == "__main__":
    main()
