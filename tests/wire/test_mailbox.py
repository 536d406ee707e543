"""Mailboxes are bounded; what a full one does depends on the delivery."""

from __future__ import annotations

import asyncio

import pytest

from wire.mailbox import Mailbox
from wire.messages import Caption, Message
from wire.topology import Delivery

pytestmark = pytest.mark.unit


def _message(t_ns: int) -> Message:
    return Caption(session="s", t_ns=t_ns, start_ns=0, text="", final=False)


async def test_ordered_keeps_order_and_makes_the_sender_wait() -> None:
    box = Mailbox(Delivery.ORDERED, bound=2)
    await box.put(_message(1))
    await box.put(_message(2))
    third = asyncio.create_task(box.put(_message(3)))
    await asyncio.sleep(0)
    assert not third.done()
    assert [(await box.get()).t_ns for _ in range(3)] == [1, 2, 3]
    await third
    assert box.dropped == 0


async def test_latest_keeps_the_newest_and_counts_the_rest() -> None:
    box = Mailbox(Delivery.LATEST)
    for t_ns in range(5):
        await box.put(_message(t_ns))
    assert len(box) == 1
    assert (await box.get()).t_ns == 4
    assert box.dropped == 4


async def test_a_session_that_is_not_open_drops_its_oldest_and_never_blocks() -> None:
    box = Mailbox(Delivery.ORDERED, bound=2)
    for t_ns in range(3):
        await box.put_or_drop_oldest(_message(t_ns))
    assert box.dropped == 1
    assert (await box.get()).t_ns == 1
