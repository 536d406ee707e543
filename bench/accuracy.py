"""How many questions about streams that nobody tuned for are answered right: python -m bench.accuracy --seeds 1 2 3.

Draws streams by seed, replays each with the shipped command, scores the answers by kind of question, by how they were
asked, and prints one JSON line at the end.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from bench.processes import machine
from bench.sample.check import Score, Verdict, read_lines, score, table
from bench.sample.draw import draw
from bench.sample.tour import TOUR
from bench.sample.write import write

ROOT = Path(__file__).resolve().parent.parent


def trial(seed: int | None, folder: Path, more: list[str]) -> Score:
    """Make a stream, replay it, score it. Raises subprocess.CalledProcessError when the replay fails."""
    write(TOUR if seed is None else draw(seed), folder)
    command = [sys.executable, str(ROOT / "launch.py"), "replay", str(folder / "stream.mp4")]
    command += ["--questions", str(folder / "questions.jsonl"), "--out", str(folder / "out"), *more]
    with (folder / "log.txt").open("w") as log:
        subprocess.run(command, stdout=log, stderr=subprocess.STDOUT, check=True)
    return score(read_lines(folder / "expected.jsonl"), read_lines(folder / "out" / "answers.jsonl"))


def shares(verdicts: list[Verdict], field: str) -> dict[str, str]:
    """'right of all' for each value of a field of the questions."""
    right = Counter(str(v.expected[field]) for v in verdicts if v.right)
    return {
        name: f"{right[name]} of {n}" for name, n in sorted(Counter(str(v.expected[field]) for v in verdicts).items())
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.accuracy", description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="*", default=[], help="drawn streams; none: the sample stream")
    parser.add_argument("--out", type=Path, help="keep streams and answers here")
    parser.add_argument("--profile", default="lite")
    parser.add_argument("--quiet", action="store_true", help="do not print each answer")
    arguments = parser.parse_args()
    seeds: list[int | None] = [*arguments.seeds] or [None]
    with tempfile.TemporaryDirectory(prefix="omnilive-accuracy-") as temporary:
        folder = arguments.out or Path(temporary)
        results: dict[str, Score] = {}
        for seed in seeds:
            name = "tour" if seed is None else f"seed{seed}"
            results[name] = trial(seed, folder / name, ["--profile", arguments.profile])
            if not arguments.quiet:
                print(f"== {name}\n{table(results[name])}")
    verdicts = [v for result in results.values() for v in result.verdicts]
    right, counted = sum(r.n_right for r in results.values()), sum(r.n_counted for r in results.values())
    line = {
        "bench": "accuracy",
        "machine": machine(),
        "profile": arguments.profile,
        "right": right,
        "counted": counted,
        "share": round(right / max(1, counted), 3),
        "streams": {name: round(r.share, 3) for name, r in results.items()},
        "by_kind": shares(verdicts, "kind"),
        "by_source": shares(verdicts, "source"),
        "unasked": sum(len(r.unasked) for r in results.values()),
    }
    print(json.dumps(line))
    return 0


if __name__ == "__main__":
    sys.exit(main())
