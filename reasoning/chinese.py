"""What kind of sentence Chinese words are: the counterpart of the English patterns of `reasoning.gate`. Pure."""

# ruff: noqa: RUF001 (Chinese marks)

from __future__ import annotations

import re
from typing import Literal

_CHARACTER = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_LETTER = re.compile(r"[a-z]+", re.IGNORECASE)
_MARKS = re.compile(r"[^\w?？]+")
_FILLER = re.compile(
    r"(?:嗯|恩|啊|哦|噢|喔|呃|额|哎|唉|哈|好的?|好吧|行|对|对的|是的?|没错|可以|那个|这个|就是|然后|所以|谢谢你?|多谢|不客气|"
    r"没事|知道了|明白了?|原来如此|ok|okay)+"
)
_GREETING = re.compile(r"(?:你好|您好|大家好|嗨|喂|早上好|上午好|下午好|晚上好|晚安|再见|拜拜|各位)+")
_OPENING = re.compile(r"^(?:嗯|啊|呃|额|那么?|好的?|你好|您好|对了|还有|另外|然后|请问|我想问(?:一下)?|问一下)+")
_ASKING = re.compile(
    r"什么|啥|谁|哪|怎么|怎样|如何|几(?=[个点次位只秒分张条种人辆天号层])|多少|多久|多长|多大|多高|多远|多快|为何|何时|何处|"
    r"是不是|有没有|能不能|会不会|可不可以|对不对|是否|有无"
)
_ENDING = re.compile(r"(?:吗|么|呢|没有|了没|对吧|是吧)$")
# With these the same words state something: "没什么", "谁都知道", "不管怎么说".
_STATING = re.compile(
    r"没什么|没啥|什么的|(?:什么|谁|哪里|哪儿|哪个|怎么)[都也]|不管|无论|不知道怎么说|怎么说呢|多少有些"
)
_REQUEST = re.compile(
    r"^(?:请|麻烦|帮我|帮忙|帮个忙|告诉我|跟我说|和我说|说说|说一下|讲讲|讲一下|描述|形容|总结|概括|归纳|列出|列举|数一数|数一下|"
    r"读一下|读出|念一下|念出|重复|再说一遍|解释|介绍一下|提醒我|给我|找出|翻译)"
)
_NO_REQUEST = re.compile(r"^请(?:注意|看|坐|大家|各位|放心|勿|不要|欣赏|稍等)")


def is_chinese(text: str) -> bool:
    """Whether more is written in Chinese characters than in Latin words."""
    return len(_CHARACTER.findall(text)) > len(_LETTER.findall(text))


def chinese_form(text: str) -> Literal["question", "request", "statement", "filler", "greeting"]:
    """What kind of sentence `text` is, with or without marks."""
    asks = text.rstrip().endswith(("?", "？"))
    words = _MARKS.sub("", text).replace("?", "").replace("？", "").lower()
    if _FILLER.fullmatch(words):
        return "question" if asks else "filler"
    if _GREETING.fullmatch(words):
        return "greeting"
    if asks:
        return "question"
    words = _OPENING.sub("", words) or words
    if _STATING.search(words):
        return "statement"
    if _ASKING.search(words) or _ENDING.search(words):
        return "question"
    if _REQUEST.search(words) and not _NO_REQUEST.search(words):
        return "request"
    return "statement"
