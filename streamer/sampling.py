"""Which picture stands for which moment: one per tick of media time, whatever the frame rate. Pure.

Rule: the first picture comes at its own time; after that, at every multiple of the period, the newest picture whose
time is not later than the tick. A picture is held as long as none follows, so a still video of variable frame rate
gives one at each tick until its end. Where pictures are missing (damage) the ticks stay empty.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Stamped(Generic[T]):
    """A picture shown from t_ns on, or None: from t_ns on there is none."""

    t_ns: int
    picture: T | None


def at_ticks(pictures: Iterable[Stamped[T]], period_ns: int, end_ns: int) -> Iterator[tuple[int, T]]:
    """(time, picture) at the ticks. end_ns: how long the last picture is shown, at least. A picture that is older
    than the one before it is left out."""
    newest: Stamped[T] | None = None
    tick_ns = 0
    for stamped in pictures:
        if newest is None:
            if stamped.picture is None:
                continue
            yield stamped.t_ns, stamped.picture
            tick_ns = _next_tick(stamped.t_ns, period_ns)
        elif stamped.t_ns < newest.t_ns:
            continue
        else:
            while tick_ns < stamped.t_ns:
                if newest.picture is not None:
                    yield tick_ns, newest.picture
                tick_ns += period_ns
        newest = stamped
    if newest is not None and newest.picture is not None:
        while tick_ns < end_ns or tick_ns == newest.t_ns:
            yield tick_ns, newest.picture
            tick_ns += period_ns


def _next_tick(t_ns: int, period_ns: int) -> int:
    return (t_ns // period_ns + 1) * period_ns
