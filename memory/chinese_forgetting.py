"""Orders to forget in Chinese as the English ones that `memory.forgetting` reads, and what is a yes or a no. Pure."""

# ruff: noqa: RUF001 (Chinese marks)

from __future__ import annotations

import re
from typing import Literal

from memory.chinese_times import take_time

_MARKS = re.compile(r"[\s，。？！、；：,.?!;“”\"'《》（）()]+")
_LEAD = (
    r"(?:请|麻烦|帮我|帮忙|可不可以|可以|能不能|能|我想让|我要|我希望|我想|现在|马上|立刻|那么|那|好的?|嗯|你|给我|就|"
    r"只)*"
)
_VERB = r"(?:忘记|忘掉|忘却|忘了|删除|删掉|删了|删去|清除|清掉|清空|抹掉|抹去|抹除|擦除|擦掉|消除)"
_END = r"(?:掉|吧|了|啊|好吗|好不好|可以吗|行吗|吗|谢谢你?)*"
_BEFORE_VERB = r"(?:全部|统统|通通|全都|全|都|给我)*"
_ORDERS = (
    re.compile(rf"{_LEAD}(?:把|将)(?P<x>.+?){_BEFORE_VERB}{_VERB}{_END}"),
    re.compile(rf"{_LEAD}(?P<verb>{_VERB}){_END}(?P<x>.+?){_END}"),
    re.compile(rf"{_LEAD}(?P<timed>.+?){_BEFORE_VERB}{_VERB}{_END}"),
)
_NOT = re.compile(r"别|不(?!久)|没|勿|什么|谁|哪|怎么|为何|忘记|忘了")  # no order
_ASKED = re.compile(r"^(?!.*(?:能|可以)).*(?:了吗|了没有?|没有)$")  # "have you forgotten..."
_EXCEPT = re.compile(r"除了?(?P<y>.+?)(?:以外|之外|外|，|的?其他|(?=所有|全部|一切|都)|$)(?P<rest>.*)")
_WHOLE = re.compile(r"所有|全部|一切|整个|全都|记忆")
_FRAMING = re.compile(
    r"(?:你|我|我们|您)?(?:在|对)?(?:看到|听到|看见|听见|见到|记住|记得|记录|知道|发生|说)(?:过|了)?的?|内容|里面?的?|中的?|"
    r"之?内的?|期间|所有|全部|一切|整个|你的|我的|东西|记录|记忆|事情|画面|对话|录像|视频|声音|时间|事|的"
)
_SESSION = re.compile(
    r"(?:这次|本次|这个|这场|这段|这一次)(?:会话|对话|谈话|聊天|视频|录像|直播)的?(?:所有|全部)?(?:内容|记录|记忆)?"
)
_JUST_SAID = re.compile(r"我们?(?:刚才|刚刚|刚)?(?:说|讲|问)(?:过|了)?的?(?:话|内容|东西|事情?)?")
_SAYINGS = re.compile(r"(?:它|他|她|这个|那个|这件事|那件事|这事|我|我们|自己|吧|了|过去|烦恼)*")
_ALL_OF_ONE = re.compile(
    r"(?:所有|全部|一切|整个|全都)的?(?:(?P<sounds>声音|录音|音频)|(?P<videos>录像|视频)|(?P<pictures>画面|照片|图片|图像)|"
    r"(?P<conversations>对话|谈话|聊天))"
)
_EARLIER = re.compile(r"(?P<time>.+?)(?:之前|以前)(?P<what>.*)")
_ALL_OF_IT = re.compile(r"所有|全部|一切|内容|东西|记录|记忆|^的?$")
_SOMEONE = re.compile(r"^(?:(?:关于|有关)?(?:他|她|我)们?)+$")
_ONE_AGO = re.compile(r"^(hour|minute) ago")
_SECONDS = re.compile(r"(\d+) seconds")
_YES = re.compile(
    r"(?:是的?|好的?|好吧|好啊|好呀|对的?|没错|确认|确定|可以|行|嗯|要|当然|同意|请|吧|了|啊|删除|删掉|删|忘掉|忘记|忘|它|都|全部)+"
)
_STARTS_YES = re.compile(r"是|好|对|没错|确认|确定|可以|行|嗯|要|当然|同意|请|删|忘")
_NO = re.compile(r"不|别|否|取消|算了|保留|留着|停|等等|没有")
_LONGEST_ANSWER = 10  # signs


