"""Answers with yes or no: was there a dog, did the lights go out, is anybody there, did the narrator mention bread."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace

from reasoning.grounded import wearing
from reasoning.grounded.counts import in_view
from reasoning.grounded.events import clause
from reasoning.grounded.looks import spoken_of
from reasoning.grounded.pool import Pool, S, Thing
from reasoning.grounded.resolve import (
    colour_score,
    dressed_in,
    find,
    is_figure,
    lights,
    looks_like_a_car,
    sound_labels,
    sounds,
    words_score,
)
from reasoning.grounded.scope import Scope
from reasoning.grounded.talk import mentioned
from reasoning.grounded.times import occurrences
from reasoning.grounded.wording import NO, NO_SOUND, Answer, clock, looks, people, with_article
from wire.messages import Cues

SURE_WORD = 0.8  # likeness from which a word was really there
_ABOUT_WORDS = re.compile(
    r"\b(?:word|words|sign|text|say|said|says|written|read|anything about|something about|slide|board|poster)\b"
)
_SPOKEN = re.compile(
    r"\b(?:mention\w*|narrator|speaker|said|say|talk\w*|tell|told|speak|spoke|heard?|voice|announce\w*)\b"
)


def presence(cues: Cues, pool: Pool, scope: Scope, text: str) -> Answer | None:
    """Yes with what shows it and when, or no."""
    if scope.missing:
        return None
    about, text = cues.about, text.lower()
    if len(cues.choices) == 2:
        return _either(cues, pool, scope, text)
    match about.kind:
        case "people" | "face" if about.deed == "say":
            return _spoken(cues, pool, scope)
        case "people" | "face":
            return _people(cues, pool, scope)
        case "light":
            return _light(cues, pool, scope)
        case "sound":
            return _sound(cues, pool, scope)
        case "code":
            return _yes_or_no(scope.pick(pool.all("code")), cues)
        case "object":
            return _object(cues, pool, scope)
        case "colour":
            return _background(cues, pool, scope)
        case "text":
            return _text(cues, pool, scope, text)
        case "speech":
            return _spoken(cues, pool, scope)
        case _:
            return _unnamed(cues, pool, scope, text)


def _yes_or_no(things: list[Thing], cues: Cues) -> Answer:
    if not things:
        return Answer(NO, sure=False)
    thing = things[0] if cues.order != "last" else things[-1]
    if cues.now:
        return Answer(f"Yes, {clause(thing).replace(' was ', ' is ')} now.", (thing,))
    return Answer(f"Yes, {clause(thing)} at {clock(thing.start_ns)}.", tuple(things[:3]))


def _people(cues: Cues, pool: Pool, scope: Scope) -> Answer:
    about = cues.about
    if dressed_in(about):
        return _dressed(cues, pool, scope)
    if about.deed in ("enter", "leave"):
        events = scope.pick(pool.all("entered" if about.deed == "enter" else "left"))
        if not events:
            return Answer(f"No, nobody {'came in' if about.deed == 'enter' else 'left'} that I saw.")
        return Answer(f"Yes, {clause(events[0])} at {clock(events[0].start_ns)}.", tuple(events))
    there = [t for t in scope.pick(pool.all("people", "face")) if t.value >= 0.5]
    if cues.now and pool.all("people"):
        there = in_view(pool)
    if not there and not cues.now:
        there = scope.pick(pool.all("entered"))
    if not there:
        return Answer("No, nobody is there now." if cues.now else "No, nobody was there.")
    if cues.now:
        latest = max(there, key=lambda t: (t.kind == "people", t.end_ns, t.start_ns))
        n = round(latest.value)
        return Answer(f"Yes, {people(n)} {'is' if n == 1 else 'are'} there now.", (latest,))
    return Answer(f"Yes, {clause(there[0])} at {clock(max(there[0].start_ns, scope.span()[0]))}.", (there[0],))


def _dressed(cues: Cues, pool: Pool, scope: Scope) -> Answer:
    """ "Did anybody in red come in", "is somebody wearing green"."""
    found = scope.pick(t for t in wearing.stays(pool) if t.colour == cues.about.colour)
    if not found:
        return Answer(NO, sure=False)
    if cues.present and not cues.spanned and (gone := max(found, key=lambda t: t.end_ns)).end_ns < pool.t_ns - S:
        return Answer(f"No, the person in {gone.colour} left at {clock(gone.end_ns)}.", (gone,))
    return Answer(f"Yes, a person in {found[0].colour} came in at {clock(found[0].start_ns)}.", tuple(found[:3]))


def _light(cues: Cues, pool: Pool, scope: Scope) -> Answer:
    deed = cues.about.deed
    words = set(cues.subject.split())
    if (scope.narrowed and deed not in ("dark", "bright")) or (words & {"dark", "bright"} and scope.narrowed):
        states = [
            t for t in scope.pick(pool.all("light")) if (t.subject == "dark") == (deed == "dark" or "dark" in words)
        ]
        if states:
            return Answer(
                f"Yes, the light was {states[0].subject} at {clock(max(states[0].start_ns, scope.span()[0]))}.",
                (states[0],),
            )
        others = scope.pick(pool.all("light"))
        return Answer(f"No, the light was {others[0].subject}." if others else NO, tuple(others[:1]))
    found = scope.pick(lights(deed, pool))
    if not found:
        return Answer("No, the light did not change that way.")
    again = f", and again at {clock(found[1].start_ns)}" if len(found) > 1 else ""
    return Answer(f"Yes, {clause(found[0])} at {clock(found[0].start_ns)}{again}.", tuple(found[:3]))


def _sound(cues: Cues, pool: Pool, scope: Scope) -> Answer:
    found = scope.pick(sounds(cues.about, pool))
    if not found and "silence" not in sound_labels(cues.about.words):
        return Answer(NO_SOUND, sure=False)
    return _yes_or_no(found, cues)


def _object(cues: Cues, pool: Pool, scope: Scope) -> Answer:
    """A shape of that look; "was the ball red" names the colour it had instead."""
    about = cues.about
    found = [
        t for t in scope.pick(find(about, pool))
        if about.colour in ("", t.colour) and not (about.shape and t.shape in ("", "shape"))
    ]  # fmt: skip
    if about.deed == "move":
        found = [t for t in found if t.kind == "motion"]
    if found:
        return _yes_or_no(found, cues)
    if about.colour and about.shape:
        same_shape = scope.pick(find(replace(about, colour="", deed=""), pool))
        other = [t for t in same_shape if t.colour and t.shape == about.shape]
        if other:
            return Answer(
                f"No, I did not see that; I saw {with_article(looks(other[0]))} at {clock(other[0].start_ns)}.",
                (other[0],),
                sure=False,
            )
    return Answer(NO, sure=False)


def _background(cues: Cues, pool: Pool, scope: Scope) -> Answer:
    about = cues.about
    there = scope.pick(pool.all("colour"))
    if not about.colour:
        turns = [b for a, b in itertools.pairwise(there) if a.subject != b.subject]
        if about.deed == "change" and turns:
            return Answer(f"Yes, it changed to {turns[0].subject} at {clock(turns[0].start_ns)}.", tuple(turns[:2]))
        return _yes_or_no(there if about.deed != "change" else [], cues)
    fitting = [t for t in there if colour_score(about.colour, t.subject) == 1.0]
    if fitting:
        return Answer(
            f"Yes, the background was {fitting[0].subject} at {clock(max(fitting[0].start_ns, scope.span()[0]))}.",
            (fitting[0],),
        )
    if there and (scope.narrowed or len({t.subject for t in there}) == 1):
        return Answer(f"No, the background was {there[0].subject}.", (there[0],))
    return Answer(NO, sure=False)


def _text(cues: Cues, pool: Pool, scope: Scope, text: str) -> Answer:
    about = replace(cues.about, deed="")
    if not about.content:
        signs = scope.pick(find(about, pool))
        if not signs:
            return Answer("No, there is no text now." if cues.now and not about.colour else NO, sure=False)
        verb, when = ("it says", "") if cues.now else ("it said", f" at {clock(signs[0].start_ns)}")
        return Answer(f'Yes, {verb} "{signs[0].subject}"{when}.', (signs[0],))
    holding = [s for s in scope.pick(pool.all("text")) if words_score(about.content, s) >= SURE_WORD]
    if not holding and _ABOUT_WORDS.search(text) and "sign" not in text.split():
        return _spoken(cues, pool, scope) if _SPOKEN.search(text) else Answer(NO, sure=False)
    if not holding:
        other = scope.freshest(scope.pick(find(replace(about, content=()), pool)))
        if re.search(r"\b(?:say|said|read|show)\b", text) and len(other) == 1:
            return Answer(
                f'No, I did not see that; it said "{other[0].subject}" at {clock(other[0].start_ns)}.',
                (other[0],),
                sure=False,
            )
        return Answer(NO, sure=False)
    return Answer(f'Yes, I read "{holding[0].subject}" at {clock(holding[0].start_ns)}.', tuple(holding[:3]))


def _spoken(cues: Cues, pool: Pool, scope: Scope) -> Answer:
    said = mentioned(cues.about.content, pool, scope) if cues.about.content else scope.pick(pool.all("speech"))
    if not said:
        return Answer(NO_SOUND, sure=False)
    return Answer(f'Yes, I heard "{said[0].subject}" at {clock(said[0].start_ns)}.', tuple(said[:3]))


def _unnamed(cues: Cues, pool: Pool, scope: Scope, text: str) -> Answer:
    """A name for something: a word that stood written, a thing that was spoken of, or a deed without a doer."""
    about = cues.about
    if not about.content:
        found = scope.pick(occurrences(about, pool, scope))
        return _yes_or_no(found, cues)
    if _SPOKEN.search(text):
        return _spoken(cues, pool, scope)
    if "about" in text.split() or "anything" in text.split():
        said = [t for t in scope.pick(pool.all("text")) if words_score(about.content, t) >= SURE_WORD]
        if said:
            return Answer(f'Yes, I read "{said[0].subject}" at {clock(said[0].start_ns)}.', (said[0],))
        return _spoken(cues, pool, scope)
    shown = [t for t in spoken_of(about, pool, scope) if not about.colour or t.colour == about.colour]
    rolled = is_figure(about) and any(looks_like_a_car(t) for t in shown)
    if shown and (mentioned(about.content, pool, scope) or (is_figure(about) and about.colour) or rolled):
        thing = shown[0]
        return Answer(f"Yes, I saw the {about.content[-1]} at {clock(thing.start_ns)}: {clause(thing)}.", (thing,))
    return Answer(NO, sure=False)


def _either(cues: Cues, pool: Pool, scope: Scope, text: str) -> Answer | None:
    """ "Was it a circle or a square": the alternative that was there."""
    for about in cues.choice_about:
        answer = presence(replace(cues, about=about, choices=(), choice_about=()), pool, scope, text)
        if answer is not None and answer.sure and answer.text.startswith("Yes"):
            said = answer.text.removeprefix("Yes, ")
            return replace(answer, text=f"{said[:1].upper()}{said[1:]}")
    return None
