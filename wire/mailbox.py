"""A bounded place where messages of one lane and session wait for their handler."""

from __future__ import annotations

import asyncio
from collections import deque

from wire.messages import Message
from wire.topology import LATEST_BOUND, ORDERED_BOUND, URGENT_BOUND, Delivery

_BOUNDS = {Delivery.URGENT: URGENT_BOUND, Delivery.ORDERED: ORDERED_BOUND, Delivery.LATEST: LATEST_BOUND}


class Mailbox:
    """ORDERED and URGENT: a full box makes `put` wait. LATEST: the newest replaces what waits, which is counted."""

    def __init__(self, delivery: Delivery, bound: int | None = None) -> None:
        self.delivery = delivery
        self.bound = bound or _BOUNDS[delivery]
        self.dropped = 0
        self._waiting: deque[Message] = deque()
        self._changed = asyncio.Condition()

    def __len__(self) -> int:
        return len(self._waiting)

    async def put(self, message: Message) -> None:
        async with self._changed:
            if self.delivery is Delivery.LATEST:
                while len(self._waiting) >= self.bound:
                    self._waiting.popleft()
                    self.dropped += 1
            else:
                await self._changed.wait_for(lambda: len(self._waiting) < self.bound)
            self._waiting.append(message)
            self._changed.notify_all()

    async def put_or_drop_oldest(self, message: Message) -> None:
        """For a session that is not open yet: its lane must not block the SessionOpened behind it."""
        async with self._changed:
            if len(self._waiting) >= self.bound:
                self._waiting.popleft()
                self.dropped += 1
            self._waiting.append(message)
            self._changed.notify_all()

    async def get(self) -> Message:
        async with self._changed:
            await self._changed.wait_for(lambda: bool(self._waiting))
            message = self._waiting.popleft()
            self._changed.notify_all()
            return message
