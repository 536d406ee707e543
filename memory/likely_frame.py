"""The frame of a question whose pattern is missing or fits too much: its likeliest kind, and what that kind needs.

Decides when the classifier is asked and when it is believed; `memory.asking` is the classifier.
"""

from __future__ import annotations

import re

from memory.asking import Encode, shipped, shipped_for
from memory.frames import Frame
from memory.lexicon import COLOURS, KIND_OF
from wire.words import stem, word_set

# Kinds whose patterns fit nothing else; and the probability from which another kind is believed against a pattern.
_NARROW = frozenset(("order", "ago", "change", "light", "fact", "sound", "heard"))
_LIKELY = {"when": 0.95, "said": 0.9, "code": 0.85, "colour": 0.9, "next": 0.9, "history": 0.9}
_WIDE = 0.6  # for all other patterns
_POSSIBLE = 0.35  # where there is no pattern
_SAME = {"sound": "heard"}
_AUX = word_set("did do does was were is are has have had can could will would")
_OPEN_TO_YES = ("change", "light", "motion", "order")  # kinds that may be asked for a yes as well
_YES_OR_NO = re.compile(
    r"(?:is|are|was|were|did|does|has|have) (?:something|anything|any|there|some|somebody|someone|anybody|anyone|the|"
    r"an?)\b"
)
_SIDES = re.compile(r"\b(?:left|right|up|down|way|direction)\b")
_AFTERWARDS = r"after|following|follow\w*|succe\w+|in place of|replac\w+|once|as soon as|instead of"
_BESIDE = re.compile(
    rf".*?\b(?P<rel>{_AFTERWARDS}|before|prior to|ahead of|preced\w+)(?: came| was)? (?P<anchor>(?:the |a |an )?\S.*?)"
    r"(?: (?:which|what|who|where|how|came|there was)\b.*)?"
)
_THAN = re.compile(
    r"\w+ (?P<a>(?:the |a |an )?\S.*?)(?: \w+)?? "
    r"(?P<rel>earlier|later|older|newer|sooner|before|after|prior to|preced\w+|follow\w*)(?: than)? (?P<b>.+)"
)
_EITHER = re.compile(
    r"(?:.*\b(?:first|earlier|earliest|sooner|later|last|between|of|whether|if|was|is|did|time|from) )?(?:the |a |an )?"
    r"(?P<a>\S+(?: \S+){0,3}?) (?:or|and|than) (?:the |a |an |was |is )*(?P<b>\S.*?)"
    r"(?: (?:which|who|what|was|were|came|come|did|or|first|earlier|later|sooner|last|appeared|the other)\b.*)?"
)


def likely_frame(frame: Frame, ask: str, core: str, whole: str, asked: str, encode: Encode) -> Frame | None:
    """The frame to read `core` by in place of `frame`; None if that stays.

    ask: the kind that comes of `frame`; whole: the question with what it is anchored at, which tells more where no
    pattern fits; asked: as it was put, which is what is searched with and so is encoded anyway. Encodes only where the
    words alone speak against `ask`.
    """
    bidden = frame.ask == "summary" and not core.startswith("what")  # "outline the second minute"
    bidden = bidden or (frame.ask == "motion" and _SIDES.search(core) is not None)
    if not core or (frame.sure and (frame.ask in _NARROW or bidden)):
        return None
    classifier, kept, read = shipped(), _SAME.get(ask, ask), core if frame.sure else whole
    if frame.sure and kept != "fact" and next(iter(classifier.probabilities(read))) == kept:
        return None
    by_meaning = shipped_for(encode)
    shares = (by_meaning or classifier).probabilities(read, encode([asked])[0] if by_meaning else None)
    likeliest, share = next(iter(shares.items()))
    least = _LIKELY.get(frame.ask, _WIDE) if kept == frame.ask else _WIDE  # less, where the pattern was not followed
    if likeliest == kept or share < (least if frame.sure else _POSSIBLE):
        return None
    if _YES_OR_NO.match(read) and frame.ask == "presence" and likeliest not in _OPEN_TO_YES:
        return None
    groups = _groups(likeliest, whole if likeliest in ("next", "order") else core)
    if (likeliest == "next" and "anchor" not in groups) or (likeliest == "order" and frame.sure and "a" not in groups):
        return None
    yes_no = likeliest == "presence" or (read.split()[0] in _AUX and likeliest in _OPEN_TO_YES)
    return Frame(likeliest, groups, yes_no, sure=share >= _WIDE, by_example=True)


def _groups(ask: str, core: str) -> dict[str, str]:
    """What the handlers of a kind need to know of the words."""
    words = core.split()
    if ask == "next" and (found := _BESIDE.fullmatch(core)):
        noun = next((w for w in words[1:3] if stem(w) in KIND_OF and words[0] in ("what", "which")), "")
        rel = "after" if re.fullmatch(_AFTERWARDS, found["rel"]) else "before"
        return {"rel": rel, "anchor": found["anchor"], **({"noun": noun} if noun else {})}
    if ask == "order":
        if words[0] in _AUX and "or" not in words and (found := _THAN.fullmatch(core)):
            later = re.match(r"later|newer|after|follow", found["rel"])
            return {"a": found["a"], "b": found["b"], "rel": "after" if later else "before"}
        if found := _EITHER.fullmatch(core):
            return {"a": found["a"], "b": found["b"]}
    if ask == "colour" and "or" in words:  # the colours are the choice, not what the thing is known by
        return {"x": " ".join(w for w in words if w not in COLOURS and w != "or")}
    return {"x": {"summary": "", "history": "", "code": "qr code"}.get(ask, core)}
