"""A manual clock wakes sleepers in order of their deadlines, at their own moment."""

from __future__ import annotations

import asyncio

import pytest

from wire.clock import ManualClock

pytestmark = pytest.mark.unit


async def test_sleepers_wake_in_order_at_their_moment() -> None:
    clock = ManualClock(unix_s=1000.0)
    woke: list[tuple[str, float]] = []

    async def sleeper(name: str, seconds: float) -> None:
        await clock.sleep(seconds)
        woke.append((name, clock.now_ns() / 1e9))

    tasks = [asyncio.create_task(sleeper("late", 3)), asyncio.create_task(sleeper("soon", 1))]
    await asyncio.sleep(0)
    await clock.advance(2)
    assert woke == [("soon", 1.0)]
    await clock.advance(2)
    assert woke == [("soon", 1.0), ("late", 3.0)]
    assert clock.unix_s() == 1004.0
    await asyncio.gather(*tasks)
