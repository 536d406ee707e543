"""InternVL in the layout of transformers' own class gives what the original layout gives, and what that class gives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file
from tiny_checkpoints import (
    INTERNVL_SPECIAL,
    random_weights,
    write_internvl,
    write_json,
    write_tokenizer,
    write_weights,
)
from transformers import InternVLConfig, InternVLForConditionalGeneration

from models.checkpoint import CheckpointError, read_json
from models.generate import Sampling
from models.internvl_chat import InternVlChat
from models.internvl_hf import MAX_TILES, original_key
from models.internvl_loading import load_chat
from models.internvl_reasoner import InternVlReasoner, Look
from models.pair_encoders import VitFeatures

pytestmark = pytest.mark.models

torch.set_num_threads(1)
CPU = (torch.device("cpu"),)
CONTEXT = 259  # any id: that of the picture's places

STYLES: dict[str, dict[str, Any]] = {
    "300m": {"attention_bias": True},
    "6b": {"attention_bias": False, "use_qk_norm": True, "norm_type": "rms_norm"},
}


def class_of(style: str, family: str, *, tied: bool = False) -> InternVLForConditionalGeneration:
    """The class of transformers, tiny, with random weights."""
    vision = {
        "hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 2, "num_attention_heads": 2,
        "image_size": [28, 28], "patch_size": [7, 7], **STYLES[style],
    }  # fmt: skip
    text = {
        "model_type": family, "vocab_size": 300, "hidden_size": 24, "intermediate_size": 32, "num_hidden_layers": 2,
        "num_attention_heads": 2, "num_key_value_heads": 1, "max_position_embeddings": 512,
        "tie_word_embeddings": tied, "pad_token_id": 2,
    }  # fmt: skip
    values = InternVLConfig(
        vision_config=vision, text_config=text, image_token_id=CONTEXT, image_seq_length=4, tie_word_embeddings=tied
    )
    network: InternVLForConditionalGeneration = InternVLForConditionalGeneration(values)
    network.train(False)
    state = random_weights(network, 3)
    if tied:
        state["lm_head.weight"] = state["model.language_model.embed_tokens.weight"]
    network.load_state_dict(state, strict=False)
    return network


def write_class(folder: Path, network: InternVLForConditionalGeneration) -> None:
    write_tokenizer(folder, INTERNVL_SPECIAL)
    network.save_pretrained(folder)


def inputs() -> tuple[torch.Tensor, torch.Tensor]:
    """Two tiles, and a prompt with places for them."""
    generator = torch.Generator().manual_seed(1)
    ids = torch.randint(3, 250, (1, 20), generator=generator)
    ids[0, 4:12] = CONTEXT
    return torch.randn(2, 3, 28, 28, generator=generator), ids


@torch.inference_mode()
def logits(network: InternVlChat) -> torch.Tensor:
    pixels, ids = inputs()
    flags = torch.ones(2, 1, dtype=torch.long)
    return network(pixels, ids, torch.ones_like(ids), flags, CONTEXT)  # type: ignore[no-any-return]


@pytest.mark.parametrize("tied", [False, True])
@pytest.mark.parametrize("family", ["qwen2", "llama", "qwen3"])
@pytest.mark.parametrize("style", ["300m", "6b"])
def test_logits_are_those_of_the_class(tmp_path: Path, style: str, family: str, tied: bool) -> None:
    network = class_of(style, family, tied=tied)
    write_class(tmp_path, network)
    pixels, ids = inputs()
    with torch.inference_mode():
        wanted = network(input_ids=ids, pixel_values=pixels, attention_mask=torch.ones_like(ids)).logits
    loaded = load_chat(tmp_path, CPU, torch.float32)
    torch.testing.assert_close(logits(loaded), wanted, rtol=1e-4, atol=1e-5)


def converted(folder: Path, network: InternVLForConditionalGeneration) -> None:
    """The same weights in the original layout, written down by hand."""
    config: Any = network.config
    write_tokenizer(folder, INTERNVL_SPECIAL)
    write_json(
        folder / "config.json",
        {
            "model_type": "internvl_chat",
            "vision_config": {
                "hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 2, "num_attention_heads": 2,
                "image_size": 28, "patch_size": 7, "norm_type": config.vision_config.norm_type,
                "qkv_bias": config.vision_config.attention_bias, "qk_normalization": config.vision_config.use_qk_norm,
            },
            "llm_config": {**config.text_config.to_dict(), "architectures": ["Qwen2ForCausalLM"]},
            "force_image_size": 28, "downsample_ratio": 0.5, "ps_version": "v2", "select_layer": -1,
            "use_thumbnail": True, "dynamic_image_size": True, "max_dynamic_patch": 12, "template": "internvl2_5",
        },
    )  # fmt: skip
    words = (
        ("model.vision_tower.embeddings.cls_token", "vision_model.embeddings.class_embedding"),
        ("model.vision_tower.embeddings.position_embeddings", "vision_model.embeddings.position_embedding"),
        ("model.vision_tower.embeddings.patch_embeddings.projection", "vision_model.embeddings.patch_embedding"),
        ("model.vision_tower.encoder.layer.", "vision_model.encoder.layers."),
        ("attention.projection_layer", "attn.proj"), ("layernorm_before", "norm1"), ("layernorm_after", "norm2"),
        ("attention.q_norm", "attn.q_norm"), ("attention.k_norm", "attn.k_norm"), ("lambda_", "ls"),
        ("model.multi_modal_projector.layer_norm", "mlp1.0"), ("model.multi_modal_projector.linear_1", "mlp1.1"),
        ("model.multi_modal_projector.linear_2", "mlp1.3"), ("model.language_model.", "language_model.model."),
        ("lm_head", "language_model.lm_head"),
    )  # fmt: skip
    state: dict[str, torch.Tensor] = {}
    for key, value in network.state_dict().items():
        for own, original in words:
            key = key.replace(own, original)
        state[key] = value
    for key in [key for key in state if "attention.q_proj" in key]:
        parts = [state.pop(key.replace("q_proj", f"{name}_proj")) for name in "qkv"]
        state[key.replace("attention.q_proj", "attn.qkv")] = torch.cat(parts)
    write_weights(folder, state, shards=2)


@pytest.mark.parametrize("style", list(STYLES))
def test_both_layouts_answer_alike(tmp_path: Path, style: str) -> None:
    network = class_of(style, "qwen2")
    write_class(tmp_path / "hf", network)
    converted(tmp_path / "original", network)
    assert torch.equal(*(logits(load_chat(tmp_path / name, CPU, torch.float32)) for name in ("hf", "original")))

    pixels = inputs()[0]
    eyes = [VitFeatures(tmp_path / name, CPU[0], torch.float32).pictures(pixels) for name in ("hf", "original")]
    assert torch.equal(*eyes)

    replies: list[list[str]] = []
    for name in ("hf", "original"):
        reasoner = InternVlReasoner(tmp_path / name, CPU[0], torch.float32)
        seen = reasoner.see([Look(Image.new("RGB", (90, 30), "red"), detailed=True)])
        prompt = reasoner.prompt("What is it?", seen)
        samplings = [Sampling(max_new_tokens=8, temperature=2.0, seed=seed) for seed in range(6)]
        replies.append(["".join(reasoner.reply(prompt, seen, sampling)) for sampling in samplings])
    assert replies[0] == replies[1]
    assert any(replies[0])


def test_keys_of_newer_and_older_files_are_one() -> None:
    for older, newer in (
        ("language_model.lm_head.weight", "lm_head.weight"),
        ("language_model.model.norm.weight", "model.language_model.norm.weight"),
        ("vision_tower.embeddings.cls_token", "model.vision_tower.embeddings.cls_token"),
        ("vision_tower.encoder.layer.1.lambda_2", "model.vision_tower.encoder.layer.1.lambda_2"),
    ):
        assert original_key(older) == original_key(newer)
    assert original_key("vision_tower.encoder.layer.1.lambda_2") == "vision_model.encoder.layers.1.ls2"


def test_newer_files_are_read(tmp_path: Path) -> None:
    network = class_of("300m", "qwen2")
    write_class(tmp_path, network)
    wanted = logits(load_chat(tmp_path, CPU, torch.float32))
    assert "language_model.lm_head.weight" in load_file(tmp_path / "model.safetensors")
    save_file({key: value.contiguous() for key, value in network.state_dict().items()}, tmp_path / "model.safetensors")
    assert torch.equal(logits(load_chat(tmp_path, CPU, torch.float32)), wanted)


def test_how_pictures_are_cut_is_read(tmp_path: Path) -> None:
    write_class(tmp_path, class_of("300m", "qwen2"))
    assert load_chat(tmp_path, CPU, torch.float32).config.max_dynamic_patch == MAX_TILES
    write_json(tmp_path / "preprocessor_config.json", {"crop_to_patches": False, "max_patches": 5})
    config = load_chat(tmp_path, CPU, torch.float32).config
    # The published files hold this very value, and transformers' processor for InternVL cuts all the same.
    assert (config.max_dynamic_patch, config.dynamic_image_size, config.use_thumbnail) == (5, True, True)


def test_what_a_config_leaves_out_is_the_default_of_the_class(tmp_path: Path) -> None:
    network = class_of("300m", "qwen2")
    write_class(tmp_path, network)
    wanted = logits(load_chat(tmp_path, CPU, torch.float32))
    values = read_json(tmp_path / "config.json")
    for part, names in (
        ("vision_config", ("layer_norm_eps", "norm_type", "use_qk_norm", "use_mean_pooling", "hidden_act")),
        ("text_config", ("rms_norm_eps", "rope_parameters", "hidden_act", "tie_word_embeddings")),
    ):
        for name in names:
            values[part].pop(name)
    for name in ("downsample_ratio", "vision_feature_layer", "vision_feature_select_strategy", "tie_word_embeddings"):
        values.pop(name)
    write_json(tmp_path / "config.json", values)
    assert torch.equal(logits(load_chat(tmp_path, CPU, torch.float32)), wanted)


def test_a_language_model_that_transformers_does_not_know_is_named(tmp_path: Path) -> None:
    write_class(tmp_path, class_of("300m", "qwen2"))
    values = read_json(tmp_path / "config.json")
    values["text_config"]["model_type"] = "parrot"
    write_json(tmp_path / "config.json", values)
    with pytest.raises(CheckpointError, match=r"is not understood by transformers.*parrot"):
        load_chat(tmp_path, CPU, torch.float32)
    values["text_config"]["model_type"] = "gemma"
    write_json(tmp_path / "config.json", values)
    with pytest.raises(ValueError, match=r"language model .*gemma.* is unknown"):
        load_chat(tmp_path, CPU, torch.float32)


def test_a_missing_part_of_attention_is_named(tmp_path: Path) -> None:
    write_class(tmp_path, class_of("300m", "qwen2"))
    state = load_file(tmp_path / "model.safetensors")
    state.pop("vision_tower.encoder.layer.1.attention.k_proj.weight")
    save_file(state, tmp_path / "model.safetensors")
    with pytest.raises(CheckpointError, match=r"k_proj of vision_model.encoder.layers.1 is missing"):
        load_chat(tmp_path, CPU, torch.float32)


def test_what_no_published_tower_has_is_refused(tmp_path: Path) -> None:
    write_class(tmp_path, class_of("300m", "qwen2"))
    values = read_json(tmp_path / "config.json")
    values["vision_config"]["use_mean_pooling"] = False
    write_json(tmp_path / "config.json", values)
    with pytest.raises(CheckpointError, match="use_mean_pooling has a value that no published InternVL has"):
        load_chat(tmp_path, CPU, torch.float32)
    values["vision_config"] |= {"use_mean_pooling": True, "image_size": [28, 56]}
    write_json(tmp_path / "config.json", values)
    with pytest.raises(CheckpointError, match="not square"):
        load_chat(tmp_path, CPU, torch.float32)


def test_a_tied_original_has_no_head(tmp_path: Path) -> None:
    write_internvl(tmp_path, "qwen2")
    state: dict[str, torch.Tensor] = {}
    for file in tmp_path.glob("*.safetensors"):
        state |= load_file(file)
        file.unlink()
    (tmp_path / "model.safetensors.index.json").unlink()
    write_weights(tmp_path, {key: value for key, value in state.items() if "lm_head" not in key})
    with pytest.raises(CheckpointError, match=r"the first is 'language_model.lm_head.weight'"):
        load_chat(tmp_path, CPU, torch.float32)
    values = read_json(tmp_path / "config.json")
    values["llm_config"]["tie_word_embeddings"] = True
    write_json(tmp_path / "config.json", values)
    network: Any = load_chat(tmp_path, CPU, torch.float32)
    assert network.lm.lm_head.weight is network.lm.model.embed_tokens.weight


def test_tiles_need_not_be_of_the_size_that_the_tower_was_trained_at(tmp_path: Path) -> None:
    write_internvl(tmp_path)
    values = read_json(tmp_path / "config.json")
    write_json(tmp_path / "config.json", values | {"force_image_size": 56})
    network = load_chat(tmp_path, CPU, torch.float32)
    assert network.config.image_size == 56
    with torch.inference_mode():
        assert network.encode_tiles(torch.randn(2, 3, 56, 56)).shape == (2, network.config.tokens_per_tile, 24)
    eyes = VitFeatures(tmp_path, torch.device("cpu"), torch.float32)
    assert eyes.pictures(eyes.prepare(Image.new("RGB", (40, 30)))[None]).shape == (1, 16)
