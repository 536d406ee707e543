"""What a frame encoder's inner states go through: encoded once, carried by near-duplicates, forgotten when asked."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from perception.backends.base import FeatureEncoder, Rgb
from perception.backends.fake import FakeEncoder, NoOptions
from perception.sight import Sight

pytestmark = pytest.mark.unit

SECOND_NS = 1_000_000_000


class StatefulEncoder:
    """A unit vector of the mean colour, and states (2, 3) that hold it; counts what it encodes."""

    threshold = 0.9

    def __init__(self) -> None:
        self.encoded = 0

    def encode(self, frames: list[Rgb]) -> NDArray[np.float32]:
        return self.encode_full(frames)[0]

    def encode_full(self, frames: list[Rgb]) -> tuple[NDArray[np.float32], NDArray[np.float16]]:
        self.encoded += len(frames)
        means = np.stack([frame.mean(axis=(0, 1)) for frame in frames]).astype(np.float32)
        unit = means / np.linalg.norm(means, axis=1, keepdims=True)
        return unit, np.stack([means, means], axis=1).astype(np.float16)

    def close(self) -> None:
        """Nothing is held."""


def plain(level: int) -> Rgb:
    return np.full((36, 64, 3), level, np.uint8)


def test_a_near_duplicate_carries_the_earlier_states_and_is_not_encoded() -> None:
    encoder = StatefulEncoder()
    sight = Sight(encoder, [])
    frames = [sight.see("s", i * SECOND_NS, plain(level)) for i, level in enumerate((40, 40, 200, 200))]
    assert [frame.redundant for frame in frames] == [False, True, False, True]
    assert encoder.encoded == 2
    for frame, level in zip(frames, (40, 40, 200, 200), strict=True):
        assert frame.features is not None
        assert frame.features.dtype == np.float16
        np.testing.assert_array_equal(frame.features, np.full((2, 3), level))


def test_sessions_do_not_share_states() -> None:
    sight = Sight(StatefulEncoder(), [])
    sight.see("a", 0, plain(10))
    other = sight.see("b", 0, plain(90))
    again = sight.see("a", SECOND_NS, plain(10))
    assert again.redundant
    assert other.features is not None
    assert again.features is not None
    assert (float(other.features[0, 0]), float(again.features[0, 0])) == (90.0, 10.0)


def test_forgotten_states_are_not_carried_on() -> None:
    encoder = StatefulEncoder()
    sight = Sight(encoder, [])
    sight.see("s", 0, plain(40))
    sight.forget("s", 0, SECOND_NS)
    assert not sight.see("s", SECOND_NS, plain(40)).redundant
    assert encoder.encoded == 2


def test_an_encoder_without_states_sends_none() -> None:
    encoder = FakeEncoder(NoOptions())
    assert not isinstance(encoder, FeatureEncoder)
    assert Sight(encoder, []).see("s", 0, plain(40)).features is None
