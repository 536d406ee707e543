"""InternVL-C's first checkpoint, in the layout of its original training code: keys and configuration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models.internvl_cg import InternVlCgConfig

_HEADS = {
    "patch_embed.proj.": "vision_model.embeddings.patch_embedding.",
    "cls_token": "vision_model.embeddings.class_embedding",
    "pos_embed": "vision_model.embeddings.position_embedding",
    "blocks.": "vision_model.encoder.layers.",
    "transformer.": "qllama.model.",
}


def rename(key: str) -> str:
    """A key of the original layout as one of InternVlCg."""
    for old, new in _HEADS.items():
        if key.startswith(old):
            return new + key.removeprefix(old).replace(".ls1.gamma", ".ls1").replace(".ls2.gamma", ".ls2")
    return key


def config_from_dict(values: Mapping[str, Any]) -> InternVlCgConfig:
    """From the original arguments (img_size, embed_dim, depth, ...) with a LLaMA `text_config`."""
    width = values["embed_dim"]
    vision = {
        "hidden_size": width,
        "intermediate_size": int(width * values["mlp_ratio"]),
        "num_hidden_layers": values["depth"],
        "num_attention_heads": values["num_heads"],
        "image_size": values["img_size"],
        "patch_size": values["patch_size"],
        "qkv_bias": values["qkv_bias"],
        "qk_normalization": values["qk_normalization"],
    }
    return InternVlCgConfig.from_dict(
        {
            "vision_config": vision,
            "qllama_config": values["text_config"],
            "clip_embed_dim": values["clip_embed_dim"],
            "attn_pool_num_heads": values["attn_pool_num_heads"],
            "num_query_token": 0,
        }
    )
