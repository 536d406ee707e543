"""Everything that happens to an open memory beside its sessions' own traffic: erasing on demand, the limits of what
is kept, the switch of large indexes. Moves messages and awaits workers; one steward a folder.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import secrets
import sqlite3
import sys
from collections.abc import Callable, Sequence
from typing import Any

from memory import heap, placing
from memory.desk import Desk
from memory.erased import Erased
from memory.index import build_lists
from memory.retention import LetGo
from memory.rows import SessionRow
from memory.upkeep import Wish
from wire.messages import Forget, Forgotten, Span
from wire.service import Context
from wire.spans import covering_sides, joined
from wire.topology import PERCEPTION, REASONING, STREAMER
from wire.worker import Worker

log = logging.getLogger(__name__)

ACKNOWLEDGED_WITHIN_S = 5.0  # a process that has not dropped what it holds by then is named in the report
PATIENT = 12  # times as long in a replay, where recognisers always have work before them and nobody waits
OTHERS = frozenset({PERCEPTION, REASONING, STREAMER})
AT_MOST = 10_000  # spans in a message, where there are more, a larger one stands for several; and questions
LAST = 19  # the lowest priority
RENEWED = 3  # vectors made anew at a time: a question waits for no more, and so many make one pass
RETAIN_EVERY_NS = 60 * 10**9  # media time between two looks at the limits
TRIM_EVERY_NS = 600 * 10**9  # ... and between two times at which freed memory is given back
_FAILED = (
    "the erasure failed: {}; what it had begun is taken back, or finished by the next one; see that the disk has room "
    "and the folder is writable, and forget again"
)


class Builder:
    """Makes inverted lists in a thread of its own, when nobody else wants the processor."""

    def build(self, snapshot: object) -> object:
        if sys.platform == "linux":  # where a thread has a priority of its own
            os.setpriority(os.PRIO_PROCESS, 0, LAST)
        return build_lists(snapshot)  # type: ignore[arg-type]  # a Snapshot; it only passes through


class Steward:
    """Looks after one folder. desks: those of its open sessions, as they are when asked for."""

    def __init__(self, context: Context, keeper: Worker, embedder: Worker, desks: Callable[[], Sequence[Desk]]) -> None:
        self._context = context
        self._config = context.config.memory
        self._keeper = keeper
        self._embedder = embedder
        self._desks = desks
        self.alone = asyncio.Lock()  # taken before those of the desks: the sessions stay those that they are
        self._acknowledged: dict[str, set[str]] = {}
        self._news = asyncio.Condition()
        self._building: asyncio.Task[None] | None = None
        self._renewing: asyncio.Task[None] | None = None
        self._now_ns: dict[int, int] = {}
        self._retained_ns: dict[int, int] = {}
        self._trimmed_ns: dict[int, int] = {}

    # ---- erasing -------------------------------------------------------------------------------------------------

    async def erase(self, wish: Wish, at: tuple[int, int] | None = None) -> tuple[Erased, tuple[str, ...]]:
        """Erase in the memory, in this process and in the others. Returns what was erased and who did not say so. at:
        session and time of the words that want it, which are no part of what they name."""
        async with self.alone:
            renewing, self._renewing = self._renewing, None
            await _given_up(renewing)  # it holds sentences
            try:
                done, silent = await self._erase(wish, at)
            finally:
                if renewing is not None:
                    await self.look_over()
        await asyncio.to_thread(heap.trim)  # pages that held what was erased, too
        return done, silent

    async def _erase(self, wish: Wish, at: tuple[int, int] | None) -> tuple[Erased, tuple[str, ...]]:
        desks = list(self._desks())
        by_words = dict([at] if at else [])
        async with contextlib.AsyncExitStack() as held:
            for desk in desks:  # nothing is written meanwhile
                await held.enter_async_context(desk.lock)
                await desk.commit()
            now_ns = [by_words.get(desk.row.no, desk.now_ns) for desk in desks]
            done: Erased = await self._keeper.call("upkeep.erase", wish)
            await self._embedder.call("forget")
            rows = {row.no: row for row in await self.sessions()}
            forgets = []
            for desk, t_ns in zip(desks, now_ns, strict=True):
                own = _over(desk.row.no, t_ns, done.spans)
                await desk.forget(own)
                earlier = placing.told(done.gone, desk.row.no, rows, desk.going)
                wanted_ns = by_words.get(desk.row.no, t_ns + 1)  # a question of this moment goes, but for the order
                asked = [identity for no, identity in done.asked if no == desk.row.no]
                forget = _forget(desk.name, wanted_ns, [*earlier, *own], asked)
                if (forget.spans or asked) and not desk.closed:  # the others hold nothing of a session that is over
                    forgets.append((desk, forget))
            patience = PATIENT if all(desk.settings.mode == "replay" for desk in desks) else 1
            silent = await self._tell(forgets, ACKNOWLEDGED_WITHIN_S * patience)
            return await self._keeper.call("upkeep.settle", done), silent

    async def sessions(self) -> list[SessionRow]:
        """All of this memory."""
        rows: list[SessionRow] = await self._keeper.call("store.reaching")
        return rows

    async def _tell(self, forgets: Sequence[tuple[Desk, Forget]], within_s: float) -> tuple[str, ...]:
        """Ask the other processes to drop what they hold of it, and wait until they say so. Who did not."""
        waiting = [(desk, one.request_id) for desk, one in forgets]
        self._acknowledged |= {request: set() for _, request in waiting}
        for _, one in forgets:
            await self._context.send(one)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s), self._news:
                await self._news.wait_for(lambda: not any(self._silent(desk, request) for desk, request in waiting))
        silent = {service for desk, request in waiting for service in self._silent(desk, request)}
        for _, request in waiting:
            del self._acknowledged[request]
        return tuple(sorted(silent))

    def _silent(self, desk: Desk, request: str) -> set[str]:
        """Who has not said that it did what was asked. An edge that has closed its session reads nothing more of it,
        and holds nothing."""
        left = {STREAMER} if desk.closed else set()
        return {*OTHERS} - self._acknowledged[request] - left

    async def left(self, desk: Desk) -> None:
        """The edge has closed a session."""
        desk.closed = True
        async with self._news:
            self._news.notify_all()

    async def acknowledged(self, message: Forgotten) -> None:
        """Another process has dropped what a request named."""
        known = self._acknowledged.get(message.request_id)
        if known is not None:
            known.add(message.service)
            async with self._news:
                self._news.notify_all()

    # ---- vectors of another model ----------------------------------------------------------------------------------

    async def look_over(self) -> None:
        """If another model made the vectors of this memory, begin to make them anew, beside all else."""
        waiting = {name: await self._outdated(name) for name in await self._embedder.call("renewable")}
        if any(waiting.values()):
            log.info("< vectors of another model: %s; they are made anew while the memory is in use", waiting)
            names = [name for name, n in waiting.items() if n]
            self._renewing = asyncio.create_task(self._renew(names), name="vectors of another model")

    async def _outdated(self, name: str) -> int:
        told = await self._keeper.call("renewal.sample", name)
        vectors = await self._embedder.call("renew", name, told)
        return int(await self._keeper.call("renewal.compare", name, vectors))

    async def _renew(self, names: Sequence[str]) -> None:
        for name in names:
            while rows := await self._keeper.call("renewal.pending", name, RENEWED):
                vectors = await self._embedder.call("renew", name, [told for _, told in rows])
                await self._keeper.call("renewal.renewed", name, [identity for identity, _ in rows], vectors)
                self._context.count("vectors_renewed", len(rows))
        log.info("< all vectors are of this model now")

    # ---- after each commit -----------------------------------------------------------------------------------------

    async def tend(self, desk: Desk, t_ns: int) -> None:
        """See to the indexes and to freed memory. t_ns: the session has come that far. The desk's lock is held."""
        now_ns = self._now_ns[desk.row.no] = max(t_ns, desk.timeline.seen_ns)
        if now_ns - self._trimmed_ns.get(desk.row.no, 0) >= TRIM_EVERY_NS:
            self._trimmed_ns[desk.row.no] = now_ns
            await asyncio.to_thread(heap.trim)
        if self._building is not None and self._building.done():
            self._building.result()  # raises what failed
            self._building = None
        if self._renewing is not None and self._renewing.done():
            self._renewing.result()
            self._renewing = None
        if self._building is None and (name := await self._keeper.call("upkeep.crowded")):
            self._building = asyncio.create_task(self._rebuild(name), name=f"lists of {name}")

    async def retain(self, desk: Desk) -> None:
        """Keep the memory within its limits, as soon as a session begins; what is still there in any of its sessions
        goes on. No lock is held."""
        hours, megabytes = self._config.keep_hours, self._config.keep_mb
        now_ns = self._now_ns.get(desk.row.no, 0)
        due = now_ns - self._retained_ns.get(desk.row.no, -RETAIN_EVERY_NS) >= RETAIN_EVERY_NS
        if not due or (hours <= 0 and megabytes <= 0):
            return
        self._retained_ns[desk.row.no] = now_ns
        async with contextlib.AsyncExitStack() as held:
            await held.enter_async_context(self.alone)
            desks = list(self._desks())
            for each in desks:
                await held.enter_async_context(each.lock)
            if desk.closed:  # and the memory with it, if no other session has it
                return
            for each in desks:
                await each.commit()
            live = {each.row.no: self._now_ns.get(each.row.no, 0) for each in desks if not each.closed}
            gone: LetGo = await self._keeper.call("upkeep.retain", desk.row.no, hours, round(megabytes * 1e6), live)
            for each in desks:
                await each.let_go(gone)
        if gone.spans:
            self._context.count("retention_stretches", len(gone.spans))

    async def _rebuild(self, name: str) -> None:
        """Make inverted lists while searches and writes go on."""
        snapshot = await self._keeper.call("upkeep.snapshot", name)
        builder = await Worker.start(Builder)
        try:
            lists = await builder.call("build", snapshot)
        finally:
            await builder.close()
        await self._keeper.call("upkeep.adopt", name, lists)
        self._context.count("indexes_rebuilt")

    async def close(self) -> None:
        """Lists that are still being made are given up, they are made again next time; vectors are gone on with."""
        for task in (self._building, self._renewing):
            await _given_up(task)
        self._building = self._renewing = None


