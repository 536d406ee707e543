"""A Chinese question in the English words that memory's rules understand; names it does not know stay Chinese.

`in_english` is the entry. Pure: patterns of how Chinese asks, over the tables of `memory.chinese_words`.
"""

# ruff: noqa: RUF001 (Chinese marks)

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

from memory.chinese_speakers import asked_of_speakers
from memory.chinese_things import Thing, thing
from memory.chinese_times import take_time
from memory.chinese_words import RUN, is_chinese

_MARKS = re.compile(r"[\s，。？！、；：,.?!;“”\"'《》（）()]+")
_OPENING = re.compile(
    r"^(?:嗯|啊|呃|那么|好的?|你好|您好|对了|还有|另外|然后(?=.{3})|请问|我想(?:问|知道)(?:一下)?|问一下|麻烦)+"
)
_WHAT = r"(?:什么|啥|些什么|哪些)"
_WRITTEN = r"(?:写|显示|印|标|刻|展示)"
_WITNESS = re.compile(r"(?:你|我|我们|你们)?(?:看到|看见|见到|听到|听见|注意到)(?:了|过)?")

Say = Callable[[re.Match[str]], str]


def _rest(found: re.Match[str]) -> Thing:
    """What stands around the asking words."""
    text = found.string
    return thing(f"{text[: found.start()]} {text[found.end() :]}")


def _count(found: re.Match[str]) -> str:
    about = _rest(found)
    if found["unit"] == "次":
        return f"how many times did {about.phrase()} {about.deed[0] or 'appear'}"
    people = "person" if found["unit"] in ("位", "名") or about.deed[0] in ("come in", "enter", "leave") else "thing"
    return f"how many {about.plural(people)} {about.deed[1] or 'were there'}"


def _when(found: re.Match[str]) -> str:
    about = _rest(found)
    seen = bool(_WITNESS.search(found.string))
    if seen and not about.deed[0]:
        order = f" for the {about.order} time" if about.order and not about.noun else ""
        return f"when did you see {about.phrase()}{order}"
    otherwise = "person" if about.deed[0] in ("come in", "leave") else "thing"
    return f"when did {about.phrase(otherwise)} {about.deed[0] or 'appear'}"


def _who(found: re.Match[str]) -> str:
    about = _rest(found)
    if about.deed[0] in ("say", "mention"):
        return " ".join(("who", about.deed[1], *about.own))
    words = " ".join((about.order, about.noun if about.noun != "person" else "", *about.own)).split()
    return " ".join(("who", about.deed[1] or "was there", *words))


def _said(found: re.Match[str]) -> str:
    about = _rest(found)
    speaker = about.noun if about.noun in ("narrator", "host", "speaker", "man", "woman", "teacher") else ""
    order = f"what was the {about.order} thing that was said" if about.order else ""
    topic = " ".join(about.own)
    return (order or f"what did {f'the {speaker}' if speaker else 'they'} say") + (f" about {topic}" if topic else "")


def _text(found: re.Match[str]) -> str:
    about = _rest(found)
    noun = "sign" if about.noun in ("", "text", "word", "sentence", "picture") else about.noun
    return f"what did {Thing(about.order, about.colour, noun, own=about.own).phrase()} say"


def _value(name: str) -> Say:
    def say(found: re.Match[str]) -> str:
        about = _rest(found)
        on = "" if about.noun in ("", name) else f" on {Thing(about.order, about.colour, about.noun).phrase()}"
        return " ".join((f"what was the {name}{' of' if about.own else ''}", *about.own)) + on

    return say


def _colour(found: re.Match[str]) -> str:
    about = _rest(found)
    if about.deed[0] in ("change", "get bright", "get dark"):
        return f"what colour did {about.phrase('background')} change to"
    return f"what colour was {about.phrase('background')}"


def _where(found: re.Match[str]) -> str:
    about = _rest(found)
    return f"which way did {about.phrase()} move" if about.deed[0] == "move" else f"where was {about.phrase()}"


def _way(found: re.Match[str]) -> str:
    about = _rest(found)
    return f"which way did {about.phrase()} move"


