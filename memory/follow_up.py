"""What the talk before a question tells of it: "and before that", "what about the blue one", "what colour was it".

Reads earlier questions and the parts of their answers that were heard. `understand` is given to it, so that an earlier
question is understood as it was then.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from memory import timewords
from memory.asked import Relation, kinds_for, kinds_of, union
from memory.mentions import mention
from wire.messages import Cues, HistoryTurn
from wire.words import word_set

Understand = Callable[[str, Sequence[HistoryTurn]], Cues]  # a question, and the talk before it

IT = word_set("it that this they them he she one those these him her")
_NEXT_UP = re.compile(r"(?:what (?:came|was|happened|is|did you see|appeared|followed)?\s?)?"
                      r"(?:right |just )?(?P<rel>before|after|next|then|afterwards|afterward|beforehand)"
                      r"(?: that| this| it| then)?")  # fmt: skip
_WHAT_ABOUT = re.compile(r"(?:what|how) about(?: (?P<x>.+))?")
_OF_OWN = {"colour": "colour", "direction": "motion", "shape": "object", "position": "where", "place": "where"}
_OWN = re.compile(rf"(?:its|their|his|her|the) (?P<noun>{'|'.join(_OF_OWN)})")
_ASKS = re.compile(
    r"(?:what|which|who|how|where|when|did|was|were|is|are|does|do|has|have|had|read|describe|sum|count)\b"
)
_QUOTED = re.compile(r'"[^"]*"')
_CLOCK = re.compile(r"\b(\d{1,3}):(\d\d)\b")


def follow_up(
    core: str, joined: bool, t_ns: int, history: Sequence[HistoryTurn], understand: Understand
) -> Cues | None:
    """Cues of "and before that", "what about the blue one", "and now"; None if `core` stands for itself.

    joined: it began with "and".
    """
    if not history:
        return None
    found = _NEXT_UP.fullmatch(core)
    if found:
        before = found["rel"] in ("before", "beforehand")
        return _beside(history[-1], "before" if before else "after", t_ns, understand)
    about = _WHAT_ABOUT.fullmatch(core)
    fragment = about["x"] or "" if about else core
    if about is None and core and not joined:
        return None
    if len(fragment.split()) > 6 or (about is None and _ASKS.match(core)):
        return None
    earlier = understand(history[-1].question, history[:-1])
    if not fragment:
        return replace(earlier, start_ns=0, end_ns=t_ns, spanned=False, now=False, at_ns=-1, follow_up=True)
    if own := _OWN.fullmatch(fragment):
        ask = _OF_OWN[own["noun"]]
        return replace(
            earlier, ask=ask, choices=(), choice_about=(), yes_no=False, wants="", follow_up=True,
            kinds=union(earlier.kinds, kinds_for(ask, earlier.about)),
        )  # fmt: skip
    named = mention(fragment.split())
    if about is None and core and not (named.kind or named.colour or named.order):
        return None
    if not named.kind and not named.shape and (named.colour or named.order or named.side or not named.content):
        named = replace(named, kind=earlier.about.kind, shape=earlier.about.shape)
    if not named.deed:
        named = replace(named, deed=earlier.about.deed)
    return replace(
        earlier, about=named, subject=named.words, order=named.order, nth=named.nth, choices=(), choice_about=(),
        follow_up=True, kinds=union(earlier.kinds, kinds_of(named)),
    )  # fmt: skip


def _beside(turn: HistoryTurn, relation: Relation, t_ns: int, understand: Understand) -> Cues:
    """What came before or after that which the last answer told of."""
    earlier = understand(turn.question, ())
    ask = earlier.ask if earlier.ask in ("text", "said", "colour", "object", "motion") else "next"
    about = replace(earlier.about, content=(), order="", nth=0, colour="", words="")
    times = times_in(turn.heard)
    anchor_ns = (min(times) if relation == "before" else max(times)) if times else turn.t_ns
    return replace(
        earlier, ask=ask, about=about, order="", nth=0, relation=relation, anchor="that", anchor_ns=anchor_ns,
        anchor_about=earlier.about, kinds=kinds_for(ask, about), yes_no=False, follow_up=True, choices=(),
        choice_about=(), start_ns=0, end_ns=t_ns, spanned=False, now=False, at_ns=-1,
    )  # fmt: skip


def with_antecedent(cues: Cues, history: Sequence[HistoryTurn], understand: Understand) -> Cues:
    """ "It" and "that" become what the last question was about, near the time its answer named."""
    if not history:
        return cues
    words = cues.about.words.split()
    # "The thing that moved" points at nothing: there "that" stands between.
    points_back = any(w in IT and (w != "that" or i in (0, len(words) - 1)) for i, w in enumerate(words)) or (
        not words and cues.ask in ("when", "ago", "duration", "where", "motion", "count")
    )
    names_something = cues.about.kind not in ("", "scene") or cues.about.content or cues.about.colour
    times = times_in(history[-1].heard)
    if cues.anchor in IT and cues.anchor:
        return replace(cues, anchor_ns=times[0] if times else -1, follow_up=True)
    if not points_back or names_something or cues.choices or cues.relation:
        return cues
    if cues.ask in ("fact", "light", "change", "summary", "scene", "history", "presence"):
        return cues
    earlier = understand(history[-1].question, history[:-1])
    about = replace(earlier.about, deed=cues.about.deed or earlier.about.deed)
    return replace(
        cues, about=about, subject=about.words or cues.subject, follow_up=True,
        kinds=union(cues.kinds, kinds_of(about)), anchor_ns=times[0] if times else -1,
        relation="during" if times else "",
    )  # fmt: skip


def times_in(heard: str) -> list[int]:
    """The moments that an answer named, not those that stood on a sign it quoted."""
    return [(int(m) * 60 + int(s)) * timewords.S for m, s in _CLOCK.findall(_QUOTED.sub("", heard))]
