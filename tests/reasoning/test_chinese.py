"""Chinese: what asks, what requests, what states; and replies cut at its marks."""

# ruff: noqa: RUF001 (Chinese marks)

from __future__ import annotations

import hypothesis.strategies as st
import pytest
from hypothesis import given

from reasoning.chinese import chinese_form, is_chinese
from reasoning.gate import form, judge
from reasoning.phrases import Phrases
from wire.messages import Cues, Question

pytestmark = pytest.mark.unit

SENTENCES = {
    "question": (
        "这是什么 牌子上写的是什么？ 现在几点了 有多少人 刚才谁进来了 灯是什么时候关的 你看到一个红色的圆了吗 "
        "门开着没有 那个标志是不是红色的 他往哪边走了 嗯，那，房间号是多少 桌子上有没有杯子 你觉得怎么样 对吗？ "
        "name是什么意思 帮我数一下有几只猫"
    ),
    "request": (
        "请告诉我牌子上的字 总结一下刚才的内容 描述一下你看到的画面 再说一遍 读一下白板上的字 那请你介绍一下这个地方"
    ),
    "statement": (
        "今天天气很好 我们现在来到了海边 没什么 谁都知道这件事 请大家看大屏幕 不管怎么说我们都要走了 请注意安全 "
        "这座塔建于一九二五年"
    ),
    "filler": "嗯 好的。 嗯嗯，好的 那个…… 谢谢 对对对 知道了",
    "greeting": "你好 大家好！ 早上好",
}


@pytest.mark.parametrize(
    ("kind", "text"), [(kind, text) for kind, texts in SENTENCES.items() for text in texts.split()]
)
def test_forms(kind: str, text: str) -> None:
    assert form(text) == kind


def test_a_spoken_question_is_answered_and_a_statement_is_not() -> None:
    def asked(text: str) -> bool:
        return judge(
            Question(
                session="s", t_ns=0, id="q", reply_id="r", why="asked", source="spoken", text=text, cues=Cues()
            )
        ).answer  # fmt: skip

    assert asked("这是什么")
    assert not asked("今天天气很好")
    assert not asked("嗯")


def test_english_is_not_chinese() -> None:
    assert not is_chinese("What does 出口 mean?")
    assert not is_chinese("")
    assert is_chinese("OK 好的")


@given(st.text(st.sampled_from("这是什么吗请好嗯?？。a "), max_size=12))
def test_every_text_has_a_form(text: str) -> None:
    assert chinese_form(text) in SENTENCES


@given(st.lists(st.text(st.sampled_from("牌子上写着出口。，！ a"), max_size=9), max_size=9))
def test_phrases_join_to_the_reply(pieces: list[str]) -> None:
    cutter = Phrases()
    phrases = [phrase for piece in pieces for phrase in cutter.push(piece)] + cutter.flush()
    assert "".join(phrases).rstrip() == "".join(pieces).rstrip()


def test_a_reply_is_spoken_sentence_by_sentence() -> None:
    cutter = Phrases()
    assert cutter.push("牌子上写着出口。它在门的右边") == ["牌子上写着出口。"]
    assert cutter.push("，是绿色的！完") == ["它在门的右边，是绿色的！"]
    assert cutter.flush() == ["完"]
