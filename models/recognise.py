"""What a checkpoint folder is by its config.json, and which profile or command takes it. Pure but for reading it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Kind:
    """name: what it is, in words. profile: which takes it, "" for none. family: of the code that reads it."""

    family: str
    name: str
    profile: str = ""

    @property
    def taken_by(self) -> str:
        """Where it belongs, as the end of a sentence."""
        return f"the profile {self.profile}" if self.profile else "no profile; see docs/models.md"


UNKNOWN = Kind("", "no model that is known here")
_ENCODERS = {
    "clip": Kind("clip", "a CLIP model"),
    "clip_vision_model": Kind("clip", "CLIP's picture tower alone"),
    "siglip": Kind("siglip", "a SigLIP model"),
    "siglip_vision_model": Kind("siglip", "SigLIP's picture tower alone"),
    "intern_vit_6b": Kind("internvit", "an InternViT"),
    "internvl": Kind("internvl_cg", "InternVL-C and InternVL-G"),
    "whisper": Kind("whisper", "a Whisper recogniser"),
    "moonshine": Kind("whisper", "a Moonshine recogniser"),
    "vits": Kind("vits", "a VITS voice"),
    "qwen2_audio": Kind("qwen2_audio", "Qwen2-Audio", "omnilive-7b"),
}
RELEASE = Kind("release", "the OmniLive release", "omnilive-7b")
MEMORY = Kind("ixc_memory", "OmniLive's video memory", "omnilive-7b")
REASONER = Kind("ixc25", "IXC-2.5, OmniLive's reasoner", "omnilive-7b")


def recognise(folder: Path) -> Kind:
    """By the folder's config.json; a folder without one may be a release with its parts in it."""
    if any((folder / part / "config.json").is_file() for part in ("merge_lora", "base", "memory")):
        return RELEASE
    try:
        values = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return UNKNOWN
    return recognise_values(values) if isinstance(values, dict) else UNKNOWN


def recognise_values(values: Mapping[str, Any]) -> Kind:
    """By the contents of a config.json."""
    kind = str(values.get("model_type", ""))
    architectures = " ".join(values.get("architectures") or [])
    if "pool_num" in values:
        return MEMORY
    if "XComposer" in architectures or "plora_r" in values or kind == "internlmxcomposer2":
        return REASONER
    if kind == "internvl" and isinstance(values.get("text_config"), dict) and "qllama_config" not in values:
        return _chat(values["text_config"])  # the layout of transformers' own class
    if kind == "internvl_chat" or "llm_config" in values:
        return _chat(values.get("llm_config") or {})
    if "attn_pool_num_heads" in values:
        return _ENCODERS["internvl"]
    return _ENCODERS.get(kind, UNKNOWN)


def _chat(language: Mapping[str, Any]) -> Kind:
    """An InternVL chat model; the profile by its language model, where one is made for it."""
    family = str(language.get("model_type") or (language.get("architectures") or ["?"])[0]).lower()
    wide = int(language.get("hidden_size") or 0) >= 6144
    if "phi3" in family:
        profile = "mini-internvl-4b"
    elif "llama" in family and wide:
        profile = "internvl2-76b"
    elif "internlm2" in family and wide:
        profile = "internvl-chat-v1-5"
    else:
        profile = "internvl2-8b"
    return Kind("internvl_chat", f"an InternVL chat model with {family}", profile)
