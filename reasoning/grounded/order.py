"""Answers about which came first, whether one came before the other, and what came next."""

from __future__ import annotations

from dataclasses import replace

from reasoning.grounded.events import clause, item, noun
from reasoning.grounded.pool import Pool, S, Thing
from reasoning.grounded.resolve import dressed_in, is_figure
from reasoning.grounded.scope import Scope
from reasoning.grounded.talk import statements
from reasoning.grounded.times import occurrences
from reasoning.grounded.wording import Answer, capital, clock, listed
from wire.messages import Cues, Mention

_WITH_NS = 4 * S  # what begins that soon after the first new thing belongs to it
_NOTABLE = ("text", "code", "object", "motion", "people", "entered", "left", "colour", "light_change", "sound")


def order(cues: Cues, pool: Pool, scope: Scope) -> Answer | None:
    """ "Which came first, A or B", "did A come before B", "in what order did the signs appear"."""
    if len(cues.choice_about) < 2:
        return _sequence(cues, pool, scope)
    moments = [(_when(about, pool, scope), about) for about in cues.choice_about]
    unknown = [about for thing, about in moments if thing is None]
    if unknown:
        known = [thing for thing, _ in moments if thing is not None]
        if not known or len(unknown) > 1:
            return None
        seen = f" I saw {noun(known[0])} at {clock(known[0].start_ns)}."
        return Answer(f"I did not see {_named(unknown[0])}.{seen}", tuple(known), sure=False)
    (a, about_a), (b, about_b) = ((thing, about) for thing, about in moments if thing is not None)
    a_ns, b_ns = a.start_ns, b.start_ns
    name_a, name_b = _name(a, about_a), _name(b, about_b)
    first, second = ((name_a, a_ns), (name_b, b_ns)) if a_ns <= b_ns else ((name_b, b_ns), (name_a, a_ns))
    if cues.yes_no:
        true = (a_ns < b_ns) == (cues.relation == "before")
        return Answer(f"{'Yes' if true else 'No'}, {first[0]} came first, at {clock(first[1])}, "
                      f"and {second[0]} after it, at {clock(second[1])}.", (a, b))  # fmt: skip
    if cues.relation:  # "was A before or after B"
        side = "before" if a_ns < b_ns else "after"
        return Answer(f"{capital(name_a)} came {side} {name_b}: at {clock(a_ns)}, against {clock(b_ns)}.", (a, b))
    if cues.order == "last":
        return Answer(
            f"{capital(second[0])} came later, at {clock(second[1])}, after {first[0]} at {clock(first[1])}.", (a, b)
        )
    return Answer(
        f"{capital(first[0])} came first, at {clock(first[1])}, before {second[0]} at {clock(second[1])}.", (a, b)
    )


def _when(about: Mention, pool: Pool, scope: Scope) -> Thing | None:
    """The first time a mention held; a bare noun that means nothing seen may have been spoken of."""
    plain = replace(scope, cues=replace(scope.cues, order="", relation=""))
    found = occurrences(about, pool, plain)
    if not found and about.content and about.kind not in ("speech", "text"):
        found = occurrences(replace(about, kind="", deed=""), pool, plain)
    if not found and about.colour and about.kind in ("", "text"):  # "the yellow card" may have been a car
        found = occurrences(Mention(words=about.words, colour=about.colour, kind="object"), pool, plain)
    if not found:
        return None
    return found[-1] if about.order == "last" else found[0]


def _name(thing: Thing, about: Mention) -> str:
    """The thing in the asker's words where perception has no word for it: "the green car"."""
    if thing.colour and dressed_in(about):
        return f"the person in {thing.colour}"
    if thing.kind in ("object", "motion") and is_figure(about):
        return f"the {thing.colour} {about.content[-1]}"
    return noun(thing, about.colour)


def _named(about: Mention) -> str:
    words = about.words or "that"
    return (
        words if words.split()[0] in ("anybody", "anyone", "somebody", "someone", "people", "music") else f"the {words}"
    )


def _sequence(cues: Cues, pool: Pool, scope: Scope) -> Answer | None:
    about = replace(cues.about, order="", deed="")
    things = sorted(occurrences(about, pool, replace(scope, cues=replace(cues, order=""))), key=lambda t: t.start_ns)
    if not things:
        return None
    parts = [f"{noun(t)} at {clock(t.start_ns)}" for t in things[:6]]
    return Answer(f"First {', then '.join(parts)}.", tuple(things[:6]))


