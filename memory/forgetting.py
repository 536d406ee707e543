"""Forgetting by word of mouth: what a sentence wants forgotten, the question back, and whether the answer is yes.

Pure: words and times in, decisions and sentences out. `memory.errands` looks into the memory and erases.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from memory import timewords
from memory.sentences import number_word
from memory.times import clock
from wire.words import STOPWORDS, tokens, word_set

CONFIRM_WITHIN_NS = 60 * 10**9  # a question back that got no answer by then is off
Answer = Literal["yes", "no", "other"]

_LEAD = re.compile(
    r"^(?:please|kindly|now|okay|and|then|so|hey|omni|computer|assistant|also|actually|well|"
    r"(?:can|could|would|will) you|i (?:want|would like|d like|need|ask) you to|you (?:can|should|may|must)) (?=\S)"
)
_ORDER = re.compile(r"^(?:forget|erase|delete|wipe|clear|remove)(?: out)? (?P<x>.+)$")
_TAIL = re.compile(
    r" (?:please|again|for me|thanks|thank you|now|(?:from|out of|in) (?:your |the |my )?memory|for good)$"
)
_NOTHING = re.compile(  # sayings, not orders
    r"^(?:it|that|this|about (?:it|that|this)|me|me not|you|him|her|us|them|to|how|why|who|whether|if|not)\b"
    r"(?!.* (?:last|past|first|between|since|ago|minutes?|seconds?|hours?))"
)
_JUST_SAID = re.compile(
    r"^(?:about )?(?:what|everything|the thing) (?:i|we|he|she|they) (?:have |had )?(?:just )?"
    r"(?:said|told you|asked|asked you)(?: just now)?$"
)
_ALL = re.compile(
    r"^(?:about )?(?:everything|all|it all|all of (?:it|this|that)|anything)(?: (?:that )?(?:you|we|i) (?:have |ever )?"
    r"(?:seen|saw|heard|hear|know|remember|learned|noticed|recorded|stored))?(?: and (?:heard|seen|hear))?(?: so far)?$"
    r"|^(?:all )?(?:of )?(?:your|the|my) (?:whole |entire )?(?:memory|memories|recordings?|history)$"
)
_SESSION = re.compile(
    r"^(?:about )?(?:everything |all )?(?:of |in |from )?(?:this|the|our)(?: whole| entire)? "
    r"(?:session|conversation|video|stream|recording|day)$|^today$"
)
_FRAMING = word_set(
    "about what everything all anything that which you we i saw seen see heard hear happened was were is said shown"
    " noticed recorded and have has had did in from of during within over for the thing things stuff been there"
    " remember memory"
)
_ARTICLES = re.compile(
    r"^(?:about |all about |everything about |everything you know about |that there was |the |a |an |my |this |that |"
    r"every |all |any )+"
)
_LOOSE_END = re.compile(r"(?: (?:from|of|in|during|within|over|at|on|that))+$")
_YES = word_set(
    "yes yeah yep yup sure okay correct right absolutely definitely certainly confirm confirmed affirmative please"
)
_NO = word_set("no nope not never keep stop cancel leave wait nothing")
_MAY_FOLLOW = STOPWORDS | word_set("go ahead forget it")
_GO = re.compile(
    r"^(?:please )?(?:do (?:it|so|that)|go ahead|of course|forget (?:it|them) please|(?:erase|delete) (?:it|them))"
    r"(?: please)?$"
)
_LONGEST_ANSWER = 6  # words


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be forgotten. span: from, to of this session; words: what it must be about, "" for all of the span;
    everything: all sessions of the memory."""

    span: tuple[int, int] | None = None
    words: str = ""
    everything: bool = False
    named: str = ""  # as it was said: "the last five minutes"


def wanted(text: str, t_ns: int, start_unix_s: float = 0.0) -> Wanted | None:
    """What these words, said at t_ns, want forgotten; None if they want no such thing."""
    said = " ".join(tokens(text))
    while (bare := _LEAD.sub("", said)) != said:
        said = bare
    order = _ORDER.match(said)
    if order is None:
        return None
    what = order["x"]
    while (bare := _TAIL.sub("", what)) != what:
        what = bare
    if _JUST_SAID.match(what):
        return Wanted(span=(max(0, t_ns - 60 * 10**9), t_ns), named="the last minute")
    if _ALL.match(what):
        return Wanted(everything=True, named="everything")
    if _SESSION.match(what):
        return Wanted(span=(0, t_ns), named="this whole session")
    if _NOTHING.match(what):
        return None
    when = timewords.find(what.split(), t_ns, start_unix_s)
    about = " ".join(when.rest) if when.spanned else what
    left = [w for w in about.split() if w not in _FRAMING and w not in STOPWORDS]
    span = (when.start_ns, when.end_ns) if when.spanned else None
    if not left:
        return Wanted(span=span, named=_named(what)) if span else None
    return Wanted(span=span, words=_LOOSE_END.sub("", _ARTICLES.sub("", about)), named=what)


def _named(what: str) -> str:
    """The time alone: "what you saw in the last minute" is "the last minute"."""
    found = re.search(r"(?:the )?(?:last|past|first) .+", what)
    return found[0] if found and found[0].startswith("the ") else f"the {found[0]}" if found else "that time"


def answer(text: str) -> Answer:
    """Whether words agree, refuse, or are about something else."""
    words = tokens(text)
    said = " ".join(words)
    if not words or len(words) > _LONGEST_ANSWER:
        return "other"
    if words[0] in _NO or "not" in words:
        return "no"
    if _GO.match(said):
        return "yes"
    agrees = words[0] in _YES and all(word in _YES or word in _MAY_FOLLOW for word in words)
    return "yes" if agrees else "other"


# ---- what is said ---------------------------------------------------------------------------------------------------


def ask_span(named: str, from_ns: int, to_ns: int) -> str:
    return f"Shall I forget {named}, from {clock(from_ns)} to {clock(to_ns)}? Say yes to do it."


def ask_everything() -> str:
    return "Shall I forget everything I remember, of all sessions? Say yes to do it."


def ask_moments(named: str, spans: tuple[tuple[int, int], ...], elsewhere: int) -> str:
    """Moments of this session that hold what was named, and how many there are in other sessions."""
    counted = f"{_count(len(spans) + elsewhere, 'moment')}"
    at = [clock(start) for start, _ in spans]
    times = "" if not at else f", at {at[0]}" if len(at) == 1 else f", between {at[0]} and {at[-1]}"
    return f"Shall I forget {named}, {counted}{times}? Say yes to do it."


def done(named: str, events: int, pictures: int, left: int) -> str:
    """What was forgotten. Nothing that was erased is said again but the time."""
    if left:
        return f"I erased it, but {_count(left, 'file')} still {'holds' if left == 1 else 'hold'} a trace of it."
    pictured = f" and {_count(pictures, 'picture')}" if pictures else ""
    return f"Done. I have forgotten {named}: {_count(events, 'thing')}{pictured}."


def _count(n: int, noun: str) -> str:
    return f"{number_word(n)} {noun}{'' if n == 1 else 's'}"


KEPT = "All right, I keep it."
NOTHING_LIKE_IT = "I remember nothing like that, so there is nothing to forget."
