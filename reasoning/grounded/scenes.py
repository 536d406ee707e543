"""Changes inside one scene: the wall painted anew, the light going down, while what is in view stays in view.

A new colour or brightness that comes with other things is another scene. Knows a pool, not what is asked.
"""

from __future__ import annotations

import itertools

from reasoning.grounded.pool import Pool, S, Thing

_CUT_NS = 2 * S  # a cut that near to a change of colour may be what changed it
_APART_NS = 3 * S  # one change of light is seen as one within that time
_NEUTRAL = {"grey", "white", "black", "beige"}
_FILLS = 0.85  # share of the picture from which a colour is all there is
_LEVEL = {"dark": 0, "dim": 1, "normal": 2, "bright": 3}
_DARK = frozenset(("black", "grey", "brown"))
# As what a colour passes when there is less light.
_IN_THE_DARK = {
    "yellow": _DARK | {"green", "orange"}, "orange": _DARK | {"red"}, "white": _DARK | {"beige"},
    "pink": _DARK | {"purple", "red"}, "purple": _DARK | {"blue"}, "blue": _DARK | {"purple"},
}  # fmt: skip
_CLEAR = 0.25  # difference of brightness from which nobody overlooks it


def goes_on(at_ns: int, pool: Pool) -> bool:
    """Whether a sign, a code or somebody who was there before a moment is still there after it: the same scene."""
    return any(t.start_ns < at_ns - S < at_ns + S < t.end_ns for t in pool.all("text", "code", "people"))


def begins(at_ns: int, pool: Pool) -> bool:
    """Whether other things come into view at a moment: then the scene is another, not its wall or its light."""
    return any(abs(t.start_ns - at_ns) <= S for t in pool.all("text", "code", "object", "people", "entered"))


def filled(pool: Pool) -> list[tuple[Thing, Thing]]:
    """(background before, background after) where one colour that was all there is gave way to another."""
    states = [t for t in pool.all("colour") if t.side == "background"]
    turns = [(was, now) for was, now in itertools.pairwise(states) if was.subject != now.subject]
    whole = [(was, now) for was, now in turns if min(was.value, now.value) >= _FILLS]
    return [pair for pair in whole if not begins(pair[1].start_ns, pool) and not _by_light(pair, pool)]


def repainted(pool: Pool) -> list[tuple[Thing, Thing]]:
    """(background before, background after) where the wall itself changed, in order of time.

    Either the scene goes on; or nothing else comes with the colour, and no cut lies there or the colour fills both
    pictures, so that a cut and a change of colour look the same.
    """
    states = [t for t in pool.all("colour") if t.side == "background"]
    turns = [(was, now) for was, now in itertools.pairwise(states) if was.subject != now.subject]
    turns = [pair for pair in turns if not _by_light(pair, pool)]
    lasting = [pair for pair in turns if goes_on(pair[1].start_ns, pool)]
    turns = [pair for pair in turns if not begins(pair[1].start_ns, pool)]
    cuts = [t.start_ns for t in pool.all("shot", "light_change")]
    inside = [pair for pair in turns if not any(abs(pair[1].start_ns - cut) <= _CUT_NS for cut in cuts)]
    whole = [pair for pair in turns if min(pair[0].value, pair[1].value) >= _FILLS]
    painted = [p for p in whole if not {p[0].subject, p[1].subject} & _NEUTRAL]  # a grey picture is seldom a wall
    found = lasting + (painted or ([] if lasting else whole or (inside if pool.all("shot") else [])))
    return sorted({pair[1].start_ns: pair for pair in found}.values(), key=lambda pair: pair[1].start_ns)


def _by_light(pair: tuple[Thing, Thing], pool: Pool) -> bool:
    """Whether the light changed the colour: a wall in the dark is black. A yellow one that is dim is not purple."""
    was, now = pair
    if any(abs(t.start_ns - now.start_ns) <= S for t in pool.all("light_change")):
        return True
    step = next((t for t in _dimmed(pool) if abs(t.start_ns - now.start_ns) <= S), None)
    if step is None:
        return False
    bright, dim = (was, now) if step.subject == "darker" else (now, was)
    return dim.subject in _IN_THE_DARK.get(bright.subject, _DARK)


def _dimmed(pool: Pool) -> list[Thing]:
    """Steps of the light into the dark or out of it, as changes, wherever they come from."""
    found = []
    for was, now in itertools.pairwise(pool.all("light")):
        before, after = _LEVEL.get(was.subject, 2), _LEVEL.get(now.subject, 2)
        if before != after and min(before, after) <= 1:
            found.append(as_change(now, "darker" if after < before else "brighter"))
    return found


def as_change(state: Thing, subject: str) -> Thing:
    """The beginning of a state of light as a change of light."""
    return Thing(
        kind="light_change", start_ns=state.start_ns, end_ns=state.start_ns, subject=subject, parts=state.parts
    )


def light_steps(pool: Pool) -> list[Thing]:
    """Every step between states of light, as changes."""
    found = []
    for was, now in itertools.pairwise(pool.all("light")):
        step = _LEVEL.get(now.subject, 2) - _LEVEL.get(was.subject, 2)
        if step:
            found.append(as_change(now, "darker" if step < 0 else "brighter"))
    return found


def light_changes(pool: Pool) -> list[Thing]:
    """Changes of light that were noticed as such, and steps into the dark and back within a scene that goes on."""
    noticed = pool.all("light_change")
    noticed = [c for c in noticed if abs(c.value) >= _CLEAR] or noticed
    steps = [
        s for s in _dimmed(pool)
        if goes_on(s.start_ns, pool) and not any(abs(s.start_ns - c.start_ns) <= _APART_NS for c in noticed)
    ]  # fmt: skip
    return sorted((*noticed, *steps), key=lambda t: t.start_ns)
