"""The published sizes of the networks that `bench.gpu` times, and the smallest ones that take the same ways."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from memory.clip_memory import OVERVIEW_CLIPS
from memory.tree import Node, Tree

S = 10**9
Values = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """decoders: configurations by name; those of transformers are run by its own `generate` as well."""

    name: str
    decoders: Mapping[str, Values]
    clip: Values
    internvit: Values
    memory: Values
    stepping: tuple[str, ...]
    runs: int
    copied: int  # bytes
    prompt: int  # tokens before decoding
    tokens: int  # decoded
    context: int
    resident: int
    question: int
    batch: int  # frames through a tower
    clip_frames: int
    clips: tuple[int, ...]
    overview: int = OVERVIEW_CLIPS

    def tree(self, n: int) -> Tree:
        """Of n clips: bounded, so that most of them are merged."""
        return _tree(n, int(self.memory["hidden_size"]))

    def leaf(self, n: int, vector: NDArray[np.float32]) -> Node:
        """The next clip of a tree of n."""
        unit = vector / max(float(np.linalg.norm(vector)), 1e-12)
        return Node(n, 1, 0, n * 16 * S, (n + 1) * 16 * S - 1, unit)


@cache
def _tree(n: int, width: int) -> Tree:
    draw, tree = np.random.default_rng(n), Tree()
    for i in range(n):
        vector = draw.normal(size=width).astype(np.float32)
        tree.add(Node(i, 1, 0, i * 16 * S, (i + 1) * 16 * S - 1, vector / np.linalg.norm(vector)))
    return tree


QWEN2 = {
    "architectures": ["Qwen2ForCausalLM"], "model_type": "qwen2", "vocab_size": 152064, "hidden_size": 3584,
    "intermediate_size": 18944, "num_hidden_layers": 28, "num_attention_heads": 28, "num_key_value_heads": 4,
    "max_position_embeddings": 32768, "rms_norm_eps": 1e-6, "rope_theta": 1e6, "tie_word_embeddings": False,
}  # fmt: skip
INTERNLM2 = {
    "architectures": ["InternLM2ForCausalLM"], "model_type": "internlm2", "vocab_size": 92544, "hidden_size": 4096,
    "intermediate_size": 14336, "num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 8,
    "max_position_embeddings": 32768, "rms_norm_eps": 1e-5, "rope_theta": 1e6, "bias": False,
    "rope_scaling": {"type": "dynamic", "factor": 2.0},
}  # fmt: skip
CLIP = {
    "hidden_act": "quick_gelu", "hidden_size": 1024, "image_size": 336, "intermediate_size": 4096,
    "num_attention_heads": 16, "num_hidden_layers": 24, "patch_size": 14, "projection_dim": 768,
}  # fmt: skip
INTERNVIT = {
    "hidden_size": 1024, "intermediate_size": 4096, "num_hidden_layers": 24, "num_attention_heads": 16,
    "image_size": 448, "rms_norm": False, "qkv_bias": True, "qk_normalization": False,
}  # fmt: skip
MEMORY = {
    "model_type": "qwen2", "vocab_size": 151936, "hidden_size": 1536, "intermediate_size": 8960,
    "num_hidden_layers": 28, "num_attention_heads": 12, "num_key_value_heads": 2, "max_position_embeddings": 131072,
    "rms_norm_eps": 1e-6, "rope_theta": 1e6, "mm_hidden_size": 1024, "resolution": 144, "pool_num": 4,
}  # fmt: skip
FULL = Sizes(
    name="full", decoders={"qwen2_7b": QWEN2, "internlm2_7b": INTERNLM2}, clip=CLIP, internvit=INTERNVIT,
    memory=MEMORY, stepping=("eager", "graph", "compile"), runs=9, copied=2 * 10**9, prompt=1024, tokens=128,
    context=8192, resident=4096, question=300, batch=64, clip_frames=16, clips=(10, 1000),
)  # fmt: skip

_SMALL = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4}
_TEXT = {"vocab_size": 300, "num_key_value_heads": 2}
TINY = Sizes(
    name="tiny", decoders={"qwen2_tiny": QWEN2 | _SMALL | _TEXT, "internlm2_tiny": INTERNLM2 | _SMALL | _TEXT},
    clip=CLIP | _SMALL | {"image_size": 56}, internvit=INTERNVIT | _SMALL | {"image_size": 56},
    memory=MEMORY | _SMALL | _TEXT | {"mm_hidden_size": 32, "resolution": 4, "pool_num": 1},
    stepping=("eager", "graph"), runs=3, copied=10**7, prompt=64, tokens=16, context=1024, resident=256, question=40,
    batch=4, clip_frames=16, clips=(10, 300),
)  # fmt: skip
