"""events.jsonl: one JSON line for each thing that happened, appended in the order of media time.

What processes tell arrives in any order; a line waits here until nothing earlier can come any more, so that two runs
write the same file but for their `wall_*` fields. What comes later still is appended where it stands. Lines that tell
what was erased are dropped, waiting or written.
"""

from __future__ import annotations

import heapq
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from streamer.folder import rewrite
from streamer.times import seconds

_MS = 1_000_000

# Order of events at one time.
_RANKS = {
    name: rank
    for rank, name in enumerate(
        (
            "start", "warning", "restarted", "seen", "kept", "sound", "voice_onset", "speech_stopped", "voice_false",
            "caption", "asked", "turn", "heard", "silent", "answer_due", "answer_audible", "answer_over", "end",
        )
    )
}  # fmt: skip


class Journal:
    """Appends to one file. `close` writes what still waits and may be called twice; what comes after it is left out."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = path.open("a", encoding="utf-8")
        self._waiting: list[tuple[int, int, str, str]] = []

    def add(self, t_ns: int, event: str, wall_s: float, **fields: Any) -> None:
        """One line. Floats among the fields are seconds or scores and are rounded by the caller."""
        same_in_each_run = {key: value for key, value in fields.items() if not key.startswith("wall_")}
        order = json.dumps(same_in_each_run, ensure_ascii=False)
        t_ms = round(t_ns / _MS)  # as it stands in the file: what is closer is in the order of its kinds
        heapq.heappush(self._waiting, (t_ms, _RANKS[event], order, _line(t_ns, event, fields, wall_s)))

    def add_now(self, t_ns: int, event: str, wall_s: float, **fields: Any) -> None:
        """One line at once: for what no other run repeats, such as a crash."""
        if not self._file.closed:
            self._file.write(_line(t_ns, event, fields, wall_s) + "\n")
            self._file.flush()

    def settle(self, t_ns: int) -> None:
        """Nothing before t_ns will come any more: write it."""
        n = 0
        while not self._file.closed and self._waiting and self._waiting[0][0] < t_ns // _MS:
            self._file.write(heapq.heappop(self._waiting)[3] + "\n")
            n += 1
        if n:
            self._file.flush()

    def drop(self, gone: Callable[[dict[str, Any]], bool]) -> list[dict[str, Any]]:
        """Drop the lines that are gone, and return them; it is done on disk then. Raises OSError if it refuses."""
        dropped: list[dict[str, Any]] = []

        def stays(line: str) -> bool:
            record = json.loads(line)
            if gone(record):
                dropped.append(record)
                return False
            return True

        self._waiting = [entry for entry in self._waiting if stays(entry[3])]
        heapq.heapify(self._waiting)
        n_waiting = len(dropped)
        with self._path.open(encoding="utf-8") as written:
            kept = [line for line in written if stays(line)]
        if len(dropped) > n_waiting:
            was_open = not self._file.closed
            self._file.close()
            try:
                rewrite(self._path, kept)
            finally:
                if was_open:
                    self._file = self._path.open("a", encoding="utf-8")
        return dropped

    def close(self) -> None:
        if not self._file.closed:
            self.settle(1 << 62)
            self._file.close()


def _line(t_ns: int, event: str, fields: dict[str, Any], wall_s: float) -> str:
    return json.dumps({"t": seconds(t_ns), "event": event, **fields, "wall_s": round(wall_s, 3)}, ensure_ascii=False)
