"""Forgetting by word of mouth in a running memory: asked back, done after a yes, dropped after anything else."""

# ruff: noqa: RUF001 (Chinese marks)

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from desk_tools import Memory, Out, S, sign, words

from memory import service as memory_service
from memory.erase import find_traces
from wire import config
from wire.clock import ManualClock
from wire.messages import Forget, Forgotten, Message, Question, SessionClosed, SessionOpened, SessionSettings
from wire.service import Context

pytestmark = pytest.mark.unit


class Neighbours(Out):
    """Answers each Forget as the other processes would."""

    memory: Memory

    async def send(self, message: Message) -> None:
        await super().send(message)
        if not isinstance(message, Forget):
            return
        for service in ("perception", "reasoning", "streamer"):
            done = Forgotten(session=message.session, t_ns=message.t_ns, request_id=message.request_id, service=service)
            await self.memory.service.handle(done)


@pytest.fixture
async def m(tmp_path: Path) -> AsyncIterator[Memory]:
    """Forty seconds: a placard for ten seconds after the other, words in the middle of each."""
    out = Neighbours()
    service = await memory_service.create(Context(config.load("fake"), ManualClock(unix_s=1_700_000_000.0), out))
    memory = out.memory = Memory(service, out)
    await memory.open(tmp_path, mode="live")
    for t in range(40):
        await memory.see(t, sign(f"Placard {t // 10} of the hall"), look=t // 10, jpeg=f"picture {t // 10}".encode())
        if t % 10 == 5:
            await memory.say(t, f"remark {t // 10} about the hall")
        await memory.mark(t)
    yield memory
    await service.close()


def held(folder: Path, *texts: str) -> bool:
    return bool(find_traces(folder, texts, []))


async def spoken(m: Memory, t_s: float, text: str, *, asks: bool) -> list[Question]:
    """Say it, and give the questions that come of it."""
    before = len(m.out.questions())
    await m.service.handle(replace(words(t_s, text, asks=asks), source="spoken"))
    return m.out.questions()[before:]


async def test_a_time_is_asked_back_and_forgotten_after_a_yes(m: Memory, tmp_path: Path) -> None:
    asked = await m.ask(40, "Forget the last fifteen seconds.")
    assert asked.say == "Shall I forget the last fifteen seconds, from 0:23 to 0:38? Say yes to do it."
    assert held(tmp_path, "remark 3")
    assert not any(isinstance(x, Forget) for x in m.out.sent)
    done = await m.ask(44, "yes")
    assert done.say.startswith("Done. I have forgotten the last fifteen seconds: ")
    assert any(isinstance(x, Forget) for x in m.out.sent)
    assert not held(tmp_path, "remark 3", "picture 3")
    assert held(tmp_path, "remark 1")
    assert (await m.ask(50, "What was remark 1 about?")).say == ""


@pytest.mark.parametrize("other", ["no", "What did the placard say?"])
async def test_after_a_no_or_anything_else_nothing_is_forgotten(m: Memory, tmp_path: Path, other: str) -> None:
    await m.ask(40, "Forget the last fifteen seconds.")
    reply = await m.ask(44, other)
    assert reply.say == ("All right, I keep it." if other == "no" else "")
    assert (await m.ask(46, "yes")).say == ""
    assert held(tmp_path, "remark 3")


async def test_a_yes_that_comes_too_late_does_nothing(m: Memory, tmp_path: Path) -> None:
    await m.ask(40, "Forget the last fifteen seconds.")
    assert (await m.ask(101, "yes")).say == ""
    assert held(tmp_path, "remark 3")


async def test_a_thing_is_forgotten_wherever_it_stands(m: Memory, tmp_path: Path) -> None:
    asked = await m.ask(40, "forget remark 2")
    assert asked.say == "Shall I forget remark 2, one moment, at 0:24? Say yes to do it."
    done = await m.ask(44, "do it")
    assert "remark" not in done.say
    assert not held(tmp_path, "remark 2")
    assert held(tmp_path, "remark 1", "remark 3")


async def test_what_is_not_known_by_those_words_is_looked_for(m: Memory, tmp_path: Path) -> None:
    asked = await m.ask(40, "forget Placard 1 in this hall")
    assert 'that is: A sign reads "Placard 1 of the hall"' in asked.say
    await m.ask(44, "yes")
    assert not held(tmp_path, "Placard 1")


async def test_nothing_known_is_said_so_when_typed_and_is_no_order_when_spoken(m: Memory) -> None:
    assert (await m.ask(40, "forget zebra crossings")).say.startswith("I remember nothing like that")
    assert [q.say for q in await spoken(m, 44, "forget your worries", asks=True)] == [""]


async def test_everything(m: Memory, tmp_path: Path) -> None:
    await m.ask(40, "delete everything")
    done = await m.ask(44, "yes please")
    assert done.say.startswith("Done. I have forgotten everything: ")
    assert find_traces(tmp_path, ["Placard", "remark", "picture 0", "picture 3"], []) == []


async def test_a_yes_that_is_spoken_aside_counts_while_it_is_awaited_and_else_is_no_question(m: Memory) -> None:
    assert await spoken(m, 40, "yes", asks=False) == []
    await m.ask(42, "Forget the last fifteen seconds.")
    assert await spoken(m, 44, "a lorry passes", asks=False) == []
    done = await spoken(m, 46, "yes", asks=False)
    assert [q.say[:5] for q in done] == ["Done."]
    assert done[0].t_ns == 46 * S
    assert await spoken(m, 48, "yes", asks=False) == []


async def test_everything_ends_with_the_yes_which_is_answered(m: Memory) -> None:
    await m.ask(40, "delete everything")
    (done,) = await spoken(m, 46, "yes", asks=False)
    assert done.say.startswith("Done. I have forgotten everything")
    (forget,) = [message for message in m.out.sent if isinstance(message, Forget)]
    assert forget.t_ns == done.t_ns == 46 * S  # what was asked then is no part of it
    assert [end for _, end in forget.over()] == [46 * S]


async def test_a_day_is_forgotten_in_the_session_that_saw_it(m: Memory, tmp_path: Path) -> None:
    await m.service.handle(SessionClosed(session="s", t_ns=40 * S))
    settings = SessionSettings(mode="live", start_unix_s=1_700_000_000.0 + 86_400)
    await m.service.handle(SessionOpened(session="next", t_ns=0, memory=str(tmp_path), settings=settings))
    await m.see(1, sign("Placard of today"), session="next")
    await m.mark(2, session="next")
    none = await m.ask(3, "forget what you saw two days ago", session="next")
    assert none.say == "I remember nothing of that time, so there is nothing to forget."
    asked = await m.ask(4, "forget yesterday", session="next")
    assert asked.say.startswith("Shall I forget that time, from ")
    assert (await m.ask(6, "yes", session="next")).say.startswith("Done. I have forgotten that time: ")
    assert not held(tmp_path, "remark 1", "remark 3", "Placard 2")
    assert held(tmp_path, "Placard of today")


async def test_all_but_a_time_is_forgotten_and_what_leaves_no_one_stretch_is_refused(m: Memory, tmp_path: Path) -> None:
    refused = await m.ask(40, "forget everything except remark 2")
    assert refused.say.startswith("I cannot forget all but that.")
    assert (await m.ask(41, "yes")).say == ""
    asked = await m.ask(42, "delete everything but the last fifteen seconds")
    assert asked.say.startswith(
        "Shall I forget everything of this session but the last fifteen seconds, from 0:00 to 0:2"
    )
    await m.ask(44, "yes")
    assert not held(tmp_path, "remark 0", "remark 1")
    assert held(tmp_path, "remark 3")


async def test_an_order_in_chinese_is_confirmed_in_chinese(m: Memory, tmp_path: Path) -> None:
    asked = await m.ask(40, "忘记最近十五秒")
    assert asked.say == "要我忘掉“最近十五秒”吗？从0:23到0:38。说“是”就忘掉。"
    assert (await m.ask(42, "不要")).say == "好的，我保留它。"
    await m.ask(44, "请把最近二十秒的内容都删除")
    assert (await m.ask(46, "是")).say.startswith("好了，我已经忘掉了“最近二十秒的内容”：")
    assert not held(tmp_path, "remark 3")


async def test_what_cannot_be_done_for_a_chinese_order_is_said_in_chinese(m: Memory) -> None:
    assert (await m.ask(40, "删除所有声音")).say.startswith("我没法只忘掉看到的")
    assert (await m.ask(41, "忘掉斑马线")).say.startswith("我不记得这样的东西")
    assert (await m.ask(42, "忘记所有内容")).say.startswith("要我忘掉所有会话里记住的一切吗？")
    assert (await m.ask(43, "no")).say == "好的，我保留它。"


async def test_the_language_of_the_order_decides_not_that_of_the_yes(m: Memory) -> None:
    await m.ask(40, "Forget the last fifteen seconds.")
    assert (await m.ask(42, "是")).say.startswith("Done. I have forgotten the last fifteen seconds")


async def test_a_live_session_began_when_it_was_opened(m: Memory) -> None:
    at = datetime.fromtimestamp(1_700_000_000.0 + 20)
    asked = await m.ask(40, f"forget what you saw at {at:%H:%M:%S}")
    assert asked.say == "Shall I forget that time, from 0:00 to 0:38? Say yes to do it."
    assert asked.t_ns == 40 * S
