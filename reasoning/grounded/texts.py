"""Answers about words that were read: signs, slides, numbers, QR codes."""

from __future__ import annotations

import re
from dataclasses import replace

from reasoning.grounded.pool import Pool, S, Thing, text_at
from reasoning.grounded.relevance import telling_lines
from reasoning.grounded.resolve import find, words_score
from reasoning.grounded.scope import Scope
from reasoning.grounded.wording import Answer, capital, clock, listed
from wire.messages import Cues
from wire.words import stem, tokens

MOST_SIGNS = 3  # named in one answer where the question fits several
_LOOKS_LIKE = {
    "number": re.compile(r"\d"),
    "price": re.compile(
        r"[$€£]|\d[.,]\d\d\b|\d+ ?(?:euros?|dollars?|pounds?|cents?|eur|usd)|\b(?:free|price|fee)\b", re.I
    ),
    "date": re.compile(
        r"\d{1,2}[./-]\d{1,2}|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b|\b(?:19|20)\d\d\b|"
        r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b", re.I,
    ),
    "phone": re.compile(r"\d[\d\s()/-]{4,}\d|\d{5,}"),
    "website": re.compile(r"www|https?:|\.(?:org|com|net|io|de|uk|eu|info)\b|@", re.I),
    "time": re.compile(
        r"\d{1,2}[:.]\d\d|\d{1,2} ?(?:am|pm|o.?clock)|\b(?:noon|midnight)\b|\d{1,2} ?(?:to|-) ?\d{1,2}", re.I
    ),
}  # fmt: skip


def read(cues: Cues, pool: Pool, scope: Scope) -> Answer | None:
    """ "What did the sign say", "what number was on the door", "read me the first slide"."""
    if scope.missing:
        return None
    about = replace(cues.about, kind="text", deed="")
    if cues.relation:  # "the last sign before ...": the last of those
        about = replace(about, order="")
    signs = scope.pick(find(about, pool))
    if cues.wants == "website" and not any(_LOOKS_LIKE["website"].search(s.subject) for s in pool.all("text")):
        return code(cues, pool, scope)  # few write one out beside it
    if cues.wants in _LOOKS_LIKE:
        signs = [s for s in signs if _LOOKS_LIKE[cues.wants].search(s.subject)] or _of_sort(cues, pool, scope)
        return _quoted_part(cues, signs, scope) if signs else None
    if not signs:
        return _gone(cues, pool) if cues.now and not cues.relation else None
    if cues.relation or cues.order or cues.at_ns >= 0:
        signs = signs[:1]
    return quoted(scope.freshest(signs)[:MOST_SIGNS], cues, scope)


def quoted(signs: list[Thing], cues: Cues, scope: Scope) -> Answer:
    """'The sign said "OPEN DAILY" at 0:42.', or up to three of them."""
    start_ns, end_ns = _window(cues, scope)
    parts = [f'"{_asked_lines(sign, cues, start_ns, end_ns)}"' for sign in signs]
    if len(signs) == 1:
        sign = signs[0]
        verb = "says" if cues.now else "said"
        began_ns = sign.start_ns if sign.start_ns < 0 else max(sign.start_ns, start_ns)  # an earlier session's is dated
        when = "" if cues.now else f" at {clock(began_ns)}"
        which = f"{cues.order} " if cues.order in ("first", "last") else ""
        colour = f"{cues.about.colour} " if cues.about.colour else ""
        return Answer(f"The {which}{colour}sign {verb} {parts[0]}{when}.", (sign,))
    dated = [
        f"{part} at {clock(sign.start_ns)}" for part, sign in sorted(zip(parts, signs, strict=True), key=_by_start)
    ]
    return Answer(f"I read {listed(dated)}.", tuple(signs))


def _asked_lines(sign: Thing, cues: Cues, start_ns: int, end_ns: int) -> str:
    """What stood on a sign; of several lines only the one that is asked for by a word of its own."""
    about = [w for w in cues.about.content if words_score((w,), sign) > 0]
    if about and len(sign.lines) > 1 and cues.wants:
        return telling_lines(about, sign, cues.wants, " ".join((cues.subject, *cues.topic)))
    return text_at(sign, start_ns, end_ns)


def _by_start(pair: tuple[str, Thing]) -> int:
    return pair[1].start_ns


def _window(cues: Cues, scope: Scope) -> tuple[int, int]:
    """The span whose lines of a sign are quoted: lines come and go on a board."""
    if cues.at_ns >= 0:
        return cues.at_ns, cues.at_ns
    return scope.span() if cues.now or cues.spanned else (0, scope.pool.t_ns)


def _of_sort(cues: Cues, pool: Pool, scope: Scope) -> list[Thing]:
    """Any sign that holds what is wanted, where none fits the words as well."""
    seen = frozenset().union(*(s.stems for s in pool.all("text")))
    named = {stem(word) for word in cues.about.content}
    if cues.about.colour or cues.about.order or (named and not named & seen):
        return []
    return scope.pick(s for s in pool.all("text") if _LOOKS_LIKE[cues.wants].search(s.subject))


def _quoted_part(cues: Cues, signs: list[Thing], scope: Scope) -> Answer:
    """The lines of the likeliest signs that hold the number, price, date... that is wanted."""
    pattern = _LOOKS_LIKE[cues.wants]
    about = cues.about.content or cues.topic
    told_apart = [s for s in signs if about and words_score(about, s) > 0]
    signs = scope.freshest(told_apart or signs)[:MOST_SIGNS]
    parts = []
    for sign in signs:
        fitting = [line.subject for line in sign.lines if pattern.search(line.subject)]
        named = [s for s in fitting if any(stem(w) in {stem(t) for t in tokens(s)} for w in about)]
        words = ", ".join(dict.fromkeys(named or fitting)) or sign.subject
        parts.append(f'"{words}" at {clock(sign.start_ns)}')
    return Answer(f"I read {listed(parts)}.", tuple(signs))


def _gone(cues: Cues, pool: Pool) -> Answer | None:
    """Nothing is there now: say so, and what stood there last."""
    before = find(replace(cues.about, kind="text", deed="", order=""), pool)
    if not before:
        return None
    last = max(before, key=lambda t: t.end_ns)
    if pool.t_ns - last.end_ns < 20 * S:
        return Answer(f'The sign said "{last.subject}" at {clock(last.start_ns)}; it is gone now.', (last,))
    return Answer(f'There is none now; the last one said "{last.subject}" at {clock(last.start_ns)}.', (last,))


def code(cues: Cues, pool: Pool, scope: Scope) -> Answer | None:
    """ "What did the QR code say"."""
    codes = scope.pick(pool.all("code"))
    if not codes:
        return None
    codes = codes[:1] if cues.relation or cues.order or cues.now else codes
    first = {c.subject: c for c in reversed(codes)}  # each payload once, when it was first seen
    shown = sorted(first.values(), key=lambda c: c.start_ns)[:MOST_SIGNS]
    parts = [f'"{c.subject}" at {clock(c.start_ns)}' for c in shown]
    return Answer(capital(f"the QR code said {listed(parts)}."), tuple(shown))
