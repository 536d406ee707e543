"""Answers about the colour of somebody's clothes: which person is meant, and what that one wore."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from reasoning.grounded.pool import NOW_NS, Pool, S, Thing
from reasoning.grounded.resolve import words_score
from reasoning.grounded.scope import Scope
from reasoning.grounded.talk import statements
from reasoning.grounded.wording import Answer, clock
from wire.messages import Cues
from wire.words import stem, stem_set

_CLOTHES = stem_set(
    "wear dress clothes clothing jacket coat shirt jumper sweater pullover hoodie cardigan blouse uniform outfit"
    " suit vest waistcoat tshirt skirt trousers jeans apron robe costume clad garment gown anorak raincoat"
)
_HAD_ON = re.compile(r"\b(?:have|has|had|having|got)\b.* on$")
_BREAK_NS = 3 * S  # somebody missing for no longer than that was there all the time
_NEAR_NS = 8 * S  # before and after a place is spoken of, what is in view is that place
_TOLD = 0.95  # share of a place's words that must be spoken
_BESIDE = 0.6  # share of a sign's words from which it is the sign that somebody stood by


def about_clothes(cues: Cues) -> bool:
    """Whether what is asked is the look of somebody's clothes."""
    words = cues.subject.split()
    return any(stem(w) in _CLOTHES for w in (*words, *cues.topic)) or bool(_HAD_ON.search(cues.subject))


def colour(cues: Cues, pool: Pool, scope: Scope) -> Answer | None:
    """ "What colour did the second person wear", "was the jacket of the person next to the judges sign"."""
    there = stays(pool)
    if not there:
        return None
    if beside := _signs_named(cues, pool):
        there = [t for t in there if any(t.overlap_ns(sign) > 0 for sign in beside)]
    elif cues.now:
        there = [t for t in there if t.end_ns >= pool.t_ns - NOW_NS]
    elif not cues.order:
        there = [t for t in there if _meant(t, cues, scope)]
    if cues.about.side and not cues.about.order:
        there = [t for t in there if t.side == cues.about.side] or there
    if cues.order == "nth":
        there = there[cues.nth - 1 : cues.nth]
    if cues.about.deed == "leave" and not cues.order:
        left = {t.track for t in pool.all("left")}
        there = sorted((t for t in there if t.track in left), key=lambda t: t.end_ns)[-1:] or there
    if not there:
        return None
    person = there[0] if cues.order in ("first", "nth") else there[-1]
    together = [t for t in there if t.overlap_ns(person) > 0] if not cues.order else [person]
    told = [f"{t.colour.capitalize() if i == 0 else t.colour}" for i, t in enumerate(_distinct(person, together))]
    if len(told) > 1:
        return Answer(f"{' and '.join(told)}: several people were there.", tuple(together))
    return Answer(f"{told[0]}: so was the person dressed who came in at {clock(person.start_ns)}.", (person,))


def _distinct(first: Thing, others: Sequence[Thing]) -> list[Thing]:
    return list({t.colour: t for t in (first, *others)}.values())[:2]


def stays(pool: Pool) -> list[Thing]:
    """Everybody whose colour was seen, from coming in to leaving, in order of time; one who only walked by, too."""
    came = [t for t in pool.all("entered") if t.colour]
    if not came:
        return [t for t in pool.all("motion") if t.shape == "person" and t.colour]
    return [replace(t, end_ns=_until_ns(t, pool)) for t in came]


def _until_ns(came: Thing, pool: Pool) -> int:
    """When somebody left: seen to leave, or when nobody was in view any more."""
    left = [t.start_ns for t in pool.all("left") if t.track == came.track and t.start_ns > came.start_ns]
    if left:
        return left[0]
    end_ns = came.start_ns
    for state in pool.all("people"):
        if state.value >= 0.5 and state.start_ns <= end_ns + _BREAK_NS:
            end_ns = max(end_ns, state.end_ns)
    return end_ns


def _signs_named(cues: Cues, pool: Pool) -> list[Thing]:
    """Signs that the question places the person by, read word for word."""
    named = tuple(w for w in (*cues.about.content, *cues.anchor_about.content) if stem(w) not in _CLOTHES)
    named = tuple(w for w in named if stem(w) not in ("sign", "board", "poster", "person", "next", "stand"))
    scored = [(words_score(named, sign), sign) for sign in pool.all("text")] if named else []
    best = max((score for score, _ in scored), default=0.0)
    if best >= _BESIDE or not named:
        return [sign for score, sign in scored if score == best]
    told = [u for u in statements(pool) if words_score(named, u) >= _TOLD]  # "here at the ticket desk you can ..."
    return [replace(u, start_ns=u.start_ns - _NEAR_NS, end_ns=u.end_ns + _NEAR_NS) for u in told]


def _meant(stay: Thing, cues: Cues, scope: Scope) -> bool:
    """Whether somebody was there in the time asked about."""
    if cues.spanned:
        return stay.lasts(cues.start_ns, cues.end_ns)
    if not scope.anchored:
        return True
    if cues.relation == "during":
        start_ns, end_ns = scope.span()
        return stay.lasts(start_ns, end_ns)
    return stay.start_ns < scope.anchor_ns if cues.relation == "before" else stay.start_ns > scope.anchor_ns
