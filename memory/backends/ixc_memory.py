"""The published video memory (OmniLive's `memory/` folder) as clip compressor.

A clip's tower states come with its frames; here they become local memory tokens and a time token, which is the clip's
vector. Source: InternLM-XComposer-2.5-OmniLive. The published streaming schedule is there too, for comparison.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from transformers import AutoTokenizer

from memory.backends.base import ClipInput, ClipMemory, TextEncoder
from models.checkpoint import CheckpointError, checkpoint_folder, load_weights, read_json
from models.devices import choose_device, choose_dtype
from models.memory_stream import THRESHOLD, PublishedStream
from models.quiet import quietly
from models.video_memory import PICTURE_ID, VideoMemory, VideoMemoryConfig
from models.video_sampling import time_prompt

Array = NDArray[np.float32]

SECOND_NS = 1_000_000_000


@dataclass(frozen=True, kw_only=True)
class IxcMemoryOptions:
    checkpoint: str  # the published folder, or the one that holds it as memory/
    device: str = "auto"
    dtype: str = "auto"
    batch_clips: int = 8  # clips of equal length that one pass compresses


class PublishedSession:
    """One stream in the published schedule, which encodes and integrates everything again at each step."""

    def __init__(
        self,
        network: VideoMemory,
        words: Callable[[str], Tensor],  # ids (L,)
        states: Callable[[ClipInput], Tensor],  # (T, patches, C)
    ) -> None:
        self._stream = PublishedStream(network)
        self._words = words
        self._states = states

    @torch.inference_mode()
    def step(self, clip: ClipInput, *, new_clip: bool) -> ClipMemory:
        """All frames so far of the open clip; a new clip is appended, else the last one is replaced."""
        self._stream.step(self._words(_time_words(clip)), self._states(clip), new_clip=new_clip)
        return _kept(self._stream.local[-1], self._stream.time[-1])

    @torch.inference_mode()
    def ask(self, text: str) -> tuple[Array, Array]:
        """The question's unit vector (D,) after the overview of everything so far, and its cosines (clips,)."""
        token, cosines = self._stream.ask(self._words(text))
        return _unit(_numpy(token)[0]), _numpy(cosines)[0]


