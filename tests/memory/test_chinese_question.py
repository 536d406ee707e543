"""Chinese questions become cues, and Chinese words terms."""

# ruff: noqa: RUF001 (Chinese marks)

from __future__ import annotations

import re
from datetime import datetime

import numpy as np
import pytest

from memory.backends.fake import FakeOptions, FakeTextEncoder
from memory.chinese_clock import number
from memory.chinese_question import in_english
from memory.chinese_times import seconds, take_time
from memory.chinese_words import is_chinese, pairs
from memory.embedder import reads_chinese
from memory.question import understand
from memory.terms import telling, terms
from wire.messages import Cues, HistoryTurn

pytestmark = pytest.mark.unit

S = 1_000_000_000
T_NS = 200 * S


def cues(text: str, history: tuple[HistoryTurn, ...] = ()) -> Cues:
    return understand(in_english(text), t_ns=T_NS, history=history)


@pytest.mark.parametrize(
    ("text", "english", "rest"),
    [
        ("两分钟前有什么", "120 seconds ago", "有什么"),
        ("一个半小时前", "5400 seconds ago", ""),
        ("半分钟以前", "30 seconds ago", ""),
        ("刚才说了什么", "just now", "说了什么"),
        ("现在有几个人", "right now", "有几个人"),
        ("前两分钟发生了什么", "in the first 120 seconds", "发生了什么"),
        ("最近十五秒", "in the last 15 seconds", ""),
        ("最后三十秒发生了什么", "in the last 30 seconds", "发生了什么"),
        ("第三分钟有什么", "between 2:00 and 3:00", "有什么"),
        ("1分30秒的时候有什么", "at 1:30", "有什么"),
        ("在0:45看到什么", "at 0:45", "看到什么"),
        ("从1分到2分30秒之间", "between 1:00 and 2:30", ""),
        ("下午3点半谁来了", "at 3:30 pm", "谁来了"),
        ("下午一点谁来了", "at 1:00 pm", "谁来了"),
        ("十五点谁来了", "at 3:00 pm", "谁来了"),
        ("一开始有什么", "at the beginning", "有什么"),
        ("最后发生了什么", "at the end", "发生了什么"),
        ("最后一次看到红色牌子", "", "最后一次看到红色牌子"),
        ("有一点暗吗", "", "有一点暗吗"),
        ("一共有多少人", "so far", "有多少人"),
        ("昨天下午三点半谁来了", "at 3:30 pm yesterday", "谁来了"),
        ("昨晚谁来了", "yesterday evening", "谁来了"),
        ("今天早上看到了什么", "this morning", "看到了什么"),
        ("两天前看到什么", "2 days ago", "看到什么"),
        ("上周三说了什么", "on wednesday last week", "说了什么"),
        ("周一开门吗", "", "周一开门吗"),
        ("前天看到了什么", "the day before yesterday", "看到了什么"),
        ("大前天看到了什么", "3 days ago", "看到了什么"),
        ("前晚谁来了", "the day before yesterday evening", "谁来了"),
        ("两天前的晚上谁来了", "2 days ago evening", "谁来了"),
        ("两晚前谁来了", "2 nights ago", "谁来了"),
        ("几天前看到了什么", "a few days ago", "看到了什么"),
        ("前几天看到了什么", "the other day", "看到了什么"),
        ("上周末看到了什么", "last weekend", "看到了什么"),
        ("这个周末看到了什么", "this weekend", "看到了什么"),
        ("周末看到了什么", "over the weekend", "看到了什么"),
        ("周末营业吗", "", "周末营业吗"),
        ("中午看到了什么", "this lunchtime", "看到了什么"),
        ("中午营业吗", "", "中午营业吗"),
        ("午夜听到了什么", "at midnight", "听到了什么"),
        ("半夜听到了什么", "last night", "听到了什么"),
        ("今天早些时候看到了什么", "earlier today", "看到了什么"),
        ("差一刻三点谁来了", "at 15 to 3", "谁来了"),
        ("下午三点差十分谁来了", "at 10 to 3 pm", "谁来了"),
        ("一个小时左右前", "3600 seconds ago", ""),
        ("一个多小时前", "4500 seconds ago", ""),
        ("午饭前看到了什么", "before lunch", "看到了什么"),
        ("昨天吃完午饭以后听到了什么", "after lunch yesterday", "听到了什么"),
        ("午饭前要吃哪种药", "", "午饭前要吃哪种药"),
        ("最前面是什么", "", "最前面是什么"),
        ("下午两点到三点之间发生了什么", "between 2:00 pm and 3:00 pm", "发生了什么"),
        ("下午两点以后谁来了", "after 2:00 pm", "谁来了"),
        ("下午2:30有什么", "at 2:30 pm", "有什么"),
        ("一刻钟前说了什么", "900 seconds ago", "说了什么"),
        ("会议十点半开始吗", "", "会议十点半开始吗"),
        ("从十点半开始谁来了", "since 10:30 o clock", "谁来了"),
        ("02:15的时候有什么", "at 02:15", "有什么"),
        ("两点一刻谁来了", "at 2:15 o clock", "谁来了"),
        ("昨晚十点谁来了", "at 10:00 pm yesterday", "谁来了"),
        ("昨晚两点谁来了", "at 2:00 am today", "谁来了"),
        ("昨天晚上十二点谁来了", "at 12:00 am today", "谁来了"),
        ("中午十一点半谁来了", "at 11:30 am", "谁来了"),
        ("上午十点到十二点谁来了", "between 10:00 am and 12:00 pm", "谁来了"),
        ("昨天下午三点以后谁来了", "after 3:00 pm yesterday", "谁来了"),
        ("昨天下午2:30谁来了", "at 2:30 pm yesterday", "谁来了"),
        ("昨天下午两点到三点谁来了", "between 2:00 pm and 3:00 pm yesterday", "谁来了"),
        ("从周一到周三谁来了", "between monday and wednesday", "谁来了"),
        ("从昨天到今天谁来了", "between yesterday and today", "谁来了"),
        ("从今天早上到现在谁来了", "since this morning", "谁来了"),
        ("从早上到现在谁来了", "since this morning", "谁来了"),
        ("从昨天开始谁来了", "since yesterday", "谁来了"),
        ("昨天以来谁来了", "since yesterday", "谁来了"),
        ("今天凌晨谁来了", "between 12 am and 5 am today", "谁来了"),
        ("11月20日星期五下午三点谁来了", "at 3:00 pm on 20 november", "谁来了"),
        ("2025年十二月一号谁来了", "on 1 december 2025", "谁来了"),
        ("2026-11-2014:05听到了什么", "at 2:05 pm on 20 november 2026", "听到了什么"),
        ("2026-11-2002:05听到了什么", "at 2:05 am on 20 november 2026", "听到了什么"),
        ("11月20日开门吗", "", "11月20日开门吗"),
        ("最近三天谁来了", "in the last 3 days", "谁来了"),
        ("这几天谁来了", "in the last few days", "谁来了"),
        ("一周前谁来了", "1 weeks ago", "谁来了"),
        ("半个月前谁来了", "15 days ago", "谁来了"),
        ("这个月谁来了", "this month", "谁来了"),
        ("今天谁来了", "today", "谁来了"),
        ("今天有什么特价", "so far", "有什么特价"),
        ("早上谁来了", "in the morning", "谁来了"),
        ("早上几点开门", "", "早上几点开门"),
        ("十分钟内谁来了", "in the last 600 seconds", "谁来了"),
        ("十几分钟前谁来了", "780 seconds ago", "谁来了"),
        ("之前你看到了什么", "so far", "你看到了什么"),
        ("谁吃了一半的蛋糕", "", "谁吃了一半的蛋糕"),
        ("中间的桌子上有什么", "", "中间的桌子上有什么"),
        ("中午饭是谁做的", "", "中午饭是谁做的"),
        ("中午谁值班", "", "中午谁值班"),
        ("他说了哪三点", "", "他说了哪三点"),
        ("他说的第二点是什么", "", "他说的第二点是什么"),
        ("三点的火车去哪里", "", "三点的火车去哪里"),
    ],
)
def test_times(text: str, english: str, rest: str) -> None:
    assert take_time(text) == (english, rest)


