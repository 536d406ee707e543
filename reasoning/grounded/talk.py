"""Answers about words that were spoken, and facts that somebody told or that stood written."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import replace

from reasoning.gate import form
from reasoning.grounded.pool import Pool, S, Thing
from reasoning.grounded.relevance import MY_NAME, introduces, telling, telling_lines
from reasoning.grounded.scope import Scope
from reasoning.grounded.wording import Answer, clock, listed
from wire.messages import Cues, HistoryTurn
from wire.words import stem, stem_set

TOLD = 0.5  # score from which an utterance or a sign tells what is asked
_LEAST_CLAUSE = 4  # words of a clause that may be a question by itself
_SORTS = {"phon": "phone", "telephon": "phone"}  # stems that say what the answer must hold
_POINTS_BACK = re.compile(r"^(?:it|he|she|they)\b|\b(?:it|him|her|them)\b[.!]?$")
_SOON_NS = 12 * S
# Words that say which sort of answer is wanted; what holds one need not say them.
_ASK_FOR = {
    "price": stem_set("much cost price pay expensive cheap charge dear"),
    "time": stem_set("time hour until till since today"),
    "date": stem_set("day date"),
}
_NARRATOR = stem_set("guide narrator speaker presenter host")
_HEAD_OF = re.compile(r"\b(?!names?\b|kind\b|sort\b|type\b|part\b)(\w+) of (?:the |this |our |your )?(\w+)$")
_HEAD = 0.8  # worth of what is told of the head alone
_ANYBODY = stem_set("person people man woman lady guy")


def statements(pool: Pool) -> list[Thing]:
    """What was said that is no question or filler; all that was said, if nothing else was."""
    return [u for u in pool.all("speech") if form(u.subject) == "statement" and not _asks_in_part(u.subject)]


def _asks_in_part(text: str) -> bool:
    """Whether a clause of what was said is a question, whatever recognition made of the words before it."""
    clauses = [clause.strip() for clause in re.split(r"[,;.]", text)]
    return any(form(clause) == "question" for clause in clauses[1:] if len(clause.split()) >= _LEAST_CLAUSE)


def said(cues: Cues, pool: Pool, scope: Scope) -> Answer | None:
    """ "What did the narrator say about the train", "what was the last thing said"."""
    if scope.missing:
        return None
    spoken = statements(pool)
    names = {found[1] for u in spoken if (found := MY_NAME.search(u.subject.lower()))}
    content = tuple(w for w in cues.about.content if w not in names)  # whoever told it is one of those who spoke
    if content:
        whenever = Scope(replace(cues, spanned=False, now=False, order=""), pool)
        fitting = _about(content, scope.pick(spoken), pool) or _about(content, whenever.pick(spoken), pool)
        return _heard_that(fitting[:2]) if fitting else None
    chosen = scope.pick(spoken)
    if not chosen and cues.spanned and cues.end_ns >= pool.t_ns:  # "just now" was a while ago
        return _heard_that(spoken[-1:]) if spoken else None
    if cues.order or cues.relation or cues.at_ns >= 0:
        return _heard_that(chosen[:1]) if chosen else None
    return _heard_that(chosen[-3:]) if chosen else None


def _about(content: Sequence[str], spoken: Sequence[Thing], pool: Pool) -> list[Thing]:
    """Utterances that are about a topic, in their order; empty if none is."""
    known = _stems(statements(pool))
    scored = [(telling(content, u, "", known), u) for u in spoken]
    best = max((s for s, _ in scored), default=0.0)
    return [u for s, u in scored if s >= max(TOLD, best - 0.15)]


def fact(cues: Cues, pool: Pool, scope: Scope) -> Answer | None:
    """ "When does the museum open": what somebody told, or what stood written, that fits best."""
    wants = cues.wants or next((_SORTS[w] for w in map(stem, cues.about.content) if w in _SORTS), "")
    content = tuple(w for w in cues.about.content if not (wants == "name" and stem(w) in _ANYBODY))
    content = tuple(w for w in content if stem(w) not in _ASK_FOR.get(wants, ())) or content
    if not content or scope.missing:
        return None
    asked = " ".join((cues.subject, cues.anchor, *cues.topic))
    scope = replace(scope, cues=replace(scope.cues, order=""))  # "the first climber" is a word of the fact
    spoken, boards = statements(pool), _boards(pool)
    told = [(telling(content, u, wants, _stems(spoken)), u) for u in scope.pick(spoken)]
    told += [(0.95 * telling(content, u, wants, _stems(spoken)), u) for u in scope.pick(_with_context(spoken))]
    if wants == "name" and (whole := _HEAD_OF.search(cues.subject)) and len(content) > 1:
        # "The head of the yard" may be told as "the head", where it is not told of what.
        head = tuple(w for w in content if w != whole[2])
        bare = [u for u in scope.pick(spoken) if not re.search(r"\bof\b", u.subject)]
        told += [(_HEAD * telling(head, u, wants, _stems(spoken)), u) for u in bare]
    written = [(0.98 * telling(content, s, wants, _stems(boards)), s) for s in scope.pick(boards)]
    scored = sorted((*told, *written), key=lambda pair: -pair[0])
    if not scored or scored[0][0] < TOLD:
        narrator = wants == "name" and _NARRATOR & {stem(w) for w in cues.subject.split()}
        return _introduced(pool) if narrator else None
    best, thing = scored[0]
    also = [t for s, t in scored[1:3] if s >= best - 0.02 and t.kind == thing.kind and t.subject not in thing.subject]
    also = [t for t in also if thing.subject not in t.subject]
    if thing.kind == "speech":
        return _heard_that(sorted((thing, *also[:1]), key=lambda t: t.start_ns))
    return Answer(f'I read "{telling_lines(content, thing, wants, asked)}" at {clock(thing.start_ns)}.', (thing,))


def _introduced(pool: Pool) -> Answer | None:
    """Who tells all this said who it is: "my name is Daniel", "I am Sandra"."""
    told = [u for u in statements(pool) if introduces(u.subject.lower())]
    return _heard_that(told[:1]) if told else None


def _with_context(spoken: Sequence[Thing]) -> list[Thing]:
    """What speaks of "it" or "he", together with the sentence before, which tells of what."""
    joined = [
        replace(u, subject=f"{before.subject} {u.subject}", parts=(*before.parts, *u.parts), start_ns=before.start_ns)
        for before, u in itertools.pairwise(spoken)
        if _POINTS_BACK.search(u.subject.lower()) and u.start_ns - before.end_ns <= _SOON_NS
    ]
    return joined


def _stems(things: Sequence[Thing]) -> frozenset[str]:
    """What was said, or read: a word that was read well may have been misheard, and the other way round."""
    return frozenset().union(*(thing.stems for thing in things))


def _boards(pool: Pool) -> list[Thing]:
    """What stood written: signs and codes, and signs that hung side by side as one."""
    signs = pool.all("text")
    beside = [
        replace(a, subject=f"{a.subject}, {b.subject}", lines=(*a.lines, *b.lines), parts=(*a.parts, *b.parts),
                score=max(a.score, b.score))
        for i, a in enumerate(signs) for b in signs[i + 1 :]
        if 2 * a.overlap_ns(b) > max(a.end_ns - a.start_ns, b.end_ns - b.start_ns)
    ]  # fmt: skip
    return [*signs, *pool.all("code"), *beside]


def mentioned(content: Sequence[str], pool: Pool, scope: Scope) -> list[Thing]:
    """Utterances in which all that is named was said."""
    return [
        u for u in scope.pick(pool.all("speech"))
        if form(u.subject) != "question" and telling(content, u, "", pool.stems) >= 0.7
    ]  # fmt: skip


def history(cues: Cues, turns: Sequence[HistoryTurn], text: str) -> Answer | None:
    """ "What did I ask first", "repeat that"."""
    if not turns:
        return Answer("You have not asked me anything yet.", sure=False)
    if re.search(r"\bask|question\b", text.lower()):
        turn = turns[0] if cues.order == "first" else turns[-1]
        return Answer(f'You asked: "{turn.question}"')
    heard = next((t.heard for t in reversed(turns) if t.heard), "")
    return Answer(heard) if heard else None


def _heard_that(utterances: Sequence[Thing]) -> Answer:
    parts = [f'"{u.subject}" at {clock(u.start_ns)}' for u in utterances]
    return Answer(f"I heard {listed(parts)}.", tuple(utterances))
