"""Who is told of an erasure and what stays of it while sessions begin and end; sentences that were kept to be quick."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from desk_tools import Neighbours, S, running, sign

from memory.chinese_words import pairs
from memory.desk import Desk
from memory.door import knock
from memory.lock import owner_of
from memory.steward import OTHERS, Steward
from memory.terms import root
from wire.messages import Forget, Forgotten, SessionClosed, Warned
from wire.words import alike, said_words, sounds, stem

pytestmark = pytest.mark.unit

CHINESE = "我的密码是八八六六一二三"


async def forget(folder: Path, **wish: Any) -> dict[str, Any]:
    owner = owner_of(folder)
    assert owner is not None
    assert owner.address is not None
    return await asyncio.to_thread(knock, owner.address, {"command": "forget", **wish})


async def forgets(out: Neighbours, n: int = 1) -> list[Forget]:
    async with out.changed:
        await out.changed.wait_for(lambda: sum(isinstance(x, Forget) for x in out.sent) >= n)
    return [x for x in out.sent if isinstance(x, Forget)]


async def test_a_session_that_is_being_opened_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = Neighbours(*OTHERS)
    m = await running(out, tmp_path)
    await m.see(1, sign("Placard 0 of the hall"))
    await m.mark(5)
    commands: list[asyncio.Task[dict[str, Any]]] = []
    mend = Desk.mend

    async def mended(desk: Desk) -> None:
        commands.append(asyncio.create_task(forget(tmp_path, matching="Placard 0")))
        await asyncio.wait(commands, timeout=0.3)  # it has time enough to be done
        await mend(desk)

    monkeypatch.setattr(Desk, "mend", mended)
    await m.open(tmp_path, "two", mode="live")
    done = await commands[0]
    assert (done["left"], done["silent"]) == ([], [])
    spans = out.forgets("two")
    assert spans
    assert all(end < 0 for _, end in spans)  # what an earlier session told it
    await m.service.close()


async def test_a_session_that_ends_meanwhile_leaves_nobody_silent(tmp_path: Path) -> None:
    out = Neighbours()
    m = await running(out, tmp_path)
    await m.see(1, sign("Placard 0 of the hall"))
    await m.mark(5)
    command = asyncio.create_task(forget(tmp_path, matching="Placard 0"))
    (order,) = await forgets(out)
    closing = asyncio.create_task(m.service.handle(SessionClosed(session="s", t_ns=6 * S)))
    await asyncio.sleep(0)
    for service in OTHERS:
        await m.service.handle(Forgotten(session="s", t_ns=5 * S, request_id=order.request_id, service=service))
    done = await command
    assert (done["left"], done["silent"]) == ([], [])
    await closing
    await m.service.close()


async def test_an_edge_that_closes_the_session_unasked_is_not_waited_for(tmp_path: Path) -> None:
    out = Neighbours("perception", "reasoning")
    m = await running(out, tmp_path)
    await m.see(1, sign("Placard 0 of the hall"))
    await m.mark(5)
    command = asyncio.create_task(forget(tmp_path, matching="Placard 0"))
    await forgets(out)
    closing = asyncio.create_task(m.service.handle(SessionClosed(session="s", t_ns=6 * S)))  # it read no Forget
    done = await command
    assert (done["left"], done["silent"]) == ([], [])
    assert not [x for x in out.sent if isinstance(x, Warned)]
    await closing
    await m.service.close()


async def test_who_else_is_silent_when_a_session_ends_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("memory.steward.ACKNOWLEDGED_WITHIN_S", 0.05)
    out = Neighbours("perception")
    m = await running(out, tmp_path)
    await m.open(tmp_path, "two", mode="live")
    for session in ("s", "two"):
        await m.see(1, sign("Placard 0 of the hall"), session=session)
        await m.mark(5, session=session)
    command = asyncio.create_task(forget(tmp_path, matching="Placard 0"))
    await forgets(out, 2)
    closing = asyncio.create_task(m.service.handle(SessionClosed(session="s", t_ns=6 * S)))
    assert (await command)["silent"] == ["reasoning", "streamer"]  # that of the other session
    await closing
    await m.service.close()


async def test_one_memory_is_not_taken_for_another(tmp_path: Path) -> None:
    out = Neighbours(*OTHERS)
    m = await running(out, tmp_path / "one")
    await m.open(tmp_path / "two", "other", mode="live")
    for session, folder in (("s", "one"), ("other", "two")):
        await m.see(1, sign("Placard 0 of the hall"), session=session)
        await m.mark(5, session=session)
        assert (await forget(tmp_path / folder, everything=True))["silent"] == []
    first, second = await forgets(out, 2)
    assert first.request_id != second.request_id
    await m.service.close()


async def test_no_sentence_or_word_of_it_is_kept_for_later_comparing(tmp_path: Path) -> None:
    m = await running(Neighbours(*OTHERS), tmp_path)
    await m.say(2, CHINESE)
    await m.mark(5)
    pairs(CHINESE)
    said_words("my code is swordfish")
    alike("swordfish", "sworfish")
    root("swordfish")
    await forget(tmp_path, everything=True)
    asked = ((pairs, CHINESE), (said_words, "my code is swordfish"), (stem, "swordfish"), (sounds, "swordfish"))
    for kept, text in (*asked, (root, "swordfish")):
        hits = kept.cache_info().hits
        kept(text)
        assert kept.cache_info().hits == hits, kept
    assert alike.cache_info().currsize == 0
    await m.service.close()


async def test_a_command_that_waits_while_the_last_session_ends_is_done(tmp_path: Path) -> None:
    out = Neighbours()
    m = await running(out, tmp_path)
    await m.see(1, sign("Placard 0 of the hall"))
    await m.see(11, sign("Placard 1 of the hall"), look=1)
    await m.mark(15)
    first = asyncio.create_task(forget(tmp_path, matching="Placard 0"))
    (order,) = await forgets(out)
    second = asyncio.create_task(forget(tmp_path, matching="Placard 1"))
    await asyncio.wait((second,), timeout=0.3)  # so that it waits at the door
    closing = asyncio.create_task(m.service.handle(SessionClosed(session="s", t_ns=16 * S)))
    await asyncio.sleep(0)
    for service in OTHERS:
        await m.service.handle(Forgotten(session="s", t_ns=15 * S, request_id=order.request_id, service=service))
    for command in (first, second):
        done = await command
        assert (done["left"], done["silent"]) == ([], [])
        assert done["events"] > 0
    await closing
    assert len(await forgets(out)) == 1  # nobody holds anything of a session that is over
    await m.service.close()


async def test_a_folder_that_is_being_closed_is_opened_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    m = await running(Neighbours(*OTHERS), tmp_path)
    await m.see(1, sign("Placard 0 of the hall"))
    await m.mark(5)
    opening: list[asyncio.Task[None]] = []
    close = Steward.close

    async def closed(steward: Steward) -> None:
        opening.append(asyncio.create_task(m.open(tmp_path, "two", mode="live")))
        await asyncio.wait(opening, timeout=0.3)
        await close(steward)

    with monkeypatch.context() as patched:
        patched.setattr(Steward, "close", closed)
        await m.service.handle(SessionClosed(session="s", t_ns=6 * S))
    await opening[0]
    assert not [x for x in m.out.sent if isinstance(x, Warned)]
    assert (await forget(tmp_path, matching="Placard 0"))["events"] > 0
    await m.service.close()
