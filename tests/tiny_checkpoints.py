"""Tiny checkpoints with random weights, in the published layouts, for the tests of the backends that load them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from torch import nn
from transformers import PreTrainedTokenizerFast, SiglipConfig, SiglipModel

from models.internvit import InternVit, InternVitConfig
from models.internvl_cg import InternVlCg, InternVlCgConfig
from models.internvl_chat import InternVlChat, InternVlConfig
from models.ixc25 import Ixc25, Ixc25Config
from models.video_memory import VideoMemory, VideoMemoryConfig

INTERNVL_SPECIAL = (
    "<IMG_CONTEXT>", "<img>", "</img>", "<|im_start|>", "<|im_end|>", "<|end|>", "<|system|>", "<|user|>",
    "<|assistant|>", "<|endoftext|>",
)  # fmt: skip
IXC_SPECIAL = ("[UNUSED_TOKEN_146]", "[UNUSED_TOKEN_145]")


def write_json(path: Path, value: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value), encoding="utf-8")


def write_tokenizer(folder: Path, special: Sequence[str] = ()) -> PreTrainedTokenizerFast:
    """Bytes as tokens, and the special ones; `</s>` (2) ends, `<s>` (1) begins."""
    folder.mkdir(parents=True, exist_ok=True)
    pieces = ["<unk>", "<s>", "</s>", *sorted(pre_tokenizers.ByteLevel.alphabet())]
    tokenizer = Tokenizer(models.BPE(vocab={piece: i for i, piece in enumerate(pieces)}, merges=[], unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.decoder = decoders.ByteLevel()
    fast = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer, unk_token="<unk>", bos_token="<s>", eos_token="</s>", pad_token="</s>"
    )
    fast.add_special_tokens({"additional_special_tokens": list(special)})
    fast.save_pretrained(folder)
    return fast


def random_weights(network: nn.Module, seed: int = 0) -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return {
        key: torch.randn(value.shape, generator=generator) * (0.2 if value.dim() > 1 else 0.02) + (value.dim() < 2)
        for key, value in network.state_dict().items()
        if "rotary" not in key
    }


def write_weights(folder: Path, state: dict[str, torch.Tensor], shards: int = 1) -> None:
    """safetensors, in as many shards as asked for, with their index."""
    folder.mkdir(parents=True, exist_ok=True)
    keys = sorted(state)
    if shards == 1:
        save_file(state, folder / "model.safetensors")
        return
    where: dict[str, str] = {}
    for i in range(shards):
        name = f"model-{i + 1:05}-of-{shards:05}.safetensors"
        part = {key: state[key].contiguous() for key in keys[i::shards]}
        save_file(part, folder / name)
        where |= dict.fromkeys(part, name)
    write_json(folder / "model.safetensors.index.json", {"metadata": {}, "weight_map": where})


TOWER: dict[str, Any] = {
    "hidden_act": "quick_gelu", "hidden_size": 16, "image_size": 28, "intermediate_size": 24, "num_hidden_layers": 2,
    "num_attention_heads": 2, "patch_size": 7, "projection_dim": 16, "model_type": "clip_vision_model",
}  # fmt: skip


def write_memory(folder: Path, *, seed: int = 0) -> VideoMemory:
    """The memory/ folder: a Qwen2 decoder with projector and tower."""
    config = {
        "model_type": "ground_qwen", "vocab_size": 300, "hidden_size": 24, "intermediate_size": 32,
        "num_hidden_layers": 2, "num_attention_heads": 2, "num_key_value_heads": 1, "max_position_embeddings": 512,
        "rms_norm_eps": 1e-6, "rope_theta": 10000.0, "hidden_act": "silu", "mm_hidden_size": 16, "resolution": 4,
        "pool_num": 1, "mm_vision_select_layer": -2, "mm_vision_tower": "clip_vision",
    }  # fmt: skip
    write_json(folder / "config.json", config)
    write_json(folder / "clip_vision/config.json", TOWER)
    write_tokenizer(folder)
    network = VideoMemory(VideoMemoryConfig.from_dict(config, TOWER)).eval()
    state = random_weights(network, seed)
    network.load_state_dict(state)
    write_weights(folder, state, shards=2)
    return network


def _language(family: str, vocabulary: int) -> dict[str, Any]:
    base: dict[str, Any] = {
        "vocab_size": vocabulary, "hidden_size": 24, "intermediate_size": 32, "num_hidden_layers": 2,
        "num_attention_heads": 2, "num_key_value_heads": 1, "max_position_embeddings": 2048, "rms_norm_eps": 1e-5,
        "rope_theta": 10000.0, "hidden_act": "silu", "tie_word_embeddings": False, "model_type": family,
        "pad_token_id": 2,
    }  # fmt: skip
    names = {"internlm2": "InternLM2", "phi3": "Phi3", "llama": "Llama", "qwen2": "Qwen2"}
    extra: dict[str, Any] = {}
    if family == "internlm2":
        extra = {"rope_scaling": {"type": "dynamic", "factor": 2.0}, "bias": False}
    if family == "phi3":
        factors = {"short_factor": [1.0] * 6, "long_factor": [2.0] * 6}
        extra = {"rope_scaling": {"type": "su", **factors}, "original_max_position_embeddings": 1024}
    return {**base, **extra, "architectures": [f"{names[family]}ForCausalLM"]}


def write_internvl(folder: Path, family: str = "qwen2", *, seed: int = 0, shards: int = 2) -> InternVlChat:
    """An InternVL-Chat folder with one of its language models."""
    tokenizer = write_tokenizer(folder, INTERNVL_SPECIAL)
    templates = {"internlm2": "internlm2-chat", "phi3": "phi3-chat", "llama": "internlm2-chat", "qwen2": "Hermes-2"}
    config = {
        "model_type": "internvl_chat",
        "vision_config": {
            "hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 2, "num_attention_heads": 2,
            "image_size": 28, "patch_size": 7, "norm_type": "layer_norm", "qkv_bias": True, "qk_normalization": False,
        },
        "llm_config": _language(family, len(tokenizer)),
        "force_image_size": 28, "downsample_ratio": 0.5, "ps_version": "v2", "select_layer": -1, "use_thumbnail": True,
        "dynamic_image_size": True, "min_dynamic_patch": 1, "max_dynamic_patch": 6, "template": templates[family],
    }  # fmt: skip
    write_json(folder / "config.json", config)
    network = InternVlChat(InternVlConfig.from_dict(config)).eval()
    state = random_weights(network, seed)
    network.load_state_dict(state)
    write_weights(folder, state, shards)
    return network


def write_ixc(folder: Path, *, seed: int = 0, shards: int = 1, memory_width: int = 24) -> Ixc25:
    """A folder of IXC-2.5's layout, with tower and partial LoRA."""
    tokenizer = write_tokenizer(folder, IXC_SPECIAL)
    config = {
        **_language("internlm2", len(tokenizer)), "plora_r": 4, "plora_alpha": 4, "video_mem_size": memory_width,
        "vision_config": {**TOWER, "select_layer": -1}, "architectures": ["InternLMXComposer2ForCausalLM"],
    }  # fmt: skip
    write_json(folder / "config.json", config)
    network = Ixc25(Ixc25Config.from_dict(config)).eval()
    state = random_weights(network, seed)
    network.load_state_dict(state)
    write_weights(folder, state, shards)
    return network


