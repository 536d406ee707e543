"""Of the things that fit, those of the time that is asked about, the likeliest first.

Owns spans, "now", "at 1:30", "before the red sign", first and last. Knows times only, nothing of what things are.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from reasoning.grounded.pool import Pool, S, Thing
from reasoning.grounded.resolve import find, moment_ns
from wire.messages import Cues

_RECENT_NS = 12 * S  # a thing gone for that long is still what "the sign" means
_AROUND_NS = 2 * S
_POINTING = ("this ", "the current ", "the present ")  # "before this one"


@dataclass(frozen=True)
class Scope:
    """The time asked about. anchor: the thing in "before the red sign"; missing: it was named and not found."""

    cues: Cues
    pool: Pool
    anchor: Thing | None = None
    anchor_ns: int = -1
    missing: bool = False

    @classmethod
    def of(cls, cues: Cues, pool: Pool) -> Scope:
        if not cues.relation or cues.ask == "order":
            return cls(cues, pool)
        if cues.anchor_about.words or cues.anchor_about.kind:
            found = [] if cues.follow_up else find(cues.anchor_about, pool)
            if cues.anchor.startswith(_POINTING):
                found = pool.now(found)[-1:] or found[-1:]
            if found:
                anchor = found[-1] if cues.relation == "before" and cues.anchor_about.order == "last" else found[0]
                if cues.relation == "during":
                    anchor = _while(anchor, pool)
                return cls(cues, pool, anchor, moment_ns(anchor, cues.anchor_about.deed))
        if cues.anchor_ns != -1:
            return cls(cues, pool, None, cues.anchor_ns)
        return cls(cues, pool, missing=True)

    @property
    def anchored(self) -> bool:
        """Whether the anchor was found: below 0 in an earlier session."""
        return self.anchor_ns != -1

    @property
    def narrowed(self) -> bool:
        """Whether the question names any time, an anchor included."""
        return self.cues.spanned or self.cues.now or self.anchored

    def pick(self, things: Iterable[Thing]) -> list[Thing]:
        """Those of the time asked about, the likeliest first; the order of `things` decides among equals."""
        kept = [t for t in things if t is not self.anchor and self._holds(t)]
        cues = self.cues
        if cues.order in ("first", "last", "nth"):
            kept.sort(key=lambda t: t.start_ns)
            if cues.order == "last":
                kept.reverse()
            elif cues.order == "nth":
                kept = kept[cues.nth - 1 : cues.nth]
            return kept
        if cues.relation == "before" and self.anchored:
            kept.sort(key=lambda t: -t.start_ns)
        elif cues.relation == "after" and self.anchored:
            kept.sort(key=lambda t: t.start_ns)
        elif cues.at_ns >= 0:
            kept.sort(key=lambda t: _distance_ns(t, cues.at_ns))
        return kept

    def _holds(self, thing: Thing) -> bool:
        cues = self.cues
        if cues.now and not self.pool.now([thing]):
            return False
        if cues.spanned and not thing.lasts(cues.start_ns, cues.end_ns):
            return False
        if not self.anchored:
            return True
        if cues.relation == "before":
            return thing.start_ns < self.anchor_ns
        if cues.relation == "after":
            return thing.start_ns > self.anchor_ns
        end_ns = self.anchor.end_ns if self.anchor else self.anchor_ns
        start_ns = self.anchor.start_ns if self.anchor else self.anchor_ns
        return thing.lasts(start_ns - _AROUND_NS, end_ns + _AROUND_NS)

    def span(self) -> tuple[int, int]:
        """The span of time asked about, as far as it is one."""
        cues = self.cues
        if not self.anchored:
            return (cues.start_ns, cues.end_ns) if cues.spanned or cues.now else (0, self.pool.t_ns)
        if cues.relation == "before":
            return min((0, *(t.start_ns for t in self.pool.things))), self.anchor_ns
        if cues.relation == "after":
            return self.anchor_ns, self.pool.t_ns
        return self.anchor_ns, self.anchor.end_ns if self.anchor else self.anchor_ns

    def freshest(self, things: list[Thing]) -> list[Thing]:
        """Where nothing tells equal things apart: the one in view, or just gone; else all."""
        if len(things) < 2 or self.narrowed or self.cues.order:
            return things
        fresh = [t for t in things if t.end_ns >= self.pool.t_ns - _RECENT_NS]
        return [max(fresh, key=lambda t: (t.end_ns, t.start_ns))] if fresh else things


def _while(anchor: Thing, pool: Pool) -> Thing:
    """The time that a change began: "while the lights were out" lasts until they came on again."""
    if anchor.kind != "light_change":
        return anchor
    back = [t for t in pool.all("light_change") if t.start_ns > anchor.start_ns and t.subject != anchor.subject]
    return replace(anchor, end_ns=back[0].start_ns if back else pool.t_ns)


def _distance_ns(thing: Thing, at_ns: int) -> int:
    if thing.start_ns <= at_ns <= thing.end_ns:
        return 0
    return min(abs(thing.start_ns - at_ns), abs(thing.end_ns - at_ns))
