"""What a person wants of the memory itself, in words: forgetting, confirmed aloud first. Moves data, no messages.

One for each session. What is decided is
`memory.forgetting`, what is said `memory.forgetting_said`; erasing takes the way of every other erasure, by
the steward, with the other processes' acknowledgements.
"""

from __future__ import annotations

from dataclasses import dataclass

from memory import forgetting, forgetting_said
from memory.chinese_words import is_chinese
from memory.desk import Desk
from memory.forgetting import Wanted
from memory.steward import Steward
from memory.upkeep import Wish
from wire.messages import Evidence, MemoryRequest, Utterance

LOOKED_AT = 8  # things found that may be what is meant


@dataclass(frozen=True, slots=True)
class Said:
    """What is said to some words, "" if they are no errand. silent: processes that did not say that they erased."""

    words: str = ""
    silent: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Pending:
    """An erasure that waits for a yes."""

    wish: Wish
    named: str  # "" for what is not named again
    until_ns: int
    chinese: bool  # the order was


class Errands:
    """The errands of one session."""

    def __init__(self, desk: Desk, steward: Steward) -> None:
        self._desk = desk
        self._steward = steward
        self._pending: _Pending | None = None

    @property
    def waiting(self) -> bool:
        """Whether a question back waits for a yes."""
        return self._pending is not None

    async def take(self, words: Utterance) -> Said:
        """Do what the words want, or ask back. The desk's lock is not held."""
        pending = self._pending
        if pending is not None:
            answer = forgetting.answer(words.text)
            if words.asks or answer != "other":  # an aside leaves the question open
                self._pending = None
            if words.t_ns <= pending.until_ns:
                if answer == "yes":
                    return await self._erase(pending, words.t_ns)
                if answer == "no":
                    return Said(forgetting_said.told(forgetting_said.KEPT, chinese=pending.chinese))
        if not words.asks:
            return Said()
        before_ns = max(0, words.start_ns - 1)  # the order itself is no part of what it names
        wanted = forgetting.wanted(words.text, before_ns, self._desk.start_unix_s)
        return Said() if wanted is None else Said(await self._asked_back(wanted, words))

    async def _erase(self, pending: _Pending, t_ns: int) -> Said:
        done, silent = await self._steward.erase(pending.wish, (self._desk.row.no, t_ns))
        counts = done.events, done.pictures, len(done.left)
        return Said(forgetting_said.done(pending.named, *counts, chinese=pending.chinese), silent)

    async def _asked_back(self, wanted: Wanted, words: Utterance) -> str:
        """The question back, and what a yes to it will do; "" where words that were spoken name nothing known."""
        no, chinese = self._desk.row.no, is_chinese(words.text)
        if wanted.cannot:
            return forgetting_said.told(wanted.cannot, chinese=chinese)
        if wanted.everything:
            wish, named = Wish(everything=True), wanted.named
            question = forgetting_said.ask_everything(chinese=chinese)
        elif wanted.span is not None and not wanted.words:
            within = await self._within(wanted.span)
            if not within:
                return forgetting_said.told(forgetting_said.NOTHING_THEN, chinese=chinese)
            wish, named = Wish(within), wanted.named
            question = forgetting_said.ask_span(named, *wanted.span, self._desk.start_unix_s, chinese=chinese)
        else:
            spans, found = await self._moments(wanted, words)
            if not spans:
                nothing = forgetting_said.told(forgetting_said.NOTHING_LIKE_IT, chinese=chinese)
                return nothing if words.source == "typed" else ""
            here = tuple(sorted((start, end) for of, start, end in spans if of == no))
            question = forgetting_said.ask_moments(wanted.named, here, len(spans) - len(here), found, chinese=chinese)
            order = (no, words.start_ns, words.t_ns)  # it names what is to be forgotten
            exact = wanted.words if wanted.span is None else ""
            wish, named = Wish((*spans, order), matching=exact), ""
        self._pending = _Pending(wish, named, words.t_ns + forgetting.CONFIRM_WITHIN_NS, chinese)
        return question

    async def _within(self, span: tuple[int, int]) -> tuple[tuple[int, int, int], ...]:
        """(session, from, to) of a span of this session, which may begin or lie before it."""
        return forgetting.in_sessions(span, self._desk.row.no, await self._steward.sessions())

    async def _moments(self, wanted: Wanted, words: Utterance) -> tuple[list[tuple[int, int, int]], str]:
        """(session, from, to) of all that holds the words as they are; else of what is meant by them, and what that
        is."""
        desk = self._desk
        from_ns, to_ns = wanted.span or (0, words.t_ns)
        async with desk.lock:
            spans = await desk.matching(wanted.words)
            if wanted.span is not None:
                within = await self._within(wanted.span)
                spans = [s for s in spans if any(s[0] == no and s[1] <= end and s[2] >= at for no, at, end in within)]
            if spans or to_ns <= 0:
                return spans, ""
            look = MemoryRequest(
                session=words.session, t_ns=words.t_ns, request_id="errand", what="search", argument=wanted.words,
                start_ns=max(0, from_ns), end_ns=to_ns, limit=LOOKED_AT,
            )  # fmt: skip
            found: tuple[Evidence, ...] = (await desk.look(look))[0]
        same = [e for e in found if e.text == found[0].text]
        return [(desk.row.no, e.start_ns, e.end_ns) for e in same], found[0].text.rstrip(".") if found else ""
