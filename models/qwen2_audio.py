"""A Qwen2-Audio folder as something that listens: a sound and an instruction in, words out.

The network and its processor are those of transformers; prompts and decoding are the published ones. The weights are
held once a process, whoever asks for them: recognition and classification share them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import AutoConfig, AutoProcessor, GenerationConfig, Qwen2AudioForConditionalGeneration

from models.audio_prompts import MAX_NEW_TOKENS, SAMPLE_RATE_HZ, chat_prompt
from models.checkpoint import CheckpointError, likely, read_json, require_memory, size_bytes, weight_files
from models.loading import Loading
from models.quiet import quietly

# Their types say less than they do.
_Config: Any = GenerationConfig
_Network: Any = Qwen2AudioForConditionalGeneration
_Processor: Any = AutoProcessor

Pcm = NDArray[np.int16]  # (n_samples,) at SAMPLE_RATE_HZ

_loaded: WeakValueDictionary[tuple[Path, torch.device, torch.dtype], Qwen2Audio] = WeakValueDictionary()


def load_shared(folder: Path, device: torch.device, dtype: torch.dtype) -> Qwen2Audio:
    """The listener of a folder, loaded unless somebody in this process holds it already. Raises CheckpointError."""
    folder = audio_folder(folder)
    key = (folder.resolve(), device, dtype)
    found = _loaded.get(key)
    if found is None:
        found = _loaded[key] = Qwen2Audio(folder, device, dtype)
    return found


class Qwen2Audio:
    def __init__(self, folder: Path, device: torch.device, dtype: torch.dtype) -> None:
        """Raises CheckpointError."""
        weight_files(folder)
        config = AutoConfig.from_pretrained(folder, local_files_only=True)
        with torch.device("meta"):
            empty = _Network(config)
        require_memory(empty.parameters(), folder, device, dtype)
        loading = Loading(folder, size_bytes(folder))
        try:
            with quietly():
                self._processor = _Processor.from_pretrained(folder, local_files_only=True)
                network, info = _Network.from_pretrained(
                    folder, dtype=dtype, local_files_only=True, output_loading_info=True
                )
        except (OSError, RuntimeError) as error:
            raise CheckpointError(f"{folder} cannot be loaded ({error}); fetch it again") from error
        require_all(folder, info)
        self._network = network.to(device).eval().requires_grad_(False)
        loading.finish()
        self._device = device
        self._dtype = dtype
        self._end = {key: getattr(network.generation_config, key) for key in ("eos_token_id", "pad_token_id")}
        self.reply(np.zeros(SAMPLE_RATE_HZ, np.int16), "?", max_new_tokens=1)

    @torch.inference_mode()
    def reply(self, pcm: Pcm, instruction: str, max_new_tokens: int = MAX_NEW_TOKENS) -> tuple[str, float]:
        """What it says of at most 30 s of sound, the likeliest word each time, and how sure it is, 0 to 1."""
        sound = pcm.astype(np.float32) / 32_768.0
        inputs = self._processor(
            text=chat_prompt(instruction), audio=[sound], sampling_rate=SAMPLE_RATE_HZ, return_tensors="pt"
        ).to(self._device)
        inputs["input_features"] = inputs["input_features"].to(self._dtype)
        decoding = _Config(
            **self._end,
            do_sample=False,
            min_new_tokens=1,
            max_new_tokens=max_new_tokens,
            return_dict_in_generate=True,
            output_scores=True,
        )
        found = self._network.generate(**inputs, generation_config=decoding)
        ids = found.sequences[0, inputs["input_ids"].shape[1] :]
        text: str = self._processor.tokenizer.decode(ids, skip_special_tokens=True)
        return text.strip(), sureness(found.scores)


def sureness(scores: tuple[torch.Tensor, ...]) -> float:
    """The geometric mean of the probabilities of the likeliest tokens; scores: (1, V) a token."""
    if not scores:
        return 0.0
    likeliest = [float(step[0].float().log_softmax(-1).max()) for step in scores]
    return float(np.exp(np.mean(likeliest)))


def audio_folder(path: Path) -> Path:
    """The folder of the listener: the path itself, or its audio/. Raises CheckpointError."""
    for folder in (path, path / "audio"):
        if (folder / "config.json").exists() and read_json(folder / "config.json").get("model_type") == "qwen2_audio":
            return folder
    raise CheckpointError(
        f"{path} holds no Qwen2-Audio; put one there or into {path}/audio, with its config.json (docs/models.md)"
    )


def require_all(folder: Path, info: dict[str, Any]) -> None:
    """Raise CheckpointError unless every key of the checkpoint had its place and its shape."""
    for kind in ("missing_keys", "unexpected_keys", "mismatched_keys"):
        if keys := sorted(map(str, info.get(kind, ()))):
            raise CheckpointError(
                f"{folder}: {len(keys)} {kind.replace('_', ' ')}, the first is {keys[0]}; "
                f"{likely(folder)}; are all shards there?"
            )
