"""Answers about how many, and who: people by entrances and by those in view; signs, shapes, sounds, changes."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from reasoning.grounded import talk
from reasoning.grounded.pool import Pool, Thing
from reasoning.grounded.resolve import find, is_figure, lights, looks_like_a_car, sounds
from reasoning.grounded.scope import Scope
from reasoning.grounded.talk import mentioned
from reasoning.grounded.wording import Answer, clock, listed, looks, people, since_ns
from wire.messages import Cues, Mention
from wire.words import STOPWORDS, stem, stem_set

_MOST_TIMES = 4
_HERE = re.compile(r"\b(?:have|has) .*\b(?:in here|here|this room|in this \w+)$")
_OF_THEM = re.compile(r"\bof (?:them|those|these|the (?:two|three|four|people|persons))\b")
_SEEN_NOUNS = stem_set(
    "people person man woman sign slide word letter circle square triangle shape object face colour red blue"
    " green yellow different time anybody anyone somebody someone see seen saw come came there board screen"
    " poster"
)


def count(cues: Cues, pool: Pool, scope: Scope, text: str) -> Answer | None:
    """ "How many people came in", "how many signs did you see", "how many times did the lights go out"."""
    if scope.missing:
        return None
    about = cues.about
    if (told := _written(cues, pool, scope)) is not None:
        return told
    match about.kind:
        case "people" | "":
            if about.kind or about.deed in ("enter", "leave") or not about.content:
                return _people(cues, pool, scope, text)
            return _named(cues, pool, scope, text)
        case "face":
            return _state(pool.all("face"), cues, scope, "face", "faces")
        case "text":
            return _listed(
                "sign", _distinct_signs(scope.pick(find(_any_order(cues), pool))), lambda t: f'"{t.subject}"'
            )
        case "code":
            return _listed("QR code", _distinct(scope.pick(pool.all("code"))), lambda t: f'"{t.subject}"')
        case "object":
            return _shapes(cues, pool, scope)
        case "light":
            return _times(scope.pick(lights(about.deed, pool)), "The lights changed" if not about.deed else
                          f"The lights went {'out' if about.deed == 'dark' else 'on'}")  # fmt: skip
        case "sound":
            return _times(scope.pick(sounds(about, pool)), "I heard it")
        case "colour":
            return _colours(cues, pool, scope)
        case "scene":
            return Answer(f"I saw {len(scope.pick(pool.all('shot'))) + 1} scenes.")
        case _:
            return _named(cues, pool, scope, text)


def _named(cues: Cues, pool: Pool, scope: Scope, text: str) -> Answer | None:
    """Things with a name: how often they were mentioned, how many somebody told, how many went by."""
    if re.search(r"\b(?:times|how often)\b", text):
        return _mentions(cues, pool, scope)
    told = talk.fact(replace(cues, wants="number", about=replace(cues.about, content=cues.topic)), pool, scope)
    if told is not None:
        return told
    passed = [t for t in scope.pick(find(_any_order(cues), pool)) if looks_like_a_car(t)]
    if is_figure(cues.about) and passed:
        looks_of = {(t.colour, t.shape): t for t in reversed(passed)}
        return _listed(stem(cues.about.content[-1]), list(looks_of.values())[::-1], looks)
    return None


def _written(cues: Cues, pool: Pool, scope: Scope) -> Answer | None:
    """A number that stands written next to the counted noun: "Visitors 420" answers "how many visitors"."""
    nouns = [w for w in cues.about.words.split() if w not in STOPWORDS and stem(w) not in _SEEN_NOUNS]
    if (
        cues.about.kind not in ("people", "text", "object", "")
        or (cues.now and not cues.present)
        or cues.about.deed in ("enter", "leave")
        or not nouns
    ):
        return None
    if cues.present:  # it may be gone by now
        cues = replace(cues, now=False)
        scope = Scope.of(cues, pool)
    for sign in scope.pick(pool.all("text")):
        named = tuple(w for w in nouns if stem(w) in sign.stems)
        if named and (nouns[0] in named or cues.about.kind == "text") and any(w.isdigit() for w in sign.words):
            content = tuple(nouns) if nouns[0] in named else named
            return talk.fact(replace(cues, about=replace(cues.about, content=content), wants="number"), pool, scope)
    return None


def _any_order(cues: Cues) -> Mention:
    return replace(cues.about, order="", deed="")


def _people(cues: Cues, pool: Pool, scope: Scope, text: str) -> Answer | None:
    deed = cues.about.deed
    if deed == "leave" and re.search(r"\b(?:are|is|still|were|was) (?:\w+ )?left\b", text):  # who remains
        return now(pool) if cues.now or not scope.narrowed else _people(_staying(cues), pool, scope, text)
    if deed in ("enter", "leave"):
        came = scope.pick(pool.all("entered" if deed == "enter" else "left"))
        if _HERE.search(text) and not scope.narrowed:
            came = _since_it_was_empty(came, pool)
        verb = "came in" if deed == "enter" else "left"
        if came:
            return Answer(f"{people(len(came)).capitalize()} {verb}, {_at(came)}.", tuple(came))
        known = pool.all("entered", "left", "people")
        return Answer(f"Nobody {verb}.", tuple(known[:1]))
    states = [t for t in pool.all("people") if t.value >= 0.5]
    if cues.now:
        return now(pool)
    there = scope.pick(states)
    past = any(w in text.split() for w in ("was", "were", "did", "saw", "seen", "have", "has", "had", "came", "been"))
    if not past and not scope.narrowed and pool.now(states):  # "how many people can you see", "count the people"
        return now(pool)
    ever = any(w in text.split() for w in ("see", "seen", "saw", "altogether", "total", "different", "all"))
    if ever and not scope.narrowed:
        return _ever_seen(pool, there)
    if cues.at_ns >= 0 and there:
        return _were_there(there[0], cues.at_ns)
    if not there:
        return (
            Answer("Nobody was there.") if scope.narrowed or pool.all("people", "entered") else Answer("I saw nobody.")
        )
    most = max(there, key=lambda t: t.value)
    return _were_there(most, since_ns(most, scope.span()[0]))


def _staying(cues: Cues) -> Cues:
    return replace(cues, about=replace(cues.about, deed=""))


def now(pool: Pool) -> Answer:
    """How many people are in view at this moment."""
    there = in_view(pool)
    if not there:
        return Answer("Nobody is there now.", tuple(pool.all("left", "people")[-1:]))
    latest = max(there, key=lambda t: (t.end_ns, t.start_ns))
    n = round(latest.value)
    return Answer(f"{people(n).capitalize()} {'is' if n == 1 else 'are'} there now.", (latest,))


def in_view(pool: Pool) -> list[Thing]:
    """The states of people that hold at this moment: none once the last one was seen to leave."""
    there = pool.now(t for t in pool.all("people") if t.value >= 0.5)
    emptied = [t.start_ns for t in pool.all("left") if t.value < 0.5]
    return [t for t in there if not any(t.end_ns < at_ns <= pool.t_ns for at_ns in emptied)]


def _were_there(state: Thing, at_ns: int) -> Answer:
    n = round(state.value)
    return Answer(f"{people(n).capitalize()} {'was' if n == 1 else 'were'} there at {clock(at_ns)}.", (state,))


def _ever_seen(pool: Pool, states: Sequence[Thing]) -> Answer:
    """Different people as far as entrances tell: those who were there at first, and each who came in."""
    entered = pool.all("entered")
    most = max((round(t.value) for t in states), default=0)
    first = states[0] if states else None
    at_first = round(first.value) if first and not any(e.start_ns <= first.start_ns for e in entered) else 0
    n = max(most, len(entered) + at_first)
    if not n:
        return Answer("I saw nobody.")
    text = f"I saw {people(n)}"
    return Answer(f"{text}, at most {most} at a time." if 0 < most < n else f"{text}.", tuple((*entered, *states[:1])))


def who(cues: Cues, pool: Pool, scope: Scope, text: str) -> Answer | None:
    """ "Who came in", "who is there": how many, since faces have no names."""
    if cues.about.content:
        return None
    if cues.about.order and cues.about.deed in ("enter", "leave"):
        events = pool.all("entered" if cues.about.deed == "enter" else "left")
        came = scope.pick(_those_there(events, pool) if _OF_THEM.search(text) else events)
        verb = "came in" if cues.about.deed == "enter" else "left"
        dressed = f" in {came[0].colour}" if came and came[0].colour else ""
        return Answer(f"A person{dressed} {verb} at {clock(came[0].start_ns)}.", (came[0],)) if came else None
    return _people(cues, pool, scope, text)


def _since_it_was_empty(came: list[Thing], pool: Pool) -> list[Thing]:
    """Of those who came in, the ones after nobody was there any more: the room that is in view."""
    latest_ns = max((t.start_ns for t in came), default=0)
    emptied = [t.start_ns for t in pool.all("left") if t.value < 0.5 and t.start_ns < latest_ns]
    return [t for t in came if t.start_ns >= max(emptied, default=0)]


def _those_there(came: Sequence[Thing], pool: Pool) -> Sequence[Thing]:
    """Of those who came in, the ones who are in view now, as far as some are."""
    there = in_view(pool)
    n = round(there[-1].value) if there else 0
    gone = {t.track for t in pool.all("left")}
    return [t for t in came if t.track not in gone][-n:] if n else came


# ---- things --------------------------------------------------------------------------------------------------------


def _distinct(things: Sequence[Thing]) -> list[Thing]:
    return list({t.subject: t for t in reversed(things)}.values())[::-1]


def _distinct_signs(signs: Sequence[Thing]) -> list[Thing]:
    ordered = sorted(signs, key=lambda t: t.start_ns)
    return list({t.words: t for t in reversed(ordered)}.values())[::-1]


def _listed(noun: str, things: Sequence[Thing], name: Callable[[Thing], str]) -> Answer:
    n = len(things)
    if not n:
        return Answer(f"I saw no {noun}.")
    shown = [name(t) for t in things[:6]]
    return Answer(f"I saw {n} {noun}{'' if n == 1 else 's'}: {listed(shown)}.", tuple(things))


def _shapes(cues: Cues, pool: Pool, scope: Scope) -> Answer:
    """Shapes told apart by looks; of one look, as many as were in view together."""
    about = _any_order(cues)
    fitting = scope.pick(find(about, pool))
    if cues.about.deed == "move":
        fitting = scope.pick(t for t in pool.all("motion") if t in find(cues.about, pool)) or fitting
    by_look: dict[tuple[str, str], list[Thing]] = {}
    for thing in fitting:
        by_look.setdefault((thing.colour, thing.shape), []).append(thing)
    n = sum(max(_together(things), 1) for things in by_look.values())
    if not n:
        return Answer("I saw none.")
    names = [f"{'a' if _together(t) < 2 else _together(t)} {looks(t[0])}" for t in by_look.values()]
    return Answer(f"I saw {n}: {listed(names[:6])}.", tuple(fitting))


def _together(things: Sequence[Thing]) -> int:
    """The most that were in view at one moment."""
    return max(sum(t.start_ns <= at.start_ns <= t.end_ns and t.kind == at.kind for t in things) for at in things)


def _state(states: Sequence[Thing], cues: Cues, scope: Scope, one: str, many: str) -> Answer:
    there = scope.pick(t for t in states if t.value >= 0.5)
    if not there:
        return Answer(f"I saw no {one}.")
    n = round(max(t.value for t in there))
    return Answer(f"I saw {n} {one if n == 1 else many} at {clock(there[0].start_ns)}.", (there[0],))


def _times(things: Sequence[Thing], what: str) -> Answer:
    n = len(things)
    if not n:
        return Answer(f"{what} 0 times: I noticed nothing of the kind.")
    return Answer(
        f"{what} {n} time{'' if n == 1 else 's'}, {_at(sorted(things, key=lambda t: t.start_ns))}.", tuple(things)
    )


def _colours(cues: Cues, pool: Pool, scope: Scope) -> Answer:
    states = scope.pick(t for t in pool.all("colour") if t.side == "background") or scope.pick(pool.all("colour"))
    if cues.about.deed == "change" or (cues.about.kind == "colour" and "time" in cues.subject):
        turns = [b for a, b in itertools.pairwise(states) if a.subject != b.subject]
        return _times(turns, "The background changed")
    names = list(dict.fromkeys(t.subject for t in states))
    return Answer(f"I saw {len(names)} colour{'' if len(names) == 1 else 's'}: {listed(names)}.", tuple(states))


def _mentions(cues: Cues, pool: Pool, scope: Scope) -> Answer | None:
    said = mentioned(cues.about.content, pool, scope) if cues.about.content else []
    return _times(said, "That was mentioned") if said else None


def _at(things: Sequence[Thing]) -> str:
    shown = [clock(t.start_ns) for t in things[:_MOST_TIMES]]
    more = "" if len(things) <= _MOST_TIMES else f" and {len(things) - _MOST_TIMES} more times"
    return f"at {', '.join(shown)}{more}" if more else f"at {listed(shown)}"
