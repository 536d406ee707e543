"""Chinese phrases as they are said."""

# ruff: noqa: RUF001 (Chinese marks)

from __future__ import annotations

import numpy as np
import pytest

from reasoning.backends import TTS
from reasoning.speech_text import spoken

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("phrase", "said"),
    [
        ("牌子在1:05出现。", "牌子在1分5秒出现。"),
        ("在1:00:30有人进来。", "在1小时30秒有人进来。"),
        ("0:00有一块牌子。", "一开始有一块牌子。"),
        ("从11月20日星期五00:00到11月21日星期六15:30", "从11月20日星期五0点到11月21日星期六15点30分"),
        ("从0:20到0:38", "从20秒到38秒"),
        ("昨天14:30的内容", "昨天14点30分的内容"),
        ("下午2:30有人来", "下午2点30分有人来"),
        ("牌子上写着“9:00-17:30营业”，在1:05。", "牌子上写着9点到17点30分营业，在1分5秒。"),
        ("2026-11-20 15:04:05，有人说你好", "2026-11-20 15点4分5秒，有人说你好"),
        ("降价30%了", "降价百分之30了"),
        ("门票¥1,200", "门票1200元"),
        ("一共$5.50。", "一共5.50美元。"),
        ("气温-3°C", "气温负3度"),
        ("写着“出口”和《规则》", "写着出口和规则"),
        ("网址是 www.example.org/a", "网址是 example 点 org 斜杠 a"),
        ("1+1=2，对吗？", "1加1等于2，对吗？"),
        ("……", ""),
        ("**重点**", "重点"),
    ],
)
def test_phrases(phrase: str, said: str) -> None:
    assert spoken(phrase) == said


def test_english_stays_english() -> None:
    assert spoken("It came at 1:05, 30% off.") == "It came at 1 minute 5 seconds, 30 percent off."


def test_mandarin_is_spoken() -> None:
    voice = TTS.create("espeak", {"voice": "cmn"})
    pieces = list(voice.speak(spoken("门口有3个人，在1:05进来。"), lambda: False))
    seconds = np.concatenate(pieces).size / voice.sample_rate
    assert 1.5 < seconds < 8.0
    voice.close()


def test_a_voice_of_another_language_speaks_mandarin_too() -> None:
    english, mandarin = (TTS.create("espeak", {"voice": voice}) for voice in ("en-us+Hugo", "cmn+Hugo"))
    for phrase in ("要我忘掉最近五分钟吗？", "Shall I forget it?"):
        sizes = [np.concatenate(list(voice.speak(phrase, lambda: False))).size for voice in (english, mandarin)]
        assert (sizes[0] == sizes[1]) == (phrase[0] == "要")
    english.close()
    mandarin.close()
