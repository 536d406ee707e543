"""A question becomes cues: what is asked, about what, of which time. From its words, the talk before it, and examples.

`understand` is the entry. It knows nothing of what is remembered: recall looks for what the cues name, and the
answerer reads them again. Grammar decides where a pattern fits; otherwise the nearest example phrasing does.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Literal

from memory import timewords
from memory.frames import Frame, read
from memory.lexicon import ANSWERS, DEED_OF, repair
from memory.mentions import mention, order_of, topic
from memory.prototypes import Encode, Prototypes
from memory.rewording import reworded
from wire.messages import Cues, HistoryTurn, Mention
from wire.words import stem, tokens, word_set

Relation = Literal["", "before", "after", "during"]

_ADDRESS = (
    "and|so|okay|well|hey|hello|hi|um|uh|er|ah|oh|then|but|please|omni|computer|assistant|excuse me|sorry|by the way|"
    "one more question|question|my question is|listen|alright|all right|thanks|thank you|maybe|also|right|yes|no|"
    "good (?:morning|evening|afternoon)|i have a question|quick question|actually|finally|and now|now"
)
_POLITE = tuple(
    re.compile(rf"^{pattern} (?=\S)")
    for pattern in (
        rf"(?:{_ADDRESS})",
        r"(?:can|could|would|will) (?:you|we|i) (?:please |kindly )?(?:tell|remind|give|show)(?: me| us)?(?: again)?"
        r"(?: please)?(?: about)?",
        r"(?:can|could|would|will) you(?: please| kindly)?(?= (?:read|describe|say|repeat|sum|summarise|list|count|name|"
        r"recap|explain)\b)",
        r"(?:please )?(?:tell|remind|inform) (?:me|us)(?! (?:if|whether|everything|all)\b)(?: again)?(?: please)?(?: about)?",
        r"(?:do|did|can|could) you (?:still |happen to |perhaps )?(?:know|remember|recall|notice|say|tell|see|hear)(?= "
        r"(?:what|which|who|when|where|how|if|whether)\b)",
        r"(?:i (?:want|would like|d like|would love|need|wonder|am wondering|was wondering)(?: you)?(?: to (?:know|hear|tell me|see))?)"
        r"(?= (?:what|which|who|when|where|how|if|whether|the)\b)",
        r"(?:let me know|any idea|i forgot|i have forgotten|i do not remember|do you have any idea|say)"
        r"(?= (?:what|which|who|when|where|how|if|whether)\b)",
        r"(?:do|did|can|could) you (?:still |perhaps )?(?:remember|recall)(?= (?:the|a|an|my|our|his|her)\b)",
        r"(?:please|the question is|according to (?:the )?\w+|as far as you \w+)",
    )
)
_TRAILING = re.compile(r" (?:please|thanks|thank you|again|for me|then|exactly|though|if you can|do you know|"
                       r"do you remember|you know)$")  # fmt: skip
_SAID_BY = re.compile(r" ?(?:according to (?:the )?(?:narrator|speaker|voice|guide|announcer|text|sign|slide|board|poster|screen|menu|page))")
_QUESTION_WORDS = r"(?:what|which|who|how|where|when|did|was|were|is|are|does|do|has|have|had|read|describe|sum|count)"
_ASKING = (
    r"(?:(?:what|which|who|how|where|read|describe|sum|count)\b|(?:did|was|were|is|are|does|do|has|have|had) "
    r"(?:the|you|it|there|any\w*|some\w*|a|an|that|this|i|he|she|they)\b)"
)
_ANCHORED = (
    re.compile(
        rf"(?P<q>{_QUESTION_WORDS} .+?) (?:right |just |shortly |immediately |directly |soon )?"
        r"(?P<rel>before|after|when|while|during|whilst|following|until|since|at the time(?: of)?|prior to) (?P<anchor>.+)"
    ),
    re.compile(
        rf"(?:right |just |shortly |immediately )?(?P<rel>before|after|while|during|whilst|following|since) (?P<anchor>.+?) "
        rf"(?P<q>{_ASKING}.+)"
    ),
    re.compile(
        rf"(?P<rel>when) (?P<anchor>(?!did|was|were|is|are|does|do|has|have|had|will)\S.+?) (?P<q>{_ASKING}.+)"
    ),
)
_RELATIONS: dict[str, Relation] = {
    "before": "before", "until": "before", "prior to": "before", "preceded": "before", "precedes": "before",
    "ahead of": "before", "earlier than": "before", "after": "after", "since": "after", "following": "after",
    "followed": "after", "follows": "after", "later than": "after",
}  # fmt: skip
_AUX = r"(?:did|do|does|was|were|is|are|has|have|had)"
_SPOKEN = ("said", "fact", "heard")  # asks whose subject is a topic of talk, whatever kind of thing it names
_OF_PEOPLE = word_set("table door camera desk whiteboard different new more other alone together inside outside house")
_IT = word_set("it that this they them he she one those these him her")
_NEXT_UP = re.compile(r"(?:what (?:came|was|happened|is|did you see|appeared|followed)?\s?)?"
                      r"(?:right |just )?(?P<rel>before|after|next|then|afterwards|afterward|beforehand)"
                      r"(?: that| this| it| then)?")  # fmt: skip
_WHAT_ABOUT = re.compile(r"(?:what|how) about(?: (?P<x>.+))?")
_CLOCK = re.compile(r"\b(\d{1,3}):(\d\d)\b")

_SEEN = ("text", "code", "people", "face", "entered", "left", "colour", "object", "light", "light_change", "motion",
         "shot", "scene")  # fmt: skip
_KINDS: dict[str, tuple[str, ...]] = {
    "text": ("text", "code", "colour", "object", "speech"),
    "said": ("speech",),
    "heard": ("speech", "sound"),
    "sound": ("sound", "speech"),
    "fact": ("speech", "text", "code"),
    "colour": ("object", "motion", "text", "colour", "people", "shot", "speech"),
    "object": ("object", "motion", "text", "code", "people"),
    "where": ("object", "motion", "text", "people", "entered", "left", "code", "speech"),
    "motion": ("motion", "object", "entered", "left", "people", "speech"),
    "light": ("light", "light_change", "colour"),
    "code": ("code", "text", "speech"),
    "scene": _SEEN,
    "who": ("people", "face", "entered", "left", "speech"),
    "history": ("question", "answer"),
}
_OF_MENTION: dict[str, tuple[str, ...]] = {
    "text": ("text", "code", "colour", "object"),
    "code": ("code", "text"),
    "people": ("people", "entered", "left", "face"),
    "face": ("face", "people"),
    "object": ("object", "motion", "colour"),
    "light": ("light", "light_change", "colour"),
    "colour": ("colour", "object", "text"),
    "sound": ("sound", "speech"),
    "speech": ("speech",),
    "scene": _SEEN,
}


def understand(
    text: str,
    *,
    t_ns: int,
    options: Sequence[str] = (),
    history: Sequence[HistoryTurn] = (),
    start_unix_s: float = 0.0,
    encode: Encode | None = None,
) -> Cues:
    """What `text`, asked at t_ns, asks for. `encode` gives unit vectors; without it only grammar is used.

    `history` resolves "it", "and before that", "what about the blue one". `start_unix_s` gives clock times meaning.
    """
    words = _plain(repair(tokens(text)))
    if words[-2:] == ["at", "first"] and "colour" in words:
        words[-2:] = ["before", "it", "changed"]
    when = timewords.find(words, t_ns, start_unix_s)
    core = reworded(" ".join(_plain(list(when.rest))))
    joined = bool(re.match(r"and\b|or\b", text.strip().lower()))
    cues = _follow_up(core, joined, t_ns, history, encode)
    if cues is None:
        cues = _read(core, t_ns, encode)
        cues = _with_antecedent(cues, t_ns, history, encode)
    if when.spanned or (when.now and cues.ask != "change"):
        cues = replace(cues, start_ns=when.start_ns, end_ns=when.end_ns, spanned=when.spanned, now=when.now, at_ns=when.at_ns)
    elif cues.ask != "change" and _is_present(core.split(), cues):
        cues = replace(cues, now=True)
    if options and not cues.choices:
        cues = replace(cues, kinds=tuple(dict.fromkeys((*cues.kinds, "speech", "text"))))
    return cues


def _plain(words: list[str]) -> list[str]:
    """The words without greetings, "can you tell me", "please"."""
    text = " ".join(words)
    for _ in range(4):
        before = text
        for pattern in _POLITE:
            text = pattern.sub("", text)
        text = _TRAILING.sub("", text)
        if text == before:
            break
    return text.split()


def _read(core: str, t_ns: int, encode: Encode | None) -> Cues:
    """Cues of a question that stands for itself. `core`: without time words."""
    said_by = bool(_SAID_BY.search(core))
    core = _SAID_BY.sub("", core).strip()
    frame = read(core)
    relation: Relation = ""
    anchor = ""
    if frame.ask not in ("order", "next", "ago") and (split := _split_anchor(core)):
        core, relation, anchor = split
        frame = read(core)
    elif frame.ask == "next":
        relation, anchor = _RELATIONS.get(frame.groups.get("rel", ""), ""), frame.groups.get("anchor", "")
    if not frame.sure and encode is not None:
        ask, _ = _prototypes(encode).nearest(encode([core])[0])
        if ask and ask != "fact":
            frame = Frame(ask, {"x": core}, yes_no=ask == "presence", sure=True)
    cues = _refine(frame, core, said_by, t_ns)
    if anchor:
        named = mention(anchor.split())
        if not named.kind and "one" in anchor.split():  # "which sign came before the purple one"
            named = replace(named, kind=cues.about.kind)
        cues = replace(
            cues, relation=relation, anchor=anchor, anchor_about=named, kinds=_union(cues.kinds, _kinds_of(named))
        )
    return cues


def _split_anchor(core: str) -> tuple[str, Relation, str] | None:
    """("what did you see", "after", "the lights went out"), or None."""
    for pattern in _ANCHORED:
        found = pattern.fullmatch(core)
        if not found or len(found["q"].split()) < 2:
            continue
        anchor = found["anchor"]
        if anchor in _IT:
            return found["q"], _RELATIONS.get(found["rel"], "during"), anchor
        named = mention(anchor.split())
        if named.kind or named.deed or named.colour or named.content:
            return found["q"], _RELATIONS.get(found["rel"], "during"), anchor
    return None


def _refine(frame: Frame, core: str, said_by: bool, t_ns: int) -> Cues:
    """The cues of one frame: what its groups name, and where the pattern leaves the kind open, what they decide."""
    groups = frame.groups
    subject = groups.get("x", "") or groups.get("noun", "") or groups.get("y", "")
    subject = re.sub(rf"^(?:{_AUX}) ", "", subject)
    if frame.ask == "colour" and groups.get("noun") and groups.get("x"):
        subject = f"{groups['noun']} {groups['x']}"
    if frame.ask == "next":
        subject = groups.get("noun", "")
    about = topic(subject.split()) if frame.ask in _SPOKEN else mention(subject.split())
    ask, wants, yes_no = frame.ask, "", frame.yes_no
    choices = tuple(groups[key] for key in ("a", "b") if key in groups)
    if ask in ("presence", "when", "fact", "ordered", "count", "text", "said", "scene", "object", "who", "code", "duration", "where"):
        ask, about, wants = _settle(ask, about, subject, core, said_by)
        if ask in _SPOKEN and frame.ask not in _SPOKEN:
            about = topic(subject.split())
    if ask == "presence":
        choices = choices or _or_choices(subject)
    if ask in ("light", "motion"):
        choices = choices or _or_choices(core)
    order, nth = (about.order, about.nth) if about.order else order_of(core.split())
    if ask == "order":
        order = "last" if re.search(r"\b(?:last|later)\b", core) and "or" in core.split() else order or "first"
    wants = wants or _wants(core, groups)
    choice_about = _choice_mentions(choices)
    kinds = _kinds(ask, about)
    for choice in choice_about:
        kinds = _union(kinds, _kinds_of(choice))
    return Cues(
        ask=ask, kinds=kinds, subject=about.words or core, choices=choices, order=order, nth=nth, end_ns=t_ns,
        about=about, topic=topic(core.split()).content, choice_about=choice_about, wants=wants, yes_no=yes_no,
        relation=_RELATIONS.get(groups.get("rel", ""), "") if ask == "order" else "",
    )  # fmt: skip


def _settle(ask: str, about: Mention, subject: str, core: str, said_by: bool) -> tuple[str, Mention, str]:
    """(ask, about, wants) where the pattern alone does not say what is meant."""
    if said_by and ask in ("count", "when", "fact", "who", "where", "presence", "text"):
        return ("presence" if ask == "presence" else "fact"), about, _wants(core, {})
    match ask:
        case "ordered" if about.deed == "move":
            return "scene", replace(about, kind="", content=()), ""
        case "ordered":
            if about.deed in ("say", "hear") or about.kind == "speech" or re.search(r"thing (?:that was )?said", core):
                return "said", about, ""
            by_kind = {"text": "text", "colour": "colour", "sound": "sound", "people": "who", "object": "object"}
            return by_kind.get(about.kind, "scene" if about.kind in ("", "scene") and not about.content else "fact"), about, ""
        case "when":
            return _settle_when(about, core)
        case "count":
            vague = not about.kind and not about.content
            counted = vague or _is_seen(about) or re.search(r"how (?:often|many times)", core)
            return ("count" if counted else "fact"), about, "number"
        case "duration":
            return ("duration" if _is_seen(about) or about.deed else "fact"), about, "time"
        case "text" if about.kind in ("speech", "people") and not re.search(r"written|read|shirt|sign|board", core):
            return "said", about, ""
        case "text" if about.kind == "object" and not re.search(r"written|read|say|said|word|text|printed", core):
            return "object", about, ""
        case "said" if about.kind == "text" and about.deed == "" and re.search(r"\b(?:sign|board|slide|poster)\b", core):
            return "text", about, ""
        case "scene" | "object" | "fact" if about.order and about.deed == "move":
            return "scene", replace(about, kind="", content=()), ""
        case "where" if about.kind in ("scene", "sound", "speech"):
            return "fact", about, "place"
        case "scene" | "where" | "who" if ask != "scene" and not _is_seen(about) and about.content:
            return "fact", about, {"where": "place", "who": "name"}.get(ask, "")
        case "text" if not _is_written(about, core):
            return "fact", about, _wants(core, {})
        case "fact":
            return _settle_fact(about, core)
        case "code":
            code = replace(mention(core.split()), kind="code")
            return "code", code, ""
        case _:
            return ask, about, ""


def _settle_when(about: Mention, core: str) -> tuple[str, Mention, str]:
    """ "When did the sign appear" is a time of the stream; "when does the museum open" is a fact somebody told."""
    timeless = re.match(r"(?:at |since )?(?:when|what time)(?: \w+)? (?:does|do|is|are|will|can|should)\b", core)
    if timeless and about.kind not in ("object", "people", "code", "light", "sound"):
        return "fact", about, "time"
    witnessed = re.search(r"\b(?:you|i|we) (?:\w+ )?(?:see|saw|seen|hear|heard|notice|spot|read)\b", core)
    if witnessed or _is_seen(about) or about.deed in ("say", "hear", "dark", "bright", "enter", "leave"):
        return "when", about, ""
    if about.deed in ("appear", "vanish") or (about.colour and not about.content):
        return "when", about, ""
    return ("fact" if about.content else "when"), about, "time"


def _settle_fact(about: Mention, core: str) -> tuple[str, Mention, str]:
    """ "What was the ..." by what the noun names."""
    if about.kind in ("text", "code", "sound", "light", "object") and not about.deed and not about.content:
        return {"sound": "heard"}.get(about.kind, about.kind), about, ""
    return "fact", about, _wants(core, {})


def _is_written(about: Mention, core: str) -> bool:
    """False for "the name of the keeper" and "which platform does the train leave from": told, or written, who knows."""
    if re.search(r"\b(?:say|said|says|read|written|printed|shown|displayed|stood|see|word|words|text|title|headline)\b", core):
        return True
    return not about.content or (bool(re.search(r"\b(?:on|in|at) (?:the|that|a) ", core)) and not about.deed)


def _is_seen(about: Mention) -> bool:
    """Whether it names something that perception watches, not just something one may talk about."""
    if about.kind == "people":
        nouns = [w for w in about.content if stem(w) not in DEED_OF and w not in _OF_PEOPLE]
        return about.deed in ("enter", "leave") or not nouns
    if about.kind == "text":
        return not about.content or about.deed in ("appear", "vanish", "say", "change", "")
    return about.kind in ("code", "face", "object", "light", "colour", "sound", "scene", "speech")


def _wants(core: str, groups: dict[str, str]) -> str:
    noun = stem(groups.get("noun", "").split()[0]) if groups.get("noun") else ""
    if noun in ANSWERS:
        return ANSWERS[noun]
    if re.match(r"how (?:much|expensive)\b|what .*\bpay\b|how many (?:dollars|euros|pounds|cents)\b|what .*\b(?:price|cost|fee|fare)\b|.*\bcosts?\b", core):
        return "price"
    if re.match(r"(?:what|which) colour (?:was|were|is|are) (?:the |its |their )?(?:letter|letters|text|writing|words|ink|font)", core):
        return "ink"
    for word in core.split()[:5]:
        if stem(word) in ANSWERS and re.match(r"(?:what|which|read|tell|on|the|in)\b", core):
            return ANSWERS[stem(word)]
    if re.match(r"how (?:many|tall|old|far|fast|deep|high|heavy|wide|big|long|large)\b", core):
        return "number"
    return ""


def _or_choices(text: str) -> tuple[str, ...]:
    """ "left or right" inside a question: the alternatives, as short as they stand."""
    found = re.search(r"(\S+(?: \S+)??) or (?:to the |the |a |an )?(\S+(?: \S+)?)", text)
    if not found:
        return ()
    left = re.sub(r"^(?:to|the|a|an|get|got|getting|it|on|became|become|go|move|turn|moving|going|was|is) ", "", found[1])
    left = re.sub(r"^(?:the|a|an) ", "", left)
    return (left, found[2])


def _choice_mentions(choices: tuple[str, ...]) -> tuple[Mention, ...]:
    """Each alternative taken apart; "the blue one" and "the red" borrow the noun of the other."""
    named = [mention(choice.split()) for choice in choices]
    donor = next((m for m in named if m.kind or m.shape), None)
    out = []
    for own in named:
        bare = not own.kind and not own.content and (own.colour or own.order or own.side)
        if bare and donor is not None and donor is not own:
            own = replace(own, kind=donor.kind, shape=own.shape or donor.shape, content=donor.content if own.order else ())
        out.append(own)
    return tuple(out)


def _kinds(ask: str, about: Mention) -> tuple[str, ...]:
    if ask in ("summary", "change", "next", "order", "scene"):
        return (*_SEEN, "sound", "speech")
    if ask in _KINDS:
        extra = _kinds_of(about) if ask not in ("said", "history") else ()
        return _union(_KINDS[ask], extra)
    return _kinds_of(about)


def _kinds_of(about: Mention) -> tuple[str, ...]:
    """The kinds of event that may show what is named; any, where the words do not tell."""
    named = _OF_MENTION.get(about.kind)
    if named is None:
        return (*_SEEN, "sound", "speech")
    return _union(named, ("speech",)) if about.content else named


def _union(a: tuple[str, ...], b: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*a, *b)))


def _is_present(words: list[str], cues: Cues) -> bool:
    """ "What do you see", "is anybody there", "what does the sign say": the present tense asks about this moment."""
    text = " ".join(words)
    if cues.ask in ("said", "fact", "history", "summary", "order", "next", "ago", "duration", "when") or cues.relation:
        return False
    if re.match(r"(?:what|who|which|where)(?: \w+)* (?:do|can) (?:you|we) see|is (?:anybody|anyone|somebody|someone|there)|"
                r"are there|who is (?:there|here|in|on|at)|what is (?:there|on|in|visible|going on|happening|shown)|"
                r"how many .*\bare\b|is (?:it|the)\b|are (?:the|any)\b", text):  # fmt: skip
        return not re.search(r"\b(?:was|were|did|had|seen|came|been)\b", text)
    return bool(re.match(r"(?:what|which) (?:\w+ ){0,3}(?:does|is|are)\b", text)) and cues.ask in ("text", "colour", "count")


# ---- what the talk before it tells ---------------------------------------------------------------------------------


def _follow_up(core: str, joined: bool, t_ns: int, history: Sequence[HistoryTurn], encode: Encode | None) -> Cues | None:
    """Cues of "and before that", "what about the blue one", "and now"; None if `core` stands for itself."""
    if not history:
        return None
    found = _NEXT_UP.fullmatch(core)
    if found:
        before = found["rel"] in ("before", "beforehand")
        return _beside(history[-1], "before" if before else "after", t_ns, encode)
    about = _WHAT_ABOUT.fullmatch(core)
    fragment = about["x"] or "" if about else core
    if about is None and core and not joined:
        return None
    if len(fragment.split()) > 6 or (about is None and re.match(rf"{_QUESTION_WORDS}\b", core)):
        return None
    earlier = understand(history[-1].question, t_ns=t_ns, history=history[:-1], encode=encode)
    if not fragment:
        return replace(earlier, start_ns=0, end_ns=t_ns, spanned=False, now=False, at_ns=-1, follow_up=True)
    named = mention(fragment.split())
    if about is None and core and not (named.kind or named.colour or named.order):
        return None
    if not named.kind and not named.shape and (named.colour or named.order or named.side or not named.content):
        named = replace(named, kind=earlier.about.kind, shape=earlier.about.shape)
    if not named.deed:
        named = replace(named, deed=earlier.about.deed)
    return replace(
        earlier, about=named, subject=named.words, order=named.order, nth=named.nth, choices=(), choice_about=(),
        follow_up=True, kinds=_union(earlier.kinds, _kinds_of(named)),
    )  # fmt: skip


def _beside(turn: HistoryTurn, relation: Relation, t_ns: int, encode: Encode | None) -> Cues:
    """What came before or after that which the last answer told of."""
    earlier = understand(turn.question, t_ns=t_ns, encode=encode)
    ask = earlier.ask if earlier.ask in ("text", "said", "colour", "object", "motion") else "next"
    about = replace(earlier.about, content=(), order="", nth=0, colour="", words="")
    times = _times_in(turn.heard)
    anchor_ns = (min(times) if relation == "before" else max(times)) if times else turn.t_ns
    return replace(
        earlier, ask=ask, about=about, order="", nth=0, relation=relation, anchor="that", anchor_ns=anchor_ns,
        anchor_about=earlier.about, kinds=_kinds(ask, about), yes_no=False, follow_up=True, choices=(), choice_about=(),
        start_ns=0, end_ns=t_ns, spanned=False, now=False, at_ns=-1,
    )  # fmt: skip


def _with_antecedent(cues: Cues, t_ns: int, history: Sequence[HistoryTurn], encode: Encode | None) -> Cues:
    """ "It" and "that" become what the last question was about, near the time its answer named."""
    if not history:
        return cues
    words = cues.about.words.split()
    points_back = any(w in _IT for w in words) or (
        not words and cues.ask in ("when", "ago", "duration", "where", "motion", "count")
    )
    names_something = cues.about.kind not in ("", "scene") or cues.about.content or cues.about.colour
    times = _times_in(history[-1].heard)
    if cues.anchor in _IT and cues.anchor:
        return replace(cues, anchor_ns=times[0] if times else -1, follow_up=True)
    if not points_back or names_something or cues.choices or cues.relation:
        return cues
    if cues.ask in ("fact", "light", "change", "summary", "scene", "history", "presence"):
        return cues
    earlier = understand(history[-1].question, t_ns=t_ns, history=history[:-1], encode=encode)
    about = replace(earlier.about, deed=cues.about.deed or earlier.about.deed)
    return replace(
        cues, about=about, subject=about.words or cues.subject, follow_up=True, kinds=_union(cues.kinds, _kinds_of(about)),
        anchor_ns=times[0] if times else -1, relation="during" if times else "",
    )  # fmt: skip


def _times_in(heard: str) -> list[int]:
    return [(int(m) * 60 + int(s)) * timewords.S for m, s in _CLOCK.findall(heard)]


@lru_cache(maxsize=4)
def _prototypes(encode: Encode) -> Prototypes:
    return Prototypes.encoded(encode)
