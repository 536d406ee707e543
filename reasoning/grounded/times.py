"""Answers about when something was, how long ago, for how long, and in which order."""

from __future__ import annotations

import re
from dataclasses import replace

from reasoning.grounded.events import clause, noun
from reasoning.grounded.pool import Pool, S, Thing
from reasoning.grounded.resolve import find, lights, moment_ns
from reasoning.grounded.scenes import filled, repainted
from reasoning.grounded.scope import Scope
from reasoning.grounded.talk import mentioned
from reasoning.grounded.wording import Answer, capital, clock, length, listed, span
from wire.messages import Cues, Mention

_GAP_NS = 6 * S  # the same thing back that soon was never gone
_MOST = 3
_JUST_NS = 20 * S
_CAME_UP = re.compile(r"\b(?:appear\w*|(?:came|come|went|go|goes|show\w*|turn\w*|popp?\w*) up|came on)\b")


def occurrences(about: Mention, pool: Pool, scope: Scope) -> list[Thing]:
    """The times at which a mention held, in order: what was broken off for a moment is joined."""
    if about.deed == "say" or about.kind == "speech":
        said = mentioned(about.content, pool, scope) if about.content else scope.pick(pool.all("speech"))
        if said or about.kind == "speech":
            return sorted(said, key=lambda t: t.start_ns)
    if about.kind == "colour" and about.deed == "change" and not about.colour:  # "when was the wall painted"
        return scope.pick(now for _, now in repainted(pool))
    found = find(about, pool)
    if not found and about.kind == "text" and about.content:
        found = find(replace(about, content=()), pool) if about.colour else []
    found = scope.pick(found)
    if not found:
        return []
    kind = found[0].kind
    same = sorted((t for t in found if t.kind == kind), key=lambda t: t.start_ns)
    return _joined(same) if kind not in ("entered", "left", "light_change", "speech") else same


def _joined(things: list[Thing]) -> list[Thing]:
    out: list[Thing] = []
    for thing in things:
        last = next(
            (t for t in reversed(out) if (t.subject, t.colour, t.shape) == (thing.subject, thing.colour, thing.shape)),
            None,
        )
        if last is not None and thing.start_ns - last.end_ns <= _GAP_NS:
            out[out.index(last)] = replace(
                last, end_ns=max(last.end_ns, thing.end_ns), parts=(*last.parts, *thing.parts)
            )
        else:
            out.append(thing)
    return out


def when(cues: Cues, pool: Pool, scope: Scope) -> Answer | None:
    """ "When did the lights go out"."""
    if scope.missing:
        return None
    deed = cues.about.deed
    if cues.about.kind == "colour" and deed == "change" and (turned := _turn(cues, pool, scope)) is not None:
        return turned
    found = occurrences(cues.about, pool, scope)
    if not found:
        return None
    if cues.about.order == "last":
        found = found[-1:]
    same = [
        t
        for t in found
        if (t.kind, t.subject if t.kind != "motion" else "")
        == (found[0].kind, found[0].subject if t.kind != "motion" else "")
    ]
    if len(same) < len(found) and found[0].kind == "text":  # several signs fit: name each with its time
        parts = [f'"{t.subject}" at {clock(moment_ns(t, deed))}' for t in found[:_MOST]]
        return Answer(f"I saw {listed(parts)}.", tuple(found[:_MOST]))
    moments = list(dict.fromkeys(clock(moment_ns(t, deed)) for t in same))
    if cues.about.order:
        moments = moments[:1]
    more = f", and again at {listed(moments[1:_MOST])}" if len(moments) > 1 else ""
    return Answer(f"{capital(clause(same[0], deed))} at {moments[0]}{more}.", tuple(same[:_MOST]))


def _turn(cues: Cues, pool: Pool, scope: Scope) -> Answer | None:
    """When a wall was painted anew."""
    turns = {b.start_ns: (a, b) for a, b in repainted(pool) if cues.about.colour in ("", b.subject, a.subject)}
    if not cues.about.colour and not cues.order:  # just now, a wall may have changed that one cannot tell from a cut
        turns |= {b.start_ns: (a, b) for a, b in filled(pool) if b.start_ns >= pool.t_ns - _JUST_NS}
    chosen = scope.pick(turns[start_ns][1] for start_ns in sorted(turns, reverse=not cues.order))
    if not chosen:
        return None
    was, became = turns[chosen[0].start_ns]
    return Answer(f"It changed from {was.subject} to {became.subject} at {clock(became.start_ns)}.", (was, became))


