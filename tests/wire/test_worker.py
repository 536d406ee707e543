"""Workers: calls in order, errors carried over, generators cancelled within one item, children that end."""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
from collections.abc import Callable, Iterator

import pytest

from wire.worker import Worker, WorkerDied

pytestmark = pytest.mark.unit


class Target:
    def __init__(self, start: int) -> None:
        self.total = start
        self.closed = 0
        self.given = 0

    def add(self, n: int) -> int:
        self.total += n
        return self.total

    def where(self) -> tuple[int, int]:
        return os.getpid(), threading.get_ident()

    def fail(self) -> None:
        raise ValueError("no such picture")

    def die(self) -> None:
        os._exit(3)

    def count(self, upto: int, cancelled: Callable[[], bool]) -> Iterator[int]:
        for n in range(upto):
            if cancelled():
                return
            self.given = n
            yield n

    def close(self) -> None:
        self.closed += 1


@pytest.mark.parametrize("child", [False, True])
async def test_calls_run_in_order_and_errors_come_over(child: bool) -> None:
    worker = await Worker.start(Target, 5, child=child)
    assert await asyncio.gather(*(worker.call("add", 1) for _ in range(4))) == [6, 7, 8, 9]
    with pytest.raises(ValueError, match="no such picture"):
        await worker.call("fail")
    pid, _ = await worker.call("where")
    assert (pid == os.getpid()) is not child
    await worker.close()
    await worker.close()


async def test_a_child_that_dies_is_an_error_not_a_hang() -> None:
    worker = await Worker.start(Target, 0, child=True)
    with pytest.raises(WorkerDied):
        await worker.call("die")
    with pytest.raises(WorkerDied):
        await worker.call("add", 1)
    await worker.close()


@pytest.mark.parametrize("child", [False, True])
async def test_a_factory_that_fails_says_why(child: bool) -> None:
    with pytest.raises(TypeError):
        await Worker.start(Target, child=child)


async def test_a_stream_gives_all_items() -> None:
    worker = await Worker.start(Target, 0)
    assert [n async for n in worker.stream("count", 100)] == list(range(100))
    await worker.close()


async def test_closing_a_stream_cancels_its_generator() -> None:
    worker = await Worker.start(Target, 0)
    stream = worker.stream("count", 10**9)
    async for n in stream:
        if n == 3:
            break
    await stream.aclose()
    target_given = await asyncio.wait_for(worker.call("add", 0), 5)  # the worker is free again
    assert target_given == 0
    await worker.close()


async def test_a_reader_that_is_cancelled_while_its_stream_ends_stays_cancelled() -> None:
    class Lingering:
        def __init__(self) -> None:
            self.ending, self.go_on = threading.Event(), threading.Event()

        def items(self, cancelled: Callable[[], bool]) -> Iterator[int]:
            try:
                yield 1
                yield 2
            finally:
                self.ending.set()
                self.go_on.wait(10)

    target = Lingering()
    worker = await Worker.start(lambda: target)
    never: asyncio.Queue[int] = asyncio.Queue()

    async def read() -> None:
        async with contextlib.aclosing(worker.stream("items")) as stream:
            async for _ in stream:
                break
        await never.get()

    reading = asyncio.create_task(read())
    await asyncio.get_running_loop().run_in_executor(None, target.ending.wait, 10)
    reading.cancel()
    await asyncio.sleep(0)
    target.go_on.set()
    await asyncio.wait([reading], timeout=10)
    assert reading.cancelled()
    await worker.close()
