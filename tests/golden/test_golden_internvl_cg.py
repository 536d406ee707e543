"""InternVL-C, InternVL-G and captions against the published code."""

from __future__ import annotations

import pytest
import torch
from golden import close, folder, same, tensors, values

from models import internvl_c_keys
from models.checkpoint import load_weights
from models.internvl_cg import InternVlCg, InternVlCgConfig

pytestmark = pytest.mark.models


def build(case: str) -> InternVlCg:
    path = folder(case)
    config = values(path / "config.json")
    original = "img_size" in config
    with torch.device("meta"):
        network = InternVlCg(
            internvl_c_keys.config_from_dict(config) if original else InternVlCgConfig.from_dict(config)
        )
    load_weights(network, path / "model.safetensors", rename=internvl_c_keys.rename if original else None)
    return network


@torch.inference_mode()
def test_pictures_and_texts_of_c_and_g() -> None:
    path, network = folder("internvl_c_g"), build("internvl_c_g")
    x, y = tensors(path / "inputs.safetensors"), tensors(path / "outputs.safetensors")
    vision = network.vision_model(x["pixel_values"])
    close(vision, y["vision_last_hidden_state"])
    close(network.query_features(vision), y["query_features"])
    c, g, text = network.image_c(vision), network.image_g(vision), network.text(x["text_ids"])
    close(c, y["image_embeds_c"])
    close(g, y["image_embeds_g"])
    real = x["text_ids"] != values(path / "meta.json")["pad_token_id"]
    close(network.text_states(x["text_ids"])[real], y["text_hidden"][real])
    close(text, y["text_embeds"])
    close(network.similarity(c, text), y["logits_per_image_c"])
    close(network.similarity(g, text), y["logits_per_image_g"])
    close(network.similarity(c, text).T, y["logits_per_text_c"])
    close(network.similarity(g, text).T, y["logits_per_text_g"])


@torch.inference_mode()
def test_captions() -> None:
    path, network = folder("internvl_c_g"), build("internvl_c_g")
    x, y = tensors(path / "inputs.safetensors"), tensors(path / "outputs.safetensors")
    n_new = values(path / "meta.json")["n_new_tokens"]
    steps = network.caption(x["pixel_values"], x["caption_prompt_ids"], n_new)
    same(torch.stack([ids for ids, _ in steps], 1), y["caption_tokens"])
    close(torch.stack([logits for _, logits in steps], 1), y["caption_logits"])


@torch.inference_mode()
def test_c_in_its_original_keys() -> None:
    path, network = folder("internvl_c_original_keys"), build("internvl_c_original_keys")
    x, y = tensors(path / "inputs.safetensors"), tensors(path / "outputs.safetensors")
    vision = network.vision_model(x["pixel_values"])
    close(vision, y["vision_features"])
    image, text = network.image_c(vision), network.text(x["text_ids"])
    close(image, y["image_embeds"])
    close(text, y["text_embeds"])
    close(network.similarity(image, text), y["logits_per_image"])
    close(network.similarity(image, text).T, y["logits_per_text"])
