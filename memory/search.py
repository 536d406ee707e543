"""Finds in one memory what may answer a question: by meaning, by words and by time.

Reads the store and the indexes; ranking and thresholds are `memory.recall`. Everything it returns lies in the span it
was given.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from memory.archive import Archive
from memory.events import SCENE, SOUND, TALK, Event
from memory.index import VectorIndex
from memory.recall import (
    FEW,
    Candidate,
    Recalled,
    background,
    beside_anchor,
    coverage,
    crowding,
    fit,
    fuse,
    shown,
    span_of,
    standing_out,
    tells,
)
from memory.store import Found, Store
from memory.terms import telling
from memory.times import civil
from wire.messages import Cues, Evidence

Array = NDArray[np.float32]

NEAREST = 64  # sentences whose events are looked at
CROWD = 256  # sentences asked of the index: among them it shows which are of one mould
PER_PHRASE = 6  # events of one sentence that are looked at
IN_SPAN = 400  # when a time is named: all events of the span are candidates, up to that many
SCENES = 6
EARLIER_SESSIONS = 16  # that are looked into when this one has nothing
SESSION_GAP_NS = 10**9  # an earlier session ends at least that long before this one begins
LOG_LIMIT = 256
PARTS = 16  # of a long span that are looked at alike
# In how large a part of a large memory a word may occur and still be searched for.
_TOO_COMMON, _LARGE = 0.02, 2000
_SCORED = 2000  # sentences that full text scores for a question at most
TALKED = frozenset({"speech", "sound", "question", "answer"})  # asked for, no picture tells
_SILENT = frozenset({"silence", "noise", "speech"})  # sounds that are no evidence unless asked for by kind


@dataclass(frozen=True, slots=True, eq=False)
class Query:
    """A question to a memory. texts: the question, its subject, each option, for words; vectors: of the
    question and the options; anchor: that of the anchor.

    scene: the question in the space of the clip vectors; scene_repeats: these are made of sentences, not of pixels.
    """

    session: int
    t_ns: int
    cues: Cues
    texts: tuple[str, ...]
    vectors: Array  # (Q, D)
    visible_from_ns: int = 0
    anchor: Array | None = None
    scene: Array | None = None
    scene_repeats: bool = True
    scene_scale: tuple[float, float | None] | None = None  # sharpness and bias of a space of pictures and texts


class Search:
    """Recall over one memory."""

    def __init__(self, store: Store, archive: Archive, phrases: VectorIndex, clips: VectorIndex) -> None:
        self._store = store
        self._archive = archive
        self._phrases = phrases
        self._clips = clips

    def recall(self, query: Query) -> Recalled:
        """Evidence and log for a question, nothing later than its time and nothing before what may be seen."""
        cues = query.cues
        if cues.anchor and cues.anchor_ns < 0 and query.anchor is not None:
            anchor = self._anchor(query)
            cues = replace(cues, anchor_ns=-1 if anchor is None else anchor.start_ns)
        from_ns, to_ns = span_of(cues, query.t_ns, query.visible_from_ns)
        if from_ns > to_ns:
            return Recalled(cues)
        candidates = self._candidates(query, cues, from_ns, to_ns)
        if query.scene is not None and (not query.scene_repeats or SCENE in cues.kinds):
            candidates += self._scenes(query, query.scene, from_ns, to_ns)
        evidence = fuse(beside_anchor(candidates, cues), cues, query.t_ns)
        if not evidence and cues.ask == "fact" and cues.relation:  # "before they are eaten" is part of what was told
            cues = replace(cues, relation="", anchor="", anchor_ns=-1)
            evidence = fuse(candidates, cues, query.t_ns)
        if not evidence and query.visible_from_ns <= 0 and not (cues.now or cues.spanned or cues.anchor):
            evidence = fuse(self._earlier(query), cues, query.t_ns)
        log, truncated = self._log(query, cues, from_ns, to_ns)
        return Recalled(cues, evidence, log, truncated)

    def find(self, query: Query, *, limit: int) -> tuple[Evidence, ...]:
        """The best matches for words alone, as a person searches."""
        from_ns, to_ns = span_of(query.cues, query.t_ns, query.visible_from_ns)
        return fuse(self._candidates(query, query.cues, from_ns, to_ns), query.cues, query.t_ns, limit=limit)

    def _earlier(self, query: Query) -> list[Candidate]:
        """What earlier sessions of this memory hold, on the time line of this one (before 0) and with its date."""
        rows = {row.no: row for row in self._store.sessions() if row.no <= query.session}
        now = rows.pop(query.session)
        found = []
        for row in sorted(rows.values(), key=lambda r: -r.no)[:EARLIER_SESSIONS]:
            apart_ns = round((row.start_unix_s - now.start_unix_s) * 1e9)
            offset_ns = min(apart_ns, -row.seen_ns - SESSION_GAP_NS)  # one that was read faster than it was filmed
            there = replace(query, session=row.no, t_ns=max(0, row.seen_ns))
            for candidate in self._candidates(there, query.cues, 0, there.t_ns):
                civil_s = row.start_unix_s + candidate.event.start_ns / 1e9
                event = candidate.event.shifted(offset_ns, {"date": civil(civil_s), "session": row.name})
                found.append(replace(candidate, event=event))
        return found

    # ---- candidates ----------------------------------------------------------------------------------------------

    def _candidates(self, query: Query, cues: Cues, from_ns: int, to_ns: int) -> list[Candidate]:
        """Events in the span that are near in meaning, share words, or simply are there when the span is short."""
        oldest = cues.order == "first" and cues.anchor_ns < 0
        beside = self._beside(cues, from_ns, to_ns)
        near = self._phrases.search(query.vectors, CROWD)
        asked = dict.fromkeys(self._rare(telling(text)) for text in query.texts)
        worded = [phrase for words in asked for phrase, _ in self._store.search(words, NEAREST)]
        crowded = self._crowded(dict.fromkeys((*near, *worded)))
        cosines: dict[int, float | None] = {i: near[i] for i in standing_out(near, crowded, NEAREST)}
        for phrase in worded:
            cosines.setdefault(phrase, near.get(phrase))
        found: dict[int, Found] = {}
        for start_ns, end_ns, first in dict.fromkeys((beside, (from_ns, to_ns, oldest))):
            hits = self._store.of_phrases(cosines, query.session, start_ns, end_ns, limit=PER_PHRASE, oldest=first)
            found.update((hit.event.id, hit) for hit in hits)
        if cues.spanned or cues.now or query.visible_from_ns > 0 or not found:
            hits = self._store.overlapping(query.session, from_ns, to_ns, (), limit=IN_SPAN, oldest=oldest)
            found.update((hit.event.id, hit) for hit in hits)
        kept = [hit for hit in found.values() if _may_be_evidence(hit.event, cues)]
        return self._judged(kept, query, cosines, background(near.values()), crowded)

    def _crowded(self, phrases: Iterable[int]) -> dict[int, float]:
        """How near to others of them each of these sentences is."""
        there, vectors = self._phrases.vectors(phrases)
        return {i: round(c, 4) for i, c in zip(there, crowding(vectors).tolist(), strict=True)} if there else {}

    def _beside(self, cues: Cues, from_ns: int, to_ns: int) -> tuple[int, int, bool]:
        """(from, to, oldest first) of the side of the anchor that is asked for; the whole span without one."""
        if cues.anchor_ns < 0 or cues.relation not in ("before", "after"):
            return from_ns, to_ns, cues.order == "first"
        if cues.relation == "before":
            return from_ns, min(to_ns, cues.anchor_ns), False
        return max(from_ns, cues.anchor_ns), to_ns, True

    def _judged(
        self,
        hits: list[Found],
        query: Query,
        cosines: dict[int, float | None],
        crowd: float,
        crowded: Mapping[int, float],
    ) -> list[Candidate]:
        """Each hit with its cosine and the share of words it holds."""
        unknown = [h.phrase for h in hits if cosines.get(h.phrase) is None]
        if unknown:
            cosines.update(self._phrases.scores(query.vectors, dict.fromkeys(unknown)))
        wanted = list(dict.fromkeys(telling(text) for text in query.texts))
        occurrences = self._store.occurrences([word for words in wanted for word in words])
        n_phrases = len(self._phrases)
        judged = []
        shares: dict[int, float] = {}
        for hit in hits:
            if hit.phrase not in shares:
                present = hit.words.split()
                covered = (coverage(w, present, occurrences, n_phrases) for w in wanted)
                shares[hit.phrase] = max(covered, default=0.0)
            judged.append(
                Candidate(
                    hit.event,
                    hit.phrase,
                    cosines.get(hit.phrase) or 0.0,
                    shares[hit.phrase],
                    fits=fit(hit.event, query.cues.about) * tells(hit.event, query.cues),
                    background=crowd,
                    crowding=crowded.get(hit.phrase, FEW),
                )
            )
        return judged

    def _rare(self, words: Sequence[str]) -> tuple[str, ...]:
        """Words worth a full-text search: in a large memory not those that are everywhere, and the rarest only, since
        each sentence that holds one is scored."""
        n_phrases = len(self._phrases)
        if n_phrases < _LARGE:
            return tuple(words)
        occurrences = self._store.occurrences(words)
        worth = sorted((w for w in words if 0 < occurrences[w] <= _TOO_COMMON * n_phrases), key=occurrences.__getitem__)
        scored = list(accumulate(occurrences[w] for w in worth))
        return tuple(w for w, n in zip(worth, scored, strict=True) if n <= _SCORED)

    def _anchor(self, query: Query) -> Event | None:
        """The event that the anchor names: the best match; among equals the last one before, the first one after."""
        cues = query.cues
        bare = Cues(order="first" if cues.relation == "after" else "last")
        asked = Query(
            session=query.session,
            t_ns=query.t_ns,
            cues=bare,
            texts=(cues.anchor,),
            vectors=query.anchor if query.anchor is not None else np.zeros((0, 0), np.float32),
            visible_from_ns=query.visible_from_ns,
        )
        candidates = self._candidates(asked, bare, query.visible_from_ns, query.t_ns)
        best = fuse(candidates, bare, query.t_ns, limit=1)
        if not best:
            return None
        return next(
            c.event for c in candidates
            if (c.event.start_ns, c.event.kind, c.event.text) == (best[0].start_ns, best[0].kind, best[0].text)
        )  # fmt: skip

    def _scenes(self, query: Query, vector: Array, from_ns: int, to_ns: int) -> list[Candidate]:
        """Clips that are near the question as a whole."""
        found = []
        near = self._clips.search(vector.reshape(1, -1), NEAREST)
        rows = {row.id: row for row in self._archive.clips(list(near), query.session, from_ns, to_ns)}
        crowd = background(near.values())
        hits = sorted(((i, cosine) for i, cosine in near.items() if i in rows), key=lambda hit: (-hit[1], hit[0]))
        for identity, cosine in hits[:SCENES]:
            row = rows[identity]
            scene = Event(
                id=-row.id,  # apart from the events' own ids
                session=row.session,
                kind=SCENE,
                start_ns=row.start_ns,
                end_ns=row.end_ns,
                text=row.summary,
                key_frame=row.key_frame,
            )
            told = not query.scene_repeats and not set(query.cues.kinds) <= TALKED
            meant = shown(cosine, crowd, *query.scene_scale) if query.scene_scale else None
            found.append(Candidate(scene, -row.id, cosine, tells=told, meant=meant))
        return found

    def _log(self, query: Query, cues: Cues, from_ns: int, to_ns: int) -> tuple[tuple[Evidence, ...], bool]:
        """All events of the kinds in question within the span, in order of time. Of more than fit: the newest; the
        oldest if the first is asked for; those around the anchor or the moment that the question names."""
        if not cues.kinds:
            return (), False
        limit, no = LOG_LIMIT, query.session
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
                self._store.witnessed(no, at, at + length_ns - 1, kinds, t_ns, limit=limit // PARTS, oldest=True)
                for at in range(from_ns, from_ns + PARTS * length_ns, length_ns)
            ]
            seen = sorted(
                dict(one for part in parts for one in part).items(), key=lambda one: (one[1].start_ns, one[0])
            )
        else:
            seen = self._store.witnessed(no, from_ns, to_ns, kinds, t_ns, limit=limit + 1, oldest=oldest)
            truncated = len(seen) > limit
            seen = seen[:limit] if oldest else seen[-limit:]
        return tuple(evidence for _, evidence in seen), truncated


def _may_be_evidence(event: Event, cues: Cues) -> bool:
    """What was said between the person and us is none, nor is plain noise, unless it is asked for."""
    if event.kind in cues.kinds:
        return True
    return event.kind not in TALK and not (event.kind == SOUND and event.subject in _SILENT)
