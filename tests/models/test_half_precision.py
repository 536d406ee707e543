"""Every network runs in half precision, as it does on a GPU, and says nearly the same."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from tiny_checkpoints import write_internvl, write_ixc, write_memory
from torch import Tensor

from models.checkpoint import load_weights
from models.generate import Sampling, Step, generate
from models.ixc25 import Ixc25
from models.video_memory import VideoMemory

pytestmark = pytest.mark.models

torch.set_num_threads(1)
HALVES = (torch.bfloat16, torch.float16)


def alike(got: Tensor, expected: Tensor) -> bool:
    return float(F.cosine_similarity(got.float().flatten(), expected.float().flatten(), dim=0)) > 0.98


@pytest.mark.parametrize("dtype", HALVES)
@pytest.mark.parametrize("family", ["internlm2", "phi3", "llama", "qwen2"])
def test_internvl(family: str, dtype: torch.dtype, tmp_path: Path) -> None:
    network = write_internvl(tmp_path, family)

    def first_step(to: torch.dtype) -> tuple[Tensor, Step]:
        load_weights(network, tmp_path, dtype=to)
        with torch.inference_mode():
            tiles = network.encode_tiles(torch.linspace(-1, 1, 2 * 3 * 28 * 28).view(2, 3, 28, 28).to(to))
            ids = torch.cat((torch.full((tiles.shape[0] * tiles.shape[1],), 200), torch.arange(20, 40)))[None]
            embeds = network.embed(ids, tiles, 200)
        assert embeds.dtype == to
        return tiles, next(generate(network.lm, embeds, Sampling(max_new_tokens=1)))

    (tiles, step), (half_tiles, half_step) = first_step(torch.float32), first_step(dtype)
    assert alike(half_tiles, tiles)
    assert alike(half_step.logits, step.logits)
    assert half_step.logits.dtype == torch.float32


@pytest.mark.parametrize("dtype", HALVES)
def test_ixc(dtype: torch.dtype, tmp_path: Path) -> None:
    network = write_ixc(tmp_path)

    def logits(to: torch.dtype) -> Tensor:
        load_weights(network, tmp_path, dtype=to)
        assert isinstance(network, Ixc25)
        with torch.inference_mode():
            picture = network.picture(torch.linspace(-1, 1, 3 * 28 * 56).view(3, 28, 56))
            prompt = network.chat([torch.arange(10, 14), torch.arange(20, 40)], [picture])
            return network.logits(prompt)

    assert alike(logits(dtype), logits(torch.float32))


@pytest.mark.parametrize("dtype", HALVES)
def test_memory(dtype: torch.dtype, tmp_path: Path) -> None:
    network = write_memory(tmp_path)

    def times(to: torch.dtype) -> Tensor:
        load_weights(network, tmp_path, dtype=to)
        assert isinstance(network, VideoMemory)
        with torch.inference_mode():
            features = network.features(torch.linspace(-1, 1, 2 * 3 * 28 * 28).view(2, 3, 28, 28).to(to))
            rows = network.clip_rows([torch.tensor([5, 6, -200])], list(network.project(features[None])))
            return network.compress(rows)[0].time

    assert alike(times(dtype), times(torch.float32))
