"""Takes apart what a question names: "the second red sign with the arrow", "the lights went out", "the narrator spoke
of the train" become a Mention. Pure grammar over the tables of `memory.lexicon`; knows nothing of what is remembered.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Literal

from memory.lexicon import ANSWERS, COLOURS, DEED_OF, FRAME, KIND_OF, SHAPE_OF, SIDES, SOUNDS, VAGUE
from wire.messages import Mention
from wire.words import ORDINALS, STOPWORDS, stem, stem_set, word_set

Order = Literal["", "first", "last", "nth"]

_LAST = {"last", "final", "latest", "newest", "recent", "recently", "previous"}
_DEED_PHRASES: tuple[tuple[str, str], ...] = (
    (r"(?:light\w*|lamp\w*|brightness) (?:\w+ )?(?:go|goes|going|went|gone|turn\w*|come|came) (?:down|low|lower)|"
     r"(?:turn|switch)\w* down the (?:light|lamp)\w*|"
     r"(?:go|goes|going|went|gone|turn\w*|switch\w*|were|was) (?:out|off|dark)|(?:get|got|gets|become|became) dark\w*|"
     r"dimm?\w*|(?:get|got|become|became) (?:dim|dimmer)|darken\w*|blackout", "dark"),
    (r"(?:light\w*|lamp\w*) (?:\w+ )?(?:on|back on)|(?:come|came|coming|go|went|turn\w*|switch\w*) (?:back )?on(?= "
     r"again|$)|"
     r"(?:return\w*|back) to normal|(?:get|got|become|became) (?:bright|light)\w*|brighten\w*|"
     r"light up|lit up", "bright"),
    (r"(?:come|comes|came|coming|walk\w*|step\w*|went|go|goes|going|ran|run|enter\w*) (?:in|into|inside|through)\b|"
     r"(?:show\w*|turn\w*) up|come along|entered|entrance\w*", "enter"),
    (r"(?:walk\w*|step\w*|went|go|goes|going|come|came|run|ran) (?:out|away|off)\b", "leave"),
    (r"(?:go|goes|went|gone) away", "vanish"),
    (r"(?:come|came|comes) (?:up|on|next|after|before|first)|pop\w* up|(?:was|were) (?:there|on|up)$", "appear"),
)  # fmt: skip
_DEED_PATTERNS = tuple((re.compile(rf"\b(?:{pattern})"), deed) for pattern, deed in _DEED_PHRASES)
# What words stand on; it tells no sign from another. A door or a menu may: the narrator may have named it.
_SPEAKERS = stem_set("narrator speaker voice guide announcer presenter commentator man woman lady host he she they")
_SURFACES = stem_set("sign board slide screen page text word writing letter lettering line words placard plate display")
_PLACES = stem_set("picture screen image frame view video scene camera wall footage display room")
_TALK = stem_set(
    "say mention talk speak tell announce hear heard know learn remember thing sentence word time statement remark"
    " spoken told fact anything something find look pay need"
)
_POST = word_set(
    "with that which who where about on in saying reading showing for of at called named said says read reads by from"
    " containing above below under near behind beside next opposite marked labelled labeled"
)
_OUT_OF_CONTENT = STOPWORDS | {
    "right", "left", "top", "bottom", "side", "middle", "centre", "big", "large", "small", "little", "huge", "tiny",
    "whole", "entire", "full", "new", "old", "light", "dark", "bright", "coloured", "exactly", "really", "actually",
    "anywhere", "somewhere", "wall", "room", "front", "screen", "video", "stream", "picture", "image", "recording",
    "today", "tonight", "saying", "reading", "showing", "shown", "called", "named", "mark", "there", "here", "kind",
    "sort", "type", "around", "still", "across",
}  # fmt: skip


_BECAME = re.compile(
    r"\b(?:turn\w*|chang\w*|becom\w*|became|paint\w*|repaint\w*) (?:in ?to |to )?"
    rf"(?P<colour>{'|'.join(map(re.escape, COLOURS))})\b"
)


def mention(words: Sequence[str]) -> Mention:
    """What `words` (a noun phrase or a clause, as tokens) name."""
    return mention_of(tuple(word for word in words if word not in ("please", "exactly")))


@lru_cache(maxsize=64)
def mention_of(named: tuple[str, ...]) -> Mention:
    """What these tokens name. Kept for a while: a question is read by its words, and again with its vector."""
    words = list(named)
    text = " ".join(words)
    deed = _deed(text)
    colour = next((COLOURS[w] for w in words if w in COLOURS), "")
    if became := _BECAME.search(text):
        colour = COLOURS[became["colour"]]
    shape = _shape(words)
    head = _head(words)
    order, nth = order_of(words)
    kind = KIND_OF.get(stem(head), "") if head else ""
    kind = _kind(kind, words, shape, colour, deed)
    if not kind and not colour and not deed and (lit := next((w for w in words if w in ("dark", "bright")), "")):
        kind, deed = "light", lit
    if kind != "object" and stem(head) not in SHAPE_OF:
        shape = shape if kind in ("", "object") else ""
    content = _content(words, head, kind, colour)
    if kind == "light" and not deed and ("on" in words or "off" in words or "out" in words):
        deed = "bright" if "on" in words else "dark"
    if (
        kind in ("", "scene")
        and any(stem(w) in ("thing", "object", "shape", "one", "item") for w in words)
        and _on_side(words)
    ):
        kind = "object"
    if deed in ("enter", "leave") and (kind in ("object", "text", "code", "colour") or (not kind and colour)):
        deed = "appear" if deed == "enter" else "vanish"
    if deed == "say" and _SPEAKERS & {stem(w) for w in words}:
        kind, content = "speech", list(topic_of(words))
    side = next((SIDES[w] for i, w in enumerate(words) if w in SIDES and _is_side(words, i)), "")
    return Mention(
        words=" ".join(_without_article(words)), kind=kind, colour=colour, shape=shape, content=tuple(content),
        deed=deed, order=order, nth=nth, side=side,
    )  # fmt: skip


def _shape(words: Sequence[str]) -> str:
    """The shape that is named; "cross" is one only as a noun, "crossed the picture" is not."""
    for i, word in enumerate(words):
        if stem(word) not in SHAPE_OF:
            continue
        is_noun = i > 0 and (words[i - 1] in ("a", "the", "any") or words[i - 1] in COLOURS)
        if stem(word) != "cross" or (is_noun and word == "cross" and words[i + 1 : i + 2] != ["the"]):
            return SHAPE_OF[stem(word)]
    return ""


def worn(named: Mention) -> str:
    """The colour that somebody who is named wears, "" if none is. Sentences do not tell it."""
    return named.colour if named.kind in ("people", "face") else ""


def topic(words: Sequence[str]) -> Mention:
    """What is talked about: every word that carries meaning counts, also "ticket" and "red"; who talks does not."""
    named = mention(words)
    return replace(named, content=topic_of(words))


def topic_of(words: Sequence[str]) -> tuple[str, ...]:
    """The words that tell what is talked about, each once."""
    content = [
        w for w in words
        if w not in STOPWORDS and w not in ORDINALS and w not in _LAST and stem(w) not in VAGUE
        and stem(w) not in _TALK and KIND_OF.get(stem(w)) != "speech"
    ]  # fmt: skip
    return tuple(dict.fromkeys(content))


def _is_side(words: Sequence[str], at: int) -> bool:
    """ "Up" in "show up" and "left" in "the person left" are none."""
    before = words[at - 1] if at else "the"
    if words[at] in ("up", "down"):
        return before in ("the", "or", "straight") or DEED_OF.get(stem(before)) == "move"
    return True


def _on_side(words: Sequence[str]) -> bool:
    return bool(re.search(r"\b(?:on|at|to) the (?:left|right|top|bottom)\b", " ".join(words)))


def order_of(words: Sequence[str]) -> tuple[Order, int]:
    """ "first", "last" or "third" in a noun phrase: (order, n)."""
    for i, word in enumerate(words):
        if word in _LAST:
            return "last", 0
        after = words[i + 1] if i + 1 < len(words) else ""
        if word in ORDINALS and after not in ("minute", "minutes", "seconds", "of", "name", "names", "floor"):
            n = ORDINALS[word]
            return ("first", 1) if n == 1 else ("nth", n)
    return "", 0


def _head(words: Sequence[str]) -> str:
    """The noun that says what kind of thing it is: the last known noun before "with", "that said"..."""
    said = _after_saying(words)
    words = words[: said + 1] if said >= 0 else words
    words = [w for i, w in enumerate(words) if w != "slide" or i == 0 or stem(words[i - 1]) not in KIND_OF]  # the verb
    named = _before_post(words)
    known = [w for i, w in enumerate(named) if stem(w) in KIND_OF and stem(w) not in VAGUE and not _modifies(named, i)]
    if not known:
        named = list(words)
        known = [
            w for i, w in enumerate(named)
            if stem(w) in KIND_OF and stem(w) not in VAGUE and not _modifies(named, i)
        ][:1]  # fmt: skip
    if not known:
        return ""
    # "the person in the red square": people first; "the music": sound; otherwise the last noun is the head.
    things = [w for w in known if stem(w) not in _PLACES]  # "the circle that crossed the picture" is about a circle
    return (things or known)[-1]


def _modifies(words: Sequence[str], at: int) -> bool:
    """ "Music" in "the music lesson", "balloon" in "the balloon race": a lesson and a race."""
    if KIND_OF.get(stem(words[at])) not in ("sound", "object", "light") or at + 1 >= len(words):
        return False
    after = words[at + 1]
    base = stem(after)
    tells = after not in STOPWORDS and after not in _OUT_OF_CONTENT and after not in COLOURS
    return (
        tells and not any(base in known for known in (KIND_OF, DEED_OF, FRAME, SHAPE_OF)) and not after.endswith("ly")
    )


def _before_post(words: Sequence[str]) -> list[str]:
    out: list[str] = []
    for word in words:
        if out and word in _POST:
            break
        if word not in ("the", "a", "an"):
            out.append(word)
    return out


def _kind(kind: str, words: Sequence[str], shape: str, colour: str, deed: str) -> str:
    if "light" in words and kind == "light" and colour and any(stem(w) in KIND_OF for w in words if w != "light"):
        kind = next(KIND_OF[stem(w)] for w in words if w != "light" and stem(w) in KIND_OF)  # "light blue sign"
    if {"qr", "barcode"} & set(_before_post(words)):
        return "code"
    if shape and kind == "sound":
        return "object"  # "which way did the red triangle bell"
    if kind == "sound" or (not kind and any(w in SOUNDS and not _modifies(words, i) for i, w in enumerate(words))):
        return "sound"
    if shape and kind in ("", "object"):
        return "object"
    if kind == "light" and deed in ("", "dark", "bright", "change", "start", "end", "vanish"):
        return "light"
    if not kind and deed in ("dark", "bright"):
        return "light"
    if not kind and any(w in ("who", "anyone") for w in words):
        return "people"
    return kind


def _deed(text: str) -> str:
    for pattern, deed in _DEED_PATTERNS:
        if pattern.search(text):
            return deed
    found = ""
    for word in text.split():
        deed = DEED_OF.get(stem(word), "")
        if deed == "leave" and word == "left" and re.search(r"on the left|\b(?:are|is) (?:still )?left\b", text):
            continue
        if deed == "leave" and word == "left" and re.search(r"(?:the|to|move\w*|go|going|went) left", text):
            continue
        if deed and (not found or found in ("appear", "hear")):  # "did you see it move": the later verb tells more
            found = deed
    return found


def _content(words: Sequence[str], head: str, kind: str, colour: str) -> list[str]:
    out: list[str] = []
    said = _after_saying(words)
    for i, word in enumerate(words):
        base = stem(word)
        quoted = said >= 0 and i > said
        if word in STOPWORDS or word == head or (not quoted and word in _OUT_OF_CONTENT):
            continue
        if word in ORDINALS or word in _LAST:
            continue
        if not quoted and (word in COLOURS or base in VAGUE):
            continue
        if not quoted and kind == "object" and base in SHAPE_OF:
            continue
        if not quoted and (base in FRAME or (base in DEED_OF and kind != "speech")):
            continue
        if not quoted and kind == "text" and (base in ANSWERS or base in _SURFACES):
            continue
        if not quoted and kind == "sound" and word in SOUNDS:
            continue
        out.append(word)
    return list(dict.fromkeys(out))


def _after_saying(words: Sequence[str]) -> int:
    """Index of "said", "word", "reading"... after which the words of a sign stand, -1 if there are none."""
    for i, word in enumerate(words[:-1]):
        if i and words[i - 1] in ("you", "we", "i") and word in ("read", "say"):
            continue  # who reads, not what stands there
        if i and word in ("said", "say", "says", "saying", "read", "reads", "reading", "word", "words"):
            after = words[i + 1]
            if after not in _POST and after not in ("the", "a", "was", "were", "is"):
                return i
    return -1


def _without_article(words: Sequence[str]) -> list[str]:
    out = list(words)
    while out and out[0] in ("the", "a", "an", "any", "some", "that", "this", "there", "of"):
        out.pop(0)
    return out
