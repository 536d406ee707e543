"""Pieces of words, n-grams of them, and the search for the best sequence: exact on small vocabularies."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, strategies as st

from perception.beam_search import Beams, search
from perception.ngram import Ngram
from perception.subwords import SPACE, Subwords

pytestmark = pytest.mark.unit

ENTRIES = [b"<unk>", b"<s>", b"</s>", *(c.encode() for c in SPACE + "abc"), b"ab", f"{SPACE}ab".encode(), b"bc", b"abc"]


def file_of(entries: list[bytes]) -> bytes:
    lengths = [bytes([len(e)]) if len(e) < 128 else bytes([128 + len(e) % 128, len(e) // 128]) for e in entries]
    return b"".join(length + entry for length, entry in zip(lengths, entries, strict=True))


def test_a_vocabulary_file_with_short_and_long_entries_is_read() -> None:
    entries = [b"a", b"b" * 127, b"c" * 128, b"d" * 300, b"e"]
    parsed = Subwords.parse(file_of(entries))
    assert [parsed.text([i]) for i in range(len(parsed))] == [e.decode() for e in entries]


@pytest.mark.parametrize("cut", [1, 2, 200])
def test_a_cut_vocabulary_file_is_refused(cut: int) -> None:
    with pytest.raises(ValueError, match="entry 0"):
        Subwords.parse(file_of([b"x" * 300])[:cut])


def test_pairs_of_lower_rank_are_joined_first() -> None:
    words = Subwords(ENTRIES)
    assert [ENTRIES[i] for i in words.ids("abc")] == [f"{SPACE}ab".encode(), b"c"]  # ab (7) before bc (9)
    with pytest.raises(KeyError):
        words.ids("z")


@given(st.lists(st.text("abc", min_size=1, max_size=6), min_size=1, max_size=5))
def test_text_to_ids_and_back(words: list[str]) -> None:
    subwords = Subwords(ENTRIES)
    text = " ".join(words)
    assert subwords.text(subwords.ids(text)) == text


def learned() -> Ngram:
    model = Ngram(3, 6)
    model.learn([[1, 1, 3, 4, 2], [1, 1, 3, 4, 2], [1, 1, 5, 4, 3, 2]])
    return model


@pytest.mark.parametrize("before", [(1, 1), (1, 3), (4, 4), (3, 5), ()])
def test_probabilities_behind_any_history_sum_to_one(before: tuple[int, ...]) -> None:
    assert learned().probabilities(before, range(6)).sum() == pytest.approx(1.0)


def test_what_followed_more_often_is_likelier_and_nothing_is_impossible() -> None:
    after_start = learned().probabilities((1, 1), [3, 5, 0])
    assert after_start[0] > after_start[1] > after_start[2] > 0


def best_by_hand(logits: dict[tuple[int, ...], list[float]], longest: int) -> tuple[int, ...]:
    """Every sequence over tokens 2 (the end), 3, 4 up to a length."""
    totals = {}
    for n in range(longest):
        for ids in itertools.product((3, 4), repeat=n):
            total = 0.0
            for at, token in enumerate((*ids, 2)):
                row = np.array(logits[ids[:at]])
                total += row[token] - math.log(np.exp(row).sum())
            totals[ids] = total
    return max(totals, key=lambda ids: totals[ids])


@pytest.mark.parametrize("seed", range(20))
def test_a_wide_search_finds_the_best_sequence(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = {ids: rng.normal(0, 2, 5).tolist() for n in range(6) for ids in itertools.product((3, 4), repeat=n)}
    for row in rows.values():
        row[0] = row[1] = -50.0
    sequences: list[tuple[int, ...]] = [()]

    def step(parents: object, tokens: object) -> np.ndarray:
        nonlocal sequences
        assert isinstance(parents, list)
        assert isinstance(tokens, list)
        sequences = [sequences[p] + (() if t == 1 else (t,)) for p, t in zip(parents, tokens, strict=True)]
        return np.array([rows[ids] for ids in sequences], np.float32)

    found = search(step, 1, 2, Beams(n=64, considered=4, most=6))
    assert found.ids == best_by_hand(rows, 6)
    assert 0 < found.score <= 1


def test_expected_sentences_decide_between_what_sounds_the_same() -> None:
    """The decoder likes 4 a little better than 3 at the second place; after 5 only 3 is expected."""
    model = Ngram(2, 6)
    model.learn([[1, 5, 3, 2]] * 20)

    def step(parents: object, tokens: object) -> np.ndarray:
        rows = {1: [-9, -9, -9, -9, -9, 0.0], 5: [-9, -9, -9, 0.0, 0.4, -9], 3: [-9, -9, 0, -9, -9, -9.0]}
        assert isinstance(tokens, list)
        return np.array([rows.get(t, [-9, -9, 0, -9, -9, -9]) for t in tokens], np.float32)

    assert search(step, 1, 2, Beams(considered=5)).ids == (5, 4)
    assert search(step, 1, 2, Beams(considered=5), model).ids == (5, 3)


def test_a_search_that_never_ends_stops() -> None:
    def step(parents: object, tokens: object) -> np.ndarray:
        assert isinstance(tokens, list)
        return np.tile(np.array([0, 0, -99, 5, 0], np.float32), (len(tokens), 1))

    assert len(search(step, 1, 2, Beams(considered=4, most=7)).ids) == 7
