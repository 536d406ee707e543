"""Answers about light and about what changed."""

from __future__ import annotations

import itertools
from dataclasses import replace

from reasoning.grounded.events import clause
from reasoning.grounded.pool import Pool, S, Thing
from reasoning.grounded.scenes import light_changes, light_steps, repainted
from reasoning.grounded.scope import Scope
from reasoning.grounded.wording import Answer, capital, clock, listed, since_ns
from wire.messages import Cues
from wire.words import tokens

_AROUND_NS = 5 * S  # a change "at one minute" lies that near to it
_JUST_NS = 20 * S  # what changed that shortly before the question is what it is about
_MOST = 4


def light(cues: Cues, pool: Pool, scope: Scope) -> Answer | None:
    """ "Did it get darker or brighter", "was the light on or off at the end", "what happened to the lights"."""
    if scope.missing:
        return None
    changes = light_changes(pool)[-1:] if cues.now else scope.pick(light_changes(pool))
    if (cues.choices and {"on", "off", "dark", "bright", "light"} & set(" ".join(cues.choices).split())) or not (
        cues.choices or changes
    ):
        state = _state(cues, pool, scope)
        if state is not None:
            return state
    if not changes:
        changes = light_steps(pool)[-1:] if cues.now else scope.pick(light_steps(pool))
    if not changes:
        steady = scope.pick(pool.all("light"))
        return Answer(f"Neither: the light stayed {steady[-1].subject}.", (steady[-1],)) if steady else None
    if cues.at_ns >= 0 or cues.relation:
        changes = changes[:1]
    elif not scope.narrowed and not cues.order and any(pool.t_ns - t.start_ns <= _JUST_NS for t in changes):
        changes = [max(changes, key=lambda t: t.start_ns)]  # what is being talked of
    changes = sorted(changes, key=lambda t: t.start_ns)[:_MOST]
    told = [_turn(t, i) for i, t in enumerate(changes)]
    return Answer(f"{capital(', then '.join(told))}.", tuple(changes))


def _turn(change: Thing, index: int) -> str:
    darker = change.subject == "darker"
    told = "it got darker" if darker else "it got brighter"
    lamps = ", the lights went out" if darker else ", the lights came on"
    return f"{told} at {clock(change.start_ns)}{lamps if index == 0 else ''}"


def _state(cues: Cues, pool: Pool, scope: Scope) -> Answer | None:
    states = scope.pick(pool.all("light"))
    if not states or not (scope.narrowed or not pool.all("light_change")):
        return None
    state = max(states, key=lambda t: t.end_ns) if cues.at_ns < 0 else states[0]
    lamps = "off" if state.subject == "dark" else "on"
    return Answer(f"It was {state.subject}, so the light was {lamps}, {_when(state, cues)}.", (state,))


def _when(state: Thing, cues: Cues) -> str:
    return "just now" if cues.now else f"at {clock(since_ns(state, cues.start_ns))}"


def change(cues: Cues, pool: Pool, scope: Scope) -> Answer | None:
    """ "What changed at one minute", "what changed on the board", "how did the background change"."""
    if scope.missing:
        return None
    about = cues.about
    if about.kind == "text":
        return _text_change(cues, pool, scope)
    if about.kind == "light":
        return light(cues, pool, scope)
    start_ns, end_ns = (0, pool.t_ns) if cues.now else scope.span()
    if cues.at_ns >= 0 and not cues.now:
        start_ns, end_ns = cues.at_ns - _AROUND_NS, cues.at_ns + _AROUND_NS
    elif scope.anchored and cues.relation == "during":
        start_ns, end_ns = scope.anchor_ns - _AROUND_NS, scope.anchor_ns + _AROUND_NS
    elif scope.anchored and cues.relation == "after":
        end_ns = min(end_ns, start_ns + 15 * S)
    told = _background(pool, start_ns, end_ns)
    if about.kind == "colour":  # of the wall itself, if it was painted; else the last one that a new scene brought
        painted = {now.start_ns for was, now in repainted(pool) if about.colour in ("", was.subject, now.subject)}
        told = [pair for pair in told if pair[1].start_ns in painted] or told[-1:]
    else:
        told += _events(pool, start_ns, end_ns)
    if cues.at_ns >= 0 and not cues.now:
        told.sort(key=lambda pair: abs(pair[1].start_ns - cues.at_ns))
    told = sorted(
        told[:_MOST] if cues.at_ns >= 0 and not cues.now else told[-_MOST:], key=lambda pair: pair[1].start_ns
    )
    if not told:
        return Answer("Nothing changed that I noticed.", sure=False)
    yes = "Yes: " if cues.yes_no else ""
    sentence = listed([f"{words} at {clock(thing.start_ns)}" for words, thing in told])
    return Answer(f"{yes}{sentence if yes else capital(sentence)}.", tuple(thing for _, thing in told))


