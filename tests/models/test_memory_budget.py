"""What a reasoner will take, in numbers, and the refusal before anything is loaded."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest
import torch
from tiny_checkpoints import write_internvl, write_ixc

from models.checkpoint import CheckpointError
from models.decoder import Stepping
from models.internvl_reasoner import InternVlReasoner
from models.ixc_reasoner import IxcReasoner
from models.memory_budget import Need, Text, Tower, budget_bytes, estimate, require
from models.resident import Resident
from models.speed import Speed

pytestmark = pytest.mark.models

CPU = [torch.device("cpu")]
# InternVL2-8B: InternViT-300M on 16 tiles of 448 pixels, InternLM2.5-7B.
TOWER = Tower(pictures=16, tokens=1025, hidden=1024, intermediate=4096)
TEXT = Text(positions=2048, hidden=4096, intermediate=14336, kv=2 * 8 * 128, layers=32, vocabulary=92553)


def test_a_reasoner_of_8_billion() -> None:
    need = estimate(16_150_000_000, 8192, TEXT, TOWER, 2, kept=64 * 256, gpu=True)
    assert need.cache == 8192 * (32 * 2048 + 4096) * 2
    assert need.pictures == 16 * 1025 * 10 * 1024 * 2 + 64 * 256 * 4096 * 2
    assert need.reading == 2048 * (3 * 4096 + 3 * 14336) * 2 + 3 * 92553 * 4
    assert need.total == 16_150_000_000 + need.cache + need.pictures + need.reading + 600_000_000
    assert str(need) == "weights 16.15, cache 1.14, pictures 0.47, reading 0.23, libraries 0.60"


def test_budgets() -> None:
    assert budget_bytes(0, CPU) is None
    assert budget_bytes(0.25, CPU) == int(0.25 * psutil.virtual_memory().total)
    assert budget_bytes(12e9, CPU) == 12_000_000_000
    with pytest.raises(ValueError, match="memory_budget -1 is negative"):
        budget_bytes(-1, CPU)


def test_the_refusal_names_need_and_budget() -> None:
    need = Need(16_000_000_000, 1_000_000_000, 0, 0, 0)
    require(need, 17e9, CPU, "InternVL2-8B")
    require(need, 0, CPU, "InternVL2-8B")
    with pytest.raises(CheckpointError, match=r"InternVL2-8B needs 17.00 GB on cpu \(weights 16.00, cache 1.00, .*"):
        require(need, 16.9e9, CPU, "InternVL2-8B")
    with pytest.raises(CheckpointError, match=r"16\.90 GB are the budget; lower context"):
        require(need, 16.9e9, CPU, "InternVL2-8B")


def test_free_memory_of_a_gpu_is_its_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: (10_000_000_000, 80_000_000_000))
    gpus = [torch.device("cuda", 0), torch.device("cuda", 1)]
    assert budget_bytes(0, gpus) == 20_000_000_000
    assert budget_bytes(0.5, gpus) == 80_000_000_000
    with pytest.raises(CheckpointError, match=r"needs 21\.00 GB on cuda:0, cuda:1 .* 20\.00 GB are free"):
        require(Need(21_000_000_000, 0, 0, 0, 0), 0, gpus, "x")


@pytest.mark.parametrize("kind", ["internvl", "ixc"])
def test_a_reasoner_beyond_its_budget_loads_nothing(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def opened(budget: float) -> object:
        speed = Speed(context=1000, memory_budget=budget)
        if kind == "internvl":
            return InternVlReasoner(tmp_path, CPU[0], torch.float32, speed=speed)
        return IxcReasoner(tmp_path, CPU[0], torch.float32, speed=speed)

    network = write_internvl(tmp_path) if kind == "internvl" else write_ixc(tmp_path)
    weights = sum(p.numel() for p in network.parameters()) * 4
    cache = 1000 * (2 * 2 * 12 + 24) * 4
    opened(1e9)
    with pytest.raises(CheckpointError, match=r"needs .* GB on cpu"):
        opened(weights + cache)  # the activations come on top
    monkeypatch.setattr("models.spread.load_weights", lambda *args, **more: pytest.fail("it loads"))
    with pytest.raises(CheckpointError, match=r"needs .* GB on cpu"):
        opened(weights + cache)


def test_the_cache_is_as_large_as_was_said(tmp_path: Path) -> None:
    network = write_internvl(tmp_path)
    resident = Resident(network.lm, 1000, Stepping("eager", "a test"))
    with torch.inference_mode():
        resident.prepare(torch.zeros(1, 3, 24))
    assert resident.cache.n_bytes() == 1000 * 2 * 2 * 12 * 4
    assert resident._known is not None
    assert resident._known.numel() == 1000 * 24
