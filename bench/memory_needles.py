"""Are facts found again after hours, the right one of several, and nothing where nothing was?

    python -m bench.memory_needles --world valley --hours 1 2 4 8 24
    python -m bench.memory_needles --world days              # all of bench/days, an hour each
    python -m bench.memory_needles --world my_own_day.toml   # see bench.memory_day_words
    python -m bench.memory_needles --world days --set memory.text_encoder.backend=mpnet

Runs the memory service with the lite profile on made-up streams by media time, asks in other words at each of the
hours, and compares with baselines on the same store. Ends with one JSON line: each stream's scores, those of all
questions together, and how many streams meet each goal. Whoever writes what cannot be answered writes it otherwise than
what can, and a search could learn to tell the two by that alone; so each stream is also asked what the next one named
answers (foreign_empty: compare it between runs of the same streams; now and then one of these has an answer by chance).
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the memory process has it

import numpy as np
import psutil

from bench.memory_day import Day
from bench.memory_day_words import day_file, day_names, read_day
from bench.memory_school import School
from bench.memory_town import Town, town
from bench.memory_words import TOWNS
from bench.memory_world import SAID, SIGN, WORLDS, S, World, world
from bench.needle_scores import EVIDENCE, Score, Span, hits
from memory import service as memory_service
from memory.embedder import Embedder, load
from memory.phrases import whole
from memory.store import Store
from memory.terms import telling
from wire import config
from wire.clock import SystemClock
from wire.link import MemoryLink, MemoryNet
from wire.messages import Evidence, Message, Question, SessionOpened, SessionSettings, Utterance, Watermark
from wire.service import Context, Service

Costs = dict[str, float]
Stream = World | Town | School | Day
NAMES = (*WORLDS, *TOWNS, "school", *day_names())


class Sink(MemoryLink):
    """Keeps the last question instead of delivering it."""

    def __init__(self) -> None:
        super().__init__(MemoryNet(), "memory")
        self.question: Question | None = None

    async def send(self, message: Message) -> None:
        if isinstance(message, Question):
            self.question = message


def _disk_mb(folder: Path, pattern: str) -> float:
    return round(sum(path.stat().st_size for path in folder.glob(pattern)) / 1e6, 1)


class Run:
    """One stream, asked at several ages."""

    def __init__(self, lite: config.Config, stream: Stream, folder: Path, show: bool) -> None:
        self._lite = lite
        self._stream = stream
        self._folder = folder
        self._show = show
        self._serial = 0

    async def start(self) -> None:
        self._sink = Sink()
        context = Context(self._lite, SystemClock(), self._sink)
        self._service: Service = await memory_service.create(context)
        settings = SessionSettings(mode="live", listen="ambient")
        await self._service.handle(SessionOpened(session="w", t_ns=0, memory=str(self._folder), settings=settings))

    async def advance(self, from_s: int, to_s: int) -> None:
        for message in self._stream.messages("w", from_s, to_s):
            await self._service.handle(message)
            if message.t_ns % (10 * S) == 0:
                await self._service.handle(Watermark(session="w", t_ns=message.t_ns, seq=0))
        await self._service.handle(Watermark(session="w", t_ns=to_s * S, seq=0))

    async def ask(self, text: str, t_s: float, score: Score) -> Question:
        self._serial += 1
        words = Utterance(
            session="w", t_ns=round(t_s * S), turn=self._serial, id=f"q{self._serial}", source="typed",
            start_ns=round(t_s * S), end_ns=round(t_s * S), text=text, asks=True,
        )  # fmt: skip
        began = time.perf_counter()
        await self._service.handle(words)
        score.wall_ms.append((time.perf_counter() - began) * 1e3)
        assert self._sink.question is not None
        return self._sink.question

    async def examine(self, age_s: int, base: Baselines, foreign: Sequence[str]) -> Score:
        score = Score()
        for planted in self._stream.planted:
            if planted.end_s >= age_s:
                continue
            question = await self.ask(planted.fact.question, age_s, score)
            found = hits(_spans(question.evidence), planted.start_s, planted.end_s)
            score.found.append(found)
            score.by_kind.setdefault(planted.fact.kind, []).append(found)
            score.empty.append(not question.evidence)
            for name, spans in base.answers(planted.fact.question, age_s).items():
                score.baselines.setdefault(name, []).append(hits(spans, planted.start_s, planted.end_s))
            if self._show and not found:
                self._explain(planted.fact.question, planted.fact.content, question)
        for alike in self._stream.alike:
            if alike.times[-1] + 100 < age_s:
                question = await self.ask(alike.question, age_s, score)
                spans = _spans(question.evidence)[:1]
                right = alike.times[alike.right]
                score.picked.append(hits(spans, right, right + 6))
                if self._show and not score.picked[-1]:
                    self._explain(alike.question, f"{alike.times} {alike.right}", question)
        for text in self._stream.unanswerable:
            question = await self.ask(text, age_s, score)
            score.abstained.append(not question.evidence)
            if self._show and question.evidence:
                self._explain(text, "nothing", question)
        for text in foreign:
            question = await self.ask(text, age_s, score)
            score.foreign.append(not question.evidence)
            if self._show and question.evidence:
                self._explain(text, "nothing, it is of another stream", question)
        return score

    def _explain(self, asked: str, wanted: str, question: Question) -> None:
        cues = question.cues
        print(
            f"x {asked!r} wanted {wanted!r}; {cues.ask} {cues.subject!r} {cues.order} anchor {cues.anchor_ns / S:.0f}"
        )
        for e in question.evidence[:EVIDENCE]:
            print(f"    {e.score:.2f} {e.start_ns / S:.0f}-{e.end_ns / S:.0f} {e.kind}: {e.text[:90]}")

    async def close(self) -> None:
        await self._service.close()


def _spans(evidence: tuple[Evidence, ...]) -> list[Span]:
    return [(e.start_ns / S, e.end_ns / S) for e in evidence]


class Baselines:
    """Simple ways of finding something in the same store."""

    def __init__(self, folder: Path, embedder: Embedder) -> None:
        self._store = Store(folder)
        self._embedder = embedder

    def close(self) -> None:
        self._store.close()

    def answers(self, text: str, age_s: int) -> dict[str, list[Span]]:
        vector = self._embedder.encode([text])[0]
        clips = self._store.database.execute(
            "SELECT start_ns, end_ns, vector FROM clips WHERE vector IS NOT NULL ORDER BY start_ns"
        ).fetchall()
        cosines = np.stack([whole(v) for _, _, v in clips]) @ vector
        above = [n for n, cosine in enumerate(cosines) if cosine > 0.3]
        order = np.argsort(-cosines)[:EVIDENCE]
        newest = self._store.overlapping(1, (age_s - 60) * S, age_s * S, (), limit=EVIDENCE)
        words = self._store.search(telling(text), EVIDENCE)
        by_words = [f for i, _ in words for f in self._store.of_phrases([i], 1, 0, age_s * S, limit=1)]
        return {
            "newest only": [(f.event.start_ns / S, f.event.end_ns / S) for f in newest],
            "full text only": [(f.event.start_ns / S, f.event.end_ns / S) for f in by_words],
            "clip vectors only": [(clips[n][0] / S, clips[n][1] / S) for n in order],
            "published rule": [(clips[n][0] / S, clips[n][1] / S) for n in above[:1]],
        }


def made(name: str, hours: int, seed: int) -> Stream:
    """The stream of that name, or of the words in that file, long enough for `hours`. Raises ValueError and OSError for
    a file that is no day."""
    if name in WORLDS:
        return world(name, hours, seed)
    if name in TOWNS:
        return town(name, hours, seed)
    if name == "school":
        return School(hours, seed)
    if name not in NAMES and not name.endswith(".toml"):
        raise ValueError(f"there is no stream {name!r}; it must be one of {', '.join(NAMES)}, or a TOML file")
    return Day(read_day(day_file(name)), hours, seed)


def of_words(stream: Stream) -> list[str]:
    """Its questions about what was read or heard."""
    return [p.fact.question for p in stream.planted if p.fact.kind in (SIGN, SAID)]


def _others(streams: dict[str, Stream]) -> list[Stream]:
    """For each stream another one: the next; for a single one the trial day, for that the tuning day."""
    if len(streams) > 1:
        every = list(streams.values())
        return [*every[1:], every[0]]
    return [made("tuning" if "trial" in streams else "trial", 1, 1)]


async def run(
    lite: config.Config, stream: Stream, hours: list[int], show: bool, embedder: Embedder, foreign: Sequence[str]
) -> dict[int, tuple[Score, Costs]]:
    """A stream's scores after each of these hours. foreign: questions that another stream answers."""
    scores: dict[int, tuple[Score, Costs]] = {}
    with tempfile.TemporaryDirectory() as folder:
        runner = Run(lite, stream, Path(folder), show)
        await runner.start()
        at = 0
        for hour in sorted(hours):
            costs = []
            began = time.perf_counter()
            for start in range(at, hour * 3600, 3600):  # hour by hour, for the cost of the last one
                cpu = time.process_time()
                await runner.advance(start, start + 3600)
                costs.append(time.process_time() - cpu)
            speed = (hour * 3600 - at) / (time.perf_counter() - began)
            at = hour * 3600
            with contextlib.closing(Baselines(Path(folder), embedder)) as base:
                score = await runner.examine(at, base, foreign)
            scores[hour] = (
                score,
                {
                    "ingest_times_real": round(speed),
                    "cpu_s_of_its_last_hour": round(costs[-1], 2),
                    "resident_mb": round(psutil.Process().memory_info().rss / 1e6, 1),  # with what earlier streams left
                    "disk_mb": _disk_mb(Path(folder), "memory.db*"),
                    "key_frames_mb": _disk_mb(Path(folder), "frames/**/*.jpg"),
                },
            )
        await runner.close()
    return scores


