"""What a question asks, settled with what is remembered: cues come from words alone, and some words fit two kinds.

`settled` returns the cues with which to look for an answer. Each rule is about a form of words, none about a stream.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Literal

from reasoning.grounded.pool import Pool
from reasoning.grounded.resolve import is_figure
from reasoning.grounded.wearing import about_clothes
from wire.messages import Cues, Mention
from wire.words import ORDINALS, STOPWORDS, stem, stem_set

# Asked of anybody, not of who was seen.
_RULE = re.compile(r"\b(?:have to|has to|must|should|needs?|allowed|what age)\b")
_COLOUR = re.compile(r"\bcolou?r(?:s|ed)?\b")
_LIGHT = re.compile(r"\b(?:lights?|lighting|brightness|lamps?)\b")
_HAPPENED = re.compile(
    r"\bwhat\b.*\b(?:happen\w*|went on|going on|was up|is up|was it|was wrong|the matter)\b|\bhow did .*\bchange"
)
_JUST = re.compile(r"\bjust\b(?! (?:once|one|curious|wondering|to))")
_GETS_LIGHT = re.compile(
    r"\b(?:turn|turned|turns|go|goes|went|get|gets|got|become|became|grow|grew|was|is) (?:(?!the |a |your )\w+ )?"
    r"(?P<to>bright|brighter|light|lighter|dark|darker|dim|dimmed|dimmer)\b"
)
_CAME_ON = re.compile(r"\b(?:come|came|coming|go|went|turn\w*|switch\w*|be|were) (?:back|on|up)\b|\breturn\w*\b")
_WENT_OFF = re.compile(r"\b(?:go|went|gone|turn\w*|switch\w*|be|were) (?:off|out|down)\b|\bfail\w*\b")
_WENT_BY = re.compile(
    r"\b(?:go|goes|going|went|come|came|pass|passed|passing|move|moved|moving|drive|drove|fly|flew|cross|crossed|float|"
    r"floated|roll|rolled|slide|slid|travel|travelled) (?:\w+ )?(?:across|by|past|through|over|along)\b|"
    r"\b(?:moved|moving|crossed|passed|crossing)\b"
)
_BY_WORDS = stem_set("past by across over along through thing one object shape item picture screen")
_FAR = r"(?:furthest|farthest) (?:to the )?|(?:on|to|at) the (?:far|very|extreme) "
_PLACE = (
    (re.compile(rf"\b(?:left ?most|(?:{_FAR})left)\b"), "left"),
    (re.compile(rf"\b(?:right ?most|(?:{_FAR})right)\b"), "right"),
    (re.compile(r"\b(?:top ?most|upper ?most|highest)\b"), "up"),
    (re.compile(r"\b(?:bottom ?most|lower ?most|lowest)\b"), "down"),
    (re.compile(r"\b(?:in|at) the (?:very )?(?:middle|centre)\b(?! of the (?:stream|video|night|day))|"
                r"\b(?:middle|central|centre)\b(?= \w+)|\bbetween the other\b"), "centre"),
)  # fmt: skip
_WHICH_THERE = re.compile(r"^which\b.* (?:on|in|at) the (?P<side>left|right|top|bottom|middle|centre)\b")
_PLACE_WORDS = stem_set(
    "leftmost rightmost topmost uppermost bottommost lowermost middle central centre furthest farthest"
)
_CAME = re.compile(
    r"\bfrom (?:what|which|where)\b|\b(?:which|what) side\b.*\bfrom\b|"
    r"\bwhere\b.*\b(?:come|came|coming|start|appear) from\b|"
    r"\b(?:which|what) (?:side|direction|edge|end)\b.*\b(?:enter|entered|appear|appeared|come in|came in|emerge)\b"
)
_WENT = re.compile(r"\b(?:disappear|vanish|leave|exit|go|went|gone|head|drive|drove|end up)\w*\b")
_ASKS_FOR = re.compile(r"\b(?P<wh>where|why) (?:is|was|are|were|do|does|did|has|have|had|can|could)\b")
_FIRST = re.compile(r"\b(?:start|started|begin|began|begun|open|opened)(?: off| out| things)?(?: with)?$")
_LAST = re.compile(r"\b(?:finish|finished|end|ended|close|closed|conclude|concluded)(?: up| off| things)?(?: with)?$")
_SAYING = re.compile(r"\b(?:words?|sentences?|said|say|says|narrator|speaker|voice|announcer|guide|remarks?)\b")
_OPENING = re.compile(r"\b(?:opening|starting|initial) (?:words?|sentences?|remarks?|signs?|slides?|lines?)\b")
_CLOSING = re.compile(r"\b(?:closing|final|concluding|parting) (?:words?|sentences?|remarks?|signs?|slides?|lines?)\b")
_SPEAKERS = r"\b(?:narrator|speaker|voice|announcer|guide|he|she|they|said|spoken)\b"
_UTTERANCES = r"\b(?:words?|sentences?|remarks?|things?|lines?)\b"
_SPOKEN_WORDS = re.compile(rf"{_UTTERANCES}.*{_SPEAKERS}|{_SPEAKERS}.*\b(?:sentences?|words?|remarks?)\b")
_SOMEBODY = re.compile(r"\b(?:person|man|woman|lady|guy|girl|boy|visitor|guest|somebody|someone|he|she|they|people)\b")
_SIGN = re.compile(r"\b(?:sign|board|poster|slide)s?\b")
_WHICH_SIGN = re.compile(r"^(?:and |so )?(?:which|what) (?:of the )?(?:sign|board|poster|slide)s?\b")
_ON_SIGN = re.compile(r"\b(?:signs?|boards?|posters?|slides?|plates?|labels?|written|read|stood|shown|on|at)\b")
_BY_CODE = re.compile(
    r"\b(?:sign|board|poster|banner|plate)\b.*\b(?:next to|beside|by|near|under|above|with|left of|right of)\b.*"
    r"\b(?:qr|code|barcode)\b"
)
_SCANS = re.compile(r"\bscan\w*\b|\b(?:qr|barcode|code)\b")
_WH = re.compile(r"\b(?:what|which|where|who)\b")
_WAS = re.compile(r"\b(?:was|were|did|had|became|turned|changed|before|until|first|last|ago|end|started|used)\b")
_ROLES = stem_set("person people man woman guy lady child somebody anybody someone anyone everyone")
_GENERIC = stem_set("sign board poster slide colour letter word text name number say read show line picture screen")
_OVERVIEW = stem_set(
    "short brief quick full summary recap overview outline account rundown happen event everything anything something"
    " see notice observe watch miss video stream recording film picture screen image camera view scene room"
    " minute second moment date up date report few word story detail important main point thing whole now far"
    " across past"
)
_WHO_DOES = re.compile(
    r"(?:(?:please|tell|me|can|could|you|do|know|and|so) )*who (?!(?:is|was|are|were|wore|wears) )\w+"
)
_READ = ("text", "colour", "where", "duration", "when", "ago")


def settled(cues: Cues, text: str, pool: Pool) -> Cues:
    """The cues to answer by. `text`: the question as tokens joined by spaces."""
    seen = (_clothes, _light, _facts, _wall, _code)
    for rule in (*seen, _place, _shapes_named, _moving, _sides, _edges, _sign_words):
        cues = rule(cues, text, pool)
    return cues


def _light(cues: Cues, text: str, pool: Pool) -> Cues:
    """ "What happened to the lights"; "when did it turn bright again" is about the light."""
    about = cues.about
    vague = cues.ask in ("when", "summary", "scene", "fact", "presence", "change", "unknown", "light", "text")
    if _LIGHT.search(text) and _HAPPENED.search(text) and vague and about.kind in ("light", "", "colour", "text"):
        just = cues.now or bool(_JUST.search(text))
        return replace(cues, ask="light", now=just, present=False, about=replace(about, kind="light", content=()))
    if cues.ask == "light" and _JUST.search(text):
        return replace(cues, now=True, present=False)
    asks_time = cues.ask in ("when", "ago") or (cues.ask == "fact" and cues.wants == "time")
    found = _GETS_LIGHT.search(re.split(r"\b(?:after|before|since)\b", text)[0]) if asks_time else None
    if found and about.kind in ("", "light") and not about.colour and about.deed not in ("say", "hear"):
        deed = "dark" if found["to"].startswith(("dark", "dim")) else "bright"
        ask = "when" if cues.ask == "fact" else cues.ask
        return replace(cues, ask=ask, about=Mention(words=about.words, kind="light", deed=deed, order=about.order))
    if cues.ask in ("ago", "when") and about.kind == "light" and not about.deed:
        deed = "bright" if _CAME_ON.search(text) else "dark" if _WENT_OFF.search(text) else ""
        return replace(cues, about=replace(about, deed=deed))
    if cues.ask in ("ago", "when", "duration") and about.deed in ("dark", "bright") and _LIGHT.search(text):
        return replace(cues, about=replace(about, kind="light", colour="", content=()))
    return cues


def _facts(cues: Cues, text: str, pool: Pool) -> Cues:
    """What a told fact must hold: an age, a place, a reason."""
    if cues.ask in ("ago", "duration", "fact") and re.search(r"\bhow old\b", text):
        about = replace(cues.about, content=tuple(dict.fromkeys(("old", *cues.about.content))), deed="")
        return replace(cues, ask="fact", wants="number", about=about)
    if cues.about.kind == "colour" and _WHO_DOES.match(text):  # "who mixes the colours"
        about = Mention(words=cues.about.words, content=cues.topic or cues.about.content)
        return replace(cues, ask="fact", wants="name", about=about, kinds=())
    if cues.wants == "phone" and cues.ask != "fact":
        return replace(cues, ask="fact", about=Mention(words=cues.about.words, content=("phone",)))
    if cues.ask == "fact" and not cues.wants and (found := _ASKS_FOR.search(text)):
        return replace(cues, wants={"where": "place", "why": "reason"}[found["wh"]])
    return cues


def _wall(cues: Cues, text: str, pool: Pool) -> Cues:
    """What became of a wall, and its colour, whatever form the question has."""
    about = cues.about
    if cues.ask == "change" and not about.kind and re.search(r"\b(?:wall|background|backdrop)\b", text):
        return replace(cues, about=replace(about, kind="colour"))
    if about.kind != "colour":
        return cues
    if cues.ask in ("summary", "scene") and re.search(r"\bhappen\w*|\bbecame of\b|\bbecome of\b", text):
        return replace(cues, ask="change")
    turned = about.deed == "change" and re.match(r"what (?:did|has|was)\b", text)
    if cues.ask in ("text", "fact", "scene", "unknown") and (_COLOUR.search(text) or turned):
        cues = replace(cues, ask="colour")
    if cues.ask == "colour" and not cues.now and not cues.spanned and not cues.relation and not _WAS.search(text):
        return replace(cues, present=True)
    return cues


def _code(cues: Cues, text: str, pool: Pool) -> Cues:
    """The sign beside a code is a sign; what one would get by scanning it is the code."""
    if cues.ask in ("code", "text", "presence", "fact") and _BY_CODE.search(text) and pool.all("code"):
        about = replace(cues.about, kind="text", content=(), deed="")
        return replace(cues, ask="text", about=about, relation="during", anchor="code",
                       anchor_about=Mention(words="code", kind="code"), anchor_ns=-1, wants="")  # fmt: skip
    if cues.ask in ("presence", "fact", "scene") and _SCANS.search(text) and _WH.search(text) and pool.all("code"):
        return replace(cues, ask="code", yes_no=False)
    return cues


def _place(cues: Cues, text: str, pool: Pool) -> Cues:
    """ "The leftmost triangle", "the one in the middle": the place of one of several."""
    side = next((side for pattern, side in _PLACE if pattern.search(text)), "")
    if cues.ask in ("where", "fact") and cues.about.kind == "object" and (found := _WHICH_THERE.search(text)):
        there = {"left": "left", "right": "right", "top": "up", "bottom": "down"}.get(found["side"], "centre")
        return replace(cues, ask="colour", about=replace(cues.about, side=there, deed="", content=()))
    if not side or cues.about.kind not in ("object", ""):
        return cues
    content = tuple(w for w in cues.about.content if stem(w) not in _PLACE_WORDS)
    return replace(cues, about=replace(cues.about, side=side, content=content))


def _moving(cues: Cues, text: str, pool: Pool) -> Cues:
    """Something that went across is a moving thing, also where its name says nothing."""
    about = cues.about
    if cues.ask == "motion" and about.kind in ("text", "colour") and about.content:
        about = replace(about, kind="")
        cues = replace(cues, about=about)
    if cues.ask == "fact" and _WENT_BY.search(text) and not about.kind and not about.content and order_in(text)[0]:
        order, nth = order_in(text)
        return replace(cues, ask="scene", order=order, nth=nth, about=replace(about, deed="move"))
    if _WENT_BY.search(text) and (cues.ask in ("scene", "colour", "object") or about.deed == "move"):
        content = tuple(w for w in about.content if stem(w) not in _BY_WORDS)
        deed = "move" if cues.ask != "scene" or cues.order else about.deed
        if about.kind in ("", "object", "scene") and not (about.kind == "" and about.deed in ("enter", "leave")):
            cues = replace(cues, about=replace(cues.about, content=content, deed=deed))
    if cues.ask == "fact" and about.deed == "move" and is_figure(about) and re.match(r"(?:and |so )?how many\b", text):
        content = tuple(w for w in about.content if is_figure(Mention(content=(w,))))
        return replace(cues, ask="count", about=replace(about, kind="", content=content))
    if cues.ask == "fact" and cues.wants == "time" and is_figure(about) and _WAS.search(text):
        content = tuple(w for w in about.content if is_figure(Mention(content=(w,))))
        return replace(cues, ask="when", wants="", about=replace(about, kind="", content=content))
    figure = is_figure(about) and about.kind in ("", "colour", "text", "object")
    last = re.search(r"\b(?P<first>first|earliest)\b|\b(?:last|final|latest)\b", text)
    asks_which = cues.ask in ("order", "colour", "object", "scene") or (cues.ask == "fact" and about.deed == "move")
    if figure and last and asks_which and not cues.choice_about:
        content = tuple(w for w in about.content if is_figure(Mention(content=(w,))))
        named = replace(about, kind="", content=content, deed="move", order="")
        order = cues.order or ("first" if last["first"] else "last")
        return replace(cues, ask="colour", about=named, order=order, spanned=False)
    return cues


def _sides(cues: Cues, text: str, pool: Pool) -> Cues:
    """The side from which a thing came, or to which it went away, is told by the way it moved."""
    if cues.ask not in ("where", "motion") or cues.about.kind in ("people", "face") or not pool.all("motion"):
        return cues
    if _CAME.search(text):
        return replace(cues, ask="motion", wants="origin", about=replace(cues.about, side=""))
    if cues.ask == "where" and _WENT.search(text) and (cues.about.kind == "object" or is_figure(cues.about)):
        return replace(cues, ask="motion", about=replace(cues.about, side=""))
    return cues


def _shapes_named(cues: Cues, text: str, pool: Pool) -> Cues:
    """A word of the question that is the name of a shape that was seen names that shape."""
    about = cues.about
    if (
        about.kind not in ("", "text", "colour")
        or about.shape
        or cues.ask not in ("motion", "colour", "where", "object", "when")
    ):
        return cues
    shapes = {t.shape for t in pool.all("motion", "object")} - {"", "shape", "other", "person"}
    named = next((w for w in about.content if stem(w) in shapes or w in shapes), "")
    if not named or (about.kind == "text" and _SIGN.search(text)):
        return cues
    shape = named if named in shapes else stem(named)
    content = tuple(w for w in about.content if w != named)
    return replace(cues, about=replace(about, kind="object", shape=shape, content=content))


def _clothes(cues: Cues, text: str, pool: Pool) -> Cues:
    """ "How was the first person dressed", "what was he wearing": the colour of it is what was seen."""
    if cues.ask not in ("who", "fact", "scene", "object", "text", "unknown") or not about_clothes(cues):
        return cues
    if cues.wants in ("date", "time", "place", "number", "price") or _RULE.search(text):
        return cues
    somebody = cues.about.kind in ("people", "face") or _SOMEBODY.search(text)
    if not somebody:
        return cues
    about, (order, nth) = replace(cues.about, kind="people"), order_in(text)
    if cues.order:
        return replace(cues, ask="colour", wants="", about=about)
    return replace(cues, ask="colour", wants="", about=about, order=order, nth=nth)


def order_in(text: str) -> tuple[Literal["", "first", "last", "nth"], int]:
    """Which one the words name: ("nth", 2) for "the second"."""
    for word in text.split():
        if word in ("last", "final", "latest"):
            return "last", 0
        if word in ORDINALS:
            return ("first", 1) if ORDINALS[word] == 1 else ("nth", ORDINALS[word])
    return "", 0


def _edge(text: str) -> Literal["", "first", "last"]:
    """The end of the stream that a verb names: "what did we start with"."""
    if _FIRST.search(text) or _OPENING.search(text):
        return "first"
    return "last" if _LAST.search(text) or _CLOSING.search(text) else ""


def _edges(cues: Cues, text: str, pool: Pool) -> Cues:
    """ "What did we start with", "with which words did he finish": the first and the last."""
    if cues.ask in ("text", "fact", "scene", "said") and _SPOKEN_WORDS.search(text) and not _SIGN.search(text):
        speech = Mention(words=cues.about.words, kind="speech")
        if cues.order:
            return replace(cues, ask="said", wants="", about=speech)
        if end := _edge(text):
            return replace(cues, ask="said", order=end, wants="", about=speech)
    at_edge = bool(_edge(text))
    if at_edge and cues.ask == "fact" and cues.about.kind == "text" and _SIGN.search(text):
        content = tuple(w for w in cues.about.content if stem(w) not in _GENERIC)
        cues = replace(cues, ask="text", about=replace(cues.about, content=content))
    if cues.order or cues.relation or cues.ask not in ("said", "text", "scene"):
        return cues
    order = _edge(text)
    if not order:
        return cues
    spoken = cues.ask == "said" or (bool(_SAYING.search(text)) and not _SIGN.search(text))
    content = tuple(w for w in cues.about.content if not (_FIRST.search(w) or _LAST.search(w)))
    about = replace(cues.about, deed="", content=content)
    return replace(cues, ask="said" if spoken else cues.ask, order=order, about=about)


def _sign_words(cues: Cues, text: str, pool: Pool) -> Cues:
    """ "The JOIN US sign": words of the question that stand on a sign tell which one is meant."""
    about = cues.about
    if cues.ask == "fact" and about.kind == "text" and about.colour and _WHICH_SIGN.search(text):
        return replace(cues, ask="text", wants="", about=replace(about, content=()))
    if cues.ask == "text" and cues.wants == "name" and about.content and not _ON_SIGN.search(text):
        return replace(cues, ask="fact", order="", about=replace(about, kind="", content=cues.topic, order=""))
    if cues.ask == "colour" and about.kind == "text" and about.colour and not _COLOUR.search(text):
        return replace(cues, ask="text")  # "which of these was on the brown sign"
    told_apart = about.content or about.colour or about.order or cues.order or cues.relation or cues.spanned
    if about.kind != "text" or told_apart or cues.ask not in _READ:
        return cues
    named = tuple(
        w for w in dict.fromkeys(text.split()) if w not in STOPWORDS and stem(w) not in _GENERIC and len(w) > 2
    )
    on_one = [w for w in named if 0 < sum(w in sign.words for sign in pool.all("text")) < len(pool.all("text"))]
    return replace(cues, about=replace(about, content=tuple(on_one))) if on_one else cues


def names_somebody(cues: Cues) -> bool:
    """Whether "who" asks for a name or a role that was told, not for those in view: "who wrote the song"."""
    if cues.about.kind in ("people", "face") or cues.about.deed in ("enter", "leave"):
        return False
    return any(stem(w) not in _ROLES for w in cues.topic) or cues.about.kind not in ("", "scene")


def named_elsewhere(cues: Cues, pool: Pool) -> bool:
    """Whether a question about what is to be seen names a thing that is nothing seen: then it was told, or was not."""
    content = [w for w in cues.about.content if stem(w) not in _OVERVIEW]
    seen = {w for t in pool.all("object", "motion", "colour") for w in (t.shape, t.colour, t.kind)}
    return bool(content) and not cues.spanned and not any(w in seen or stem(w) in seen for w in content)
