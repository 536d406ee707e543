"""The options of a local reasoner that make it fast and keep it within its memory, and what they make."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from torch import nn

from models.decoder import choose_stepping
from models.language import CausalLm
from models.resident import Resident


@dataclass(frozen=True, kw_only=True)
class Speed:
    """context: tokens of prompt and reply that stay resident; 0: each reply gets a cache of its own. decode: how steps
    run (models.decoder.MODES). memory_budget: bytes, a share up to 1, or 0 for what is free on the GPUs."""

    context: int = 8192
    decode: str = "auto"
    memory_budget: float = 0.0

    def resident(self, network: nn.Module) -> Resident | None:
        """For a loaded decoder; its steps are captured when they are first needed. Raises ValueError for an unknown
        decode."""
        stepping = choose_stepping(network, self.decode)
        return Resident(cast(CausalLm, network), self.context, stepping) if self.context else None


DEFAULT = Speed()


def text_widths(config: Any) -> dict[str, int]:
    """Of a decoder's configuration, as models.memory_budget.Text wants them."""
    heads = getattr(config, "num_key_value_heads", None) or config.num_attention_heads
    width = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    return {
        "hidden": int(config.hidden_size),
        "intermediate": int(config.intermediate_size),
        "kv": 2 * int(heads) * int(width),
        "layers": int(config.num_hidden_layers),
        "vocabulary": int(config.vocab_size),
    }