def write_siglip(folder: Path) -> SiglipModel:
    """A SigLIP folder as transformers saves it."""
    vision = {
        "hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 2, "num_attention_heads": 2,
        "image_size": 28, "patch_size": 7,
    }  # fmt: skip
    text = {
        "hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 1, "num_attention_heads": 2, "vocab_size": 60,
        "bos_token_id": 1, "eos_token_id": 2,
    }  # fmt: skip
    network: SiglipModel = SiglipModel(SiglipConfig(vision_config=vision, text_config=text))
    network.train(False)
    network.load_state_dict(random_weights(network))
    network.save_pretrained(folder)
    return network


def write_internvit(folder: Path) -> InternVit:
    """The 6B style by itself."""
    config = {
        "model_type": "intern_vit_6b", "hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 2,
        "num_attention_heads": 2, "image_size": 28, "patch_size": 7, "qkv_bias": False, "qk_normalization": True,
    }  # fmt: skip
    write_json(folder / "config.json", config)
    network = InternVit(InternVitConfig.from_dict(config)).eval()
    state = random_weights(network)
    network.load_state_dict(state)
    write_weights(folder, state)
    return network


def write_internvl_cg(folder: Path) -> InternVlCg:
    """InternVL-G, which holds C."""
    tokenizer = write_tokenizer(folder)
    config = {
        "model_type": "internvl", "clip_embed_dim": 12, "attn_pool_num_heads": 2, "num_query_token": 96,
        "vision_config": {
            "hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 2, "num_attention_heads": 2,
            "image_size": 28, "patch_size": 7, "qkv_bias": False, "qk_normalization": True,
        },
        "qllama_config": {
            "vocab_size": len(tokenizer), "hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 2,
            "num_attention_heads": 2, "num_key_value_heads": 2, "pad_token_id": 0, "max_position_embeddings": 512,
        },
    }  # fmt: skip
    write_json(folder / "config.json", config)
    network = InternVlCg(InternVlCgConfig.from_dict(config)).eval()
    state = random_weights(network)
    network.load_state_dict(state)
    write_weights(folder, state)
    return network
