"""What one session tells: in the order of `lanes`, in the messages of `telling`, with marks and counters.

Moves things only. Live, what is urgent does not wait behind what is not.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace

from perception.lanes import Merger, Rank
from perception.sight import Sighted
from perception.telling import Teller
from perception.turns import Event, FalseAlarm, Finished, Heard, Onset, Partial, Unheard
from wire import messages as m
from wire.service import Context
from wire.spans import covering

_URGENT = (m.VoiceOnset, m.VoiceFalse, m.SpeechStopped, m.TurnStarted)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of the edge. spoken: what its audio says, if it came as audio; failure: why that is not all."""

    question: m.UserInput
    spoken: str | None = None
    failure: str = ""


@dataclass(frozen=True, slots=True)
class SeenAt:
    t_ns: int
    sighted: Sighted


Item = Event | SeenAt | Asked | m.CancelReply | m.Watermark


class Outlet:
    """One session's. onset_at_once: an onset is told before its words are worked on, by whoever found it."""

    def __init__(self, context: Context, teller: Teller, *, live: bool, onset_at_once: bool) -> None:
        self._context = context
        self._teller = teller
        self._live = live
        self._onset_at_once = onset_at_once
        self._merger: Merger[Item] = Merger(live=live)
        self._turn_to_send = asyncio.Lock()
        self._forgotten: list[tuple[int, int]] = []
        self._seen_turn = -1
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()  # the final watermark was told

    def put(self, rank: Rank, t_ns: int, item: Item) -> None:
        if not self._is_forgotten(item):
            self._merger.put(rank, t_ns, item)

    def put_last(self, mark: m.Watermark) -> int:
        """The final watermark; the time behind which nothing waits."""
        return self._merger.put_last(Rank.MARK, mark.t_ns, mark)

    def passed(self, lane: Rank, t_ns: int) -> None:
        """The lane has nothing more of a time before t_ns."""
        self._merger.passed(lane, t_ns)

    def forget(self, spans: Iterable[tuple[int, int]]) -> None:
        """Drop what waits of these spans, and what is still to come of them."""
        self._forgotten = covering([*self._forgotten, *spans])
        self._merger.drop(self._is_forgotten)

    async def tell(self) -> None:
        """Send everything that is certain by now."""
        if self._live:
            messages = self._messages()
            await self.send(one for one in messages if isinstance(one, _URGENT))
            async with self._turn_to_send:
                await self.send(one for one in messages if not isinstance(one, _URGENT))
            return
        async with self._turn_to_send:
            await self.send(self._messages())

    async def send(self, messages: Iterable[m.Message]) -> None:
        for message in messages:
            if isinstance(message, m.Warned):
                self._context.count("unheard")
                await self._context.warn(message, message.sentence)
                continue
            await self._mark_before(message)
            await self._context.send(message)
            if isinstance(message, m.Utterance):
                self._context.count("utterances")
                if message.asks:
                    await self._context.mark(message, "utterance")
            elif isinstance(message, m.Watermark) and message.final and not self.ended.done():
                self.ended.set_result(None)

    async def _mark_before(self, message: m.Message) -> None:
        match message:
            case m.SpeechStopped():  # of the turn that it may become
                await self._context.mark(replace(message, turn=message.turn + 1), "speech_end")
            case m.TurnStarted():
                await self._context.mark(message, "turn_end")
            case m.FrameSeen() if message.turn != self._seen_turn:
                self._seen_turn = message.turn
                await self._context.mark(message, "frame_seen")

    def _messages(self) -> list[m.Message]:
        return [one for t_ns, item in self._merger.ready() for one in self._told(t_ns, item)]

    def _told(self, t_ns: int, item: Item) -> list[m.Message]:
        match item:
            case SeenAt():
                return self._teller.seen(t_ns, item.sighted)
            case Asked():
                return self._teller.asked(item.question, item.spoken, item.failure)
            case m.CancelReply():
                return self._teller.cancelled(item)
            case m.Watermark():
                return [item]
            case Onset() if self._onset_at_once:
                return []
            case FalseAlarm():
                self._context.count(f"false_{item.why}")
        return self._teller.heard(t_ns, item)

    def _is_forgotten(self, item: Item) -> bool:
        match item:
            case SeenAt():
                span = (item.t_ns - 1, item.t_ns + 1)
            case Partial():
                span = (item.start_ns, item.t_ns)
            case Finished() | Heard() | Unheard():
                span = (item.start_ns, item.end_ns)
            case _:
                return False
        return any(start < span[1] and span[0] < end for start, end in self._forgotten)
