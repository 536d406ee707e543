"""IXC-2.5's model against the published code: vision, partial LoRA, chat and memory prompts, greedy replies."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from golden import close, folder, same, tensors, values
from PIL import Image

from models.checkpoint import load_weights
from models.decoder import Stepping
from models.generate import Sampling, generate
from models.internlm2 import PartialLoraLinear
from models.ixc25 import Ixc25, Ixc25Config, Prompt
from models.ixc_prompts import chat_prompt, chat_segments
from models.ixc_vision import HD_MEMORY, canvas_pixels, count_tokens, plan_canvas
from models.resident import Resident

pytestmark = pytest.mark.models


def picture(width: int, height: int, k: int) -> Image.Image:
    """The picture that the cases describe by a formula."""
    y, x = np.mgrid[:height, :width]
    channels = [3 * x + 2 * y + 17 * k, x + 5 * y + 29 * k, (7 * x + 11 * y) // 3 + 41 * k]
    return Image.fromarray((np.stack(channels, -1) % 256).astype(np.uint8))


@pytest.fixture(scope="module")
def path() -> Path:
    return folder("ixc_model")


@pytest.fixture(scope="module")
def network(path: Path) -> Ixc25:
    with torch.device("meta"):
        built = Ixc25(Ixc25Config.from_dict(values(path / "config.json")))
    load_weights(built, path / "model.safetensors")
    return built


@pytest.fixture(scope="module")
def x(path: Path) -> dict[str, torch.Tensor]:
    return tensors(path / "inputs.safetensors")


@pytest.fixture(scope="module")
def y(path: Path) -> dict[str, torch.Tensor]:
    return tensors(path / "outputs.safetensors")


def segments(x: dict[str, torch.Tensor], name: str) -> list[torch.Tensor]:
    keys = sorted((key for key in x if key.startswith(f"{name}.segment")), key=lambda key: int(key.split(".")[1][7:]))
    return [x[key] for key in keys]


@torch.inference_mode()
def test_vision(network: Ixc25, path: Path, y: dict[str, torch.Tensor]) -> None:
    for case in values(path / "meta.json")["vision_cases"]:
        name, tile = case["name"], network.tile
        size = (case["picture_width"], case["picture_height"])
        assert size == (case["cols"] * tile, case["rows"] * tile)
        pixels = canvas_pixels(picture(*size, case["picture_k"]), "video", tile=tile)
        assert pixels.shape == (3, size[1], size[0])
        features = network.picture_features(pixels)
        side = tile // network.vit.vision_tower.vision_model.config.patch_size // 2
        assert len(features) == case["n_tokens"] == count_tokens(case["rows"], case["cols"], side)
        rows = y[f"{name}.positions"]
        close(features[rows][None], y[f"{name}.tower"])
        close(network.vision_proj(features)[rows][None], y[f"{name}.projected"])


@torch.inference_mode()
def test_partial_lora(network: Ixc25, x: dict[str, torch.Tensor], y: dict[str, torch.Tensor]) -> None:
    layer = network.model.layers[0].attention.wqkv
    assert isinstance(layer, PartialLoraLinear)
    close(layer(x["plora.x"], x["plora.im_mask"]), y["plora.wqkv_masked"])
    close(layer(x["plora.x"]), y["plora.wqkv_unmasked"])


def check_reply(network: Ixc25, name: str, prompt: Prompt, y: dict[str, torch.Tensor], min_rows: int) -> None:
    same(prompt.lora_mask, y[f"{name}.im_mask"])
    rows = y[f"{name}.positions"]
    assert len(rows) >= min_rows
    close(prompt.embeds[:, rows], y[f"{name}.inputs_embeds"])
    close(network.logits(prompt)[:, rows], y[f"{name}.logits"])
    expected = y[f"{name}.generated"]
    sampling = Sampling(max_new_tokens=expected.shape[1])
    length = prompt.embeds.shape[1]
    half = length // 2
    held = Resident(network, length + sampling.max_new_tokens + 3, Stepping("graph", "a test"))
    held.prepare(prompt.embeds[:, :half], prompt.lora_mask[:, :half])
    for resident in (None, held):
        steps = list(generate(network, prompt.embeds, sampling, lora_mask=prompt.lora_mask, resident=resident))
        same(torch.stack([step.ids for step in steps], 1), expected)
        close(torch.stack([step.logits for step in steps], 1), y[f"{name}.generated_logits"])


@torch.inference_mode()
def test_chat(network: Ixc25, path: Path, x: dict[str, torch.Tensor], y: dict[str, torch.Tensor]) -> None:
    for case in values(path / "meta.json")["chat_cases"]:
        shown = []
        if case["picture_width"]:
            image = picture(case["picture_width"], case["picture_height"], case["picture_k"])
            shown = [network.picture(canvas_pixels(image, "image", case["hd_num"], network.tile))]
        text = chat_prompt(case["query"], [(q, a) for q, a in case["history"]])
        assert chat_segments(text, len(shown)) == case["text_segments"]
        ids = segments(x, case["name"])
        toy = toy_tokens(case["text_segments"], values(path / "config.json"))
        for got, expected in zip(toy, ids, strict=True):
            same(got, expected)
        prompt = network.chat(ids, shown)
        assert prompt.embeds.shape[1] == case["length"]
        assert int(prompt.lora_mask.sum()) == case["image_tokens"]
        check_reply(network, case["name"], prompt, y, 1)


def toy_tokens(texts: list[str], config: dict[str, Any]) -> list[torch.Tensor]:
    """The cases' toy tokenizer, BOS on the first part only."""
    ids = [[3 + ord(char) % (config["vocab_size"] - 8) for char in text] for text in texts]
    ids[0].insert(0, config["bos_token_id"])
    return [torch.tensor(part, dtype=torch.long) for part in ids]


@torch.inference_mode()
def test_memory(network: Ixc25, path: Path, x: dict[str, torch.Tensor], y: dict[str, torch.Tensor]) -> None:
    for case in values(path / "meta.json")["memory_cases"]:
        name = case["name"]
        image = picture(case["picture_width"], case["picture_height"], case["picture_k"])
        tiles = network.picture(canvas_pixels(image, "video", HD_MEMORY, network.tile))
        *captions, head, rest = segments(x, name)
        overview, local = x[f"{name}.global"], x.get(f"{name}.local")
        close(network.memory(overview).embeds[None], y[f"{name}.global_projected"])
        related = None
        if local is not None:
            close(network.memory(local).embeds[None], y[f"{name}.local_projected"])
            related = (captions[1], local)
        prompt = network.remember(head, (captions[0], overview), related, tiles, rest)
        assert prompt.embeds.shape[1] == case["length"]
        masked = prompt.lora_mask[0].nonzero().flatten()
        assert (int(masked[0]), int(masked[-1]) + 1) == (case["masked_from"], case["masked_to"])
        check_reply(network, name, prompt, y, 1)


def test_memory_canvas_is_that_of_a_video() -> None:
    assert plan_canvas(800, 400, "video").grid() == (1, 2)
