"""Which sentences are worth reading the events of: the near ones, those with the words, and none that are too weak."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from memory.backends.fake import FakeOptions, FakeTextEncoder
from memory.events import Event, row_id
from memory.index import VectorIndex
from memory.recall import FOUND, NO_FIND
from memory.rows import Found
from memory.sentences import sentence
from memory.shortlist import TOLD, Shortlist
from memory.store import Store

pytestmark = pytest.mark.unit

S = 10**9
ENCODER = FakeTextEncoder(FakeOptions())
SAID = ("our ferry leaves at nine", "a harbour opens at dawn", "lanterns hang over a bridge", "somebody hums")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path)
    store.new_session("s", "replay", 0.0)
    events = [
        Event(id=row_id(1, n), session=1, kind="speech", start_ns=n * S, end_ns=n * S, text=text, subject=text)
        for n, text in enumerate(SAID, 1)
    ]
    store.put(events, start_unix_s=0.0, recorded_at=0.0)
    return store


def encoded(*texts: str) -> NDArray[np.float32]:
    return ENCODER.encode(list(texts))


def shortlist(store: Store, *, without: str = "") -> Shortlist:
    """Over all sentences; those that hold `without` have no vector."""
    index = VectorIndex(ENCODER.dim)
    rows = [(number, text) for number, text in store.unembedded(99) if not without or without not in text]
    index.add([number for number, _ in rows], encoded(*(text for _, text in rows)))
    return Shortlist(store, index)


def texts_of(store: Store, numbers: list[int]) -> list[str]:
    by_number = {found.phrase: found.event.text for found in store.overlapping(1, 0, 99 * S, (), limit=99)}
    return [by_number[number] for number in numbers]


def test_the_sentence_that_is_meant_is_promising_and_others_are_not(store: Store) -> None:
    question = "When does the ferry leave?"
    known = shortlist(store).judge((question,), encoded(question))
    assert len(known.looked_at) == len(SAID)  # so few are all near
    assert texts_of(store, list(known.promising)) == [SAID[0]]
    (ferry,) = known.promising
    assert known.shares[ferry] == 1.0
    assert known.cosines[ferry] == pytest.approx(float(encoded(question)[0] @ encoded(SAID[0])[0]), abs=1e-3)


def test_words_find_a_sentence_that_has_no_vector(store: Store) -> None:
    question = "Where are the lanterns?"
    known = shortlist(store, without="lanterns").judge((question,), encoded(question))
    assert texts_of(store, list(known.promising)) == [SAID[2]]
    (lanterns,) = known.promising
    assert lanterns not in known.cosines
    assert known.shares[lanterns] == 1.0


def test_a_question_without_vectors_goes_by_words(store: Store) -> None:
    known = shortlist(store).judge(("harbour",), np.zeros((0, 0), np.float32))
    assert texts_of(store, list(known.promising)) == [SAID[1]]


def test_a_memory_without_sentences_has_none(tmp_path: Path) -> None:
    store = Store(tmp_path)
    known = Shortlist(store, VectorIndex(ENCODER.dim)).judge(("anything at all",), encoded("anything at all"))
    assert list(known.promising) == list(known.looked_at) == []


def test_what_was_found_otherwise_is_judged_as_well(store: Store) -> None:
    question = "Where are the lanterns?"
    list_ = shortlist(store)
    known = list_.judge((question,), encoded(question))
    hits = store.overlapping(1, 0, 99 * S, (), limit=99)
    late = Event(id=row_id(1, 9), session=1, kind="speech", start_ns=0, end_ns=0, text="more lanterns")
    completed = list_.completed(known, [*hits, Found(late, 77, "more lantern")], (question,), encoded(question))
    assert completed.shares[77] == 1.0
    assert 77 not in completed.cosines  # it has no vector
    assert {n: completed.shares[n] for n in known.shares} == known.shares
    assert list_.completed(completed, hits, (question,), encoded(question)) is completed


def test_what_full_text_found_ahead_is_taken_up(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    question = "Where are the lanterns?"
    list_ = shortlist(store)
    known = list_.worded((question, "something else"))
    anew = list_.judge((question,), encoded(question))
    ahead = list_.judge((question,), encoded(question), known)
    assert (ahead.promising, ahead.shares, ahead.cosines) == (anew.promising, anew.shares, anew.cosines)
    monkeypatch.setattr(store, "worded", None)  # not asked again
    assert list_.judge((question,), encoded(question), known).promising == anew.promising


def test_words_are_read_where_they_could_matter_only(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    words_of = store.words_of

    def noted(ids: Sequence[int]) -> dict[int, str]:
        read.extend(ids)
        return words_of(ids)

    monkeypatch.setattr(store, "words_of", noted)
    list_ = shortlist(store)
    list_.judge(("xylophones and zebras",), encoded("xylophones and zebras"))
    assert read == []  # no sentence holds such words, and none is near
    known = list_.judge(("the harbour opens at dawn",), encoded("a bridge of lanterns"))
    assert texts_of(store, read) == [SAID[2]]  # near, though it was not found by words
    assert set(texts_of(store, list(known.promising))) == {SAID[1], SAID[2]}


@pytest.fixture
def heard(tmp_path: Path) -> Store:
    """The same, as memory says what was heard."""
    store = Store(tmp_path)
    store.new_session("s", "replay", 0.0)
    events = [
        Event(
            id=row_id(1, n), session=1, kind="speech", start_ns=n * S, end_ns=n * S, text=sentence("speech", text),
            subject=text,
        )
        for n, text in enumerate(SAID, 1)
    ]  # fmt: skip
    store.put(events, start_unix_s=0.0, recorded_at=0.0)
    return store


def test_what_is_told_is_of_the_session_and_the_span(heard: Store) -> None:
    question = "When does the ferry leave the harbour?"
    list_ = shortlist(heard)
    known = list_.judge((question,), encoded(question))
    odds = list(known.odds.values())
    assert len(odds) >= 2
    assert odds == sorted(odds, reverse=True)
    told = list_.told(known, 1, 0, 99 * S)
    assert list(told.lines) == list(known.odds)[:TOLD]
    assert {SAID[0], SAID[1]} <= set(told.lines.values()) <= set(SAID)
    assert told.here == set(known.odds)
    assert SAID[0] not in list_.told(known, 1, 2 * S, 3 * S).lines.values()
    assert SAID[1] in list_.told(known, 1, 2 * S, 3 * S).lines.values()
    assert not list_.told(known, 2, 0, 99 * S).here


def test_what_comes_later_to_what_was_read_is_no_find(heard: Store) -> None:
    question = "When does the ferry leave?"
    list_ = shortlist(heard)
    known = list_.judge((question,), encoded(question))
    hits = heard.overlapping(1, 0, 99 * S, (), limit=99)
    bare = replace(known, cosines={}, shares={}, bears={})
    anew = list_.completed(bare, hits, (question,), encoded(question))
    capped = list_.completed(replace(bare, read=True), hits, (question,), encoded(question))
    assert max(anew.bears.values()) > FOUND > NO_FIND >= max(capped.bears.values())