class IxcMemory:
    """Vectors are time tokens of length one; tokens are the clip's local memory and, last, the bare time token."""

    Options = IxcMemoryOptions
    threshold = THRESHOLD

    def __init__(self, options: IxcMemoryOptions) -> None:
        folder = memory_folder(checkpoint_folder(options.checkpoint))
        self._device = choose_device(options.device)
        config = VideoMemoryConfig.from_dict(read_json(folder / "config.json"))
        with torch.device("meta"):
            self._network = VideoMemory(config, with_tower=False)
        dtype = choose_dtype(options.dtype, self._device)
        load_weights(self._network, folder, rename=_without_tower, device=self._device, dtype=dtype)
        with quietly():
            self._tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        self._batch = options.batch_clips
        self._width = int(config.tower["hidden_size"])
        self.dim = int(config.decoder["hidden_size"])
        side = 2 * round(config.resolution**0.5)
        still = np.zeros((1, side * side, self._width), np.float32)
        self.compress([ClipInput(start_ns=0, end_ns=SECOND_NS, appearance=still[:, 0], sentences=(), features=still)])

    def attach(self, encoder: TextEncoder) -> None:
        """Questions are read by the memory's own decoder."""

    @torch.inference_mode()
    def compress(self, clips: list[ClipInput]) -> list[ClipMemory]:
        """Features (T, patches, C), or (T, patches*C), of each clip. Raises ValueError for a clip without them."""
        return [_kept(local, time) for local, time in self._states(clips)]

    def _states(self, clips: Sequence[ClipInput]) -> list[tuple[Tensor, Tensor]]:
        """Local memory (T*pool, H) and time token (H,) of each clip."""
        states: dict[int, tuple[Tensor, Tensor]] = {}
        lengths = [len(self._features(clip)) for clip in clips]
        for length in sorted(set(lengths)):  # rows of one pass must have equally many frames
            alike = [i for i, n in enumerate(lengths) if n == length]
            for at in range(0, len(alike), self._batch):
                chosen = alike[at : at + self._batch]
                found = self._compress_alike([clips[i] for i in chosen])
                states.update(zip(chosen, found, strict=True))
        return [states[i] for i in range(len(clips))]

    def _compress_alike(self, clips: Sequence[ClipInput]) -> list[tuple[Tensor, Tensor]]:
        features = torch.stack([self._tensor(self._features(clip)) for clip in clips])
        ids = [self._clip_ids(clip) for clip in clips]
        rows = self._network.clip_rows(ids, list(self._network.project(features)))
        memory, _ = self._network.compress(rows)
        return list(zip(memory.local, memory.time, strict=True))

    @torch.inference_mode()
    def integrate(self, kept: list[Array]) -> Array:
        """(clips, H) overview memory of clips in time order. The cost grows with their number: bound it."""
        if not kept:
            return np.zeros((0, self.dim), np.float32)
        local = [self._tensor(tokens[:-1]) for tokens in kept]
        return _numpy(self._network.integrate(local, self._tensor(np.stack([tokens[-1] for tokens in kept]))))

    def local(self, kept: list[Array]) -> Array:
        """(K, H) local memory of clips, one after the other."""
        return np.concatenate([tokens[:-1] for tokens in kept]) if kept else np.zeros((0, self.dim), np.float32)

    def question(self, text: str) -> Array:
        """(D,) unit vector of a question about a stream of which there is no overview yet."""
        return self.question_after(text, np.zeros((0, self.dim), np.float32))

    @torch.inference_mode()
    def question_after(self, text: str, overview: Array) -> Array:
        """(D,) unit vector of a question, asked in front of an overview (n, H), as published."""
        rows = self._network.question_rows(self._tensor(overview), [self._ids(text)])
        return _unit(_numpy(self._network.question_tokens(rows))[0])

    def published(self) -> PublishedSession:
        """A stream in the published schedule."""
        return PublishedSession(self._network, self._ids, lambda clip: self._tensor(self._features(clip)))

    def close(self) -> None:
        """The weights go with the object."""

    def _features(self, clip: ClipInput) -> Array:
        if clip.features is None or not len(clip.features):
            raise ValueError(
                "the clip carries no tower states; the profile's perception.vision needs the backend 'clip' "
                "with the same checkpoint"
            )
        return clip.features.reshape(len(clip.features), -1, self._width)

    def _clip_ids(self, clip: ClipInput) -> Tensor:
        words = self._ids(_time_words(clip))
        return torch.cat((words, words.new_tensor([PICTURE_ID])))

    def _ids(self, text: str) -> Tensor:
        ids = self._tokenizer(text, add_special_tokens=False)["input_ids"]
        return torch.tensor(ids, dtype=torch.long, device=self._device)

    def _tensor(self, array: Array) -> Tensor:
        return torch.from_numpy(np.ascontiguousarray(array)).to(self._device, next(self._network.parameters()).dtype)


def memory_folder(path: Path) -> Path:
    """The folder with the memory's config.json: the path itself, or its memory/."""
    for folder in (path, path / "memory"):
        if (folder / "config.json").exists() and "pool_num" in read_json(folder / "config.json"):
            return folder
    raise CheckpointError(f"{path} holds no video memory; its config.json, or that of {path}/memory, has 'pool_num'")


def _time_words(clip: ClipInput) -> str:
    return time_prompt(clip.start_ns / SECOND_NS, clip.end_ns / SECOND_NS)


def _kept(local: Tensor, time: Tensor) -> ClipMemory:
    """local (T*pool, H), time (H,)."""
    return ClipMemory(vector=_unit(_numpy(time)), tokens=_numpy(torch.cat((local, time[None]))))


def _without_tower(key: str) -> str | None:
    return None if key.startswith("model.vision_tower.") else key


def _numpy(tensor: Tensor) -> Array:
    array: Array = tensor.float().cpu().numpy()
    return array


def _unit(vector: Array) -> Array:
    unit: Array = vector / max(float(np.linalg.norm(vector)), 1e-12)
    return unit
