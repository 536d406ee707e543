"""Answers about everything at once: what happened, what is to be seen, what was heard."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from reasoning.grounded.changes import repaints
from reasoning.grounded.events import item
from reasoning.grounded.looks import things_first
from reasoning.grounded.pool import Pool, S, Thing, text_at
from reasoning.grounded.resolve import lights
from reasoning.grounded.scope import Scope
from reasoning.grounded.talk import statements
from reasoning.grounded.wording import Answer, clock, listed, looks, people, since_ns
from wire.messages import Cues

T = TypeVar("T")

_MOST_SEEN, _MOST_HEARD = 8, 3
_LONG_NS = 15 * S  # what was to be seen in a longer span is told in order of time
_FIRST_NS = 3 * S  # what is in view within that time of the first thing is "the first thing you saw"
_MOST_WORDS_HEARD = 14


def summary(cues: Cues, pool: Pool, scope: Scope) -> Answer | None:
    """ "What happened in the first minute": what was seen in order of time, then what was said."""
    if scope.missing:
        return None
    start_ns, end_ns = scope.span()
    if cues.at_ns >= 0 and cues.spanned:
        return scene(cues, pool, scope)
    seen = _telling(_happenings(pool, start_ns, end_ns))
    noises = [t for t in pool.all("sound") if t.subject in ("music", "bang") and t.lasts(start_ns, end_ns)]
    heard = _spread([u for u in statements(pool) if u.lasts(start_ns, end_ns)], _MOST_HEARD)
    if not seen and not heard and not noises:
        return None
    sentences = []
    if seen:
        told = [f"{words} at {clock(since_ns(thing, start_ns))}" for words, thing in seen]
        sentences.append(f"I saw {'; '.join(told)}.")
    if heard or noises:
        sounds = [f"{'a bang' if t.subject == 'bang' else 'music'} at {clock(t.start_ns)}" for t in noises[:2]]
        quotes = [f'"{_short(u.subject)}"' for u in heard]
        sentences.append(f"I heard {listed([*sounds, *quotes])}.")
    return Answer(" ".join(sentences), (*(thing for _, thing in seen), *noises[:2], *heard))


def _short(words: str) -> str:
    parts = words.split()
    return words if len(parts) <= _MOST_WORDS_HEARD else " ".join(parts[:_MOST_WORDS_HEARD]) + "…"


def _happenings(pool: Pool, start_ns: int, end_ns: int) -> list[tuple[str, Thing]]:
    """Each notable thing of a span as words, in order of time; people who came together are counted."""
    told: list[tuple[str, Thing]] = []
    known: set[tuple[str, str]] = set()
    entered = [t for t in pool.all("entered") if start_ns <= t.start_ns <= end_ns]
    if entered:
        verb = "coming in" if len(entered) == 1 else "coming in one after another"
        told.append((f"{people(len(entered))} {verb}", entered[0]))
    elif there := [t for t in pool.all("people") if t.lasts(start_ns, end_ns) and t.value >= 0.5]:
        most = max(there, key=lambda t: t.value)
        told.append((people(round(most.value)), most))
    changes = [t for t in lights("", pool) if t.kind == "light_change"]
    for thing in (*pool.all("text", "code", "object", "motion"), *changes):
        key = (thing.kind, thing.subject) if thing.kind not in ("object", "motion") else ("look", looks(thing))
        if not thing.lasts(start_ns, end_ns) or key in known:
            continue
        if thing.kind == "motion" and thing.shape == "person" and pool.all("entered"):
            continue  # told with the people
        if thing.kind == "object" and thing.shape in ("", "shape", "other"):
            continue  # furniture, as likely as not
        if thing.kind == "object" and any(
            m.overlap_ns(thing) > 0 and looks(m) == looks(thing) for m in pool.all("motion")
        ):
            continue  # told with its motion
        known.add(key)
        told.append((_seen(thing), thing))
    told += repaints(pool, start_ns, end_ns)
    return sorted(told, key=lambda pair: pair[1].start_ns)


def _telling(told: Sequence[tuple[str, Thing]]) -> list[tuple[str, Thing]]:
    """The most that one can listen to: people always, of the rest an even choice over time."""
    if len(told) <= _MOST_SEEN:
        return list(told)
    people_first = [pair for pair in told if pair[1].kind in ("entered", "people")][:1]
    rest = _spread([pair for pair in told if pair[1].kind not in ("entered", "people")], _MOST_SEEN - len(people_first))
    return sorted((*people_first, *rest), key=lambda pair: pair[1].start_ns)


def _seen(thing: Thing) -> str:
    match thing.kind:
        case "light_change":
            return "the lights going out" if thing.subject == "darker" else "the lights coming on"
        case _:
            return item(thing)


def _spread(things: Sequence[T], most: int) -> list[T]:
    """At most that many, taken evenly over time."""
    if len(things) <= most:
        return list(things)
    return [things[round(i * (len(things) - 1) / (most - 1))] for i in range(most)]


def scene(cues: Cues, pool: Pool, scope: Scope) -> Answer | None:
    """ "What do you see", "what was on the screen at 0:45", "what was the first thing you saw"."""
    if scope.missing:
        return None
    if cues.order in ("first", "last") and not cues.spanned:
        return _edge(cues, pool, scope)
    if not scope.narrowed:
        return summary(cues, pool, scope)
    start_ns, end_ns = scope.span()
    if cues.at_ns < 0 and not cues.now and end_ns - start_ns > _LONG_NS:
        return summary(cues, pool, scope)
    if cues.at_ns >= 0 and not cues.now:
        start_ns = end_ns = cues.at_ns
    visible = [
        t
        for t in scope.pick(pool.all("text", "code", "people", "object", "colour", "light"))
        if t.lasts(start_ns, end_ns)
    ]
    told = _in_view(visible, pool, start_ns, end_ns)
    if not told:
        return Answer(
            "I see nothing that stands out." if cues.now else "I saw nothing that stood out then.", sure=False
        )
    verb, when = ("I see", "") if cues.now else ("I saw", f" at {clock(end_ns if cues.at_ns < 0 else cues.at_ns)}")
    return Answer(f"{verb} {listed([words for words, _ in told])}{when}.", tuple(thing for _, thing in told))


def _in_view(visible: Sequence[Thing], pool: Pool, start_ns: int, end_ns: int) -> list[tuple[str, Thing]]:
    told: dict[str, Thing] = {}
    for thing in visible:
        if thing.kind == "people" and thing.value < 0.5:
            continue
        if thing.kind == "light" and thing.subject not in ("dark", "dim"):
            continue
        if thing.kind == "colour" and thing.side != "background":
            continue
        words = f'a sign "{text_at(thing, start_ns, end_ns)}"' if thing.kind == "text" else item(thing)
        told.setdefault(words, thing)
    rank = ("text", "code", "people", "object", "motion", "light", "colour")
    return sorted(told.items(), key=lambda pair: rank.index(pair[1].kind))[:6]


def _edge(cues: Cues, pool: Pool, scope: Scope) -> Answer | None:
    """The first, or the last, thing that was seen or moved."""
    kinds = ("motion",) if cues.about.deed == "move" else ("text", "code", "people", "entered", "object", "motion")
    things = scope.pick(pool.all(*kinds)) or scope.pick(pool.all("colour"))
    if not things:
        return None
    edge = things[0]
    together = [t for t in things if abs(t.start_ns - edge.start_ns) <= _FIRST_NS]
    if cues.about.deed == "move":
        things = things_first(things)
        edge = things[0]
        together = [t for t in things if abs(t.start_ns - edge.start_ns) <= _FIRST_NS]
        edge = max(together, key=lambda t: t.value)
        return Answer(f"It was {item(edge)}, at {clock(edge.start_ns)}.", (edge,))
    moving = {looks(t) for t in together if t.kind == "motion"}
    shown = [t for t in together if not (t.kind == "object" and looks(t) in moving)][:3]
    return Answer(f"I saw {listed([item(t) for t in shown])} at {clock(edge.start_ns)}.", tuple(shown))


def heard(cues: Cues, pool: Pool, scope: Scope) -> Answer | None:
    """ "What did you hear", "what sounds were there"."""
    if scope.missing:
        return None
    noises = [t for t in scope.pick(pool.all("sound")) if t.subject not in ("speech", "silence")]
    voices = [] if cues.ask == "sound" else scope.pick(statements(pool))[-2:]
    parts: dict[str, Thing] = {}
    for thing in noises:
        name = {"music": "music", "bang": "a loud bang", "noise": "noise"}.get(thing.subject, thing.subject)
        parts.setdefault(f"{name} at {clock(thing.start_ns)}", thing)
    shown = dict(list(parts.items())[:4])
    for voice in voices:
        shown[f'{"a voice saying " if shown else ""}"{_short(voice.subject)}" at {clock(voice.start_ns)}'] = voice
    if not shown:
        spoken = scope.pick(t for t in pool.all("sound") if t.subject == "speech")
        return Answer(f"I heard a voice at {clock(spoken[0].start_ns)}.", (spoken[0],)) if spoken else None
    return Answer(f"I heard {listed(list(shown))}.", tuple(shown.values()))