def ago(cues: Cues, pool: Pool, scope: Scope) -> Answer | None:
    """ "How long ago did you see the code": since it was last there."""
    found = occurrences(cues.about, pool, scope)
    if cues.about.kind == "colour" and cues.about.deed == "change":
        found = [b for _, b in repainted(pool) if cues.about.colour in ("", b.subject)] or found
    if scope.missing or not found:
        return None
    thing = found[0] if cues.about.order == "first" else found[-1]
    lasting = thing.kind in ("text", "code", "object", "motion", "people", "colour", "sound")
    began = cues.about.deed in ("start", "enter", "appear", "dark", "bright", "change")
    began = began and not (cues.about.deed == "appear" and thing.kind != "colour")
    began = began or _CAME_UP.search(cues.subject) is not None
    moment = thing.end_ns if lasting and not began else moment_ns(thing, cues.about.deed)
    if lasting and not began and pool.now([thing]):
        return Answer(
            f"It is there right now, since {clock(thing.start_ns)}, {length(pool.t_ns - thing.start_ns)} ago.", (thing,)
        )
    return Answer(f"About {length(pool.t_ns - moment)} ago: {clause(thing)}, {span(thing)}.", (thing,))


def duration(cues: Cues, pool: Pool, scope: Scope) -> Answer | None:
    """ "How long did the music last", "how long was it dark"."""
    if scope.missing:
        return None
    about = cues.about
    if (
        about.kind == "light"
        or about.deed in ("dark", "bright")
        or {"dark", "bright", "light"} & set(cues.subject.split())
    ):
        return _darkness(cues, pool, scope)
    if about.kind in ("people", "face"):
        return _stay(cues, pool, scope)
    found = occurrences(replace(about, deed="" if about.kind else about.deed), pool, scope)
    found = [t for t in found if t.end_ns > t.start_ns] or found
    if not found:
        return None
    thing = scope.freshest(found)[0] if len(found) > 1 and found[0].subject != found[-1].subject else found[0]
    lasted = _as_long(thing, pool)
    return Answer(f"{capital(noun(thing, about.colour))} lasted about {lasted}, {span(thing)}.", (thing,))


def _as_long(thing: Thing, pool: Pool) -> str:
    return length(max(thing.end_ns - thing.start_ns, S))


def _darkness(cues: Cues, pool: Pool, scope: Scope) -> Answer | None:
    """From the lights going out to their coming back, or the longest dark state."""
    bright = cues.about.deed == "bright" or "bright" in cues.subject.split()
    begins = scope.pick(lights("bright" if bright else "dark", pool))
    if not begins:
        return None
    first = begins[0]
    if first.kind == "light":
        lasted = length(first.end_ns - first.start_ns)
        return Answer(f"For about {lasted}, {span(first)}.", (first,))
    ends = [t for t in lights("dark" if bright else "bright", pool) if t.start_ns > first.start_ns]
    end_ns = ends[0].start_ns if ends else pool.t_ns
    until = f"to {clock(end_ns)}" if ends else "until now"
    return Answer(
        f"For about {length(end_ns - first.start_ns)}, from {clock(first.start_ns)} {until}.", (first, *ends[:1])
    )


def _stay(cues: Cues, pool: Pool, scope: Scope) -> Answer | None:
    """From an entrance to the leaving of the same one; without entrances, the time in which anybody was in view."""
    entered = scope.pick(pool.all("entered"))
    if entered:
        came = (
            entered[-1]
            if cues.about.order == "last"
            else entered[cues.about.nth - 1 if 0 < cues.about.nth <= len(entered) else 0]
        )
        gone = [t for t in pool.all("left") if t.start_ns > came.start_ns]
        same = [t for t in gone if t.track and t.track == came.track] or gone
        end_ns = same[0].start_ns if same else pool.t_ns
        stayed = f"For about {length(end_ns - came.start_ns)}, from {clock(came.start_ns)} to {clock(end_ns)}."
        return Answer(stayed, (came, *same[:1]))
    states = _joined([replace(t, subject="") for t in scope.pick(pool.all("people")) if t.value >= 0.5])
    if not states:
        return None
    longest = max(states, key=lambda t: t.end_ns - t.start_ns)
    return Answer(f"For about {length(longest.end_ns - longest.start_ns)}, {span(longest)}.", (longest,))
