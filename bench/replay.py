"""How fast a replay runs, how much memory it takes, how soon it is ready: python -m bench.replay [STREAM].

Runs the shipped command several times and prints medians, the share of each stage, and one JSON line at the end.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import av

from bench.processes import PeakMemory, machine
from bench.sample.tour import TOUR
from bench.sample.write import write

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Run:
    """One replay. ready_s: from the start of the command to the first frame; run_s: from there to its end."""

    ready_s: float
    run_s: float
    cpu_s: float  # processor time of all processes together
    peak_bytes: int
    n_processes: int
    busy_s: dict[str, float]  # "perception asr" -> seconds of work


def run(stream: Path, questions: Path | None, folder: Path, more: list[str]) -> Run:
    """Replay once. Raises subprocess.CalledProcessError when the command fails."""
    command = [sys.executable, str(ROOT / "launch.py"), "replay", str(stream), "--out", str(folder), *more]
    if questions is not None:
        command += ["--questions", str(questions)]
    start, cpu = time.monotonic(), _cpu_of_children()
    with (folder.parent / f"{folder.name}.log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        memory = PeakMemory(process.pid)
        try:
            while not (folder / "events.jsonl").exists() and process.poll() is None:
                time.sleep(0.02)
            ready = time.monotonic()
            code = process.wait()
            end = time.monotonic()
        finally:
            process.kill()
            memory.stop()
    if code:
        raise subprocess.CalledProcessError(code, command, (folder.parent / f"{folder.name}.log").read_text()[-2000:])
    cpu_s = _cpu_of_children() - cpu
    return Run(ready - start, end - ready, cpu_s, memory.peak_bytes, memory.peak_n_processes, _busy(folder))


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _busy(folder: Path) -> dict[str, float]:
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    return {f"{process} {stage}": s for process, stages in summary["busy_s"].items() for stage, s in stages.items()}


def seconds_of(stream: Path) -> float:
    with av.open(str(stream)) as file:
        return float((file.duration or 0) / av.time_base)


def summarise(runs: list[Run], media_s: float) -> dict[str, object]:
    """Medians of the speeds and times, the worst of the memory."""
    stages = {stage for r in runs for stage in r.busy_s}
    run_s = statistics.median(r.run_s for r in runs)
    share = {s: statistics.median(r.busy_s.get(s, 0.0) for r in runs) / run_s for s in stages}
    return {
        "bench": "replay",
        "machine": machine(),
        "runs": len(runs),
        "media_s": round(media_s, 1),
        "real_time_factor": round(media_s / run_s, 2),
        "real_time_factors": [round(media_s / r.run_s, 2) for r in runs],
        "media_s_per_cpu_s": round(media_s / statistics.median(r.cpu_s for r in runs), 2),
        "load_average": [round(x, 1) for x in os.getloadavg()],  # above the number of cores: others were at work too
        "ready_s": round(statistics.median(r.ready_s for r in runs), 2),
        "ready_worst_s": round(max(r.ready_s for r in runs), 2),
        "peak_pss_mb": round(max(r.peak_bytes for r in runs) / 1e6),
        "processes": max(r.n_processes for r in runs),
        "busy_share": {s: round(v, 3) for s, v in sorted(share.items(), key=lambda item: -item[1])},
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.replay", description=__doc__)
    parser.add_argument("stream", type=Path, nargs="?", help="default: the sample stream, with its questions")
    parser.add_argument("--questions", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--profile", default="lite")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="omnilive-bench-") as name:
        folder = Path(name)
        stream, questions = arguments.stream, arguments.questions
        if stream is None:
            write(TOUR, folder)
            stream, questions = folder / "stream.mp4", folder / "questions.jsonl"
        more = ["--profile", arguments.profile]
        try:
            runs = [run(stream, questions, folder / f"run{i}", more) for i in range(arguments.runs)]
        except subprocess.CalledProcessError as error:
            print(
                f"bench.replay: {' '.join(error.cmd)} ended with {error.returncode}:\n{error.output}", file=sys.stderr
            )
            return 1
        result = summarise(runs, seconds_of(stream))
    for stage, share in dict(result["busy_share"]).items():  # type: ignore[call-overload]
        print(f"{stage:32} {100 * share:5.1f} % of the time")
    print(json.dumps(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
