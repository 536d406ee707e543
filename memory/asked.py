"""What a frame asks in the end: by what its words name, of which kinds of event, and what the answer must hold.

Pure rules between `memory.frames`, which reads the shape of a question, and `memory.question`, which puts all together.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from memory.disambiguation import disambiguated, wanted
from memory.frames import Frame
from memory.mentions import mention, order_of, topic
from wire.messages import Cues, Mention
from wire.words import ORDINALS, alike

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
# Kinds whose patterns fit more than they mean.
_OPEN = frozenset(
    (
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
    )
)
_SNAPS = 0.7  # likeness from which a misheard noun is taken for one of those

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
    if ask in _OPEN:
        if not frame.by_example or ask in ("count", "where", "who", "scene"):
            settled, about, wants = disambiguated(ask, about, subject, core, said_by)
            told = (ask, settled) == ("count", "fact") and bool(about.content)
            ask = ask if frame.by_example and frame.sure and not told else settled
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
    wants = wants or wanted(core, groups)
    if ask == "fact" and order:  # "the second drawer", "first climbed" count nothing of the stream
        about = replace(about, content=tuple(dict.fromkeys((*about.content, *_ordinals(core)))), order="", nth=0)
        order, nth = "", 0
    choice_about = _choice_mentions(choices, core)
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


def _choice_mentions(choices: tuple[str, ...], core: str) -> tuple[Mention, ...]:
    """Each alternative taken apart; "the blue one" and "the red" borrow the noun of "which circle", or of the other."""
    named = [mention(choice.split()) for choice in choices]
    asked = re.match(r"(?:which|what) (\w+)", core)
    noun = mention([asked[1]]) if asked else Mention()
    donor = next((m for m in (noun, *named) if m.kind or m.shape or (m is noun and m.content)), None)
    out = []
    for own in named:
        bare = not own.kind and not own.content and (own.colour or own.order or own.side)
        if bare and donor is not None and donor is not own:
            own = replace(
                own,
                kind=donor.kind,
                shape=own.shape or donor.shape,
                content=donor.content if own.order or not donor.kind else (),
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
