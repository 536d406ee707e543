"""Whisper and Moonshine through transformers, offline, English and Chinese among others (Moonshine: English).

They take whole recordings of up to 30 s: captions come from reading the utterance again and again.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import AutoConfig, AutoModelForSpeechSeq2Seq, AutoProcessor

from models.checkpoint import CheckpointError, checkpoint_folder, read_json, require_memory, size_bytes, weight_files
from models.devices import choose_device, choose_dtype
from models.loading import Loading
from models.quiet import quietly
from models.qwen2_audio import require_all, sureness
from perception.backends.base import AsrStream, Pcm, Transcript
from perception.windowed import RATE_HZ, WindowedAsr, Windows

# Their types say less than they do.
_Network: Any = AutoModelForSpeechSeq2Seq
_Processor: Any = AutoProcessor

_FAMILIES = ("whisper", "moonshine")
# Moonshine goes on for ever where it hears nothing; nobody speaks more tokens in a second. Source: its model card.
_MOONSHINE_TOKENS_A_SECOND = 6.5

_START_TOKENS = 4  # start, language, task, no time stamps; a prompt is not counted


@dataclass(frozen=True, kw_only=True)
class WhisperOptions:
    checkpoint: str  # local folder of a Whisper (also distilled) or a Moonshine
    language: str = ""  # "en", "zh"...; "": the model finds out
    prompt: str = ""  # words to expect, or the script to write in; Whisper only
    device: str = "auto"
    dtype: str = "auto"
    caption_every_s: float = 1.0  # of new sound; 0: words only when they are complete
    longest_s: float = 28.0  # of sound read at once; Whisper takes 30
    max_new_tokens: int = 200


class Whisper:
    Options = WhisperOptions
    sample_rate = RATE_HZ
    child = False

    def __init__(self, options: WhisperOptions) -> None:
        """Raises CheckpointError."""
        folder = checkpoint_folder(options.checkpoint)
        self._family = read_json(folder / "config.json").get("model_type", "")
        if self._family not in _FAMILIES:
            raise CheckpointError(f"{folder} is {self._family or '?'} by its config.json, not Whisper or Moonshine")
        weight_files(folder)
        self._device = choose_device(options.device)
        self._dtype = choose_dtype(options.dtype, self._device)
        self._load(folder)
        self._windows = Windows(every_s=options.caption_every_s, longest_s=options.longest_s)
        self._most = options.max_new_tokens
        self._asked: dict[str, Any] = self._whisper_words(options) if self._family == "whisper" else {}
        self._read(np.zeros(RATE_HZ, np.int16))

    def _load(self, folder: Path) -> None:
        config = AutoConfig.from_pretrained(folder, local_files_only=True)
        with torch.device("meta"):
            empty = _Network.from_config(config)
        require_memory(empty.parameters(), folder, self._device, self._dtype)
        loading = Loading(folder, size_bytes(folder))
        try:
            with quietly():
                self._processor = _Processor.from_pretrained(folder, local_files_only=True)
                network, info = _Network.from_pretrained(
                    folder, dtype=self._dtype, local_files_only=True, output_loading_info=True
                )
        except (OSError, RuntimeError) as error:
            raise CheckpointError(f"{folder} cannot be loaded ({error}); fetch it again") from error
        require_all(folder, info)
        self._network = network.to(self._device).eval().requires_grad_(False)
        loading.finish()

    def _whisper_words(self, options: WhisperOptions) -> dict[str, Any]:
        """What generation is told. An English-only Whisper knows neither languages nor tasks."""
        told: dict[str, Any] = {}
        if getattr(self._network.generation_config, "is_multilingual", False):
            told = {"task": "transcribe", "language": options.language or None}
        if options.prompt:
            words = self._processor.tokenizer(f" {options.prompt.strip()}", add_special_tokens=False)["input_ids"]
            before = self._network.generation_config.prev_sot_token_id
            told["prompt_ids"] = torch.tensor([before, *words], device=self._device)
        return told

    def stream(self) -> AsrStream:
        return WindowedAsr(self._read, self._windows)

    def close(self) -> None:
        """The weights go with the object."""

    @torch.inference_mode()
    def _read(self, pcm: Pcm) -> Transcript:
        sound = pcm.astype(np.float32) / 32_768.0
        inputs = self._processor(sound, sampling_rate=RATE_HZ, return_tensors="pt", return_attention_mask=True)
        inputs = inputs.to(self._device)
        key = "input_features" if self._family == "whisper" else "input_values"
        inputs[key] = inputs[key].to(self._dtype)
        most = self._most
        if self._family == "moonshine":
            most = min(most, max(1, round(_MOONSHINE_TOKENS_A_SECOND * pcm.size / RATE_HZ)))
        found = self._network.generate(
            **inputs,
            **self._asked,
            do_sample=False,
            num_beams=1,
            max_length=most + _START_TOKENS,
            return_dict_in_generate=True,
            output_scores=True,
        )
        ids = found.sequences[0].tolist()
        start = self._network.generation_config.decoder_start_token_id
        if start in ids:  # what stands before it is the prompt
            ids = ids[ids.index(start) :]
        text: str = self._processor.tokenizer.decode(ids, skip_special_tokens=True)
        return Transcript(text=text.strip(), score=sureness(found.scores))
