"""The loop every process runs: messages of each (session, lane) go to the service's `handle` one after the other.

Lanes do not wait for each other, so URGENT overtakes; a handler that awaits holds back only its own lane, and a full
mailbox holds back its sender. Messages of a session wait until its SessionOpened was handled.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from contextlib import AbstractContextManager
from typing import Protocol

from wire.clock import Clock
from wire.config import Config
from wire.link import Lane, Link
from wire.mailbox import Mailbox
from wire.messages import Forget, Mark, Message, Ready, SessionClosed, SessionOpened, Warned, Watermark
from wire.telemetry import Telemetry
from wire.topology import bound_of

log = logging.getLogger(__name__)

_CLOSED_REMEMBERED = 256  # sessions whose late messages are recognised as such


class Context:
    """What a service gets from its process."""

    def __init__(self, config: Config, clock: Clock, link: Link) -> None:
        self.config = config
        self.clock = clock
        self._link = link
        self._telemetry = Telemetry(link.name, clock)

    async def send(self, message: Message) -> None:
        """To every consumer of the topology; waits while an ORDERED one is full."""
        if isinstance(message, Watermark) and message.final:
            await self.beat({})  # the counters at the end of a stream come before its end is known
        await self._link.send(message)

    def count(self, name: str, n: int = 1) -> None:
        self._telemetry.count(name, n)

    def busy(self, stage: str) -> AbstractContextManager[None]:
        """`with context.busy("asr"):` adds the wall time inside to that stage's share."""
        return self._telemetry.busy(stage)

    async def mark(self, message: Message, stage: str) -> None:
        """A latency mark for the session and turn of `message`, now."""
        mark: Mark = self._telemetry.mark(message, stage)
        await self._link.send(mark)

    async def warn(self, message: Message, sentence: str) -> None:
        """One sentence for the operator, with cause and fix; it goes into the report."""
        log.warning("x %s", sentence)
        await self._link.send(
            Warned(
                session=message.session,
                t_ns=message.t_ns,
                turn=message.turn,
                service=self._link.name,
                sentence=sentence,
            )
        )

    async def beat(self, more: dict[str, int]) -> None:
        await self._link.send(self._telemetry.beat(self._link.dropped() | more))


class Service(Protocol):
    """What a package's service.py makes of a Context."""

    name: str

    def describe(self) -> str:
        """One line: what runs in this process."""

    async def handle(self, message: Message) -> None: ...

    async def close(self) -> None: ...


class Runner:
    """Runs one service on one link until it is cancelled. A failing handler fails the run."""

    def __init__(self, service: Service, context: Context, link: Link, pid: int) -> None:
        self._service = service
        self._context = context
        self._link = link
        self._pid = pid
        self._boxes: dict[tuple[str, Lane], Mailbox] = {}
        self._pumps: dict[tuple[str, Lane], asyncio.Task[None]] = {}
        self._open: dict[str, asyncio.Event] = {}
        self._closed: deque[str] = deque(maxlen=_CLOSED_REMEMBERED)

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            for lane in self._link.lanes():
                tasks.create_task(self._read(lane, tasks), name=f"read {lane.producer} {lane.delivery.value}")
            tasks.create_task(self._beat(), name="beat")
            await self._link.send(
                Ready(session="", t_ns=0, service=self._service.name, parts=self._service.describe(), pid=self._pid)
            )

    async def _read(self, lane: Lane, tasks: asyncio.TaskGroup) -> None:
        async for message in self._link.receive(lane):
            if isinstance(message, SessionOpened):
                await self._service.handle(message)  # at once: what waits in the mailboxes needs it
                self._opened(message.session).set()
                if message.session in self._closed:
                    self._closed.remove(message.session)
            elif message.session in self._closed and not isinstance(message, Forget):
                self._context.count("late")
            else:
                await self._deliver(message, lane, tasks)

    def _opened(self, session: str) -> asyncio.Event:
        event = self._open.setdefault(session, asyncio.Event())
        if not session:
            event.set()  # messages about the process, not a session
        return event

    def _place_of(self, message: Message) -> str:
        """Whose lanes a message takes. Whoever erases waits for an answer, even if the session is closed meanwhile."""
        session = message.session
        if isinstance(message, Forget) and (session in self._closed or self._opened(session).is_set()):
            return ""
        return session

    async def _deliver(self, message: Message, lane: Lane, tasks: asyncio.TaskGroup) -> None:
        key = (self._place_of(message), lane)
        box = self._boxes.get(key)
        if box is None:
            box = self._boxes[key] = Mailbox(lane.delivery, bound_of(lane.producer, lane.delivery))
            self._pumps[key] = tasks.create_task(self._pump(key, box), name=f"pump {key}")
        if self._opened(key[0]).is_set():
            await box.put(message)
        else:
            await box.put_or_drop_oldest(message)

    async def _pump(self, key: tuple[str, Lane], box: Mailbox) -> None:
        await self._opened(key[0]).wait()
        while True:
            message = await box.get()
            await self._service.handle(message)
            if isinstance(message, SessionClosed):
                self._drop_session(message.session)
                return

    def _drop_session(self, session: str) -> None:
        """Free the lanes of a session; what still comes for it is late."""
        self._closed.append(session)
        self._open.pop(session, None)
        for key in [k for k in self._boxes if k[0] == session]:
            self._context.count("latest_dropped", self._boxes.pop(key).dropped)
            pump = self._pumps.pop(key)
            if pump is not asyncio.current_task():
                pump.cancel()

    async def _beat(self) -> None:
        while True:
            await self._context.clock.sleep(self._context.config.launch.beat_every_s)
            waiting = {"waiting": sum(map(len, self._boxes.values()))}
            dropped = {"mailbox_dropped": sum(box.dropped for box in self._boxes.values())}
            await self._context.beat(waiting | dropped)
