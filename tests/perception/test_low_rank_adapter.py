"""Low-rank adapters: what they change in a model file, and files that do not belong together."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from perception.low_rank_adapter import PACKAGED, adapted, variables
from wire.low_rank import Adapter, load_adapter

pytestmark = pytest.mark.unit

WEIGHT = np.arange(6, dtype=np.float16).reshape(2, 3)
BIAS = np.array([7, 8], np.float16)


def text(value: str) -> bytes:
    return struct.pack("<H", len(value) + 1) + value.encode() + b"\0"


def variable(name: str, values: np.ndarray, kind: int = 4) -> bytes:
    data = values.tobytes()
    shape = struct.pack(f"<B{values.ndim}I", values.ndim, *values.shape)
    return text(name) + shape + struct.pack("<BI", kind, len(data)) + data


def model(*, version: int = 6, kind: int = 4) -> bytes:
    head = struct.pack("<I", version) + text("WhisperSpec") + struct.pack("<II", 3, 2)
    aliases = struct.pack("<I", 1) + text("other") + text("first/weight")
    return head + variable("first/weight", WEIGHT, kind) + variable("first/bias", BIAS) + aliases


def adapter(name: str = "first/weight", n_in: int = 3) -> Adapter:
    return {name: (np.ones((1, n_in), np.float16), np.array([[1.0], [2.0]], np.float16))}


def test_a_weight_gets_its_change_and_nothing_else_does() -> None:
    before = model()
    after = adapted(before, adapter())
    place = variables(after)["first/weight"]
    assert place.shape == (2, 3)
    found = np.frombuffer(after, np.float16, 6, place.start).reshape(2, 3)
    np.testing.assert_array_equal(found, WEIGHT + np.array([[1.0], [2.0]], np.float16))
    start, end = place.start, place.start + place.n_bytes
    assert (after[:start], after[end:]) == (before[:start], before[end:])


def test_no_adapter_changes_nothing() -> None:
    assert adapted(model(), {}) == model()


@pytest.mark.parametrize(
    ("data", "changes"),
    [(model(), adapter("second/weight")), (model(), adapter(n_in=4)), (model(kind=0), adapter())],
    ids=["unknown name", "other shape", "other numbers"],
)
def test_what_does_not_belong_together_is_named(data: bytes, changes: Adapter) -> None:
    with pytest.raises(ValueError, match=r"the adapter changes (first|second)/weight, which the model has not"):
        adapted(data, changes)


@pytest.mark.parametrize("length", [2, 5, 12, 20, 40, len(model()) - 40])
def test_a_file_cut_short_is_named(length: int) -> None:
    with pytest.raises(ValueError, match="the model file is cut short"):
        variables(model()[:length])


def test_another_version_of_the_format_is_named() -> None:
    with pytest.raises(ValueError, match="is not of version 6"):
        variables(model(version=5))


def test_the_one_at_hand_is_whole() -> None:
    found = load_adapter(PACKAGED)
    assert len(found) == 6 * 6  # six layers: four weights of the encoder, two of the decoder
    for a, b in found.values():
        assert a.dtype == b.dtype == np.float16
        assert a.shape[0] == b.shape[1]
        assert np.isfinite(a).all()
        assert np.abs(b).max() > 0
