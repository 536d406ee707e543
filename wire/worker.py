"""One model, one worker: a thread for life, or a child process for a library that holds the interpreter lock.

The target is made in its worker by a factory and called by method name, so that thread and process look alike.
"""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import signal
import threading
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from operator import attrgetter
from typing import Any

_END = object()
_STREAM_BOUND = 16  # items a generator may be ahead of its reader


class WorkerDied(RuntimeError):
    """The child process of a worker is gone; its process fails and is restarted by the launcher."""


class Worker:
    """Calls run one after the other, in the order in which they were made."""

    def __init__(self, executor: ThreadPoolExecutor, target: Any) -> None:
        self._executor = executor
        self._target = target

    @classmethod
    async def start(cls, factory: Callable[..., Any], *args: Any, child: bool = False) -> Worker:
        """Run factory(*args) in the worker and keep what it returns. child: in a spawned process; then factory,
        arguments and results travel as pickles. Raises what the factory raises."""
        executor = ThreadPoolExecutor(1, thread_name_prefix=getattr(factory, "__name__", "worker"))
        make = _ChildProxy if child else _call
        try:
            target = await asyncio.get_running_loop().run_in_executor(executor, make, factory, args)
        except BaseException:
            executor.shutdown(wait=False)
            raise
        return cls(executor, target)

    async def call(self, method: str, *args: Any) -> Any:
        """target.method(*args), in the worker. method: of the target or, with a dot, of a part of it."""
        return await asyncio.get_running_loop().run_in_executor(
            self._executor, lambda: attrgetter(method)(self._target)(*args)
        )

    async def get(self, attribute: str) -> Any:
        """A plain attribute of the target, such as its sample rate. Thread workers only."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, getattr, self._target, attribute)

    async def stream(self, method: str, *args: Any) -> AsyncGenerator[Any]:
        """Items of the generator target.method(*args, cancelled), as they come. Closing this iterator makes
        `cancelled()` true, and waits until the generator has noticed. Thread workers only."""
        loop = asyncio.get_running_loop()
        items: asyncio.Queue[Any] = asyncio.Queue()
        room = threading.Semaphore(_STREAM_BOUND)
        stopped = threading.Event()

        def run() -> None:
            generator = getattr(self._target, method)(*args, stopped.is_set)
            try:
                for item in generator:
                    room.acquire()
                    if stopped.is_set():
                        return
                    loop.call_soon_threadsafe(items.put_nowait, item)
            finally:
                generator.close()
                loop.call_soon_threadsafe(items.put_nowait, _END)

        running = loop.run_in_executor(self._executor, run)
        try:
            while (item := await items.get()) is not _END:
                room.release()
                yield item
            await running
        finally:
            stopped.set()
            room.release()
            await ended(running)

    async def close(self) -> None:
        """Close the target and end the worker. May be called twice."""
        target, self._target = self._target, None
        if target is None:
            return
        close = getattr(target, "close", None)
        if close is not None:
            await asyncio.get_running_loop().run_in_executor(self._executor, close)
        self._executor.shutdown(wait=False)


async def ended(*running: asyncio.Future[Any]) -> None:
    """Wait for all of them even when cancelled meanwhile; the cancellation comes after it, never lost."""
    cancelled: asyncio.CancelledError | None = None
    while left := [one for one in running if not one.done()]:
        try:
            await asyncio.wait(left)
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        raise cancelled


def _call(factory: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    return factory(*args)


class _ChildProxy:
    """Stands in the worker's thread for a target in a spawned process."""

    def __init__(self, factory: Callable[..., Any], args: tuple[Any, ...]) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_child_main, args=(theirs, factory, args), daemon=True)
        self._process.start()
        theirs.close()
        self._receive()

    def _receive(self) -> Any:
        try:
            failed, value = self._pipe.recv()
        except (EOFError, ConnectionError) as error:
            raise WorkerDied(
                f"worker process {self._process.pid} ended (exit code {self._process.exitcode})"
            ) from error
        if failed:
            raise value
        return value

    def _request(self, method: str, *args: Any) -> Any:
        try:
            self._pipe.send((method, args))
        except (BrokenPipeError, ConnectionError) as error:
            raise WorkerDied(f"worker process {self._process.pid} ended") from error
        return self._receive()

    def __getattr__(self, method: str) -> Callable[..., Any]:
        if method.startswith("_"):
            raise AttributeError(method)
        return lambda *args: self._request(method, *args)

    def close(self) -> None:
        """Ask the child to end; kill it if it has not within two seconds."""
        with contextlib.suppress(OSError):
            self._pipe.send(None)
        self._process.join(2)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._pipe.close()


def _child_main(pipe: Connection, factory: Callable[..., Any], args: tuple[Any, ...]) -> None:
    """Serve calls until the other end closes; a parent that died by kill -9 closes it too."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal's Ctrl-C is for the launcher
    try:
        target = factory(*args)
    except Exception as error:  # carried to the parent, which raises it
        pipe.send((True, error))
        return
    pipe.send((False, None))
    while True:
        try:
            request = pipe.recv()
        except (EOFError, ConnectionError):
            return
        if request is None:
            close = getattr(target, "close", None)
            if close is not None:
                close()
            return
        method, arguments = request
        try:
            reply = (False, getattr(target, method)(*arguments))
        except Exception as error:  # carried to the parent, which raises it
            reply = (True, error)
        with contextlib.suppress(BrokenPipeError):
            pipe.send(reply)
