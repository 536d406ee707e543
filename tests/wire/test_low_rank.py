"""Adapters as files: what was saved is read again, and what is none is named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wire.low_rank import change, load_adapter, save_adapter

pytestmark = pytest.mark.unit

A, B = np.array([[1, 2, 3]], np.float16), np.array([[1], [10]], np.float16)


def test_what_was_saved_is_read_again_and_changes_by_the_product(tmp_path: Path) -> None:
    save_adapter(tmp_path / "adapter.npz", {"first.weight": (A, B)})
    found = load_adapter(tmp_path / "adapter.npz")
    assert found.keys() == {"first.weight"}
    np.testing.assert_array_equal(change(found, "first.weight"), [[1, 2, 3], [10, 20, 30]])


@pytest.mark.parametrize("content", [None, b"", b"PK\3\4 no archive"])
def test_a_file_that_is_no_adapter_is_named(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "adapter.npz"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ValueError, match=r"adapter.npz is no low-rank adapter .*install omnilive again"):
        load_adapter(path)


def test_an_adapter_without_its_second_half_is_named(tmp_path: Path) -> None:
    halves: dict[str, Any] = {"first.weight.a": A}
    np.savez(tmp_path / "half.npz", **halves)
    with pytest.raises(ValueError, match="is no low-rank adapter"):
        load_adapter(tmp_path / "half.npz")
