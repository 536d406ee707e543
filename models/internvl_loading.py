"""From an InternVL chat folder to its network: original and `-hf` layouts, on one device or several, packed or not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch

from models.checkpoint import CheckpointError, likely, read_json, read_weights
from models.internvl_chat import InternVlChat, InternVlConfig
from models.internvl_hf import fused_weights, is_hf, original_values
from models.spread import load_spread

HEAD = "language_model.lm_head.weight"


def load_chat(
    folder: Path,
    devices: Sequence[torch.device],
    dtype: torch.dtype,
    *,
    bits: int = 0,
    free: Sequence[int] = (),
    check: Callable[[InternVlChat, int], None] = lambda network, weights: None,
) -> InternVlChat:
    """The network with its weights. devices: the first holds the vision tower and the ends, all share the layers.

    bits: 8 or 4 for packed layers. free: bytes of each device, asked of them when left out. check: is told the bytes
    of the weights before any is loaded, and may refuse them.
    Raises CheckpointError for a folder that does not fit, ValueError for devices that are too small.
    """
    values = read_json(folder / "config.json")
    hf = is_hf(values)
    if hf:
        values = original_values(values, folder)
    if "llm_config" not in values or "vision_config" not in values:
        raise CheckpointError(
            f"{folder / 'config.json'} is not that of an InternVL chat model, it has no llm_config; {likely(folder)}"
        )
    with torch.device("meta"):
        network = InternVlChat(InternVlConfig.from_dict(values))
    tied = bool(values["llm_config"].get("tie_word_embeddings"))
    load_spread(
        network,
        folder,
        devices,
        dtype,
        layers="language_model.model.layers",
        last="language_model.model.norm",
        bits=bits,
        rename=_without_buffers,
        optional=lambda key: tied and key == HEAD,
        read=fused_weights if hf else read_weights,
        free=free,
        check=lambda weights: check(network, weights),
    )
    if tied:
        tie_head(network.language_model)
    return network


def tie_head(language_model: Any) -> None:
    """The output matrix is the embedding, for checkpoints that store it once."""
    language_model.lm_head.weight = language_model.get_input_embeddings().weight


def _without_buffers(key: str) -> str | None:
    """Older checkpoints hold what is computed from the configuration."""
    return None if key.endswith(("rotary_emb.inv_freq", "position_ids")) else key
