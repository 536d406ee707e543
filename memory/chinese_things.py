"""What a piece of a Chinese question names, in English: order, colour, noun, deed, and words of its own. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from memory.chinese_clock import number
from memory.chinese_words import COLOUR_OF, COLOURS, DEEDS, EMPTY, NOUNS

_MEASURE = r"[个次位句条块张种辆首名只]?"
_FIRST = re.compile(rf"(?:最先|首先|第一{_MEASURE}|最早(?:的一{_MEASURE})?)")
_LAST = re.compile(rf"(?:最后(?:的?一)?{_MEASURE}|上一{_MEASURE}|最近一{_MEASURE})")
_NTH = re.compile(r"第([二三四五六七八九十]|\d+)[个次位句条块张种辆首名只]")
_ORDINALS = ("", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_KNOWN = frozenset((*NOUNS, *DEEDS, *EMPTY))
_LONGEST = max(map(len, _KNOWN))
_BETWEEN = frozenset(" 的了在是有着过吗么呢吧啊呀我你他她这那被把和与也都还又就才没不")
_ONE_OF = re.compile(r"(?:一|这|那|哪)[个位只条块张辆次本句首名种些]")
_PLURALS = {"person": "people", "man": "men", "woman": "women", "child": "children", "people": "people"}


@dataclass(frozen=True)
class Thing:
    """What a piece of a question names, in English. own: Chinese words that no table knows."""

    order: str = ""
    colour: str = ""
    noun: str = ""
    deed: tuple[str, str] = ("", "")  # after "did", and in the past
    side: str = ""
    own: tuple[str, ...] = ()

    def phrase(self, otherwise: str = "thing") -> str:
        """ "the first red sign 出口". otherwise: its noun, where it has none."""
        noun = self.noun or ("" if self.own else otherwise)
        if noun in ("it", "they"):
            return noun
        return " ".join(word for word in ("the", self.order, self.colour, noun, *self.own) if word)

    def plural(self, otherwise: str) -> str:
        noun = self.noun or ("" if self.own else otherwise)
        noun = {"person": "people", "man": "men", "woman": "women", "child": "children"}.get(
            noun, f"{noun}s" if noun else ""
        )
        return " ".join(word for word in (self.colour, noun, *self.own) if word)


def thing(text: str) -> Thing:
    """Of a piece of a question without its asking words."""
    order = ""
    for pattern, name in ((_FIRST, "first"), (_LAST, "last")):
        if pattern.search(text):
            order, text = name, pattern.sub(" ", text, count=1)
            break
    if nth := _NTH.search(text):
        n = int(number(nth[1]))
        order = _ORDINALS[n] if n < len(_ORDINALS) else order
        text = text.replace(nth[0], " ")
    colour = ""
    if found := COLOUR_OF.search(text):
        colour, text = COLOURS[found[1]], text.replace(found[0], " ")
    nouns, deed, own = _segments(text)
    noun = next((n for n in nouns if n not in ("left", "right", "picture", "door")), nouns[0] if nouns else "")
    side = next((n for n in nouns if n in ("left", "right")), "")
    return Thing(order, colour, "" if noun == side else noun, deed, side, own)


def _segments(text: str) -> tuple[list[str], tuple[str, str], tuple[str, ...]]:
    """Nouns, the first deed and the words of no table. Longer words first; one character is a word of its own only
    where no unknown one touches it, so that "飞机" is not "to fly" and something."""
    found: list[str] = []
    unknown, at = "", 0
    text = _ONE_OF.sub(" ", text)
    while at < len(text):
        most = min(_LONGEST, len(text) - at)
        word = next((text[at : at + n] for n in range(most, 1, -1) if text[at : at + n] in _KNOWN), "")
        if word or text[at] in _BETWEEN:
            found += [*_split(unknown), word]
            unknown = ""
        else:
            unknown += text[at]
        at += len(word) or 1
    found += _split(unknown)
    nouns = [NOUNS[word] for word in found if word in NOUNS]
    deed = next((DEEDS[word] for word in found if word in DEEDS), ("", ""))
    own = " ".join(word for word in found if word not in _KNOWN)
    return nouns, deed, tuple(own.split())


def _split(run: str) -> list[str]:
    """A run of characters that no longer word covers: single words if all are known, else one name."""
    if all(sign in _KNOWN for sign in run):
        return list(run)
    return [run.rstrip("上下里中边前后") or run] if len(run) > 2 else [run]
