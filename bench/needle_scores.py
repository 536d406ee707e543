"""Scores of `bench.memory_needles`: what counts as found, shares, and which bars they meet."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

EVIDENCE = 5  # spans that are looked at
FOUND, EMPTY, QUIET, PICKED = 0.95, 0.05, 0.90, 0.90  # shares that are asked for: of EMPTY at most, at least of others
Span = tuple[float, float]


@dataclass
class Score:
    """Shares of right answers at one age of the stream."""

    found: list[bool] = field(default_factory=list)
    by_kind: dict[str, list[bool]] = field(default_factory=dict)
    picked: list[bool] = field(default_factory=list)
    empty: list[bool] = field(default_factory=list)  # answerable, but nothing found
    abstained: list[bool] = field(default_factory=list)  # nothing found where nothing was
    foreign: list[bool] = field(default_factory=list)  # the same, asked as if the facts of another stream had been here
    baselines: dict[str, list[bool]] = field(default_factory=dict)
    wall_ms: list[float] = field(default_factory=list)

    def meets(self) -> dict[str, bool]:
        """By bar, whether it is met; what was not asked for is no miss."""
        return {
            "found": at_least(self.found, FOUND),
            "answerable_empty": not self.empty or sum(self.empty) <= EMPTY * len(self.empty),
            "unanswerable_empty": at_least(self.abstained, QUIET),
            "picked": at_least(self.picked, PICKED),
        }

    def add(self, other: Score) -> None:
        """Count its questions too."""
        for name in ("found", "picked", "empty", "abstained", "foreign", "wall_ms"):
            getattr(self, name).extend(getattr(other, name))
        for mine, others in ((self.by_kind, other.by_kind), (self.baselines, other.baselines)):
            for kind, values in others.items():
                mine.setdefault(kind, []).extend(values)

    def report(self) -> dict[str, Any]:
        share = {k: round(float(np.mean(v)), 3) for k, v in self.by_kind.items()}
        return {
            "found": _share(self.found), "by_kind": share, "picked": _share(self.picked),
            "answerable_empty": _share(self.empty), "unanswerable_empty": _share(self.abstained),
            "foreign_empty": _share(self.foreign),
            "baselines": {k: _share(v) for k, v in self.baselines.items()},
            "recall_ms_p50": round(float(np.median(self.wall_ms)), 1),
            "recall_ms_p99": round(float(np.percentile(self.wall_ms, 99)), 1),
        }  # fmt: skip


def at_least(values: list[bool], share: float) -> bool:
    return sum(values) >= share * len(values)


def _share(values: list[bool]) -> float | None:
    return round(sum(values) / len(values), 3) if values else None


def hits(spans: list[Span], start_s: float, end_s: float) -> bool:
    """Is the moment among the spans? A scene of up to 20 seconds around it counts."""
    return any(a <= end_s + 1 and b >= start_s - 3 and b - a <= 20 for a, b in spans[:EVIDENCE])
