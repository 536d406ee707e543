"""Chinese questions about those who spoke in the English words that memory's rules understand. What somebody said stays
Chinese. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from memory.chinese_clock import number

_ORDINALS = ("", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_SAID = r"(?:说到?|讲到?|提到|提起|谈到|谈起|聊到|说起)(?:过|了)?"
_WHAT = r"(?:些)?(?:什么|啥|哪些)(?:话|内容)?"
_SAYS = rf"(?:说|讲|提|谈|聊)(?:到|起|过|了)*{_WHAT}"
_PERSON = r"(?:人|男人|女人|男士|女士|男孩|女孩|声音|说话人|讲话人|发言人|说话的人|讲话的人)"
_AGAIN = r"(?:还|又|也|另外)"
_THEN = r"(?:后来|之后|接着|然后|接下来|随后)"
_SPEAK = r"(?:说|讲)(?:过|了)?话|发(?:过|了)?言|开(?:过|了)?口|聊(?:过|了)?天"
_SAME = r"(?:是不是|是否是?|是)(?:同一?个?|一个)(?:人|声音|嗓音)"
_ASKING = re.compile(r"什么|啥|哪|怎么|为什么|几|多少|何时|谁")

Say = Callable[[re.Match[str]], str]


def _bare(words: str) -> str:
    return re.sub(r"^(?:关于|有关|的|了|过)+|(?:的|了|过|这句话|的话)+$", "", words)


def _who_said(found: re.Match[str]) -> str:
    words, said = _bare(found["x"]), "mentioned" if re.search("[提谈聊到起]", found["said"]) else "said"
    return f"who {said} {words}" if words and not _ASKING.search(words) else ""


def _else(found: re.Match[str]) -> str:
    after = " after that" if re.search(_THEN, found["how"]) else ""
    return f"what {'' if after else 'else '}did the person who said {_bare(found['x'])} say{after}"


def _nth(found: re.Match[str]) -> str:
    if found["n"]:
        n = int(number(found["n"]))
        order = _ORDINALS[n] if n < len(_ORDINALS) else ""
    else:
        order = "last" if "后" in found["edge"] else "first"
    return f"what did the {order} speaker say" if order else ""


def _back(found: re.Match[str]) -> str:
    after, more = re.search(_THEN, found["how"]), re.search(_AGAIN, found["how"])
    pronoun = found["who"] in ("她", "他")
    if pronoun and not (after or more):
        return ""  # "what did she say about it" may mean whoever spoke of it
    who = "she" if pronoun else "that person"
    return f"what did {who} say after that" if after else f"what {'else ' if more else ''}did {who} say"


def _same(found: re.Match[str]) -> str:
    return f"did the same person say {_bare(found['x'])} and {_bare(found['y'])}"


def _count_of(found: re.Match[str]) -> str:
    words = _bare(found["x"])
    return f"how many people talked about {words}" if words and not _ASKING.search(words) else ""


def _plain(words: str) -> Say:
    return lambda found: words


_ASKS: tuple[tuple[re.Pattern[str], Say], ...] = tuple(
    (re.compile(pattern), say)
    for pattern, say in (
        (rf"{_SAID}(?P<x>.+?)(?:的(?:那[个位])?{_PERSON})?(?:和|跟|与|还有){_SAID}(?P<y>.+?)的?(?:那[个位])?{_PERSON}?"
         rf"{_SAME}(?:说的)?吗?", _same),
        (rf"(?:这|那|它们)?.{{0,6}}?{_SAME}(?:说的|在说话|的声音)?吗?", _plain("was it the same voice")),
        (rf"{_SAID}(?P<x>.+?)的(?:那[个位])?{_PERSON}(?P<how>(?:{_THEN}|{_AGAIN})*){_SAYS}", _else),
        (rf"(?:第(?P<n>[一二三四五六七八九十]|\d+)[个位]|(?P<edge>最后(?:一?[个位])?|最先|首先))"
         rf"(?:(?:{_SPEAK}|说|讲|发言)的)?{_PERSON}{_AGAIN}?{_SAYS}", _nth),
        (rf"(?P<who>她|他|[那这][个位]{_PERSON}|同一?个?{_PERSON})(?P<how>(?:{_THEN}|{_AGAIN})*){_SAYS}", _back),
        (rf"(?:你|我们)?(?:一共|总共)?(?:听到|听见)?(?:过|了)?(?:一共|总共)?有?(?:多少|几)[个位名]?(?:不同的)?(?:人|者)"
         rf"(?:在|曾经?)?(?:{_SPEAK}|的声音|的嗓音)", _plain("how many people spoke")),
        (r"(?:你|我们)?(?:听到|听见)?(?:过|了)?(?:一共|总共)?有?(?:多少|几)[个位种]?(?:不同的)?"
         r"(?:人声|声音|嗓音|说话人|讲话人|发言人|说话的人|讲话的人)", _plain("how many voices did you hear")),
        (rf"(?:一共|总共)?有?(?:多少|几)[个位名]?人{_SAID}(?P<x>.+)", _count_of),
        (rf"(?:是)?谁(?:最先|首先|第一个|先)(?:{_SPEAK}|说的?|讲的?)", _plain("who spoke first")),
        (rf"(?:是)?谁(?:最后)(?:一?个)?(?:{_SPEAK}|说的?|讲的?)", _plain("who spoke last")),
        (rf"(?:是)?(?:谁|哪些人)(?:在|都)?(?:{_SPEAK})了?", _plain("who spoke")),
        (r"[这那]是?谁的声音|[这那]个?声音是谁", _plain("whose voice was that")),
        (rf"(?:是)?(?:谁|哪[个位]人?)(?P<said>{_SAID})(?P<x>.+)", _who_said),
        (r"(?P<x>.{2,})是?(?:谁|哪[个位]人)(?P<said>说|讲|提到|提起)的", _who_said),
    )
)  # fmt: skip


def asked_of_speakers(core: str) -> str:
    """The question in English; "" if it asks nothing of those who spoke."""
    for pattern, say in _ASKS:
        if (found := pattern.fullmatch(core)) and (english := say(found)):
            return english
    return ""
