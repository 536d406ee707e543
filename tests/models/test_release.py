"""One release folder feeds all three processes: tower states, clip memory, an answer that reads it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from tiny_checkpoints import write_ixc, write_memory

from memory.backends import COMPRESSOR
from memory.backends.base import ClipInput
from perception.backends import VISION
from reasoning.backends import LLM
from wire.messages import Cues, Question, Tensor

pytestmark = pytest.mark.models

torch.set_num_threads(1)


def test_frames_become_memory_and_memory_an_answer(tmp_path: Path) -> None:
    write_memory(tmp_path / "memory")
    write_ixc(tmp_path / "merge_lora", memory_width=24)
    options = {"checkpoint": str(tmp_path), "device": "cpu"}
    tower, compressor = VISION.create("clip", options), COMPRESSOR.create("ixc_memory", options)
    reasoner = LLM.create("ixc25", {**options, "max_new_tokens": 6})
    frames = [np.random.default_rng(seed).integers(0, 256, (36, 64, 3), dtype=np.uint8) for seed in range(4)]
    vectors, features = tower.encode_full(frames)
    clip = ClipInput(
        start_ns=0, end_ns=4_000_000_000, appearance=vectors, sentences=(), features=features.astype(np.float32)
    )
    memory = compressor.compress([clip])[0]
    assert memory.tokens is not None
    asked = Question(
        session="s",
        t_ns=5_000_000_000,
        id="q",
        reply_id="r",
        why="asked",
        source="typed",
        text="What was that?",
        cues=Cues(),
        tokens=Tensor(data=memory.tokens.tobytes(), dtype="float32", shape=memory.tokens.shape),
    )
    assert "".join(chunk.text for chunk in reasoner.answer(asked, lambda: False))
