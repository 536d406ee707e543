"""InternVL checkpoints as transformers saves them (`-hf`): their configuration and keys in the words of the original.

Source: transformers' InternVLForConditionalGeneration. Knows no network: the originals' one runs both layouts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from transformers import InternVLConfig

from models.checkpoint import CheckpointError, Weight, holds_key, read_json, read_weights

MAX_TILES = 12  # of InternVL2.5 and 3, where the folder has no preprocessor_config.json that says it

# Newer files put all but the head below `model.`; older ones put both below `language_model.`.
_PLACES = (
    (r"(?:model\.)?vision_tower\.embeddings\.cls_token", r"vision_model.embeddings.class_embedding"),
    (
        r"(?:model\.)?vision_tower\.embeddings\.patch_embeddings\.projection\.(\w+)",
        r"vision_model.embeddings.patch_embedding.\1",
    ),
    (r"(?:model\.)?vision_tower\.embeddings\.position_embeddings", r"vision_model.embeddings.position_embedding"),
    (r"(?:model\.)?vision_tower\.encoder\.layer\.(\d+)\.(.+)", r"vision_model.encoder.layers.\1.\2"),
    (r"(?:model\.)?multi_modal_projector\.layer_norm\.(\w+)", r"mlp1.0.\1"),
    (r"(?:model\.)?multi_modal_projector\.linear_1\.(\w+)", r"mlp1.1.\1"),
    (r"(?:model\.)?multi_modal_projector\.linear_2\.(\w+)", r"mlp1.3.\1"),
    (r"(language_model\.(?:model|lm_head)\..+)", r"\1"),
    (r"model\.language_model\.(?:model\.)?(.+)", r"language_model.model.\1"),
    (r"lm_head\.(\w+)", r"language_model.lm_head.\1"),
)
_IN_A_LAYER = {
    "attention.projection_layer": "attn.proj",
    "attention.q_norm": "attn.q_norm",
    "attention.k_norm": "attn.k_norm",
    "layernorm_before": "norm1",
    "layernorm_after": "norm2",
    "lambda_1": "ls1",
    "lambda_2": "ls2",
}
_PART = re.compile(r"(vision_model\.encoder\.layers\.\d+)\.attention\.([qkv])_proj\.(weight|bias)")


def is_hf(values: Mapping[str, Any]) -> bool:
    """Whether a config.json is of this layout."""
    return values.get("model_type") == "internvl" and "text_config" in values and "vision_config" in values


def original_values(values: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """The config.json of the original layout that says the same.

    Raises CheckpointError for what the class does not understand, and for a vision tower that the original has not.
    """
    values = _complete(values, folder)
    vision = values["vision_config"]
    unknown = [
        name
        for name, wanted in (("use_mean_pooling", True), ("use_mask_token", False), ("hidden_act", "gelu"))
        if vision.get(name, wanted) != wanted
    ]
    if values.get("vision_feature_select_strategy", "default") != "default":
        unknown.append("vision_feature_select_strategy")
    if not isinstance(values.get("vision_feature_layer", -1), int):
        unknown.append("vision_feature_layer")
    if unknown:
        raise CheckpointError(
            f"{folder / 'config.json'}: {unknown[0]} has a value that no published InternVL has; take one of those"
        )
    pictures = _pictures(folder)
    return {
        "vision_config": {
            "hidden_size": vision["hidden_size"],
            "intermediate_size": vision["intermediate_size"],
            "num_hidden_layers": vision["num_hidden_layers"],
            "num_attention_heads": vision["num_attention_heads"],
            "image_size": _side(vision["image_size"], folder),
            "patch_size": _side(vision["patch_size"], folder),
            "layer_norm_eps": vision.get("layer_norm_eps", 1e-6),
            "norm_type": vision.get("norm_type", "layer_norm"),
            "qkv_bias": vision.get("attention_bias", False),
            "qk_normalization": vision.get("use_qk_norm", False),
        },
        "llm_config": {**values["text_config"], "tie_word_embeddings": _is_tied(values, folder)},
        "select_layer": values.get("vision_feature_layer", -1),
        "downsample_ratio": values.get("downsample_ratio", 0.5),
        "ps_version": "v2",
        "template": "internvl2_5",
        "use_thumbnail": True,
        "dynamic_image_size": True,  # the files say crop_to_patches = false, and the class's processor overrides it
        "min_dynamic_patch": pictures.get("min_patches", 1),
        "max_dynamic_patch": pictures.get("max_patches", MAX_TILES),
    }


def original_key(key: str) -> str:
    """A key of such a file in the words of the original; one that is not known stays as it is.

    The three parts of a fused attention keep their own names: `fused_weights` joins them.
    """
    for pattern, place in _PLACES:
        found = re.fullmatch(pattern, key)
        if found is None:
            continue
        named = found.expand(place)
        for own, original in _IN_A_LAYER.items():
            named = re.sub(
                rf"^(vision_model\.encoder\.layers\.\d+)\.{re.escape(own)}(?=\.|$)", rf"\1.{original}", named
            )
        return named
    return key


def fused_weights(source: Path) -> Iterator[Weight]:
    """The tensors of such a checkpoint under the originals' keys; queries, keys and values of the tower in one.

    Raises CheckpointError for an attention of which a part is missing.
    """
    waiting: dict[str, dict[str, Weight]] = {}
    for weight in read_weights(source):
        key = original_key(weight.key)
        part = _PART.fullmatch(key)
        if part is None:
            yield Weight(key, weight.value, weight.file)
            continue
        whole = f"{part[1]}.attn.qkv.{part[3]}"
        parts = waiting.setdefault(whole, {})
        parts[part[2]] = weight
        if len(parts) == 3:
            del waiting[whole]
            yield Weight(whole, torch.cat([parts[name].value for name in "qkv"]), weight.file)
    for whole, parts in waiting.items():
        missing = next(name for name in "qkv" if name not in parts)
        raise CheckpointError(
            f"{source}: {missing}_proj of {whole.partition('.attn')[0]} is missing; are all shards there?"
        )


def _complete(values: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """With what a config.json leaves out because it is the class's default."""
    try:
        found: dict[str, Any] = InternVLConfig.from_dict(dict(values)).to_dict()
    except Exception as error:  # transformers raises many kinds for what it does not know
        raise CheckpointError(f"{folder / 'config.json'} is not understood by transformers ({error})") from error
    return found


def _is_tied(values: Mapping[str, Any], folder: Path) -> bool:
    """Whether the head is the embedding: files that hold a head of their own are right about it."""
    said = values.get("tie_word_embeddings", values["text_config"].get("tie_word_embeddings", True))
    return bool(said) and not any(holds_key(folder, f"{path}lm_head.weight") for path in ("", "language_model."))


def _side(size: Any, folder: Path) -> int:
    """A square's side, written as a number or as two."""
    sides = {int(side) for side in size} if isinstance(size, list | tuple) else {int(size)}
    if len(sides) > 1:
        raise CheckpointError(
            f"{folder / 'config.json'}: pictures of {size} are not square; no published InternVL is so"
        )
    return sides.pop()


def _pictures(folder: Path) -> dict[str, Any]:
    """How pictures are cut, as far as the folder says."""
    for name in ("preprocessor_config.json", "processor_config.json"):
        if (folder / name).exists():
            values = read_json(folder / name)
            found: dict[str, Any] = values.get("image_processor", values)
            return found
    return {}