def _lasting(found: re.Match[str]) -> str:
    about = _rest(found)
    return (
        f"how long did {about.phrase()} last"
        if about.noun in ("music", "song", "sound")
        else f"how long was {about.phrase()} visible"
    )


def _ago(found: re.Match[str]) -> str:
    about = _rest(found)
    return f"how long ago did {about.phrase()} {about.deed[0] or 'appear'}"


def _object(found: re.Match[str]) -> str:
    about = _rest(found)
    if about.noun in ("", "thing", "picture", "person") and not about.own and not about.colour:
        return f"what was the {about.order} thing you saw" if about.order else "what did you see"
    return f"what was {about.phrase()}"


def _sound(found: re.Match[str]) -> str:
    return "what did you hear"


def _presence(found: re.Match[str]) -> str:
    about = _rest(found)
    if about.deed[0] and about.deed[0] not in ("appear",):
        if about.deed[0] in ("say", "mention"):
            topic = " ".join((about.noun if about.noun != "person" else "", *about.own)).strip()
            return f"did anyone mention {topic}" if topic else "did anyone say anything"
        return f"did {about.phrase('anyone').replace('the anyone', 'anyone')} {about.deed[0]}"
    if about.noun == "person" and not about.own:
        return "was there anybody"
    return f"was there {about.phrase().replace('the ', 'a ', 1)}"


def _change(found: re.Match[str]) -> str:
    about = _rest(found)
    if about.noun in ("light", "brightness"):
        return "what happened to the light"
    return f"what changed about {about.phrase()}" if about.noun or about.own else "what changed"


def _light(found: re.Match[str]) -> str:
    return "did it get brighter or darker"


def _first_of(found: re.Match[str]) -> str:
    order = "last" if found["w"] in ("后", "更晚", "最后") else "first"
    return f"which came {order} {thing(found['a']).phrase()} or {thing(found['b']).phrase()}"


def _first_kind(found: re.Match[str]) -> str:
    order = "last" if found["w"] in ("后", "更晚", "最后") else "first"
    a, b = thing(found["a"]), thing(found["b"])
    noun = thing(found["n"]).noun
    return (
        f"which came {order} {replace(a, noun=a.noun or noun).phrase()} or {replace(b, noun=b.noun or noun).phrase()}"
    )


def _is_before(found: re.Match[str]) -> str:
    relation = "before" if "前" in found["rel"] else "after"
    return f"did {thing(found['a']).phrase()} come {relation} {thing(found['b']).phrase()}"


def _either(found: re.Match[str]) -> str:
    a, b = thing(found["a"]), thing(found["b"])
    if a.colour and b.colour and not b.own and not (a.noun and b.noun):
        named = Thing(a.order, "", a.noun or b.noun, own=a.own)
        return f"was {named.phrase('background')} {a.colour} or {b.colour}"
    return f"was it {a.phrase()} or {b.phrase()}"


def _plain(words: str) -> Say:
    return lambda found: words


