"""A causal language model with a key-value cache of fixed size: a prompt is read, then one token after the other.

Decode steps can be captured: a CUDA graph a size of window, replayed for each token, so that launching kernels costs
nothing. Without a GPU the very same step is called instead. Knows no sampling and no text.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import Tensor, nn

from models.attention import choose_attention
from models.kv_cache import FixedCache
from models.language import CausalLm

log = logging.getLogger(__name__)

MODES = ("auto", "eager", "graph", "compile")
SMALLEST_WINDOW = 512  # keys of the smallest captured step; larger ones are twice as large each
SMALLEST_FUSED = 2048  # the same where each window costs a minute of compiling
CHUNK = 2048  # positions of a prompt that are read at once, between two looks at whether it was cancelled


@dataclass(frozen=True)
class Stepping:
    """How decode steps run, "eager", "graph" or "compile" (fused kernels in a graph), and why, in words for a log."""

    mode: Literal["eager", "graph", "compile"]
    reason: str


def choose_stepping(model: Any, wanted: str = "auto") -> Stepping:
    """For a loaded network. Raises ValueError for a word that is not known."""
    if wanted not in MODES:
        raise ValueError(f"decode {wanted!r} is unknown; choose {', '.join(MODES)}")
    if wanted == "eager":
        return Stepping("eager", "asked for")
    devices = {parameter.device for parameter in model.parameters()}
    if len(devices) > 1:
        return Stepping("eager", f"the network lies on {len(devices)} devices, a graph on one")
    if any(type(module).__module__.startswith(("bitsandbytes", "models.quantised")) for module in model.modules()):
        return Stepping("eager", "packed weights are unpacked by code that cannot be captured")
    config = getattr(model, "config", None)
    sliding = getattr(config, "sliding_window", None)
    if sliding and sliding < getattr(config, "max_position_embeddings", 0):
        return Stepping("eager", f"some of its layers see {sliding} tokens back only")
    if "dynamic" in str(getattr(config, "rope_parameters", None)):
        return Stepping("eager", "its rotation is computed anew on the CPU as the text grows")
    if wanted != "auto":
        return Stepping("compile" if wanted == "compile" else "graph", "asked for")
    if next(iter(devices)).type != "cuda":
        return Stepping("eager", "no GPU")
    return Stepping("graph", "one GPU")


def rotation_limit(config: Any) -> int | None:
    """The length of a text beyond which all its positions are rotated differently; None where there is none."""
    if getattr(config, "ntk_factor", None) is not None:  # InternLM2
        return int(config.max_position_embeddings)
    rope = getattr(config, "rope_parameters", None) or {}
    kind = rope.get("rope_type", "default")
    if kind == "longrope":
        return int(rope["original_max_position_embeddings"])
    return int(config.max_position_embeddings) if kind == "dynamic" else None


def window_of(length: int, capacity: int, smallest: int) -> int:
    """The captured window for so many keys: a doubling of the smallest, at most the capacity."""
    window = smallest
    while window < length:
        window *= 2
    return min(window, capacity)


class Decoder:
    """One batch. mask (B, capacity), 0 at left padding; None: no padding."""

    def __init__(self, model: CausalLm, capacity: int, mask: Tensor | None = None) -> None:
        assert isinstance(model, nn.Module)
        config: Any = model.config
        self._model, self._embed = model, model.get_input_embeddings()
        self.capacity = capacity
        self.cache = FixedCache(config.num_hidden_layers, capacity)
        self.limit = rotation_limit(config)
        self._mask = None if mask is None or bool(mask.all()) else mask.bool()
        self._padding = 0 if self._mask is None else (~self._mask).sum(1, keepdim=True)  # (B, 1)

    def prefill(
        self, embeds: Tensor, lora_mask: Tensor | None = None, cancelled: Callable[[], bool] = lambda: False
    ) -> Tensor | None:
        """Read a prompt (B, L, H): logits (B, V) of what comes next, in float32; None when cancelled."""
        return self._read(embeds, 0, lora_mask, cancelled)

    def step(self, ids: Tensor, at: int) -> Tensor:
        """Put ids (B,) at position `at`: logits (B, V) of what comes next, in float32."""
        return self._forward(self._embed(ids[:, None]), at, None)

    def _read(self, embeds: Tensor, start: int, lora: Tensor | None, cancelled: Callable[[], bool]) -> Tensor | None:
        """The positions from `start` on, in chunks where the rotation does not depend on the whole length."""
        length = embeds.shape[1]
        size = length if self.limit is not None and length > self.limit else CHUNK
        logits = None
        for at in range(start, length, size):
            if cancelled():
                return None
            end = min(at + size, length)
            logits = self._forward(embeds[:, at:end], at, None if lora is None else lora[:, at:end])
            self._was_read(end)
        return logits

    def _was_read(self, end: int) -> None:
        """So many positions of the prompt are in the cache."""

    def _forward(self, embeds: Tensor, at: int, lora: Tensor | None) -> Tensor:
        """A pass with exactly the keys there are."""
        end, device = at + embeds.shape[1], embeds.device
        positions = torch.arange(at, end, device=device)
        mask = None
        if self._mask is not None:
            keys = torch.arange(end, device=device)
            # A padded query sees itself, so that no row of the softmax is empty.
            mask = (keys <= positions[:, None]) & self._mask[:, None, None, :end] | (keys == positions[:, None])
        rotated = (positions[None] - self._padding).clamp(min=0)
        self.cache.aim(positions, end)
        return self._run(embeds, mask, rotated, {} if lora is None else {"lora_mask": lora})

    def _run(self, embeds: Tensor, mask: Tensor | None, rotated: Tensor, extra: dict[str, Any]) -> Tensor:
        output = self._model(
            inputs_embeds=embeds,
            attention_mask=mask,
            position_ids=rotated,
            past_key_values=self.cache,
            logits_to_keep=1,
            **extra,
        )
        return output.logits[:, -1].float()


class SteppingDecoder(Decoder):
    """A single text whose decode steps are captured, a window of keys each: 512, 1024... up to the capacity."""

    def __init__(self, model: CausalLm, capacity: int, stepping: Stepping) -> None:
        super().__init__(model, capacity)
        self.stepping = stepping
        self._smallest = SMALLEST_FUSED if stepping.mode == "compile" else SMALLEST_WINDOW
        self._steps: dict[int, Callable[[], Tensor]] = {}
        device = next(model.parameters()).device  # type: ignore[attr-defined]
        self._capture = capture if device.type == "cuda" else None
        self._id = torch.zeros(1, dtype=torch.long, device=device)
        self._at = torch.zeros(1, dtype=torch.long, device=device)

    def step(self, ids: Tensor, at: int) -> Tensor:
        if self.stepping.mode == "eager":
            return super().step(ids, at)
        window = window_of(at + 1, self.capacity, self._smallest)
        self._id.copy_(ids)
        self._at.fill_(at)
        if window not in self._steps:
            self._steps[window] = self._captured(window)
        return self._steps[window]().clone()

    @torch.inference_mode()
    def warm_up(self) -> None:
        """Capture the steps of all windows, which would otherwise delay the first tokens that need them."""
        length = self._smallest
        while self.stepping.mode != "eager":
            window = window_of(length, self.capacity, self._smallest)
            self.step(self._id, window - 1)
            if window == self.capacity:
                return
            length *= 2

    def _masked_step(self, window: int) -> Tensor:
        """The token _id at position _at; both are read from where they lie, so that a replay sees new ones."""
        self.cache.aim(self._at, window)
        mask = (torch.arange(window, device=self._at.device) <= self._at)[None, None, None]
        extra: dict[str, Any] = {}
        embeds = self._embed(self._id[None])
        if choose_attention(embeds.device, embeds.dtype).name == "flash":
            extra["lengths"] = (self._at + 1).to(torch.int32)
        return self._run(embeds, mask, self._at[None], extra)

    def _captured(self, window: int) -> Callable[[], Tensor]:
        def step() -> Tensor:
            return self._masked_step(window)

        run = torch.compile(step, fullgraph=True, dynamic=False) if self.stepping.mode == "compile" else step
        if self._capture is None:
            return run
        try:
            return self._capture(run)
        except RuntimeError as error:  # what cannot be captured runs as it is
            log.warning("x decode steps cannot be captured, replies will be slower: %s", error)
            self.stepping = Stepping("eager", f"capturing failed ({error})")
            return step


def capture(run: Callable[[], Tensor]) -> Callable[[], Tensor]:
    """A CUDA graph of a function that reads and writes the same memory each time, and may run twice."""
    side: Any = torch.cuda.Stream()  # type: ignore[no-untyped-call]
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(2):  # what is chosen or made at a first run must not be captured
            run()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph, capture_error_mode="thread_local"):  # other threads may go on using the GPU
        result = run()

    def replay() -> Tensor:
        graph.replay()
        return result

    return replay
