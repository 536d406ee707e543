"""What a frame asks in the end: by what its words name, of which kinds of event, and what the answer must hold.

Pure rules between `memory.frames`, which reads the shape of a question, and `memory.question`, which puts all together.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from memory.frames import Frame
from memory.lexicon import ANSWERS, DEED_OF
from memory.mentions import mention, order_of, topic
from wire.messages import Cues, Mention
from wire.words import ORDINALS, alike, stem, word_set

Relation = Literal["", "before", "after", "during"]

RELATIONS: dict[str, Relation] = {
    "before": "before", "until": "before", "prior to": "before", "preceded": "before", "precedes": "before",
    "ahead of": "before", "earlier than": "before", "after": "after", "since": "after", "following": "after",
    "followed": "after", "precede": "before", "follow": "after", "follows": "after", "later than": "after",
}  # fmt: skip
_AUX = r"(?:did|do|does|was|were|is|are|has|have|had)"
_SPOKEN = ("said", "fact", "heard")  # asks whose subject is a topic of talk, whatever kind of thing it names
_SNAP = {
    "text": ("code", "sign", "board", "slide", "poster", "label", "menu", "screen", "card", "banner", "title"),
    "motion": ("circle", "ball", "square", "triangle", "star"),
}
# "Had we seen the soup before we came past the generator, or after" compares the two.
_WITNESSED = re.compile(
    r"^(?:we|you|i) (?:have |had )?(?:just )?(?:see|seen|saw|hear|heard|meet|met|visit|visited|pass|passed|"
    r"reach|reached|(?:came|come|went|go|got|get|walked|drove) (?:past|to|by|into|through|across))\b ?|"
    r" or (?:after|before|later|earlier)(?: that| it)?$"
)
# What people do whom a camera sees, wherever they do it: "how many are standing on the grass".
_STANDING = re.compile(
    r"\b(?:are|is) (?:\w+ )?(?:there|here|standing|sitting|walking|waiting|present|visible|in view|in sight|in shot|"
    r"(?:in|on) (?:the )?(?:picture|camera|screen|frame|image))\b|"
    r"\b(?:do|can|could|did) (?:you|we|i) (?:see|count|spot|make out)\b|"
    r"\bseen\b"
)
_SNAPS = 0.7  # likeness from which a misheard noun is taken for one of those
_OF_PEOPLE = word_set("table door camera desk whiteboard different new more other alone together inside outside house")

_SEEN = ("text", "code", "people", "face", "entered", "left", "colour", "object", "light", "light_change", "motion",
         "shot", "scene")  # fmt: skip
_KINDS: dict[str, tuple[str, ...]] = {
    "text": ("text", "code", "colour", "object", "speech"),
    "said": ("speech", "text"),
    "heard": ("speech", "sound"),
    "sound": ("sound", "speech"),
    "fact": ("speech", "text", "code"),
    "colour": (
        "object",
        "motion",
        "text",
        "code",
        "colour",
        "people",
        "entered",
        "left",
        "shot",
        "light",
        "light_change",
        "speech",
    ),
    "object": ("object", "motion", "text", "code", "people"),
    "where": ("object", "motion", "text", "people", "entered", "left", "code", "speech"),
    "motion": ("motion", "object", "entered", "left", "people", "speech"),
    "light": ("light", "light_change", "colour", "text", "code", "people"),
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
    "object": ("object", "motion", "colour", "text"),
    "light": ("light", "light_change", "colour", "text", "code", "people"),
    "colour": ("colour", "object", "text", "code", "people", "light", "light_change", "shot"),
    "sound": ("sound", "speech"),
    "speech": ("speech",),
    "scene": _SEEN,
}


def refine(frame: Frame, core: str, said_by: bool, t_ns: int) -> Cues:
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
    choices = tuple(_WITNESSED.sub("", groups[key]) or groups[key] for key in ("a", "b") if key in groups)
    if ask in (
        "presence",
        "when",
        "fact",
        "ordered",
        "count",
        "text",
        "said",
        "scene",
        "object",
        "who",
        "code",
        "duration",
        "where",
    ):
        if not frame.by_example or ask in ("count", "where", "who", "scene"):
            settled, about, wants = _settle(ask, about, subject, core, said_by)
            ask = ask if frame.by_example and frame.sure else settled
        if ask in _SPOKEN and frame.ask not in _SPOKEN:
            about = topic(f"{groups.get('noun', '')} {subject}".split() if groups.get("x") else subject.split())
    if ask in _SNAP and not about.kind and len(about.content) == 1:
        about = _snapped(about, _SNAP[ask])
    if ask == "presence":
        choices = choices or _or_choices(subject)
    if ask in ("light", "motion"):
        choices = choices or _or_choices(core)
    order, nth = (about.order, about.nth) if about.order else order_of(core.split())
    if ask == "order":
        order = "last" if re.search(r"\b(?:last|later)\b", core) and "or" in core.split() else order or "first"
    wants = wants or _wants(core, groups)
    if ask == "fact" and order:  # "the second drawer", "first climbed" count nothing of the stream
        about = replace(about, content=tuple(dict.fromkeys((*about.content, *_ordinals(core)))), order="", nth=0)
        order, nth = "", 0
    choice_about = _choice_mentions(choices)
    kinds = kinds_for(ask, about)
    for choice in choice_about:
        kinds = union(kinds, kinds_of(choice))
    return Cues(
        ask=ask, kinds=kinds, subject=about.words or core, choices=choices, order=order, nth=nth, end_ns=t_ns,
        about=about, topic=topic(core.split()).content, choice_about=choice_about, wants=wants, yes_no=yes_no,
        relation=_order_relation(groups) if ask == "order" else "",
    )  # fmt: skip


def _ordinals(core: str) -> list[str]:
    return [w for w in core.split() if w in ORDINALS and w != "first"]


def _snapped(about: Mention, nouns: Sequence[str]) -> Mention:
    """A noun that fits nothing as the likeliest one of those that fit the question: "read the coat" is "the code"."""
    likeness, noun = max((alike(about.content[0], noun), noun) for noun in nouns)
    return mention([noun]) if likeness >= _SNAPS else about


def _order_relation(groups: dict[str, str]) -> Relation:
    """Which side is asked about in "did A come before B"; "before or after" asks which it was."""
    named = groups.get("rel", "")
    return "before" if " or " in named else RELATIONS.get(named, "")


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
            return (
                by_kind.get(about.kind, "scene" if about.kind in ("", "scene") and not about.content else "fact"),
                about,
                "",
            )
        case "when":
            return _settle_when(about, core)
        case "count":
            vague = not about.kind and not about.content
            here = about.kind == "people" and _STANDING.search(core) is not None
            if here:
                about = replace(about, content=())
            counted = vague or here or _is_seen(about) or re.search(r"how (?:often|many times)", core)
            return ("count" if counted else "fact"), about, "number"
        case "duration":
            return ("duration" if _is_seen(about) or about.deed else "fact"), about, "time"
        case "text" if about.kind in ("speech", "people") and not re.search(r"written|read|shirt|sign|board", core):
            return "said", about, ""
        case "text" if about.kind == "object" and not re.search(r"written|read|say|said|word|text|printed", core):
            return "object", about, ""
        case "said" if (
            about.kind == "text" and about.deed == "" and re.search(r"\b(?:sign|board|slide|poster)\b", core)
        ):
            return "text", about, ""
        case "scene" | "object" | "fact" if about.order and about.deed == "move":
            return "scene", replace(about, kind="", content=()), ""
        case "where" if about.kind in ("scene", "sound", "speech"):
            return "fact", about, "place"
        case "who" if about.kind in ("colour", "light", "text", "code", "object") and not about.order:
            return "fact", topic(core.split()), "name"
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
    if about.deed in ("appear", "vanish") or (about.colour and (not about.content or about.deed == "move")):
        return "when", about, ""
    return ("fact" if about.content else "when"), about, "time"


def _settle_fact(about: Mention, core: str) -> tuple[str, Mention, str]:
    """ "What was the ..." by what the noun names."""
    if about.kind in ("text", "code", "sound", "light", "object") and not about.deed and not about.content:
        return {"sound": "heard"}.get(about.kind, about.kind), about, ""
    return "fact", about, _wants(core, {})


def _is_written(about: Mention, core: str) -> bool:
    """False for "the name of the keeper": that may have been told as well."""
    if re.search(
        r"\b(?:say|said|says|read|written|printed|shown|displayed|stood|see|word|words|text|title|headline)\b", core
    ):
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
    if re.match(
        r"how (?:much|expensive|dear|pricey|costly|cheap)\b|what .*\bpay\b|"
        r"how many (?:dollars|euros|pounds|cents)\b|what .*\b(?:price|cost|"
        r"fee|fare)\b|.*\bcosts?\b",
        core,
    ):
        return "price"
    if core.startswith("where "):
        return "place"
    if re.match(r"(?:(?:until|till|since|from|by|at|before|after) )?(?:what time|when)\b", core):
        return "time"
    if re.match(r"(?:what|who|how) (?:is|was|are|were) .*\b(?:called|named)$", core):
        return "name"
    if re.match(
        r"(?:what|which) colour (?:was|were|is|are) (?:the |its |their )?(?:letter|letters|text|writing|words|ink|"
        r"font)",
        core,
    ):
        return "ink"
    for word in core.split()[:5]:
        if stem(word) in ANSWERS and re.match(r"(?:what|which|read|tell|on|the|in)\b", core):
            return ANSWERS[stem(word)]
    if re.match(r"(?:for )?how (?:many|tall|old|far|fast|deep|high|heavy|wide|big|long|large)\b", core):
        return "number"
    return ""


def _or_choices(text: str) -> tuple[str, ...]:
    """ "left or right" inside a question: the alternatives, as short as they stand."""
    found = re.search(r"(\S+(?: \S+)??) or (?:to the |the |a |an )?(\S+(?: \S+)?)", text)
    if not found:
        return ()
    left = re.sub(
        r"^(?:to|the|a|an|get|got|getting|it|on|became|become|go|move|turn|moving|going|was|is) ", "", found[1]
    )
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
            own = replace(
                own, kind=donor.kind, shape=own.shape or donor.shape, content=donor.content if own.order else ()
            )
        out.append(own)
    return tuple(out)


def kinds_for(ask: str, about: Mention) -> tuple[str, ...]:
    if ask in ("summary", "change", "next", "order", "scene"):
        return (*_SEEN, "sound", "speech")
    if ask == "fact" and about.kind == "people":
        return (*_KINDS["fact"], *_OF_MENTION["people"])
    if ask == "count":  # the number may stand written, or have been told
        return union(kinds_of(about), ("text", "speech"))
    if ask in _KINDS:
        extra = kinds_of(about) if ask not in ("said", "history") else ()
        return union(_KINDS[ask], extra)
    return kinds_of(about)


def kinds_of(about: Mention) -> tuple[str, ...]:
    """The kinds of event that may show what is named; any, where the words do not tell."""
    named = _OF_MENTION.get(about.kind)
    if named is None:
        return (*_SEEN, "sound", "speech")
    return union(named, ("speech",)) if about.content else named


def union(a: tuple[str, ...], b: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*a, *b)))