def order_in_english(text: str) -> str:
    """ "Forget the last 5 minutes" for 忘记最近五分钟; "" where nothing is to be forgotten."""
    what = named(text)
    return _in_english(what) if what else ""


def named(text: str) -> str:
    """What an order wants forgotten, as it was said: 最近五分钟 of 忘记最近五分钟; "" where that is nothing."""
    words = _MARKS.sub("", text)
    if _ASKED.match(words):
        return ""
    for pattern in _ORDERS:
        found = pattern.fullmatch(words)
        if found is None:
            continue
        parts = found.groupdict()
        what = parts.get("x") or parts.get("timed") or ""
        if _NOT.search(what):
            return ""
        timed = bool(take_time(what)[0])
        if not timed and ("timed" in parts or parts.get("verb") == "忘了"):  # "I forgot to bring the keys"
            continue
        return what
    return ""


def _in_english(what: str) -> str:
    if _SESSION.fullmatch(what):
        return "forget this session"
    if _JUST_SAID.fullmatch(what):
        return "forget what i just said"
    if excepted := _EXCEPT.match(what):
        return f"forget everything except {_thing(excepted['y']) or excepted['y']}"
    if of_one := _ALL_OF_ONE.search(what):
        when = take_time(what)[0]
        return f"forget all {of_one.lastgroup} {'' if when == 'so far' else when}".strip()
    thing = _before(what) or _thing(what)
    if thing:
        return f"forget {thing}"
    return "forget everything" if _WHOLE.search(what) else ""


def _thing(what: str) -> str:
    """What is named, its time in English; "" if nothing is."""
    when, rest = take_time(what)
    if when == "so far":  # 今天
        when = "today" if "今天" in what else ""
    if when == "just now":
        when = "in the last 20 seconds"
    when = _english(when)
    when = when if when.endswith(("morning", "noon", "evening")) else when.removeprefix("in ")
    if _JUST_SAID.fullmatch(rest):
        rest = ""
    left = _FRAMING.sub("", rest)
    if when and _SOMEONE.match(left):
        return f"them {when}"
    if not left or _SAYINGS.fullmatch(left):
        return when
    return f"{rest.removeprefix('的')} {when}".strip()


def _before(what: str) -> str:
    """ "Everything before yesterday" of 昨天以前的所有内容; "" for what happened at a time, as 五分钟以前的事."""
    earlier = _EARLIER.match(what)
    if earlier is None:
        return ""
    left = earlier["what"].removeprefix("的")
    thing = left if _FRAMING.sub("", left) else "everything"
    when, rest = take_time(f"{earlier['time']}前")
    if when.endswith(" ago") and not rest:
        if thing != "everything" or not _ALL_OF_IT.search(earlier["what"]):
            return ""
        when = _english(when)
        return (
            f"everything older than {when.removesuffix(' ago')}"
            if re.search("day|week|month", when)
            else f"everything up to {when}"
        )
    when, rest = take_time(earlier["time"])
    return "" if rest or not when else f"{thing} before {when.removeprefix('at ').removeprefix('on ')}"


def _english(when: str) -> str:
    """A time in larger units than seconds."""
    return _ONE_AGO.sub(r"1 \1 ago", _SECONDS.sub(_length, when))


def _length(found: re.Match[str]) -> str:
    seconds = int(found[1])
    for unit, size in (("hour", 3600), ("minute", 60)):
        if seconds % size == 0:
            count = seconds // size
            return f"{count} {unit}{'' if count == 1 else 's'}" if count > 1 else unit
    return found[0]


def answer(text: str) -> Literal["yes", "no", "other"]:
    """Whether Chinese words agree, refuse, or are about something else."""
    words = _MARKS.sub("", text)
    if not words or len(words) > _LONGEST_ANSWER:
        return "other"
    if _NO.match(words) or (_NO.search(words) and _STARTS_YES.match(words) and "没错" not in words):
        return "no"
    return "yes" if _YES.fullmatch(words) and _STARTS_YES.match(words) else "other"