async def _given_up(task: asyncio.Task[None] | None) -> None:
    """Cancel it, and wait until it has noticed."""
    if task is not None:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def _over(no: int, t_ns: int, spans: Sequence[tuple[int, int, int]]) -> list[tuple[int, int]]:
    """The spans of a session as far as they are over at t_ns: what comes later is not meant."""
    return joined((start, min(end, t_ns)) for of, start, end in spans if of == no)


def _forget(session: str, t_ns: int, spans: Sequence[tuple[int, int]], asked: Sequence[str]) -> Forget:
    few, identity = tuple(Span(*span) for span in covering_sides(spans, AT_MOST // 2)), f"forget-{secrets.token_hex(8)}"
    newest = tuple(dict.fromkeys(asked))[-AT_MOST:]
    return Forget(session=session, t_ns=t_ns, request_id=identity, spans=few, questions=newest)


async def answer(steward: Steward, request: dict[str, Any]) -> dict[str, Any]:
    """What the door of a memory answers to a command; only erasing needs the owner."""
    if request.get("command") != "forget":
        return {"error": f"no command {request.get('command')!r}"}
    try:
        spans = tuple((int(no), int(start), int(end)) for no, start, end in request.get("spans", []))
    except (TypeError, ValueError):
        return {"error": "spans are [session, from, to]"}
    wish = Wish(spans, str(request.get("matching", "")), bool(request.get("everything", False)))
    try:
        done, silent = await steward.erase(wish)
    except (sqlite3.Error, OSError) as error:
        log.exception("x erasing failed")
        return {"error": _FAILED.format(error)}
    return {
        "events": done.events, "clips": done.clips, "pictures": done.pictures, "left": done.left,
        "silent": list(silent),
    }  # fmt: skip
