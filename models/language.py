"""The language model inside a multi-modal checkpoint, by its published configuration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from torch import Tensor, nn
from transformers import (
    LlamaConfig,
    LlamaForCausalLM,
    Phi3Config,
    Phi3ForCausalLM,
    PreTrainedModel,
    Qwen2Config,
    Qwen2ForCausalLM,
    Qwen3Config,
    Qwen3ForCausalLM,
)
from transformers.cache_utils import Cache, DynamicCache

from models.attention import OURS
from models.internlm2 import InternLM2Config, InternLM2ForCausalLM


class Logits(Protocol):
    @property
    def logits(self) -> Tensor: ...  # (B, kept, V)


class CausalLm(Protocol):
    """What the generation loop needs: embeddings in, logits out."""

    def get_input_embeddings(self) -> nn.Module: ...

    def __call__(
        self,
        *,
        inputs_embeds: Tensor,
        attention_mask: Tensor | None,
        position_ids: Tensor | None,
        past_key_values: Cache | None,
        logits_to_keep: int,
    ) -> Logits: ...


def build_language_model(values: Mapping[str, Any]) -> nn.Module:
    """An untrained network from an `llm_config`. Raises ValueError for a family that is not known."""
    network = _build(values)
    if isinstance(network, PreTrainedModel):
        network.set_attn_implementation(OURS)
    return network


def _build(values: Mapping[str, Any]) -> nn.Module:
    architecture = (values.get("architectures") or ["?"])[0]
    family = values.get("model_type") or architecture
    # Old configurations name the folder's dtype and code; neither says anything about the network.
    plain = {k: v for k, v in values.items() if k not in ("auto_map", "torch_dtype", "dtype", "_name_or_path")}
    if architecture == "InternLM2ForCausalLM" or family == "internlm2":
        return InternLM2ForCausalLM(InternLM2Config.from_dict(plain))
    if architecture == "Phi3ForCausalLM" or family == "phi3":
        return Phi3ForCausalLM(Phi3Config.from_dict(phi3_values(plain)))
    if architecture == "Qwen2ForCausalLM" or family == "qwen2":
        return Qwen2ForCausalLM(Qwen2Config.from_dict(plain))
    if architecture == "Qwen3ForCausalLM" or family == "qwen3":
        return Qwen3ForCausalLM(Qwen3Config.from_dict(plain))
    if architecture == "LlamaForCausalLM" or family == "llama":
        return LlamaForCausalLM(LlamaConfig.from_dict(plain))
    raise ValueError(
        f"language model {architecture} ({family}) is unknown; InternLM2, Phi-3, Qwen2, Qwen3 and LLaMA are known"
    )


def phi3_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Phi-3's first configurations call the long rotation `su` and keep the original length beside it."""
    scaling = values.get("rope_scaling")
    if not scaling or scaling.get("type") not in ("su", "longrope", "yarn"):
        return dict(values)
    original = values.get("original_max_position_embeddings", 4096)
    scaling = {**scaling, "type": "longrope", "original_max_position_embeddings": original}
    return {**values, "rope_scaling": scaling}


def new_cache(model: nn.Module) -> Cache:
    """An empty key-value cache that grows."""
    config: Any = model.config
    return DynamicCache() if isinstance(config, InternLM2Config) else DynamicCache(config=config)
