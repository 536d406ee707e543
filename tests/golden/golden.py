"""Reading of the golden cases: numbers that the published code gave on tiny random weights.

`OMNILIVE_GOLDEN=DIR` reads another folder of the same cases; sizes and seeds may differ there.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

CASES = Path(os.environ.get("OMNILIVE_GOLDEN") or Path(__file__).parent / "cases")
if not any(CASES.glob("*/")):  # else every case would be skipped, and a wrong path look like a success
    raise pytest.UsageError(f"{CASES} holds no golden cases; set OMNILIVE_GOLDEN to a folder of them, or leave it out")
RTOL, ATOL = 1e-4, 1e-5
torch.set_num_threads(1)  # the networks are tiny: more threads only wait for one another


def folder(case: str) -> Path:
    """The folder of a case; a case that is not there is skipped by name."""
    path = CASES / case
    if not path.is_dir():
        pytest.skip(f"no golden case {case} in {CASES}")
    return path


def tensors(path: Path) -> dict[str, torch.Tensor]:
    return load_file(path)


def values(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def close(got: torch.Tensor, expected: torch.Tensor) -> None:
    torch.testing.assert_close(got.detach(), expected, rtol=RTOL, atol=ATOL)


def same(got: torch.Tensor, expected: torch.Tensor) -> None:
    """Ids, masks, grids: exact, whatever the integer type."""
    assert got.shape == expected.shape
    assert torch.equal(got.long(), expected.long())