def _background(pool: Pool, start_ns: int, end_ns: int) -> list[tuple[str, Thing]]:
    states = [t for t in pool.all("colour") if t.side == "background"]
    return [
        (f"the background changed from {a.subject} to {b.subject}", b)
        for a, b in itertools.pairwise(states)
        if a.subject != b.subject and start_ns <= b.start_ns <= end_ns
    ]


def repaints(pool: Pool, start_ns: int, end_ns: int) -> list[tuple[str, Thing]]:
    """Changes of a wall that fills the picture, or inside a scene; not those that a cut or the light brings."""
    lights = [c.start_ns for c in pool.all("light_change")]
    return [
        (f"the background changing from {was.subject} to {now.subject}", now) for was, now in repainted(pool)
        if start_ns <= now.start_ns <= end_ns and not any(abs(now.start_ns - at_ns) <= 2 * S for at_ns in lights)
    ]  # fmt: skip


def _events(pool: Pool, start_ns: int, end_ns: int) -> list[tuple[str, Thing]]:
    """What appeared, went, came in, left, or changed the light, in order of time."""
    told: list[tuple[str, Thing]] = []
    for sign in pool.all("text"):
        told += [(words, _at(sign, at_ns)) for words, at_ns in _line_swaps(sign, start_ns, end_ns)]
    for thing in pool.all("light_change", "entered", "left", "text", "code", "motion", "sound"):
        if not start_ns <= thing.start_ns <= end_ns or thing.start_ns <= 0:
            continue
        if thing.kind == "sound" and thing.subject in ("speech", "silence", "noise"):
            continue
        words = f'the sign "{thing.subject}" appeared' if thing.kind == "text" else clause(thing)
        told.append((words.replace("was visible", "appeared"), thing))
    return sorted(told, key=lambda pair: pair[1].start_ns)


def _alike(a: str, b: str) -> float:
    """Share of words that two lines have in common."""
    words_a, words_b = set(tokens(a)), set(tokens(b))
    return len(words_a & words_b) / max(1, len(words_a | words_b))


def _text_change(cues: Cues, pool: Pool, scope: Scope) -> Answer | None:
    """A line that gave way to another on the same sign, or a sign that followed another."""
    start_ns, end_ns = (0, pool.t_ns) if cues.now else scope.span()
    if cues.at_ns >= 0 and not cues.now:
        start_ns, end_ns = cues.at_ns - _AROUND_NS, cues.at_ns + _AROUND_NS
    swaps: list[tuple[str, Thing]] = []
    signs = pool.all("text")
    for sign in signs:
        swaps += [(f"{words} at {clock(at_ns)}", sign) for words, at_ns in _line_swaps(sign, start_ns, end_ns)]
    if not swaps:
        for before, after in itertools.pairwise(signs):
            near = abs(after.start_ns - before.end_ns) <= 3 * S and start_ns <= after.start_ns <= end_ns
            if near:
                swaps.append((f'"{before.subject}" became "{after.subject}" at {clock(after.start_ns)}', after))
    if not swaps:
        return Answer("Nothing changed on it that I noticed.", sure=False) if signs else None
    shown = swaps[-2:]
    return Answer(f"{listed([words for words, _ in shown])}.", tuple(sign for _, sign in shown))


def _at(sign: Thing, at_ns: int) -> Thing:
    return replace(sign, start_ns=at_ns)


def _line_swaps(sign: Thing, start_ns: int, end_ns: int) -> list[tuple[str, int]]:
    """(what became what, when) for lines that took the place of another."""
    told = []
    for later in sign.lines:
        gone = [e for e in sign.lines if 0 < later.start_ns - e.end_ns + S <= 4 * S and e.subject != later.subject]
        if gone and start_ns <= later.start_ns <= end_ns:
            before = max(gone, key=lambda e: _alike(e.subject, later.subject))
            told.append((f'"{before.subject}" became "{later.subject}"', later.start_ns))
    return told