def test_times_of_days_are_those_of_english_ones() -> None:
    start = datetime(2026, 11, 21, 13, 0)
    for text, hours in (("中午看到了什么", (-2, 1)), ("午饭前看到了什么", (-13, 1)), ("前晚谁来了", (-44, -37))):
        found = understand(in_english(text), t_ns=6000 * S, start_unix_s=start.timestamp())
        assert found.spanned
        assert (found.start_ns, found.end_ns) == tuple(hour * 3600 * S for hour in hours)


def test_numbers() -> None:
    assert [number(text) for text in ("十二", "二十", "一百零五", "一百一十", "两", "12.5", "半")] == [
        12, 20, 105, 110, 2, 12.5, 0.5,
    ]  # fmt: skip
    assert [seconds(text) for text in ("1:02:03", "两分半", "一小时零五分", "90秒")] == [3723, 150, 3900, 90]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("门口有多少人？", {"ask": "count", "kind": "people"}),
        ("有几个人进来了？", {"ask": "count", "kind": "people", "deed": "enter"}),
        ("红色的牌子上写了什么？", {"ask": "text", "kind": "text", "colour": "red"}),
        ("第二块牌子上写的是什么", {"ask": "text", "order": "nth", "nth": 2}),
        ("最后一张幻灯片上写着什么？", {"ask": "text", "order": "last"}),
        ("背景是什么颜色？", {"ask": "colour", "kind": "colour"}),
        ("球是什么颜色的", {"ask": "colour", "kind": "object"}),
        ("第一次看到红色牌子是什么时候？", {"ask": "when", "order": "first", "colour": "red", "kind": "text"}),
        ("最后一次有人进来是什么时候？", {"ask": "when", "order": "last", "kind": "people", "deed": "enter"}),
        ("快递员什么时候来的", {"ask": "when", "deed": "enter", "content": ("快递员",)}),
        ("绿色的三角形在哪里？", {"ask": "where", "colour": "green", "kind": "object"}),
        ("什么时候开会？", {"content": ("开会",)}),
        ("谁提到了飞机？", {"content": ("飞机",)}),
        ("蓝色的球最后出现在什么时候", {"ask": "when", "order": "last", "colour": "blue"}),
        ("你看到了哪些东西", {"ask": "summary"}),
        ("屏幕上出现过哪些文字", {"ask": "text"}),
        ("电话号码是多少", {"wants": "phone"}),
        ("第三分钟到第四分钟之间说了些什么", {"ask": "said", "span": (120, 200)}),
        ("这段时间里有人说话吗", {"ask": "said", "relation": ""}),
        ("哪个牌子先出现，红的还是绿的", {"ask": "order", "choices": 2}),
        ("穿红衣服的人什么时候走的", {"ask": "when", "deed": "leave", "colour": "red", "kind": "people"}),
        ("整个视频里一共来过多少人", {"ask": "count", "deed": "enter"}),
        ("球滚到哪里去了", {"ask": "motion"}),
        ("出口标志在左边还是右边", {"ask": "where", "kind": "text"}),
        ("帮我回顾一下最后两分钟", {"ask": "summary", "span": (80, 200)}),
        ("黑板上有什么字", {"ask": "text", "colour": ""}),
        ("钥匙在哪儿？", {"wants": "place", "content": ("钥匙",)}),
        ("谁进来了？", {"ask": "who", "deed": "enter"}),
        ("解说员说了什么关于出口的事？", {"ask": "said", "content": ("出口",)}),
        ("刚才说了什么？", {"ask": "said", "span": (180, 200)}),
        ("两分钟前发生了什么？", {"ask": "summary", "span": (56, 104)}),
        ("视频里发生了什么", {"ask": "summary"}),
        ("灯灭了以后发生了什么？", {"relation": "after", "anchor": "the light went out"}),
        ("红色牌子出现之前有什么？", {"relation": "before", "anchor": "the red sign appeared"}),
        ("音乐响起的时候画面是什么颜色？", {"ask": "colour", "relation": "during", "anchor": "the music started"}),
        ("红色牌子和蓝色牌子哪个先出现？", {"ask": "order", "order": "first", "choices": 2}),
        ("红色牌子是在蓝色牌子之前出现的吗？", {"ask": "order", "relation": "before", "choices": 2}),
        ("球往哪个方向移动？", {"ask": "motion", "kind": "object"}),
        ("圆形向左还是向右移动？", {"ask": "motion", "kind": "object"}),
        ("画面变亮还是变暗了？", {"ask": "light", "choices": 2}),
        ("什么变了？", {"ask": "change"}),
        ("有没有看到狗？", {"ask": "presence", "content": ("dog",)}),
        ("有人离开了吗？", {"ask": "presence", "kind": "people", "deed": "leave"}),
        ("二维码的内容是什么？", {"ask": "code"}),
        ("门票多少钱？", {"wants": "price"}),
        ("门牌号码是多少？", {"wants": "number"}),
        ("音乐持续了多久？", {"ask": "duration", "kind": "sound"}),
        ("多久以前看到绿色的三角形？", {"ask": "ago", "colour": "green"}),
        ("我刚才问了什么？", {"ask": "history"}),
        ("你听到了什么声音？", {"ask": "heard"}),
        ("现在屏幕上显示的是什么？", {"ask": "text", "now": True}),
    ],
)
def test_what_is_asked(text: str, wanted: dict[str, object]) -> None:
    found = cues(text)
    have: dict[str, object] = {
        "ask": found.ask, "kind": found.about.kind, "colour": found.about.colour, "deed": found.about.deed,
        "order": found.order, "nth": found.nth, "relation": found.relation, "anchor": found.anchor,
        "choices": len(found.choices), "wants": found.wants, "now": found.now, "content": found.about.content,
        "span": (found.start_ns // S, found.end_ns // S) if found.spanned else (),
    }  # fmt: skip
    assert {key: have[key] for key in wanted} == wanted, in_english(text)


def test_a_follow_up_borrows_the_question_before() -> None:
    before = HistoryTurn(t_ns=100 * S, question=in_english("红色的牌子上写了什么？"), heard="出口")
    found = cues("蓝色的呢？", (before,))
    assert (found.ask, found.about.colour, found.follow_up) == ("text", "blue", True)


def test_other_languages_stay_as_they_are() -> None:
    assert in_english("What does the 出口 sign say?") == "What does the 出口 sign say?"
    assert in_english("") == ""
    assert is_chinese("出口 A")
    assert not is_chinese("12:30")


def test_every_question_gives_some_english() -> None:
    for text in ("？", "嗯", "的的的", "还是", "在之前吗", "什么" * 50, "出口" * 200, "1点2分3秒前后左右还是呢吗"):
        assert not re.search(r"  |^ | $", in_english(text))


def test_runs_become_pairs() -> None:
    assert pairs("出口在左边") == ("出口", "口在", "在左", "左边")
    assert pairs("出口") == ("出口",)
    assert pairs("口") == ("口",)
    assert pairs("exit") == ("exit",)
    assert pairs("vip出口处") == ("vip", "出口", "口处")
    assert "左边" in terms('A green sign reads "出口在左边".')
    assert telling("出口处") == ("出口", "口处")


class Mirror(FakeTextEncoder):
    """An encoder that knows one translation."""

    def encode(self, sentences: list[str]) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
        return super().encode([text.replace("一辆红色的汽车", "a red car") for text in sentences])


def test_an_encoder_is_asked_whether_it_reads_chinese() -> None:
    assert not reads_chinese(FakeTextEncoder(FakeOptions()))
    assert reads_chinese(Mirror(FakeOptions()))
