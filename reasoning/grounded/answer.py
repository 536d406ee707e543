"""The way from a question to its answer: the handler of its kind first, then what else might tell, else "no".

Deterministic and without a language model; everything it knows comes with the question.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from reasoning.grounded import changes, counts, looks, order, overview, presence, speakers, talk, texts, times
from reasoning.grounded.choose import choose
from reasoning.grounded.pool import Pool
from reasoning.grounded.scope import Scope
from reasoning.grounded.settle import named_elsewhere, names_somebody, settled
from reasoning.grounded.wording import NEITHER, NO, NO_SOUND, NOT_HEARD, NOT_SEEN, Answer, dated
from wire.messages import Cues, Question
from wire.words import tokens

Handler = Callable[[Cues, Pool, Scope], Answer | None]

_HANDLERS: dict[str, Handler] = {
    "text": texts.read, "code": texts.code, "said": talk.said, "fact": talk.fact, "heard": overview.heard,
    "sound": overview.heard, "when": times.when, "ago": times.ago, "duration": times.duration, "order": order.order,
    "next": order.beside, "colour": looks.colour, "motion": looks.motion, "where": looks.where, "object": looks.shape,
    "light": changes.light, "change": changes.change, "summary": overview.summary, "scene": overview.scene,
}  # fmt: skip
# Where the handler of a kind finds nothing, somebody may have told it, or it may stand written.
_TOLD_INSTEAD = ("text", "count", "when", "duration", "who", "where", "colour", "object", "unknown", "said", "ago")
# Kinds of noun that may name something nobody saw, in a question about what there is to be seen.
_UNSEEN = {"scene": ("", "text"), "summary": ("",), "object": ("",)}
_ABSTAIN = {
    "said": NOT_HEARD,
    "heard": NOT_HEARD,
    "sound": NOT_HEARD,
    "fact": NEITHER,
    "unknown": NEITHER,
    "who": NEITHER,
}


def answer(question: Question) -> Answer:
    """One or two sentences and what they rest on."""
    pool = Pool.of(question)
    question = replace(question, cues=settled(question.cues, " ".join(tokens(question.text)), pool))
    found = _answer(question, pool)
    if question.options:
        return choose(question.options, found, pool, question.text)
    return dated(found, (*question.evidence, *question.log))


def _answer(question: Question, pool: Pool) -> Answer:
    """What holds now where the present tense asks; where nothing does, what was."""
    cues = question.cues
    found = _find(replace(question, cues=replace(cues, now=True)), pool) if cues.present else None
    if found is None or not found.sure:
        was = _find(replace(question, cues=replace(cues, present=False)), pool)
        found = _not_now(was) if was and cues.present and cues.ask == "presence" else was or found
    return found or Answer(_abstention(cues), sure=False)


def _not_now(was: Answer) -> Answer:
    """ "Is there a circle": one that was there, and is no more, is none."""
    gone = was.text.removeprefix("Yes, ")
    return was if gone == was.text else replace(was, text=f"No, not now; {gone}")


def _find(question: Question, pool: Pool) -> Answer | None:
    cues = question.cues
    text = " ".join(tokens(question.text))
    scope = Scope.of(cues, pool)
    if cues.speaker.asks and (of_voices := speakers.told(question, pool, scope)):
        return of_voices
    found = _by_kind(question, pool, scope, text)
    bare_sign = cues.ask == "text" and not cues.wants and not cues.about.content
    if found is None and cues.ask in _TOLD_INSTEAD and cues.topic and not scope.missing and not bare_sign:
        told = replace(cues, wants=cues.wants or _wanted(cues.ask), about=replace(cues.about, content=cues.topic))
        found = talk.fact(told, pool, scope)
    if found is None and cues.ask == "fact" and cues.relation == "during" and cues.anchor_about.content:
        # "At the keeper's hut" is where it stands written, not a time.
        content = tuple(dict.fromkeys((*cues.about.content, *cues.anchor_about.content)))
        told = replace(cues, relation="", anchor_ns=-1, about=replace(cues.about, content=content))
        found = talk.fact(told, pool, Scope.of(told, pool))
    if found is None and cues.ask == "fact" and _counts_people(question, text):
        # Nobody told a number: then it was about those who came, in words that were misheard.
        came = replace(cues, ask="count", about=replace(cues.about, content=(), deed="enter"))
        found = (
            _by_kind(replace(question, cues=came), pool, Scope.of(came, pool), text) if pool.all("entered") else None
        )
    return found


def _by_kind(question: Question, pool: Pool, scope: Scope, text: str) -> Answer | None:
    cues = question.cues
    match cues.ask:
        case "count":
            return counts.count(cues, pool, scope, text)
        case "who" if names_somebody(cues):
            return None  # a name: somebody told it, or nobody did
        case "who":
            return counts.who(cues, pool, scope, text)
        case "presence":
            return presence.presence(cues, pool, scope, text)
        case "scene" | "summary" | "object" if cues.about.kind in _UNSEEN[cues.ask] and named_elsewhere(cues, pool):
            return talk.fact(cues, pool, scope)
        case "history":
            return talk.history(cues, question.history, question.text)
        case _:
            handler = _HANDLERS.get(cues.ask, talk.fact)
            return handler(cues, pool, scope)


def _counts_people(question: Question, text: str) -> bool:
    """Whether a spoken "how many people ..." may have been about those in view: it names no place of its own."""
    if question.source != "spoken" or question.cues.about.kind != "people" or not text.startswith("how many"):
        return False
    return not re.search(r"\b(?:live|work|visit|attend|study|know|say|(?:in|at|of|on|from) the)\b", text)


def _wanted(ask: str) -> str:
    return {
        "when": "time",
        "count": "number",
        "who": "name",
        "where": "place",
        "duration": "number",
        "ago": "time",
    }.get(ask, "")


def _abstention(cues: Cues) -> str:
    if cues.yes_no:
        return NO_SOUND if cues.about.kind in ("sound", "speech") else NO
    if cues.about.kind in ("sound", "speech") or cues.about.deed == "say":
        return NOT_HEARD
    return _ABSTAIN.get(cues.ask, NOT_SEEN)
