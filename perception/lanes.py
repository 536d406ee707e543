"""In which order what was seen, heard and asked is told. Pure: times in, order out.

Sight and hearing work at different speeds. In a replay what they found is told by media time, once neither of them
can find anything earlier; at one time what was seen comes first, then what was heard, what was asked, and the
watermark. Live everything is told at once, and only a watermark waits for both.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Generic, TypeVar

T = TypeVar("T")


class Rank(IntEnum):
    """The order of things of one time."""

    SEEN = 0
    HEARD = 1
    ASKED = 2
    MARK = 3


LANES = (Rank.SEEN, Rank.HEARD)  # those that take their time


@dataclass(frozen=True, order=True, slots=True)
class _Waiting(Generic[T]):
    key_ns: int
    rank: Rank
    serial: int
    item: T = field(compare=False)


class Merger(Generic[T]):
    """One session's order. A lane promises with `passed` what it will not give any more."""

    def __init__(self, *, live: bool) -> None:
        self._live = live
        self._waiting: list[_Waiting[T]] = []
        self._ready: list[tuple[int, T]] = []
        self._passed_ns = dict.fromkeys(LANES, 0)  # the lane has nothing more before this time
        self._told_ns = 0  # what is told from now on is not before this
        self._serial = 0

    def put(self, rank: Rank, t_ns: int, item: T) -> None:
        """Something of time t_ns. What comes later than was promised counts from the promised time."""
        if self._live and rank is not Rank.MARK:
            self._ready.append((t_ns, item))
            return
        self._serial += 1
        least_ns = self._passed_ns[rank] if rank in LANES else self._told_ns
        heapq.heappush(self._waiting, _Waiting(max(t_ns, least_ns), rank, self._serial, item))

    def put_last(self, rank: Rank, t_ns: int, item: T) -> int:
        """Something that comes after all that waits; the time it got, which both lanes have then passed."""
        last_ns = max([t_ns, self._told_ns, *(waiting.key_ns for waiting in self._waiting)])
        self.put(rank, last_ns, item)
        return last_ns

    def passed(self, lane: Rank, t_ns: int) -> None:
        """The lane has nothing more of a time before t_ns."""
        self._passed_ns[lane] = max(self._passed_ns[lane], t_ns)

    def ready(self) -> list[tuple[int, T]]:
        """What can be told now, in order, each with its time; each is given once."""
        found, self._ready = self._ready, []
        certain_ns = min(self._passed_ns.values())
        while self._waiting and self._waiting[0].key_ns < certain_ns:
            first = heapq.heappop(self._waiting)
            self._told_ns = max(self._told_ns, first.key_ns)
            found.append((first.key_ns, first.item))
        return found

    def drop(self, is_forgotten: Callable[[T], bool]) -> None:
        """Forget what waits and is to be forgotten."""
        self._waiting = [waiting for waiting in self._waiting if not is_forgotten(waiting.item)]
        heapq.heapify(self._waiting)
        self._ready = [(t_ns, item) for t_ns, item in self._ready if not is_forgotten(item)]

    def __len__(self) -> int:
        """What waits."""
        return len(self._waiting)