async def run_all(lite: config.Config, streams: dict[str, Stream], hours: list[int], show: bool) -> dict[str, Any]:
    """Streams one after the other. Of several also the scores of all their questions together, and how many streams
    meet each goal."""
    encoder, compressor = lite.memory.text_encoder, lite.memory.compressor
    embedder = load(encoder, compressor, lite.memory.reranker)
    together = {hour: Score() for hour in sorted(hours)}
    met: dict[int, list[dict[str, bool]]] = {hour: [] for hour in together}
    report: dict[str, Any] = {}
    for (name, stream), other in zip(streams.items(), _others(streams), strict=True):
        scores = await run(lite, stream, hours, show, embedder, of_words(other))
        report[name] = {str(hour): score.report() | costs for hour, (score, costs) in scores.items()}
        print(name, json.dumps(report[name]), flush=True)
        for hour, (score, _) in scores.items():
            together[hour].add(score)
            met[hour].append(score.meets())
    if len(streams) == 1:
        return report
    bars = {hour: {bar: sum(one[bar] for one in of) for bar in of[0]} for hour, of in met.items()}
    every = {hour: sum(all(one.values()) for one in of) for hour, of in met.items()}
    report["together"] = {
        str(hour): {"streams": len(streams), "that_meet": bars[hour] | {"all": every[hour]}, **score.report()}
        for hour, score in together.items()
    }
    print("together", json.dumps(report["together"]), flush=True)
    return report


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--world", nargs="+", default=["valley"], metavar="NAME|FILE",
        help=f"of {', '.join(NAMES)}; days: all of bench/days; or a TOML file",
    )  # fmt: skip
    parser.add_argument("--hours", type=int, nargs="+", default=[1])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", action="store_true", help="print what was missed")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="override the lite profile")
    arguments = parser.parse_args()
    names = [name for given in arguments.world for name in (day_names() if given == "days" else (given,))]
    try:
        lite = config.load("lite", overrides=arguments.set)
        streams = {name: made(name, max(arguments.hours), arguments.seed) for name in names}
    except (config.ConfigError, ValueError, OSError) as error:
        parser.error(str(error))
    report = asyncio.run(run_all(lite, streams, arguments.hours, arguments.show))
    print(json.dumps({"bench": "memory_needles", "seed": arguments.seed, "hours": arguments.hours, **report}))


if __name__ == "__main__":
    main()
