"""Forgetting by word of mouth: what a sentence wants forgotten, and whether the answer to the question back is yes.

Pure: words and times in, decisions out. What is said is `memory.forgetting_said`; `memory.errands` looks into the
memory and erases.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from memory import chinese_forgetting, timewords
from memory.chinese_words import is_chinese
from memory.forgetting_said import NOT_ALL_BUT, NOT_WHO, NOTHING_THEN, ONE_SENSE, WHICH_TIME
from memory.placing import apart_ns
from memory.rows import SessionRow
from wire.words import STOPWORDS, tokens, word_set

CONFIRM_WITHIN_NS = 60 * 10**9  # a question back that got no answer by then is off
THAT_TIME = "that time"
Answer = Literal["yes", "no", "other"]

_LEAD = re.compile(
    r"^(?:please|kindly|now|just|only|okay|and|then|so|hey|omni|computer|assistant|also|actually|well|"
    r"(?:can|could|would|will) you|i (?:want|would like|d like|need|ask) you to|you (?:can|should|may|must)) (?=\S)"
)
_ORDER = re.compile(r"^(?:forget|erase|delete|wipe|clear|remove)(?: out)? (?P<x>.+)$")
_TAIL = re.compile(
    r"(?<!just)(?<!\bto)(?<! until)(?<! till)(?<! and) "
    r"(?:please|again|for me|thanks|thank you|now|(?:from|out of|in) (?:your |the |my )?memory|for good)$"
)
_NOTHING = re.compile(  # sayings, not orders
    r"^(?:it|that|this|about (?:it|that|this)|me|me not|you|him|her|us|them|to|how|why|who|whether|if|not)\b"
    r"(?!.* (?:last|past|first|between|since|ago|minutes?|seconds?|hours?|yesterday|today|morning|lunchtime|"
    r"afternoon|evening|night|weekend|week|month))|"
    r"^(?:nothing|none|no)(?: |$)"
)
_EXCEPT = re.compile(
    r"^(?P<x>.+?) (?:all )?(?:but|except(?:ing)?|apart from|other than|aside from|besides|excluding)"
    r"(?: for| from)? (?P<kept>.+)$|^all (?:but|except) (?P<all>.+)$"
)
_KEPT = re.compile(r"^(?:(?:please|keep|leave|not|do not|forget|erase|delete|touch|what|everything) )+")
_EVERYTHING = re.compile(r"^(?:about )?(?:everything|anything|all)(?: (?:of it|of that|else))?$")
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
_NOT = re.compile(r"\b(?:not|never|without|no (?:later|earlier|older|newer)|no$)(?: |$)")
_SOMEONE = re.compile(  # not named, so that a time beside it would be forgotten whole
    r"\b(?:he|she|they|him|her|them|his|hers|their|theirs|us|me|mine)\b|^(?:about )?(?:that )?(?:you|i|we) |"
    r"^(?:about )?(?:it|this|these|those)$"
)
_TIME_LEFT = re.compile(
    r"\b(?:before|after|until|till|since|between|past) (?:about |around |the )?(?:\d|one\b|noon|midday|midnight|half|"
    r"quarter|first|last|lunch|breakfast|dinner)|\b(?:(?:seconds?|minutes?|hours?|days?|weeks?) (?:ago|before|after)|"
    r"(?:first|last) (?:\d+ |few )?(?:seconds?|minutes?|hours?)|(?:first|last) (?:and|or))\b|"
    r"^(?:the )?\d+ (?:seconds?|minutes?|hours?|days?)$"
)
_ROUGHLY = re.compile(  # times that are wide, so that more would be forgotten than is meant
    r"\bthe other (?:day|week|night|morning|afternoon|evening)\b|\b(?:breakfast|lunch|dinner|supper)\b|"
    r"\b(?:few|several) (?:day|week|month|night|morning|afternoon|evening)s ago\b"
)
_ROUGH_END = re.compile(
    r"(?:^| )(?:(?:since|(?:right |just |shortly )?(?:after|before)|until|till|at|over|during) "
    r"(?:breakfast|lunch|dinner|supper)(?: ?time)?|the other \w+)$"
)
_ONE_SENSE = re.compile(r"^(?:everything |all )?all (?:sounds|videos|pictures|conversations)$")
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
    cannot: str = ""  # what is said instead: the words cannot be followed


def wanted(text: str, t_ns: int, start_unix_s: float = 0.0) -> Wanted | None:
    """What these words, said at t_ns, want forgotten; None if they want no such thing."""
    if not is_chinese(text):
        return _wanted(text, t_ns, start_unix_s)
    found = _wanted(chinese_forgetting.order_in_english(text), t_ns, start_unix_s)
    return (
        replace(found, named=chinese_forgetting.named(text).removesuffix("的"))
        if found is not None and found.named
        else found
    )


def _wanted(text: str, t_ns: int, start_unix_s: float) -> Wanted | None:
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
    if (excepted := _EXCEPT.match(what)) is not None:
        kept = _KEPT.sub("", excepted["all"] or excepted["kept"])
        return _all_but(excepted["x"] or "everything", kept, t_ns, start_unix_s)
    if _NOTHING.match(what) and not _SESSION.match(what):
        return None
    if (bare := _ROUGH_END.sub("", what)) != what and not _left(bare):
        return Wanted(cannot=WHICH_TIME)
    when = timewords.find(what.split(), t_ns, start_unix_s, witnessed=True)
    if when.unclear:
        return Wanted(cannot=WHICH_TIME)
    if not when.spanned and _SESSION.match(what):
        return Wanted(span=(0, t_ns), named="this whole session")
    about = " ".join(when.rest) if when.spanned else what
    span = (when.start_ns, when.end_ns) if when.spanned else None
    if span is not None and len(_ROUGHLY.findall(what)) > len(_ROUGHLY.findall(about)):
        return Wanted(cannot=WHICH_TIME)
    if refused := _refused(about, span):
        return Wanted(cannot=refused)
    if not _left(about):
        return Wanted(span=span, named=_named(what)) if span else None
    return Wanted(span=span, words=_LOOSE_END.sub("", _ARTICLES.sub("", about)), named=what)


def _refused(about: str, span: tuple[int, int] | None) -> str:
    """What is said where following the words would forget more than they name, or the opposite."""
    if span is not None and span[0] >= span[1]:
        return NOTHING_THEN
    if span is not None and _TIME_LEFT.search(about):
        return WHICH_TIME
    if _ONE_SENSE.match(about):
        return ONE_SENSE
    if _NOT.search(about) and (span is not None or about.split()[0] in ("everything", "anything", "all")):
        return NOT_ALL_BUT
    return NOT_WHO if span is not None and not _left(about) and _SOMEONE.search(about) else ""


def _left(about: str) -> bool:
    """Whether something is named besides a time."""
    return any(w not in _FRAMING and w not in STOPWORDS for w in about.split())


def _all_but(what: str, kept: str, t_ns: int, start_unix_s: float) -> Wanted:
    """ "Everything but the last minute": of this session, unless a day is kept. Only where one stretch remains."""
    keep = timewords.find(kept.split(), t_ns, start_unix_s, witnessed=True)
    if not keep.spanned or keep.start_ns >= keep.end_ns or _left(" ".join(keep.rest)):
        return Wanted(cannot=NOT_ALL_BUT)
    of = timewords.find(what.split(), t_ns, start_unix_s, witnessed=True)
    bare = " ".join(word for word in what.split() if word not in _FRAMING or word in ("everything", "all", "anything"))
    whole = _ALL.match(what) or _SESSION.match(what) or _EVERYTHING.match(bare)
    if not whole and (not of.spanned or _left(" ".join(of.rest))):
        return Wanted(cannot=NOT_ALL_BUT)
    from_ns, to_ns = (of.start_ns, of.end_ns) if of.spanned else (0, t_ns)
    named = what if of.spanned else "everything of this session"
    if not of.spanned and keep.start_ns < 0:
        from_ns, named = -round(start_unix_s * 1e9), "everything"  # days before it, too
    before, after = (from_ns, min(keep.start_ns, to_ns)), (max(keep.end_ns, from_ns), to_ns)
    pieces = [piece for piece in (before, after) if piece[0] < piece[1]]
    if len(pieces) != 1:
        return Wanted(cannot=NOT_ALL_BUT)
    return Wanted(span=pieces[0], named=f"{named} but {kept if (time := _named(kept)) == THAT_TIME else time}")


def _named(what: str) -> str:
    """The time alone: "what you saw in the last minute" is "the last minute"; what it only borders on is not it."""
    found = _TIME_NAMED.search(what)
    if found is None or _BORDER.search(what):
        return THAT_TIME
    return found[0] if found[0].startswith("the ") else f"the {found[0]}"


_TIME_NAMED = re.compile(
    r"(?:the (?:last|past|first)|last|first|^past) (?!night|evening|week\b|month|weekend|\w+day\b).+"
)
_BORDER = re.compile(r"\b(?:before|after|until|till|up to|since|than|prior to|except|but)\b")


def in_sessions(span: tuple[int, int], no: int, sessions: Iterable[SessionRow]) -> tuple[tuple[int, int, int], ...]:
    """(session, from, to) of a span of session `no`; of one that begins before it, what lies in earlier sessions, too.
    sessions: of this memory, with their reach."""
    if span[0] >= 0:
        return ((no, *span),)
    rows = {row.no: row for row in sessions if row.no <= no}
    found = []
    for row in rows.values():
        apart_ns = round((row.start_unix_s - rows[no].start_unix_s) * 1e9)
        from_ns, to_ns = span[0] - apart_ns, span[1] - apart_ns
        if row.no == no or (from_ns <= row.reach_ns and to_ns >= 0):
            found.append((row.no, from_ns, to_ns))
    return tuple(one for one in found if one[2] >= 0)


def last(
    length_ns: int, sessions: Sequence[SessionRow], ends_ns: Sequence[int], until_ns: int
) -> list[tuple[int, int, int]]:
    """(session, from, to) of the last length_ns of the newest session, or of the live ones that went on beside it, up
    to until_ns, and of what of it lies in earlier ones. ends_ns: of each session."""
    newest = sessions[-1]
    placed = [(row.no, apart_ns(row, newest), end_ns) for row, end_ns in zip(sessions, ends_ns, strict=True)]
    live = {row.no for row in sessions if row.mode == newest.mode == "live"} | {newest.no}
    beside = [(no, at_ns, end_ns) for no, at_ns, end_ns in placed if no in live and at_ns <= ends_ns[-1]]
    to_ns = max(at_ns + end_ns for _, at_ns, end_ns in beside)
    from_ns = to_ns - length_ns
    reached = [(no, from_ns - at_ns, until_ns) for no, at_ns, end_ns in beside if from_ns <= at_ns + end_ns]
    return [*in_sessions((from_ns, to_ns), newest.no, sessions), *reached]


def answer(text: str) -> Answer:
    """Whether words agree, refuse, or are about something else."""
    if is_chinese(text):
        return chinese_forgetting.answer(text)
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
