"""A memory with the published compressor, tiny: what goes with a question is what the compressor itself would give."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from desk_tools import S, frame, memory
from numpy.typing import NDArray
from tiny_checkpoints import TOWER, write_memory

from memory.backends.base import ClipInput
from memory.backends.ixc_memory import IxcMemory, IxcMemoryOptions
from wire.messages import FrameSeen, Tensor

pytestmark = pytest.mark.models

torch.set_num_threads(1)
PATCHES, WIDTH, DIM = int(TOWER["image_size"] // TOWER["patch_size"]) ** 2, int(TOWER["hidden_size"]), 24
CLIPS = ((0, 4), (4, 3), (7, 5))  # first second and frames; then one that stays open


def states(t_s: int) -> NDArray[np.float16]:
    return np.random.default_rng(t_s).normal(size=(PATCHES, WIDTH)).astype(np.float16)


def seen(t_s: int, look: int) -> FrameSeen:
    array = states(t_s)
    return replace(frame(t_s, look=look), features=Tensor(data=array.tobytes(), dtype="float16", shape=array.shape))


def array(tensor: Tensor | None) -> NDArray[np.float32]:
    assert tensor is not None
    return np.frombuffer(tensor.data, tensor.dtype).reshape(tensor.shape).astype(np.float32)


async def test_overview_and_related_memory_go_with_a_question(tmp_path: Path) -> None:
    write_memory(tmp_path / "release" / "memory")
    folder = str(tmp_path / "release")
    compressor = IxcMemory(IxcMemoryOptions(checkpoint=folder, device="cpu"))
    clips = []
    for start, length in CLIPS:
        features = np.stack([states(start + n) for n in range(length)]).astype(np.float32)
        span = {"start_ns": start * S, "end_ns": (start + length - 1) * S}
        clips.append(ClipInput(**span, appearance=features[:, 0], sentences=(), features=features))
    kept = [
        one.tokens.astype(np.float16).astype(np.float32) for one in compressor.compress(clips) if one.tokens is not None
    ]
    options = f"{{checkpoint='{folder}', device='cpu'}}"
    async with memory("memory.compressor.backend=ixc_memory", f"memory.compressor.options={options}") as running:
        await running.open(tmp_path / "memory")
        before = await running.ask(0.0, "what is there?", identity="early")
        assert (before.overview, before.tokens) == (None, None)
        await running.play(before, "nothing", 0.1)
        for look, (start, length) in enumerate(CLIPS):
            for n in range(length):
                await running.service.handle(seen(start + n, look))
        await running.service.handle(seen(12, 9))  # a new look closes the clip before
        asked = await running.ask(12.5, "what was there?")
        np.testing.assert_allclose(array(asked.overview), compressor.integrate(kept), rtol=2e-2, atol=2e-2)
        related = array(asked.tokens)
        assert related.shape[1] == DIM
        each = [compressor.local([tokens]) for tokens in kept]
        found = [
            i
            for i, rows in enumerate(each)
            if any(np.allclose(related[at : at + len(rows)], rows, atol=2e-2) for at in range(len(related)))
        ]
        assert found  # whole clips, and nothing else
        assert sum(len(each[i]) for i in found) == len(related)

        # Only what may be seen: the first clip began before.
        await running.play(asked, "things", 12.6)
        later = await running.ask(13.0, "what was there?", identity="later", visible_from_ns=3 * S)
        np.testing.assert_allclose(array(later.overview), compressor.integrate(kept[1:]), rtol=2e-2, atol=2e-2)
