"""InternVL-Chat with each of its language models against the published code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from golden import CASES, close, folder, same, tensors, values

from models.checkpoint import load_weights
from models.decoder import Stepping
from models.generate import Sampling, generate
from models.internvl_chat import InternVlChat, InternVlConfig
from models.resident import Resident

pytestmark = pytest.mark.models

FAMILIES = ("internlm2", "phi3", "llama", "qwen2")


def build(path: Path, overrides: dict[str, Any] | None = None) -> InternVlChat:
    config = values(path / "config.json")
    config["llm_config"].update(overrides or {})
    with torch.device("meta"):
        network = InternVlChat(InternVlConfig.from_dict(config))
    load_weights(network, path / "model.safetensors")
    return network


@pytest.mark.parametrize("family", FAMILIES)
class TestChat:
    @pytest.fixture
    def path(self, family: str) -> Path:
        return folder(f"internvl_chat_{family}")

    def test_tiles_and_logits_are_the_published_ones(self, path: Path) -> None:
        network, x, y = build(path), tensors(path / "inputs.safetensors"), tensors(path / "outputs.safetensors")
        context = values(path / "meta.json")["img_context_token_id"]
        with torch.inference_mode():
            close(network.encode_tiles(x["pixel_values"]), y["vit_embeds"])
            logits = network(x["pixel_values"], x["input_ids"], x["attention_mask"], x["image_flags"], context)
        real = x["attention_mask"] == 1
        close(logits[real], y["logits"][real])

    @pytest.mark.parametrize("resident", [False, True])
    @pytest.mark.parametrize("rows", ["single", "batch"])
    def test_greedy_tokens_are_the_published_ones(self, path: Path, rows: str, resident: bool) -> None:
        network, x, y = build(path), tensors(path / "inputs.safetensors"), tensors(path / "outputs.safetensors")
        meta = values(path / "meta.json")
        ids = x["single_input_ids"] if rows == "single" else x["left_input_ids"]
        mask = None if rows == "single" else x["left_attention_mask"]
        n_tiles = meta["tiles"][0] if rows == "single" else sum(meta["tiles"])
        with torch.inference_mode():
            real = x["pixel_values"][x["image_flags"].flatten() == 1]
            tiles = network.encode_tiles(real[:n_tiles])
            embeds = network.embed(ids, tiles, meta["img_context_token_id"])
        sampling = Sampling(max_new_tokens=meta["n_new_tokens"])
        length = embeds.shape[1]
        capacity = length + sampling.max_new_tokens + 3
        held = Resident(network.lm, capacity, Stepping("graph", "a test")) if resident else None
        if held is not None and rows == "single":
            held.prepare(embeds[:, : length // 2])
        steps = list(generate(network.lm, embeds, sampling, attention_mask=mask, resident=held))
        if held is not None and rows == "single":  # beyond the trained length a prompt is rotated, and read, as one
            assert held.reused == (length // 2 if held.limit is None or length <= held.limit else 0)
        same(torch.stack([s.ids for s in steps], 1), y[f"generated_{rows}"])
        close(torch.stack([s.logits for s in steps], 1), y[f"generated_{rows}_logits"])


LONG = [
    family
    for family in FAMILIES
    if (meta := CASES / f"internvl_chat_{family}" / "meta.json").exists() and "long_rope_length" in values(meta)
]


@pytest.mark.parametrize("family", LONG)
def test_prompt_longer_than_trained(family: str) -> None:
    path = folder(f"internvl_chat_{family}")
    meta = values(path / "meta.json")
    network = build(path, meta["long_rope_llm_overrides"])
    ids = tensors(path / "inputs.safetensors")["long_input_ids"]
    with torch.inference_mode():
        output = network.lm(
            inputs_embeds=network.embed(ids, None, meta["img_context_token_id"]),
            attention_mask=None,
            position_ids=None,
            past_key_values=None,
            logits_to_keep=0,
        )
    close(output.logits, tensors(path / "outputs.safetensors")["long_logits"])