_IS_BEFORE = (
    r"^(?P<a>.+?)是?在(?P<b>.+?)(?P<rel>之前|以前|之后|以后|前面|后面)(?:出现|发生|来|进来|看到)?的?(?:吗|(?<!什)么)$"
)
# In order: the first that fits decides.
_ASKS: tuple[tuple[re.Pattern[str], Say], ...] = tuple(
    (re.compile(pattern), say)
    for pattern, say in (
        (r"^(?:那)?(?:之后|以后|后来|然后|接着|接下来)(?:呢|发生了什么)?$", _plain("and after that")),
        (r"^(?:那)?(?:之前|以前|在此之前)呢?$", _plain("and before that")),
        (rf"(?:二维码|条形码).*(?:{_WHAT}|内容|网址)|(?:{_WHAT}|扫).*(?:二维码|条形码)",
         _plain("what did the qr code say")),
        (rf"我(?:之前|以前)?(?:问|说)(?:了|过|的)?(?:是)?{_WHAT}|我(?:的)?(?:上一个|前一个|最后一个)问题",
         _plain("what did i ask")),
        (rf"你(?:之前|以前)?(?:回答|说)(?:了|过|的)?(?:是)?{_WHAT}", _plain("what did you answer")),
        (r"哪一?[个块张辆种](?P<n>.*?)(?P<w>先|后|更早|更晚|最先|最后)(?:出现|来|到|发生|进来|看到)?的?(?P<a>.+?)还是(?P<b>.+)",
         _first_kind),
        (r"^(?P<a>.+?)(?:和|跟|与|还是)(?P<b>.+?)(?:哪个|哪一个|谁|哪种)?(?:是)?(?P<w>先|后|更早|更晚|最先|最后)"
         r"(?:出现|来|到|发生|进来|看到)?的?", _first_of),
        (_IS_BEFORE, _is_before),
        (r"(?:变|更)亮.*(?:还是|或).*(?:变|更)?暗|(?:变|更)暗.*(?:还是|或).*(?:变|更)?亮", _light),
        (r"在左(?:边|侧)?还是右(?:边|侧)?", _where),
        (r"(?:滚|飞|跑|走|移动?|漂|开)(?:到|向|往)了?(?:哪里|哪儿|哪边|哪)去?", _way),
        (r"(?:向|往|朝)?左边?(?:移动|走|动)?(?:还是|或者?)(?:向|往|朝)?右边?(?:移动|走|动)?|"
         r"(?:往|向|朝|从)?(?:哪个|什么|哪一?个?)方向|(?:往|向|朝)(?:哪里|哪边|何处|哪儿|哪)|去了?(?:哪里?|哪儿)",
         _way),
        (r"多(?:久|长时间)(?:以前|之前|前)|(?:已经)?过(?:去)?了多(?:久|长时间)", _ago),
        (r"(?:持续|停留|待|呆|出现)?了?多(?:久|长时间)", _lasting),
        (r"什么时候|何时|什么时间|哪个时间|几点钟?|哪一?刻|多会儿", _when),
        (r"多少钱|什么价格?|价格是?多少|几块钱", _value("price")),
        (r"电话(?:号码)?是?(?:什么|多少)|什么电话", _value("phone number")),
        (r"(?:几|多少)号(?=门|房|车|线|站台|$)|什么号码|号码是?(?:什么|多少)|哪个号码", _value("number")),
        (r"几月几号|几号|哪一?天|什么日期|日期是?(?:什么|多少)", _value("date")),
        (r"(?:叫|是)?什么(?:名字|名称)|名字是?(?:什么|叫什么)|叫什么", _value("name")),
        (r"网址是?(?:什么|多少)|什么网址|网站是?(?:什么|哪个)", _value("website")),
        (r"(?:有|一共有|总共有)?(?:多少|几)(?P<unit>个|位|次|只|条|张|块|名|辆|种|句)?|(?:数量|个数)(?:是多少)?",
         _count),
        (r"^(?P<a>.+?)还是(?P<b>.+?)$", _either),
        (r"(?:是|变成|变为)?(?:了)?(?:什么|哪种|何种|啥)样?的?颜色|颜色是?(?:什么|哪种)", _colour),
        (r"在?(?:哪里|哪儿|什么地方|什么位置|何处|哪个位置|哪边|哪)(?!个|种|位|一|些|次|座|句|条|天|张|块)", _where),
        (r"(?:是)?(?:谁|哪位|哪个人|什么人|哪些人)", _who),
        (rf"{_WRITTEN}(?:了|着|的|有)?(?:是)?{_WHAT}(?:字|内容|文字)?|{_WHAT}(?:文字|字|内容)|"
         rf"(?:内容|文字|字)是?{_WHAT}|(?:念|读)(?:一下|出来?)?", _text),
        (rf"(?<=[子牌志报片板幕签幅题])上?(?:说|是|有)(?:了|的)?(?:是)?{_WHAT}", _text),
        (rf"(?:说|讲|谈|聊|介绍|提|宣布|讨论)(?:到|起|过|了|的)*(?:是|些)?(?:{_WHAT}|哪[个位座])|{_WHAT}话", _said),
        (rf"(?:听到|听见)(?:了|过)?{_WHAT}|{_WHAT}(?:声音|音乐|响声)|(?:声音|音乐)是{_WHAT}", _sound),
        (rf"{_WHAT}(?:东西|地方)?(?:有|发生)?了?(?:变化|改变|不同|变了)|(?:怎么|如何)(?:变|改变)|变化是?{_WHAT}|"
         r"(?:哪里|哪儿)(?:变了|不同)|有(?:什么|啥)?(?:变化|改变|不同)", _change),
        (rf"(?:灯|灯光|光线)(?:怎么了|发生了{_WHAT}|有{_WHAT}变化)", _plain("what happened to the light")),
        (rf"(?:发生|出)(?:了|过)?{_WHAT}(?:事情?)?|总结|概括|概述|归纳|回顾|复述|(?:描述|讲|说)(?:一下|说|讲)(?:经过|情况|过程|内容)?|"
         rf"在?(?:干|做){_WHAT}", _plain("what happened")),
        (r"有没有|有无|是否有?|是不是有?|会不会|(?:吗|(?<!什)么|没有|没)$", _presence),
        (rf"(?:看到|看见|见到|有|是|出现|展示)(?:了|过|的)*(?:是)?{_WHAT}(?:样的)?(?:东西|物体|形状|图形)?|{_WHAT}(?:东西|物体|形状)|{_WHAT}",
         _object),
    )
)  # fmt: skip
_AROUND = re.compile(
    r"^在?(?P<a>.{2,}?)(?P<rel>之前|以前|之后|以后|后来|(?<!最)后(?!面)|(?<![最目])前(?!面)|的时候|期间|当中|(?<!小)时(?!间|候|常))(?P<q>.{2,})$"
)
_ASKING = re.compile(r"什么|啥|谁|哪|怎么|如何|几|多少|多久|多长|何时|何处|吗|么$|有没有|是否|是不是|还是")
_ABOUT_ONE = re.compile(r"^那?(?P<x>.+?)呢$")


