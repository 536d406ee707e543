"""python -m bench.sample OUT_DIR [--seed N]: makes stream.mp4, questions.jsonl and expected.jsonl."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bench.sample.draw import draw
from bench.sample.figures import FontError
from bench.sample.tour import TOUR
from bench.sample.voices import VoiceError
from bench.sample.write import write


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.sample", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, help="draw another stream than the hand-written tour")
    arguments = parser.parse_args()
    try:
        timeline = write(TOUR if arguments.seed is None else draw(arguments.seed), arguments.folder)
    except (VoiceError, FontError) as error:
        print(f"bench.sample: {error}", file=sys.stderr)
        return 2
    minutes, seconds = divmod(round(timeline.seconds), 60)
    print(
        f"{arguments.folder / 'stream.mp4'}: {minutes}:{seconds:02d}, {len(timeline.starts)} scenes, "
        f"{len(timeline.asked)} questions ({sum(not a.id for a in timeline.asked)} spoken)"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
