"""What one replay counted."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Counts:
    """What was sent, answered and lost, and the last counters of each process.

    frames_dropped: frames that a crash may have lost; a replay drops none otherwise."""

    frames: int = 0
    chunks: int = 0
    questions: int = 0
    answers: int = 0
    silent: int = 0
    lost: int = 0
    frames_dropped: int = 0
    services: dict[str, dict[str, int]] = field(default_factory=dict)
    busy_s: dict[str, dict[str, float]] = field(default_factory=dict)
