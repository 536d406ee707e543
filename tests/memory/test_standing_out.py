"""Sentences of one mould do not hide the one that stands alone, nor make "nothing found" something."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, strategies as st
from numpy.typing import NDArray

from memory.events import Event
from memory.recall import (
    FAR_MORE,
    FOUND,
    Candidate,
    at_most,
    crowding,
    fuse,
    named,
    outweighed,
    standing_out,
    strength_of,
)
from memory.terms import telling, words_of
from wire.messages import Cues

pytestmark = pytest.mark.unit


def directions(rows: list[list[float]]) -> NDArray[np.float32]:
    vectors = np.asarray(rows, np.float32)
    unit: NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


def event(number: int, kind: str = "speech", start_s: int = 0) -> Event:
    at = (start_s or number) * 10**9
    return Event(id=number, session=1, kind=kind, start_ns=at, end_ns=at, text=f"sentence {number}")


def test_crowding_is_high_among_sentences_of_one_mould_only() -> None:
    mould = [[1.0, 0.02 * n, 0.0] for n in range(12)]
    found = crowding(directions([*mould, [0.0, 0.0, 1.0]]))
    assert found[:12].min() > 0.9
    assert found[12] < 0.05


def test_crowding_of_a_lone_sentence_is_nothing() -> None:
    assert crowding(directions([[1.0, 0.0]])).tolist() == [0.0]


def test_the_one_that_stands_alone_is_looked_at_though_many_are_nearer() -> None:
    near = {n: 0.5 - n / 10_000 for n in range(100)} | {999: 0.4}
    crowded = dict.fromkeys(range(100), 0.8) | {999: 0.1}
    picked = standing_out(near, crowded, 30)
    assert 999 in picked
    assert picked[:3] == [0, 1, 2]  # the nearest stay
    assert len(picked) == 30


def test_the_same_cosine_is_something_alone_and_nothing_in_a_crowd() -> None:
    alone = Candidate(event(1), 1, cosine=0.36, background=0.3, crowding=0.2)
    crowded = Candidate(event(2), 2, cosine=0.36, background=0.3, crowding=0.7)
    assert alone.strength >= FOUND > crowded.strength


def test_a_very_near_sentence_is_found_in_any_crowd() -> None:
    assert Candidate(event(1), 1, cosine=0.6, background=0.58, crowding=0.95).strength >= FOUND


def test_crowds_do_not_count_against_what_is_seen() -> None:
    seen = Candidate(event(1, "entered"), 1, cosine=0.45, background=0.3, crowding=0.9)
    assert seen.strength == Candidate(event(1, "entered"), 1, cosine=0.45, background=0.3, crowding=0.1).strength


share = st.floats(0.0, 1.0)


def most(cosine: float, words: float, background: float, crowd: float) -> float:
    (found,) = at_most(np.array([cosine]), np.array([words]), background, np.array([crowd])).tolist()
    return float(found)


@given(st.floats(-1.0, 1.0), share, share, share, share, st.sampled_from(["speech", "text", "entered", "scene"]))
def test_no_event_is_stronger_than_its_sentence_allows(
    cosine: float, words: float, background: float, crowd: float, fits: float, kind: str
) -> None:
    candidate = Candidate(
        event(1, kind), 1, cosine=cosine, words=words, fits=fits, background=background, crowding=crowd
    )
    assert candidate.strength <= most(cosine, words, background, crowd)


def test_what_its_sentence_allows_is_reached() -> None:
    said = Candidate(event(1), 1, cosine=0.5, words=0.2, background=0.4, crowding=0.3)
    seen = Candidate(event(2, "entered"), 2, cosine=0.5, words=0.2, background=0.3, crowding=0.4)
    assert said.strength == pytest.approx(most(0.5, 0.2, 0.4, 0.3), abs=0.0011)
    assert seen.strength == pytest.approx(most(0.5, 0.2, 0.3, 0.4), abs=0.0011)


def test_weaker_ones_come_along_only_with_something_found() -> None:
    strong = Candidate(event(1), 1, cosine=0.5, background=0.2, crowding=0.2)
    weak = Candidate(event(2, start_s=500), 2, cosine=0.3, background=0.2, crowding=0.2)
    assert weak.strength < FOUND
    assert fuse([weak], Cues(), 10**12) == ()
    assert [e.text for e in fuse([weak, strong], Cues(), 10**12)] == ["sentence 1", "sentence 2"]


def test_words_of_the_world_are_judged_by_how_they_bear_and_talk_with_us_is_not() -> None:
    weak = strength_of(-0.5)
    heard = Candidate(event(1), 1, cosine=0.9, bears=weak)
    asked = Candidate(event(2, "question"), 2, cosine=0.9, bears=weak)
    assert heard.strength < FOUND < asked.strength
    assert Candidate(event(3), 3, words=1.0, bears=0.0).strength >= FOUND  # all the words of the question


def test_what_looks_otherwise_than_asked_bears_less() -> None:
    assert Candidate(event(1), 1, bears=0.5, fits=0.6).strength == pytest.approx(0.3)


def told_to(question: Cues, candidates: list[Candidate]) -> list[str]:
    return [piece.text for piece in fuse(candidates, question, 10**15)]


def test_scenes_come_after_what_they_only_repeat() -> None:
    strong, weak = Candidate(event(1), 1, bears=0.5), Candidate(event(2), 2, bears=0.25)
    scenes = [Candidate(event(n, "scene"), n, meant=0.9, tells=False) for n in range(3, 12)]
    assert told_to(Cues(ask="fact"), [*scenes, weak, strong])[:2] == ["sentence 1", "sentence 2"]
    assert told_to(Cues(ask="fact"), scenes) == []


def test_a_fact_is_told_once_before_others_are_told_again() -> None:
    often = [Candidate(event(1, start_s=100 * n), 1, bears=0.9) for n in range(1, 5)]
    again = [replace(c, event=replace(c.event, id=n)) for n, c in enumerate(often, 20)]
    rare = Candidate(event(9), 9, bears=0.5)
    assert told_to(Cues(ask="fact"), [*again, rare])[:3] == ["sentence 1", "sentence 9", "sentence 1"]
    assert told_to(Cues(ask="fact", order="last"), [*again, rare])[:4] == [*["sentence 1"] * 3, "sentence 9"]


def test_a_candidate_far_stronger_than_those_beside_the_anchor_outweighs_them() -> None:
    def told(strength: float, *, tells: bool = True) -> Candidate:
        return Candidate(event(1), 1, meant=strength, tells=tells)

    beside = [told(0.4), told(0.3)]
    assert not outweighed(beside, [*beside, told(0.4 + FAR_MORE)])
    assert outweighed(beside, [*beside, told(0.41 + FAR_MORE)])
    assert not outweighed(beside, [*beside, told(1.0, tells=False)])
    assert outweighed([], [told(0.2)])
    assert not outweighed([], [])


@pytest.mark.parametrize(
    ("sentences", "found"),
    [
        (["a sign reads toy museum"], 0),
        (["someone said the toy museum of the old town opens at nine", "a sign reads toy museum"], 1),
        (["someone said the toy museum of the old town opens at nine"], None),
        (["a sign reads toy museum 4", "a sign reads toy museum 7"], 0),
        ([], None),
    ],
)
def test_a_name_is_of_the_sentence_that_says_little_else(sentences: list[str], found: int | None) -> None:
    assert named(telling("the toy museum"), [words_of(text) for text in sentences]) == found