def beside(cues: Cues, pool: Pool, scope: Scope) -> Answer | None:
    """ "What came after the red slide": what began next, and what began with it."""
    if scope.missing or not scope.anchored:
        return None
    kinds = _kinds(cues, scope)
    candidates = [t for t in _notable(pool, kinds) if t is not scope.anchor and not _part_of(scope.anchor, t)]
    if cues.about.kind == "speech" or cues.about.deed == "say":
        candidates = statements(pool)
    if cues.relation == "after":
        later = sorted((t for t in candidates if t.start_ns > scope.anchor_ns + S // 2), key=lambda t: t.start_ns)
        later = _after_end(later, scope) or later
        chosen = [t for t in later if t.start_ns <= later[0].start_ns + _WITH_NS] if later else []
    else:
        earlier = sorted((t for t in candidates if t.start_ns < scope.anchor_ns - S // 2), key=lambda t: -t.start_ns)
        chosen = [t for t in earlier if t.start_ns >= earlier[0].start_ns - _WITH_NS] if earlier else []
    if not chosen:
        return Answer(f"I saw nothing {cues.relation} that.", sure=False)
    shown = _worth_naming(chosen)
    side = "Before" if cues.relation == "before" else "After"
    began_ns = min(t.start_ns for t in shown)
    happenings = all(t.kind in ("entered", "left", "light_change", "speech", "motion") for t in shown)
    told = listed([clause(t) for t in shown]) if happenings else f"I saw {listed([item(t) for t in shown])}"
    return Answer(f"{side} that {told}, at {clock(began_ns)}.", tuple(shown))


def _kinds(cues: Cues, scope: Scope) -> tuple[str, ...]:
    """What to look for: what the question names, else things like the anchor, else anything notable."""
    by_noun = {
        "text": ("text",), "code": ("code",), "people": ("people", "entered", "left"), "object": ("object", "motion"),
        "colour": ("colour",), "sound": ("sound",), "light": ("light_change",),
    }  # fmt: skip
    return by_noun.get(cues.about.kind, _NOTABLE)


def _notable(pool: Pool, kinds: tuple[str, ...]) -> list[Thing]:
    """Things of these kinds without ordinary light, speech and silence, and without what repeats a state."""
    out: list[Thing] = []
    for thing in pool.all(*kinds):
        if thing.kind == "sound" and thing.subject in ("speech", "silence", "noise"):
            continue
        if thing.kind == "colour" and thing.side != "background":
            continue
        out.append(thing)
    return out


def _after_end(later: list[Thing], scope: Scope) -> list[Thing]:
    """Those that began when the anchor was over, where the anchor lasts: the next sign, not its second line."""
    if scope.anchor is None or scope.anchor.kind in ("entered", "left", "light_change", "speech", "light"):
        return later
    return [t for t in later if t.start_ns >= scope.anchor.end_ns - 2 * S]


def _part_of(anchor: Thing | None, thing: Thing) -> bool:
    """Whether a thing shows the anchor again: the same look, or its own background."""
    if anchor is None:
        return False
    same = (anchor.kind, anchor.subject) == (thing.kind, thing.subject) and anchor.kind != "entered"
    moves = {anchor.kind, thing.kind} == {"object", "motion"} and (anchor.colour, anchor.shape) == (
        thing.colour,
        thing.shape,
    )
    return (same and anchor.overlap_ns(thing) > 0) or (moves and anchor.overlap_ns(thing) > 0)


def _worth_naming(things: list[Thing]) -> list[Thing]:
    """At most three, the telling kinds first, motions instead of the objects that move."""
    moving = {(t.colour, t.shape) for t in things if t.kind == "motion"}
    kept = [t for t in things if not (t.kind == "object" and (t.colour, t.shape) in moving)]
    if any(t.kind == "entered" for t in kept):
        kept = [t for t in kept if t.kind != "people"]
    rank = {kind: i for i, kind in enumerate(_NOTABLE)}
    return sorted(kept, key=lambda t: rank.get(t.kind, 9))[:3]
