"""The kind of a question by its words and vector: what is learned, what is shipped, and when it overrules a pattern."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bench.asking import fit, phrasings
from memory.asking import WEIGHTS, Array, Classifier, features, fitted, shipped
from memory.frames import Frame, read
from memory.likely_frame import likely_frame

pytestmark = pytest.mark.unit

CORES = ["what colour was the ball", "what colour is the red box", "how many balls came", "how many men were there"]
ASKS = ["colour", "colour", "count", "count"]


def no_vector(sentences: list[str]) -> Array:
    return np.zeros((len(sentences), 1), np.float32)


def never(sentences: list[str]) -> Array:
    raise AssertionError(f"encoded {sentences}")


def small() -> Classifier:
    return fitted(CORES, CORES, ASKS, no_vector, least=1, decay=1e-4, steps=200)


def test_colours_and_numbers_are_all_one() -> None:
    assert features("is the purple sign 12 or four") == features("is the green sign 9 or two")


def test_what_was_learned_carries_over_to_other_words() -> None:
    shares = small().probabilities("what colour was the curtain")
    assert next(iter(shares)) == "colour"
    assert sum(shares.values()) == pytest.approx(1.0)


def test_the_vector_decides_where_the_words_do_not() -> None:
    def encode(sentences: list[str]) -> Array:
        return np.array([[1, 0] if "colour" in s else [0, 1] for s in sentences], np.float32)

    classifier = fitted(CORES, CORES, ASKS, encode, least=9, decay=1e-4, steps=200)
    assert next(iter(classifier.probabilities("hm", np.array([0, 1], np.float32)))) == "count"
    assert next(iter(classifier.probabilities("hm", np.array([1, 0], np.float32)))) == "colour"
    assert classifier.knows(encode)
    assert not classifier.knows(no_vector)
    assert not classifier.knows(lambda sentences: -encode(sentences))


def test_saved_weights_say_the_same(tmp_path: Path) -> None:
    classifier = small()
    classifier.save(tmp_path / "weights.npz")
    stored = Classifier.load(tmp_path / "weights.npz").probabilities("how many came")
    assert stored == pytest.approx(classifier.probabilities("how many came"), abs=0.05)


def test_phrasings_are_many_and_of_every_kind() -> None:
    rows = phrasings()
    assert len(rows) >= 1500
    assert {ask for ask, _ in rows} == set(shipped().asks)
    assert len({question.lower() for _, question in rows}) == len(rows)


def test_shipped_weights_are_small() -> None:
    assert WEIGHTS.stat().st_size < 100_000


def test_fitting_again_gives_the_same() -> None:
    rows = phrasings()[::40]
    one, other = (fit(rows, no_vector) for _ in range(2))
    assert np.array_equal(one.of_words, other.of_words)


@pytest.mark.parametrize(
    "core", ["did the red sign come before the blue one", "how long ago was that", "did it get darker or brighter"]
)
def test_narrow_patterns_are_not_asked_about(core: str) -> None:
    frame = read(core)
    assert likely_frame(frame, frame.ask, core, core, core, never) is None


def test_a_pattern_that_the_words_bear_out_is_not_encoded() -> None:
    core = "was there a dog in the picture"
    assert likely_frame(read(core), "presence", core, core, core, never) is None


@pytest.mark.parametrize(
    ("core", "ask", "groups"),
    [
        ("the slide straight after the red one", "next", {"rel": "after", "anchor": "the red one"}),
        ("the sign was there how many minutes ago", "ago", {"x": "the sign was there how many minutes ago"}),
        ("which of them was it that came earlier the cat or the dog", "order", {"a": "cat", "b": "dog"}),
    ],
)
def test_a_kind_gets_what_it_needs(core: str, ask: str, groups: dict[str, str]) -> None:
    found = likely_frame(Frame("fact", {"x": core}, sure=False), "fact", core, core, core, no_vector)
    assert found is not None
    assert found.ask == ask
    assert groups.items() <= found.groups.items()