@lru_cache(maxsize=1024)
def in_english(text: str) -> str:
    """The question in English as far as the tables go; the text itself if it is not Chinese."""
    if not is_chinese(text):
        return text
    words = _OPENING.sub("", _MARKS.sub("", text)) or _MARKS.sub("", text)
    when, core = take_time(words)
    core = core.removeprefix("的").removeprefix("在")
    english = asked_of_speakers(core) or _anchored(core) or _asked(core)
    return f"{english} {when}".strip()


def own_words(english: str) -> str:
    """The Chinese words that a question keeps in English, as they are searched for: of four and more signs each two,
    which is how most are made."""
    return " ".join(
        " ".join(run[at : at + 2] for at in range(0, len(run), 2)) if len(run) > 3 and len(run) % 2 == 0 else run
        for run in RUN.findall(english)
    )


def _anchored(core: str) -> str:
    """ "What happened after the red sign": a question beside something that it names. "" if it names none."""
    found = _AROUND.match(core)
    if not found or not _ASKING.search(found["q"]) or _ASKING.search(found["a"]) or re.match(_IS_BEFORE, core):
        return ""
    anchor = thing(found["a"])
    if not (anchor.noun or anchor.own or anchor.colour or anchor.deed[0]):
        return ""
    rel = found["rel"]
    relation = "before" if "前" in rel else "after" if "后" in rel else "when"
    named = anchor.phrase("scene")
    if anchor.deed[1]:
        named = f"{anchor.phrase('person' if anchor.deed[0] in ('come in', 'leave') else 'light')} {anchor.deed[1]}"
    return f"{_asked(found['q'])} {relation} {named}"


def _asked(core: str) -> str:
    for pattern, say in _ASKS:
        found = pattern.search(core)
        if found:
            return say(found)
    if one := _ABOUT_ONE.match(core):
        return f"what about {thing(one['x']).phrase('one')}"
    about = thing(core)
    return f"tell me about {about.phrase()}"
