"""Finds the event that an anchor ("before the toy museum") names in its very words, so that no vector is needed.

Of the sentences that hold all its words those count of which the words are most; of their events the last one before,
the first one after.
"""

from __future__ import annotations

from memory.asked import kinds_of
from memory.events import TALK, Event
from memory.recall import may_be_evidence, named
from memory.store import Store
from memory.terms import own, telling
from wire.messages import Cues

FEWEST = 2  # words: a single one may mean much else where it stands
LOOKED_AT = 48  # sentences with all its words, the last ones or the first ones
SCORED = 1000  # sentences that may hold the rarest of its words: with more of them a vector is as quick
SHOWN = ("", "appear")  # what an anchor may have done that is named by its words alone: not "said", not "left"


def named_anchor(store: Store, cues: Cues, session: int, from_ns: int, to_ns: int) -> Event | None:
    """None where the words alone do not tell."""
    words = own(telling(cues.anchor))
    if cues.anchor_about.deed not in SHOWN or len(words) < FEWEST:
        return None
    if min(store.occurrences(words).values()) > SCORED:
        return None
    oldest = cues.relation == "after"
    kinds = [kind for kind in kinds_of(cues.anchor_about) if kind not in TALK]
    hits = store.with_all(words, session, from_ns, to_ns, kinds, limit=LOOKED_AT, oldest=oldest)
    fitting = [hit for hit in hits if may_be_evidence(hit.event, Cues())]
    best = named(words, [hit.words for hit in fitting])
    return None if best is None else fitting[best].event
