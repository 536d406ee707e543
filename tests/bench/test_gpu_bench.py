"""The bench of full-size networks, on its smallest sizes: every figure is there, and it says that they are tiny."""

from __future__ import annotations

import json

import pytest
import torch

from bench import gpu
from bench.gpu_sizes import FULL, TINY
from models.internvit import InternVit, InternVitConfig
from models.language import build_language_model
from models.video_memory import VideoMemory, VideoMemoryConfig

pytestmark = pytest.mark.models


def test_the_smallest_sizes(capsys: pytest.CaptureFixture[str]) -> None:
    gpu.main(["--tiny"])
    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert found["mode"] == "tiny"
    if not torch.cuda.is_available():
        assert found["device"] == "cpu"
        assert "no GPU" in found["note"]
    decode, memory = found["decode"], found["memory"]
    assert decode["resident_tokens"] == TINY.resident
    for name in TINY.decoders:
        assert {"floor_ms", "eager_ms", "graph_ms"} <= decode[name].keys()
    assert decode["qwen2_tiny"]["plain_generate_ms"] > 0
    assert decode["first_token_ms"] > 0
    assert found["towers"].keys() == {"clip_l14_336", "internvit_300m_448"}
    assert {f"{kind}_at_{n}_ms" for kind in ("step_per_frame", "published_step") for n in TINY.clips} <= memory.keys()
    assert memory["step_ratio"] == pytest.approx(
        memory["step_per_frame_at_300_ms"] / memory["step_per_frame_at_10_ms"], rel=1e-2
    )


def test_the_published_sizes() -> None:
    """Billions of parameters, counted without weights."""

    def billions(network: torch.nn.Module) -> float:
        return round(sum(p.numel() for p in network.parameters()) / 1e9, 2)

    with torch.device("meta"):
        assert billions(build_language_model(FULL.decoders["qwen2_7b"])) == 7.62
        assert billions(build_language_model(FULL.decoders["internlm2_7b"])) == 7.74
        assert billions(InternVit(InternVitConfig(**FULL.internvit))) == 0.3
        memory = VideoMemory(VideoMemoryConfig.from_dict(FULL.memory), with_tower=False)
    assert billions(memory.model) == 1.55
