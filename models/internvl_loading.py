"""From an InternVL chat folder to its network: original and `-hf` layouts, on one device or several, packed or not."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from models.checkpoint import CheckpointError, load_weights, read_json, read_weights, stored_bytes
from models.device_map import follow, free_bytes, place_layers
from models.internvl_chat import InternVlChat, InternVlConfig
from models.internvl_hf import fused_weights, is_hf, original_values
from models.quantised import pack_layers

LAYERS = "language_model.model.layers"
HEAD = "language_model.lm_head.weight"


def load_chat(
    folder: Path, devices: Sequence[torch.device], dtype: torch.dtype, *, bits: int = 0, spare: Sequence[int] = ()
) -> InternVlChat:
    """The network with its weights. devices: the first holds the vision tower and the ends, all share the layers.

    bits: 8 or 4 for packed layers. spare: free bytes of each device, asked of the devices when left out.
    Raises CheckpointError for a folder that does not fit, ValueError for devices that are too small.
    """
    values = read_json(folder / "config.json")
    hf = is_hf(values)
    if hf:
        values = original_values(values, folder)
    if "llm_config" not in values or "vision_config" not in values:
        raise CheckpointError(f"{folder / 'config.json'} is not that of an InternVL chat model; it has no llm_config")
    with torch.device("meta"):
        network = InternVlChat(InternVlConfig.from_dict(values))
    layers = network.get_submodule(LAYERS)
    pack_layers(layers, bits)
    tied = bool(values["llm_config"].get("tie_word_embeddings"))
    place = (
        devices[0]
        if len(devices) == 1
        else place_layers(
            stored_bytes(network, dtype), LAYERS, devices, spare or [free_bytes(device) for device in devices]
        )
    )
    load_weights(
        network,
        folder,
        rename=_without_buffers,
        optional=lambda key: tied and key == HEAD,
        device=place,
        dtype=dtype,
        read=fused_weights if hf else read_weights,
    )
    if tied:
        tie_head(network.language_model)
    if len(devices) > 1:
        follow(list(layers.children()), network.get_submodule("language_model.model.norm"), devices[0])
    return network


def tie_head(language_model: Any) -> None:
    """The output matrix is the embedding, for checkpoints that store it once."""
    language_model.lm_head.weight = language_model.get_input_embeddings().weight


def _without_buffers(key: str) -> str | None:
    """Older checkpoints hold what is computed from the configuration."""
    return None if key.endswith(("rotary_emb.inv_freq", "position_ids")) else key
