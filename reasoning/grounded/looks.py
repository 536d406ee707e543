"""Answers about colour, shape, place and motion of things."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import replace

from reasoning.grounded import wearing
from reasoning.grounded.pool import Pool, S, Thing
from reasoning.grounded.resolve import find, is_figure, looks_like_a_car
from reasoning.grounded.scenes import repainted
from reasoning.grounded.scope import Scope
from reasoning.grounded.talk import mentioned
from reasoning.grounded.wording import Answer, clock, direction, listed, looks, position, since_ns, with_article
from wire.messages import Cues, Mention
from wire.words import stem, stem_set

_COLOUR_WORD = re.compile(
    r"\b(?:red|green|blue|yellow|orange|purple|violet|pink|cyan|brown|black|white|grey|gray|golden|silver|turquoise)\b"
)
_PAGES = stem_set("slide page screen background wall backdrop picture scene room image slide")
_OPPOSITE = {"left": "the right", "right": "the left", "up": "below", "down": "above", "toward": "far away",
             "away": "the camera"}  # fmt: skip
_PASSES_NS = 8 * S  # one thing takes that long to go by at most
_JUST_NS = 20 * S
_NEUTRAL = ("grey", "white", "black")
_MINOR = 0.25  # a motion that lasts less than this share of the longest is wobble


def colour(cues: Cues, pool: Pool, scope: Scope) -> Answer | None:
    """ "What colour was the ball", "what colour was the background at the beginning"."""
    about = cues.about
    if about.kind == "people" or wearing.about_clothes(cues):
        return None if scope.missing else wearing.colour(cues, pool, scope)
    if (
        about.kind in ("colour", "scene", "light", "")
        and not cues.now
        and (before := _before_change(cues, pool)) is not None
    ):
        return before
    if scope.missing:
        return None
    if about.kind == "colour" and (turned := _turned(cues, pool, scope)) is not None:
        return turned
    if cues.wants == "ink" or (about.kind == "text" and "written" in cues.subject.split()):
        return _ink(cues, pool, scope)
    if (
        about.kind in ("colour", "scene", "light")
        or (not about.kind and not about.content and not about.side and about.deed != "move")
        or _is_page(about)
    ):
        page = _page(cues, pool, scope)
        if page is not None:
            return page
    match about.kind:
        case "text":
            return _plate(cues, pool, scope)
        case "object":
            return _shape_colour(cues, pool, scope)
        case _:
            named = _unnamed(cues, pool, scope)
            return named or (_page(cues, pool, scope) if cues.now else None)  # "the law" for "the wall"


def _is_page(about: Mention) -> bool:
    return any(stem(w) in _PAGES for w in about.words.split())


def _page(cues: Cues, pool: Pool, scope: Scope) -> Answer | None:
    """The background; of a page that is told apart by its words or place, at its time."""
    backgrounds = [t for t in pool.all("colour") if t.side == "background"] or pool.all("colour")
    about = replace(cues.about, kind="text", deed="")
    if cues.about.kind == "text" and (about.content or about.order):
        pages = find(about, pool)
        behind = [b for p in pages[:1] if (b := pool.background((p.start_ns + p.end_ns) // 2))]
        return _it_was(behind[0].subject, "it", pages[:1], pages[0].start_ns) if behind else None
    chosen = scope.pick(backgrounds)
    if not chosen:
        return None
    if cues.now:
        last = max(chosen, key=lambda t: t.end_ns)
        return Answer(f"The background is {last.subject}.", (last,))
    if cues.relation or cues.order or cues.at_ns >= 0 or len({t.subject for t in chosen}) == 1:
        return _it_was(chosen[0].subject, "the background", chosen[:1], since_ns(chosen[0], scope.span()[0]))
    names = _runs([t.subject for t in chosen])
    if len(names) > 4:  # who names all says nothing: the one that lasted
        longest = max(chosen, key=lambda t: t.end_ns - t.start_ns)
        return _it_was(longest.subject, "most of the time the background", [longest], longest.start_ns)
    return Answer(f"The background was {', then '.join(names)}.", tuple(chosen))


def _before_change(cues: Cues, pool: Pool) -> Answer | None:
    """ "What colour did the wall have before (it changed)", "at first": what it had before it was painted anew."""
    words = cues.subject.split()
    became = cues.anchor_about.colour if cues.relation == "before" else ""
    changed = became or (cues.anchor_about.deed == "change" and cues.relation == "before")
    if not (changed or words[-1:] in (["before"], ["changed"]) or (cues.at_ns == 0 and "wall" in words)):
        return None
    turns = [(was, now) for was, now in repainted(pool) if became in ("", now.subject)]
    if became and not turns:  # a cut may lie between
        states = [t for t in pool.all("colour") if t.side == "background"]
        turns = [(a, b) for a, b in itertools.pairwise(states) if b.subject == became != a.subject]
    if not turns:
        return None
    was, now = turns[-1]
    return Answer(f"It was {was.subject}, until it became {now.subject} at {clock(now.start_ns)}.", (was, now))


def _turned(cues: Cues, pool: Pool, scope: Scope) -> Answer | None:
    """ "What colour did the wall turn", "from which colour to which did it go": the newest repaint."""
    words = cues.subject.split()
    both = "from" in words and "to" in words
    turns_it = (
        cues.about.deed in ("change", "end", "move") or both or {"turn", "become", "became", "turned"} & set(words)
    )
    if not turns_it or cues.relation == "before" or cues.order:
        return None
    after = {t.start_ns for t in scope.pick(now for _, now in repainted(pool))}
    turns = [(was, now) for was, now in repainted(pool) if now.start_ns in after or not scope.narrowed]
    if not turns:
        return None
    was, now = turns[-1]
    if both:
        return Answer(f"From {was.subject} to {now.subject}, at {clock(now.start_ns)}.", (was, now))
    return Answer(f"It became {now.subject} at {clock(now.start_ns)}.", (now,))


def things_first(moving: Sequence[Thing]) -> list[Thing]:
    """Without people, where anything else moved as well."""
    return [t for t in moving if t.shape != "person"] or list(moving)


def _runs(names: Sequence[str]) -> list[str]:
    return [n for i, n in enumerate(names) if i == 0 or names[i - 1] != n]


def _it_was(name: str, what: str, rests_on: Sequence[Thing], at_ns: int) -> Answer:
    return Answer(f"{what[:1].upper()}{what[1:]} was {name}, at {clock(at_ns)}.", tuple(rests_on))


def _plate(cues: Cues, pool: Pool, scope: Scope) -> Answer | None:
    signs = scope.freshest(scope.pick(find(replace(cues.about, deed="", colour=""), pool)))
    signs = [s for s in signs if s.colour or pool.background(s.start_ns)]
    if not signs:
        return None
    shown = signs[:1] if scope.narrowed or cues.order or cues.about.content else signs[:3]
    parts = []
    for sign in sorted(shown, key=lambda t: t.start_ns):
        behind = pool.background(sign.start_ns)
        parts.append((sign.colour or (behind.colour if behind else ""), sign))
    if len(parts) == 1:
        name, sign = parts[0]
        return Answer(f'It was {name}: the sign "{sign.subject}" at {clock(sign.start_ns)}.', (sign,))
    told = [f'{name} ("{sign.subject}" at {clock(sign.start_ns)})' for name, sign in parts]
    return Answer(f"{listed(told)[:1].upper()}{listed(told)[1:]}.", tuple(shown))


def _ink(cues: Cues, pool: Pool, scope: Scope) -> Answer | None:
    signs = [s for s in scope.freshest(scope.pick(find(replace(cues.about, kind="text", deed=""), pool))) if s.ink]
    if not signs:
        return None
    return Answer(f'The letters were {signs[0].ink}: "{signs[0].subject}" at {clock(signs[0].start_ns)}.', (signs[0],))


def _shape_colour(cues: Cues, pool: Pool, scope: Scope) -> Answer | None:
    things = [t for t in scope.pick(find(replace(cues.about, colour=""), pool)) if t.colour]
    if not things and cues.about.side:
        things = _outermost(
            [t for t in scope.pick(find(replace(cues.about, colour="", side=""), pool)) if t.colour], cues
        )
    if not things and cues.about.deed:
        things = [t for t in scope.pick(find(replace(cues.about, colour="", deed=""), pool)) if t.colour]
    bright = [t for t in things if t.colour not in _NEUTRAL]  # a grey square may be a window
    return _coloured(bright if bright and len({t.colour for t in things}) > 1 else things, cues, scope)


def _outermost(things: Sequence[Thing], cues: Cues) -> list[Thing]:
    """Of things in view together the one that is furthest to a side, where none is quite there."""
    placed = [t for t in things if t.kind == "object" and t.position]
    if len({t.position for t in placed}) < 2:
        return []
    low, high = ("left", "right") if cues.about.side in ("left", "right", "centre") else ("top", "bottom")

    def rank(thing: Thing) -> int:
        return 0 if low in thing.position else 2 if high in thing.position else 1

    wanted = {"left": 0, "up": 0, "right": 2, "down": 2}.get(cues.about.side, 1)
    return [min(placed, key=lambda t: abs(rank(t) - wanted))]


def _coloured(things: Sequence[Thing], cues: Cues, scope: Scope) -> Answer | None:
    if not things:
        return None
    if scope.narrowed or cues.order:
        things = things[:1]
    by_colour: dict[str, Thing] = {}
    for thing in sorted(things, key=lambda t: t.start_ns):
        by_colour.setdefault(thing.colour, thing)
    if len(by_colour) == 1:
        name, thing = next(iter(by_colour.items()))
        shape = thing.shape if thing.shape not in ("", "shape", "other") else "thing"
        noun = next((w for w in cues.about.content if is_figure(replace(cues.about, content=(w,)))), shape)
        return Answer(f"The {noun} was {name}, at {clock(thing.start_ns)}.", (thing,))
    told = [f"{looks(t)} at {clock(t.start_ns)}" for t in list(by_colour.values())[:4]]
    return Answer(f"I saw {listed([with_article(t) for t in told])}.", tuple(by_colour.values()))


def _unnamed(cues: Cues, pool: Pool, scope: Scope) -> Answer | None:
    """A thing that perception has no name for: what was said of its colour, or the one thing in view then."""
    about = cues.about
    if not about.content:
        return _coloured(things_first([t for t in scope.pick(find(about, pool)) if t.colour]), cues, scope)
    if cues.order and is_figure(about) and (passed := _passing(cues, pool, scope)):
        return _coloured(passed, cues, scope)
    for utterance in mentioned(about.content, pool, scope):
        if _COLOUR_WORD.search(utterance.subject):
            return Answer(f'I heard "{utterance.subject}" at {clock(utterance.start_ns)}.', (utterance,))
    return _coloured(spoken_of(about, pool, scope), cues, scope)


def spoken_of(about: Mention, pool: Pool, scope: Scope) -> list[Thing]:
    """The only moving or standing-out thing in view while its name was spoken; vehicles also without a word."""
    moving = pool.all("motion") or pool.all("object")
    near: list[Thing] = []
    for utterance in mentioned(about.content, pool, scope):
        near += [t for t in moving if t.lasts(utterance.start_ns - 8 * S, utterance.end_ns + 8 * S)]
    if not near:
        near = [t for t in find(about, pool) if t.kind in ("motion", "object")]
    if not near:
        return []
    looks_like = {(t.colour, t.shape) for t in near}
    if is_figure(about):  # the likeliest first
        looks_like = {(near[0].colour, near[0].shape)}
    return scope.pick(t for t in near if (t.colour, t.shape) in looks_like) if len(looks_like) == 1 else []


def motion(cues: Cues, pool: Pool, scope: Scope) -> Answer | None:
    """ "Which way did the circle move", "did it move left or right"."""
    if scope.missing:
        return None
    about = replace(cues.about, deed="move", side="")
    moves = _passing(cues, pool, scope) if cues.order and is_figure(about) else []
    moves = moves or [t for t in scope.pick(find(about, pool)) if t.kind == "motion"]
    if about.kind == "people" or (not moves and about.kind == ""):
        moves = _walks(about, pool, scope) or [t for t in spoken_of(about, pool, scope) if t.kind == "motion"]
    if not moves and not about.content:
        moves = _beside_object(about, pool, scope)
    if not moves and about.kind == "":  # its name was misheard, or says nothing: what moved just now, or all that moved
        moves = _latest(pool.all("motion"), pool)
    if not moves:
        return None
    ordered = sorted(moves, key=lambda t: t.start_ns)
    longest = max(t.end_ns - t.start_ns for t in ordered)
    ordered = [t for t in ordered if t.end_ns - t.start_ns >= _MINOR * longest] or ordered
    if scope.narrowed or cues.order:
        ordered = [moves[0]]
    ways = _runs([t.subject for t in ordered])
    if cues.wants == "origin" and ways[0] in _OPPOSITE:
        return Answer(f"It came from {_OPPOSITE[ways[0]]}, at {clock(ordered[0].start_ns)}.", tuple(ordered))
    told = f"It moved {', then '.join(direction(w) for w in ways)}, at {clock(ordered[0].start_ns)}."
    if cues.yes_no and cues.about.side and not cues.choices:
        return Answer(f"{'Yes' if cues.about.side in ways else 'No'}, {told[0].lower()}{told[1:]}", tuple(ordered))
    return Answer(told, tuple(ordered))


def _passing(cues: Cues, pool: Pool, scope: Scope) -> list[Thing]:
    """The car that is meant by "the second": of those that went by, each counted once."""
    whole = replace(scope, cues=replace(scope.cues, order=""))
    moving = [t for t in whole.pick(find(replace(cues.about, order="", deed="move"), pool)) if t.kind == "motion"]
    cars: list[Thing] = []
    for thing in sorted([t for t in moving if looks_like_a_car(t)] or things_first(moving), key=lambda t: t.start_ns):
        if not any(thing.colour == c.colour and thing.start_ns - c.end_ns <= _PASSES_NS for c in cars):
            cars.append(thing)
    if cues.order == "nth":
        return cars[cues.nth - 1 : cues.nth]
    return cars[:1] if cues.order == "first" else cars[-1:]


def _latest(motions: Sequence[Thing], pool: Pool) -> list[Thing]:
    recent = [t for t in motions if t.end_ns >= pool.t_ns - _JUST_NS]
    looks_like = {(t.colour, t.shape) for t in recent or motions}
    return list(recent or motions) if len(looks_like) == 1 else []


def _walks(about: Mention, pool: Pool, scope: Scope) -> list[Thing]:
    """How people moved: from the side at which they came in to the other."""
    if about.kind != "people":
        return []
    opposite = {"left": "right", "right": "left"}
    came = [
        replace(t, kind="motion", subject=opposite[t.side])
        for t in scope.pick(pool.all("entered"))
        if t.side in opposite
    ]
    went = [replace(t, kind="motion", subject=t.side) for t in scope.pick(pool.all("left")) if t.side in opposite]
    return came or went


def _beside_object(about: Mention, pool: Pool, scope: Scope) -> list[Thing]:
    """Motions without looks while the thing that is meant was in view."""
    seen = find(replace(about, deed=""), pool)
    return scope.pick(
        m for m in pool.all("motion")
        if not (m.colour and about.colour and m.colour != about.colour) and any(m.overlap_ns(t) > 0 for t in seen)
    )  # fmt: skip


def where(cues: Cues, pool: Pool, scope: Scope) -> Answer | None:
    """ "Where was the triangle", "on which side did the person come in"."""
    about = cues.about
    if about.kind == "people":
        found = [t for t in scope.pick(pool.all("left" if about.deed == "leave" else "entered")) if t.side]
        return Answer(f"On the {found[0].side}, at {clock(found[0].start_ns)}.", (found[0],)) if found else None
    found = [t for t in scope.pick(find(replace(about, deed=""), pool)) if t.position]
    if not found:
        return None
    told = [f"{position(t.position)}, at {clock(t.start_ns)}" for t in found[:1]]
    return Answer(f"{told[0][:1].upper()}{told[0][1:]}.", (found[0],))


def shape(cues: Cues, pool: Pool, scope: Scope) -> Answer | None:
    """ "What shape was the red thing", "which object moved"."""
    about = replace(cues.about, kind="object", content=(), order="")
    found = [t for t in scope.pick(find(about, pool)) if t.shape or t.colour]
    if cues.about.deed == "move":
        found = things_first([t for t in found if t.kind == "motion"] or found)
    if not found:
        return None
    if cues.order or cues.relation or cues.at_ns >= 0:
        found = found[:1]
    named: dict[str, Thing] = {}
    for thing in sorted(found, key=lambda t: t.start_ns):
        named.setdefault(looks(thing), thing)
    told = [f"{with_article(name)} at {clock(t.start_ns)}" for name, t in list(named.items())[:4]]
    return Answer(f"It was {told[0]}." if len(told) == 1 else f"I saw {listed(told)}.", tuple(named.values()))
