"""Windows of sound with labels become stretches, however the sound was cut."""

from __future__ import annotations

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from perception.backends.base import Pcm, Sound
from perception.labelling import Labelling, label_of

pytestmark = pytest.mark.unit

WINDOW = 1_000


def by_level(pcm: Pcm) -> tuple[str, float]:
    return {1: "Speech.", 2: "Music", 3: "Dog barking"}[int(pcm.max()) // 1_000], float(pcm.max() % 1_000) / 100


def sound(*levels: int) -> Pcm:
    return np.repeat(np.array(levels, np.int16), WINDOW)


def labels(found: list[Sound]) -> list[tuple[int, int, str, float]]:
    return [(one.start_sample, one.end_sample, one.label, round(one.score, 3)) for one in found]


def test_equal_windows_are_one_stretch_and_quiet_ones_cost_nothing() -> None:
    stream = Labelling(by_level, WINDOW, quiet_rms=60.0)
    pcm = np.concatenate([sound(5, 5, 1_080, 1_040, 2_090, 3_050), sound(3_070)[:300]])
    assert labels(stream.feed(pcm)) == [(0, 2_000, "silence", 1.0), (2_000, 4_000, "speech", 0.6),
                                        (4_000, 5_000, "music", 0.9)]  # fmt: skip
    assert labels(stream.finish()) == [(5_000, 6_300, "dog barking", 0.6)]
    assert stream.finish() == []


def test_a_short_rest_belongs_to_what_was_before() -> None:
    stream = Labelling(by_level, WINDOW, quiet_rms=60.0)
    stream.feed(np.concatenate([sound(1_080), sound(2_090)[:200]]))
    assert labels(stream.finish()) == [(0, 1_200, "speech", 0.8)]
    stream.feed(sound(2_090)[:200])
    assert labels(stream.finish()) == [(1_200, 1_400, "music", 0.9)]


@settings(deadline=None)
@given(st.lists(st.sampled_from([0, 1_010, 2_050, 3_090]), max_size=8), st.integers(0, WINDOW), st.data())
def test_cuts_change_nothing_and_stretches_cover_all(levels: list[int], rest: int, data: st.DataObject) -> None:
    pcm = np.concatenate([sound(*levels), sound(1_010)[:rest]])
    cuts = sorted(data.draw(st.lists(st.integers(0, pcm.size), max_size=6)))
    whole, cut = (Labelling(by_level, WINDOW, quiet_rms=60.0) for _ in range(2))
    expected = whole.feed(pcm) + whole.finish()
    found = [one for piece in np.split(pcm, cuts) for one in cut.feed(piece)] + cut.finish()
    assert found == expected
    edges = [0, *(one.end_sample for one in found)]
    assert [one.start_sample for one in found] == edges[:-1]
    assert edges[-1] == pcm.size


@pytest.mark.parametrize(
    ("words", "label"),
    [
        ("Speech", "speech"), ("'Human voice.'", "speech"), ("The sound is music.", "music"), ("Silence.", "silence"),
        ("音乐。", "music"), ("人声", "speech"), ("White noise", "noise"), ("Gunshot", "bang"),
        ("Dog barking.\nMore words", "dog barking"), ("", "noise"), ("x" * 99, "x" * 40),
    ],
)  # fmt: skip
def test_a_models_words_as_label(words: str, label: str) -> None:
    assert label_of(words) == label
