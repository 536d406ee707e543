"""Finds in one memory what may answer a question: by meaning, by words and by time.

Reads the store and the indexes; ranking and thresholds are `memory.recall`. Everything it returns lies in the span it
was given.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np

from memory.anchors import named_anchor
from memory.archive import Archive, ClipRow
from memory.bearing import wanted
from memory.draft import Drafter, Inquiry
from memory.earlier import IN_SPAN, LOG_LIMIT, PER_PHRASE, Earlier, best_of, found_tracks
from memory.events import SCENE, Event, is_voice
from memory.index import VectorIndex
from memory.mentions import worn
from memory.query import Ahead, Query, read_by
from memory.recall import (
    FEW,
    Candidate,
    Recalled,
    background,
    beside_anchor,
    fit,
    fuse,
    may_be_evidence,
    outweighed,
    shown,
    span_of,
    tells,
)
from memory.rows import Found
from memory.said_by import of_speakers, said_near, with_speakers
from memory.shortlist import NOTHING, Judgement, Shortlist, Worded
from memory.store import Store
from wire.messages import Cues, Evidence

SCENES = 6
OF_TRACKS = 3  # events of things that were found that come along
NEAR_CLIPS = 64  # asked of the index: some may be of other sessions, or not of the span
PARTS = 16  # of a long span that are looked at alike
TALKED = frozenset({"speech", "sound", "question", "answer"})  # asked for, no picture tells


class Search:
    """Recall over one memory."""

    def __init__(self, store: Store, archive: Archive, phrases: VectorIndex, clips: VectorIndex) -> None:
        self._store = store
        self._archive = archive
        self._shortlist = Shortlist(store, phrases)
        self._clips = clips
        self._earlier = Earlier(store, self)

    def draft(self, drafter: Drafter, inquiry: Inquiry, query: Query) -> tuple[Query, Ahead]:
        """A question as far as its words tell, and what can be done of it. query: with the rest that it needs."""
        draft = drafter.draft(inquiry)
        query = replace(query, cues=draft.cues, texts=draft.texts)
        return query, self.ahead(query)

    def ahead(self, query: Query, known: Worded = NOTHING) -> Ahead:
        """What can be done before the question is encoded: find its anchor and its words, and read the log. known: the
        words that were looked for before."""
        cues = query.cues
        if cues.anchor and cues.anchor_ns < 0:
            here = not (cues.spanned and cues.end_ns < 0)  # else it is looked for where the span lies
            anchor = None
            if here:
                anchor = named_anchor(self._store, cues, query.session, query.visible_from_ns, query.t_ns)
            if anchor is None and query.anchor is None:
                wanted(cues.anchor)  # what is related to its words is known from here on
                words = self._shortlist.worded((*query.texts, cues.anchor), known)
                return Ahead(read_by(cues), -1, (), False, words, wants_anchor=True)
            if here:
                anchor = anchor or self._anchor(query, known)
            cues = replace(cues, anchor_ns=-1 if anchor is None else anchor.start_ns)
        log, truncated = self.log(query, cues)
        return Ahead(read_by(query.cues), cues.anchor_ns, log, truncated, self._shortlist.worded(query.texts, known))

    def judge(self, query: Query, worded: Worded = NOTHING) -> Judgement:
        """The sentences that may answer a question, whatever time it asks about. worded: see `Ahead`."""
        return self._shortlist.judge(query.texts, query.vectors, worded, space=query.space)

    def told(self, query: Query, worded: Worded = NOTHING, known: Judgement | None = None) -> Judgement:
        """What `judge` gives, or gave, with what the nearest sentences say that may be seen."""
        from_ns, to_ns = span_of(query.cues, query.t_ns, query.visible_from_ns)
        return self._shortlist.told(known or self.judge(query, worded), query.session, from_ns, to_ns)

    def recall(self, query: Query, ahead: Ahead | None = None, known: Judgement | None = None) -> Recalled:
        """Evidence and log for a question, nothing later than its time and nothing before what may be seen.

        ahead: what `ahead` gave for this question as it was understood by then; what of it still holds is used. known:
        what `judge` gave for it."""
        if ahead is None or not ahead.holds_for(query.cues):
            ahead = self.ahead(query, NOTHING if ahead is None else ahead.worded)
        cues = anchored = replace(query.cues, anchor_ns=ahead.anchor_ns)
        from_ns, to_ns = span_of(cues, query.t_ns, query.visible_from_ns)
        if from_ns > to_ns:
            return self._earlier.joined(Recalled(cues), query, lambda: known or self.judge(query, ahead.worded))
        near = None
        if query.scene is not None and (not query.scene_repeats or SCENE in cues.kinds):
            near = self._clips.search_beside(query.scene.reshape(1, -1), NEAR_CLIPS)
        try:
            judged = known or self.judge(query, ahead.worded)
            candidates = self.candidates(query, cues, from_ns, to_ns, judged)
        finally:
            scenes = {} if near is None else near.result()  # it reads what others may change when this returns
        candidates += self._scenes(query, scenes, from_ns, to_ns)
        every = beside = beside_anchor(candidates, cues)
        evidence = fuse(beside, cues, query.t_ns)
        if cues.ask == "fact" and cues.relation and (not evidence or outweighed(beside, candidates)):
            # "Before they are eaten" is part of what was told.
            cues = replace(cues, relation="", anchor="", anchor_ns=-1)
            every = candidates
            evidence = fuse(every, cues, query.t_ns)
        if tracks := found_tracks(evidence, voices=bool(cues.speaker.asks)):
            every = [*every, *self.followed(tracks, replace(query, cues=cues), (from_ns, to_ns), judged)]
            evidence = fuse(every, cues, query.t_ns)
        kept = cues is anchored and not ahead.wants_anchor
        log, truncated = (ahead.log, ahead.truncated) if kept else self.log(query, cues)
        return self._earlier.joined(Recalled(cues, evidence, log, truncated), query, lambda: judged)

    def find(self, query: Query, *, limit: int) -> tuple[Evidence, ...]:
        """The best matches for words alone, as a person searches."""
        from_ns, to_ns = span_of(query.cues, query.t_ns, query.visible_from_ns)
        known = self.judge(query)
        return fuse(self.candidates(query, query.cues, from_ns, to_ns, known), query.cues, query.t_ns, limit=limit)

    # ---- candidates ----------------------------------------------------------------------------------------------

    def candidates(
        self, query: Query, cues: Cues, from_ns: int, to_ns: int, known: Judgement, *, in_span: int = IN_SPAN
    ) -> list[Candidate]:
        """Events in the span that are near in meaning, share words, or simply are there when the span is short. known:
        of the sentences of this memory, for these texts and vectors."""
        oldest = cues.order == "first" and cues.anchor_ns < 0
        beside = self._beside(cues, from_ns, to_ns)
        no = query.session
        hits = self._store.of_phrases(known.promising, no, from_ns, to_ns, limit=PER_PHRASE, oldest=oldest)
        look = worn(query.cues.about)
        if look or beside != (from_ns, to_ns, oldest):
            many = [phrase for phrase, n in Counter(hit.phrase for hit in hits).items() if n == PER_PHRASE]
            hits += self._store.of_phrases(many, no, beside[0], beside[1], limit=PER_PHRASE, oldest=beside[2])
            if look:
                hits += self._store.of_colour(look, many, no, *beside[:2], limit=PER_PHRASE, oldest=beside[2])
        found = {hit.event.id: hit for hit in hits}
        short = cues.spanned or cues.now or query.visible_from_ns > 0
        if short or not (found or self._store.any_of_phrases(known.looked_at, no, from_ns, to_ns)):
            hits = self._store.overlapping(no, from_ns, to_ns, (), limit=in_span, oldest=oldest)
            found.update((hit.event.id, hit) for hit in hits)
            known = self._shortlist.completed(known, hits, query.texts, query.vectors)
        return self.judged(found.values(), query, cues, known)

    def judged(self, hits: Iterable[Found], query: Query, cues: Cues, known: Judgement) -> list[Candidate]:
        """Those of these events that may be evidence. known: of their sentences."""
        return [
            Candidate(
                hit.event,
                hit.phrase,
                known.cosines.get(hit.phrase, 0.0),
                known.shares[hit.phrase],
                fits=fit(hit.event, query.cues.about) * tells(hit.event, query.cues),
                background=known.background,
                crowding=known.crowding.get(hit.phrase, FEW),
                bears=known.bears.get(hit.phrase),
            )
            for hit in hits
            if may_be_evidence(hit.event, cues)
        ]

    def followed(
        self, tracks: Mapping[int, int], query: Query, span: tuple[int, int], known: Judgement
    ) -> list[Candidate]:
        """More events of things that were found, each by track with when that was: what they did next, then what they
        had done before."""
        voices = [(track, at) for track, at in tracks.items() if is_voice(track)]
        seen = [(track, at) for track, at in tracks.items() if not is_voice(track)]
        hits = self._store.of_tracks(query.session, seen, *span) if seen else []
        hits += said_near(self._store, query.session, voices, *span) if voices else []
        hits = [hit for hit in hits if hit.event.start_ns != tracks[hit.event.track]]
        hits.sort(key=lambda hit: _later(hit.event, tracks))
        known = self._shortlist.completed(known, hits, query.texts, query.vectors)
        more = beside_anchor(self.judged(hits, query, query.cues, known), query.cues)
        return [replace(one, followed=True) for one in more[:OF_TRACKS]]

    def _beside(self, cues: Cues, from_ns: int, to_ns: int) -> tuple[int, int, bool]:
        """(from, to, oldest first) of the side of the anchor that is asked for; the whole span without one."""
        if cues.anchor_ns < 0 or cues.relation not in ("before", "after"):
            return from_ns, to_ns, cues.order == "first"
        if cues.relation == "before":
            return from_ns, min(to_ns, cues.anchor_ns), False
        return max(from_ns, cues.anchor_ns), to_ns, True

    def anchored(self, query: Query) -> Query:
        """A question for the anchor alone: the best match; among equals the last one before, the first one after."""
        cues = query.cues
        return Query(
            session=query.session,
            t_ns=query.t_ns,
            cues=Cues(order="first" if cues.relation == "after" else "last"),
            texts=(cues.anchor,),
            vectors=query.anchor if query.anchor is not None else np.zeros((0, 0), np.float32),
            visible_from_ns=query.visible_from_ns,
            space=query.space,
        )

    def _anchor(self, query: Query, known: Worded) -> Event | None:
        """The event that the anchor names."""
        asked = self.anchored(query)
        judged = self.judge(asked, known)
        candidates = self.candidates(asked, asked.cues, query.visible_from_ns, query.t_ns, judged)
        best = best_of(candidates, asked.cues, query.t_ns)
        return None if best is None else best.event

    def _scenes(self, query: Query, near: Mapping[int, float], from_ns: int, to_ns: int) -> list[Candidate]:
        """Clips that are near the question as a whole."""
        found: list[Candidate] = []
        crowd = background(near.values())
        hits = sorted(near.items(), key=lambda hit: (-hit[1], hit[0]))
        while hits and len(found) < SCENES:  # most often the nearest are of this session and this span
            some, hits = hits[: 2 * SCENES], hits[2 * SCENES :]
            rows = {row.id: row for row in self._archive.clips([i for i, _ in some], query.session, from_ns, to_ns)}
            found += [self._scene(query, rows[i], cosine, crowd) for i, cosine in some if i in rows]
        return found[:SCENES]

    def _scene(self, query: Query, row: ClipRow, cosine: float, crowd: float) -> Candidate:
        """A clip as what may be evidence."""
        talked = query.cues.ask == "said" or set(query.cues.kinds) <= TALKED
        told = not query.scene_repeats and not talked
        meant = shown(cosine, crowd, *query.scene_scale) if query.scene_scale else None
        scene = Event(
            id=-row.id,  # apart from the events' own ids
            session=row.session,
            kind=SCENE,
            start_ns=row.start_ns,
            end_ns=row.end_ns,
            text=row.summary,
            key_frame=row.key_frame,
        )
        return Candidate(scene, -row.id, cosine, tells=told, meant=meant)

    def log(self, query: Query, cues: Cues, limit: int = LOG_LIMIT) -> tuple[tuple[Evidence, ...], bool]:
        """All events of the kinds in question within the span, in order of time. Of more than fit: the newest; the
        oldest if the first is asked for; those around the anchor or the moment that the question names."""
        from_ns, to_ns = span_of(cues, query.t_ns, query.visible_from_ns)
        if not cues.kinds or from_ns > to_ns:
            return (), False
        no = query.session
        oldest = cues.order == "first"
        t_ns, kinds = query.t_ns, cues.kinds
        middle = cues.anchor_ns if cues.anchor_ns >= 0 else cues.at_ns
        chosen = middle >= 0 or cues.ask == "summary"  # not simply the newest or the oldest
        truncated = chosen and self._store.count(no, from_ns, to_ns, kinds, limit=limit + 1) > limit
        if truncated and middle >= 0:
            before = self._store.witnessed(no, from_ns, middle, kinds, t_ns, limit=limit // 2)
            after = self._store.witnessed(no, middle, to_ns, kinds, t_ns, limit=limit // 2, oldest=True)
            seen = sorted(dict((*before, *after)).items(), key=lambda one: (one[1].start_ns, one[0]))
        elif truncated and cues.ask == "summary":  # as many from each part of the span
            length_ns = max(1, (to_ns - from_ns) // PARTS)
            parts = [
                self._store.witnessed(
                    no, at, at + length_ns - 1, kinds, t_ns, limit=max(1, limit // PARTS), oldest=True
                )
                for at in range(from_ns, from_ns + PARTS * length_ns, length_ns)
            ]
            seen = sorted(
                dict(one for part in parts for one in part).items(), key=lambda one: (one[1].start_ns, one[0])
            )
        else:
            seen = self._store.witnessed(no, from_ns, to_ns, kinds, t_ns, limit=limit + 1, oldest=oldest)
            truncated = len(seen) > limit
            seen = seen[:limit] if oldest else seen[-limit:]
        if truncated and cues.speaker.asks:
            seen = with_speakers(
                seen, of_speakers(self._store, cues.speaker, no, (from_ns, to_ns), t_ns), limit, oldest
            )
        return tuple(evidence for _, evidence in seen), truncated


def _later(event: Event, tracks: Mapping[int, int]) -> tuple[int, bool, int]:
    """What the best thing found did next comes first."""
    apart_ns = event.start_ns - tracks[event.track]
    return list(tracks).index(event.track), apart_ns < 0, abs(apart_ns)
