"""What earlier sessions of a memory hold for a question, on the time line of the session that asks: before 0, with its
date.

They are looked into where this session has nothing, where an anchor is named that was not found in it, and where a time
is named at which it had not begun, an anchor then in that time; never for a question about now, nor where not all of
this session may be seen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from memory.events import elsewhere, is_voice, serial_of, session_of
from memory.placing import GAP_NS, apart_ns, offset_ns, placed
from memory.query import Query
from memory.recall import FOUND, LIMIT, Candidate, Recalled, beside_anchor, fuse
from memory.rows import Found, SessionRow
from memory.shortlist import Judgement
from memory.store import Store
from memory.terms import telling
from wire.civil import civil
from wire.messages import Cues, Evidence

IN_SPAN = 400  # when a time is named: all events of the span are candidates, up to that many
LOG_LIMIT = 256
TRACKS = 2  # things that were found and are followed
TOUCHED = 16  # sessions in a span of earlier times that are looked into, the newest ones
PER_PHRASE = 6  # events of one sentence that are looked at, in one session or in all earlier ones

OUTERMOST = 32  # things of the session that has the first or the last of all
BARE = ("text", "code")  # kinds of things that are asked for by the kind alone
DEEDS = {"enter": ("entered",), "leave": ("left",)}  # kinds that a deed alone names

Log = tuple[tuple[Evidence, ...], bool]


class Within(Protocol):
    """Recall inside one session."""

    def candidates(
        self, query: Query, cues: Cues, from_ns: int, to_ns: int, known: Judgement, *, in_span: int = ...
    ) -> list[Candidate]: ...

    def judged(self, hits: Iterable[Found], query: Query, cues: Cues, known: Judgement) -> list[Candidate]: ...

    def followed(
        self, tracks: Mapping[int, int], query: Query, span: tuple[int, int], known: Judgement
    ) -> list[Candidate]: ...

    def log(self, query: Query, cues: Cues, limit: int = ...) -> Log: ...

    def anchored(self, query: Query) -> Query:
        """A question for the anchor alone."""
        ...

    def judge(self, query: Query) -> Judgement: ...


@dataclass(frozen=True)
class _There:
    """An earlier session as it lies on the time line of this one."""

    row: SessionRow
    offset_ns: int

    def told(self, evidence: Evidence) -> Evidence:
        attrs = {**evidence.attrs, **self._told(evidence.start_ns)}
        start_ns, end_ns = placed(evidence.start_ns, evidence.end_ns, self.offset_ns)
        track = elsewhere(self.row.no, evidence.track)
        return replace(evidence, start_ns=start_ns, end_ns=end_ns, track=track, attrs=attrs)

    def shifted(self, candidate: Candidate) -> Candidate:
        event = candidate.event.shifted(self.offset_ns, self._told(candidate.event.start_ns))
        start_ns, end_ns = placed(event.start_ns, event.end_ns, 0)
        return replace(candidate, event=replace(event, start_ns=start_ns, end_ns=end_ns))

    def _told(self, start_ns: int) -> dict[str, str]:
        return {"date": civil(self.row.start_unix_s + start_ns / 1e9), "session": self.row.name}


_Part = tuple[_There, Query, Cues]  # of a span: a session, and the question to it


class Earlier:
    """Over one memory."""

    def __init__(self, store: Store, within: Within) -> None:
        self._store = store
        self._within = within

    def joined(self, here: Recalled, query: Query, known: Callable[[], Judgement]) -> Recalled:
        """What was recalled of the session of a question, with what earlier ones hold where they are asked for. known:
        of the sentences of this memory, for the question."""
        cues = here.cues
        if query.visible_from_ns > 0 or cues.now:
            return here
        if cues.spanned:
            return self._of_span(here, query, known) if cues.start_ns < 0 else here
        if kinds := _none_of(here):
            return self._outermost(here, query, kinds)
        missing = bool(cues.anchor) and cues.anchor_ns < 0
        if not (missing or _asks_for_more(here)) or not self._store.has_earlier_sessions(query.session):
            return here
        return self._beside_anchor(here, query, known) if missing else self._anywhere(here, query, known)

    def _anywhere(self, here: Recalled, query: Query, known: Callable[[], Judgement]) -> Recalled:
        judged = known()
        found = self._of_phrases(query, here.cues, judged)
        evidence = fuse(found, here.cues, query.t_ns)
        if tracks := found_tracks(evidence, voices=bool(here.cues.speaker.asks)):
            for no, there in self._placed(query, {session_of(track) for track in tracks}).items():
                own = replace(query, session=no, cues=here.cues)
                of_it = {serial_of(t): at - there.offset_ns for t, at in tracks.items() if session_of(t) == no}
                more = self._within.followed(of_it, own, (0, max(0, there.row.reach_ns)), judged)
                found += [there.shifted(one) for one in more]
            evidence = fuse(found, here.cues, query.t_ns)
        return replace(here, evidence=evidence)

    def _of_phrases(self, query: Query, cues: Cues, known: Judgement) -> list[Candidate]:
        """What of all earlier sessions has sentences that may answer."""
        oldest = cues.order == "first"
        hits = self._store.of_phrases_before(known.promising, query.session, limit=PER_PHRASE, oldest=oldest)
        there = self._placed(query, {hit.event.session for hit in hits})
        return [there[c.event.session].shifted(c) for c in self._within.judged(hits, query, cues, known)]

    def _outermost(self, here: Recalled, query: Query, kinds: tuple[str, ...]) -> Recalled:
        """What of these kinds the oldest or the newest session has that has any, for its first or its last."""
        first = here.cues.order == "first"
        rows = sorted(self._store.reaching(), key=lambda row: row.no, reverse=not first)
        now = next(row for row in rows if row.no == query.session)
        for row in [row for row in rows if row.no < query.session][:TOUCHED]:
            there = _There(row, offset_ns(row, now, row.reach_ns))
            own = replace(query, session=row.no, t_ns=max(0, row.reach_ns))
            log, cut = self._within.log(own, replace(here.cues, kinds=kinds, start_ns=0, end_ns=own.t_ns), OUTERMOST)
            if log:
                told = [there.told(one) for one in log]
                best = replace(told[0 if first else -1], score=FOUND)
                return self._with(replace(here, evidence=()), [best], told, cut)
        return here

    def _beside_anchor(self, here: Recalled, query: Query, known: Callable[[], Judgement]) -> Recalled:
        """What lies on the asked side of an anchor in the session that has it, with its log around it."""
        cues = here.cues
        if not telling(cues.anchor):
            return here
        asked = self._within.anchored(query)
        best = best_of(self._of_phrases(asked, asked.cues, self._within.judge(asked)), asked.cues, query.t_ns)
        if best is None:
            return here
        no = best.event.session
        there = self._placed(query, {no})[no]
        own = replace(query, session=no, t_ns=max(0, there.row.reach_ns))
        anchor_ns = best.event.start_ns - there.offset_ns
        own_cues = replace(cues, anchor_ns=anchor_ns, start_ns=0, end_ns=own.t_ns)
        found = self._within.candidates(own, own_cues, 0, own.t_ns, known())
        evidence = fuse(beside_anchor(found, own_cues), own_cues, own.t_ns)
        log = self._within.log(own, own_cues, LOG_LIMIT // 2)
        return self._with(
            replace(here, cues=replace(cues, anchor_ns=best.event.start_ns)),
            [there.told(one) for one in evidence], [there.told(one) for one in log[0]], log[1],
        )  # fmt: skip

    def _of_span(self, here: Recalled, query: Query, known: Callable[[], Judgement]) -> Recalled:
        """What was in a span of civil time that begins before this session."""
        now = self._store.session(query.session)
        to_ns = min(here.cues.end_ns, -GAP_NS)
        from_s, to_s = (now.start_unix_s + at_ns / 1e9 for at_ns in (here.cues.start_ns, to_ns))
        rows = self._store.earlier_sessions(query.session, from_s, to_s, limit=TOUCHED)
        found: list[Candidate] = []
        logged: list[Evidence] = []
        truncated = False
        most = LOG_LIMIT // max(1, len(rows))
        in_span = IN_SPAN // max(1, len(rows))
        parts = [self._part(query, here.cues, _There(row, apart_ns(row, now)), to_ns) for row in reversed(rows)]
        anchor = self._anchor_within(query, parts, in_span) if here.cues.end_ns < 0 else None
        for there, own, own_cues in parts:
            if anchor is not None and anchor.event.session == own.session:
                own_cues = replace(own_cues, anchor_ns=anchor.event.start_ns - there.offset_ns)
            candidates = self._within.candidates(own, own_cues, own_cues.start_ns, own.t_ns, known(), in_span=in_span)
            found += [there.shifted(one) for one in candidates]
            log, cut = self._within.log(own, own_cues, most)
            logged += [there.told(one) for one in log]
            truncated |= cut
        cues = ranked = replace(here.cues, anchor_ns=-1) if here.cues.end_ns < 0 else here.cues
        if anchor is not None:
            at_ns = anchor.event.start_ns
            found = _on_side(found, cues.relation, at_ns)
            cues, ranked = replace(cues, anchor_ns=at_ns), replace(cues, anchor_ns=0)  # here it is below 0
        evidence = sorted((*fuse(found, ranked, query.t_ns), *here.evidence), key=lambda one: -one.score)
        return self._with(replace(here, cues=cues, evidence=()), evidence, logged, truncated)

    def _part(self, query: Query, cues: Cues, there: _There, to_ns: int) -> _Part:
        """What of a span lies in one session, as a question to that session."""
        own_from_ns, own_to_ns = cues.start_ns - there.offset_ns, to_ns - there.offset_ns
        own = replace(query, session=there.row.no, t_ns=max(0, min(own_to_ns, there.row.reach_ns)))
        return there, own, replace(cues, start_ns=max(0, own_from_ns), end_ns=own.t_ns, anchor_ns=-1, at_ns=-1)

    def _anchor_within(self, query: Query, parts: Sequence[_Part], in_span: int) -> Candidate | None:
        """What the anchor names, within a span; on the time line of the question."""
        if not (query.cues.anchor and telling(query.cues.anchor)):
            return None
        asked = self._within.anchored(query)
        known = self._within.judge(asked)
        found: list[Candidate] = []
        for there, own, cues in parts:
            one = replace(asked, session=own.session, t_ns=own.t_ns)
            own_cues = replace(asked.cues, start_ns=cues.start_ns, end_ns=cues.end_ns, spanned=True)
            some = self._within.candidates(one, own_cues, cues.start_ns, own.t_ns, known, in_span=in_span)
            found += [there.shifted(candidate) for candidate in some]
        return best_of(found, asked.cues, query.t_ns)

    def _with(self, here: Recalled, evidence: Iterable[Evidence], log: Iterable[Evidence], truncated: bool) -> Recalled:
        """Both, as much as fits; of the log the newest of both."""
        most = LOG_LIMIT
        before = sorted(log, key=lambda one: one.start_ns)
        kept = here.log[max(0, len(here.log) - max(most // 2, most - len(before))) :]
        before = before[max(0, len(before) - (most - len(kept))) :]
        return replace(
            here,
            evidence=(*evidence, *here.evidence)[:LIMIT],
            log=(*before, *kept),
            log_truncated=truncated or here.log_truncated or len(kept) < len(here.log),
        )

    def _placed(self, query: Query, sessions: set[int]) -> dict[int, _There]:
        rows = {row.no: row for row in self._store.reaching() if row.no in sessions or row.no == query.session}
        now = rows.pop(query.session)
        return {no: _There(row, offset_ns(row, now, row.reach_ns)) for no, row in rows.items()}


def best_of(candidates: Sequence[Candidate], cues: Cues, t_ns: int) -> Candidate | None:
    """The best candidate, None if nothing is strong enough."""
    best = fuse(candidates, cues, t_ns, limit=1)
    told = [(e.start_ns, e.kind, e.text) for e in best]
    return next((c for c in candidates if (c.event.start_ns, c.event.kind, c.event.text) in told), None)


def _on_side(found: Iterable[Candidate], relation: str, at_ns: int) -> list[Candidate]:
    """Those before or after a moment; all where neither is asked for."""
    if relation == "before":
        return [one for one in found if one.event.start_ns < at_ns]
    return [one for one in found if relation != "after" or one.event.start_ns > at_ns]


def found_tracks(evidence: Iterable[Evidence], *, voices: bool = False) -> dict[int, int]:
    """The best things found that are followed, by track, with when they were found. voices: those of words that were
    found too, and first: else what was found would drag along what was said besides."""
    seen: dict[int, int] = {}
    heard: dict[int, int] = {}
    for one in evidence:
        first = heard if is_voice(one.track) else seen
        if one.track and one.score >= FOUND and len(first) < TRACKS:
            first.setdefault(one.track, one.start_ns)
    return heard | seen if voices else seen


def _none_of(here: Recalled) -> tuple[str, ...]:
    """The kinds of which the first or the last is asked for, without a word on what it is like, where this session has
    none of them."""
    cues = here.cues
    if (
        cues.order not in ("first", "last")
        or cues.anchor
        or cues.about.content
        or cues.about.colour
        or cues.about.shape
    ):
        return ()
    kinds = (cues.about.kind,) if cues.about.kind in BARE else DEEDS.get(cues.about.deed, ())
    seen = here.log_truncated or any(one.kind in kinds for one in (*here.log, *here.evidence))
    return () if seen else kinds


def _asks_for_more(here: Recalled) -> bool:
    """Whether this session has nothing, though earlier ones may: what happened after something here is not there."""
    cues = here.cues
    if not cues.anchor:
        return not here.evidence
    return cues.relation == "before" and not (here.evidence or any(e.start_ns < cues.anchor_ns for e in here.log))
