"""A VITS folder (VITS itself, or MMS-TTS) as a voice: signs in, samples out. The network is that of transformers.

Knows no languages: which signs a text has is its reader's, who asks `alphabet` what the voice knows.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import VitsConfig, VitsModel, VitsTokenizer

from models.checkpoint import CheckpointError, read_json, require_memory, weight_files
from models.quiet import quietly
from models.qwen2_audio import require_all

# Their types say less than they do.
_Network: Any = VitsModel
_Tokenizer: Any = VitsTokenizer

Pcm = NDArray[np.int16]  # (n_samples,)


class Vits:
    """language, is_phonetic (it reads phonemes) and is_roman (it reads what uroman makes of a text): the folder's."""

    def __init__(self, folder: Path, device: torch.device, *, speaker: int = 0, rate: float = 0.0) -> None:
        """rate: of speech, 0 for the folder's own. Raises CheckpointError, ValueError for a speaker it has not."""
        values = read_json(folder / "config.json")
        if values.get("model_type") != "vits":
            raise CheckpointError(
                f"{folder} is {values.get('model_type') or '?'} by its config.json, not VITS or MMS-TTS"
            )
        weight_files(folder)
        config: Any = VitsConfig.from_pretrained(folder, local_files_only=True)
        with torch.device("meta"):
            empty = _Network(config)
        require_memory(empty.parameters(), folder, device, torch.float32)
        if not 0 <= speaker < max(1, config.num_speakers):
            raise ValueError(f"speaker {speaker} is not there; {folder} has speakers 0 to {config.num_speakers - 1}")
        try:
            with quietly():
                tokenizer = _Tokenizer.from_pretrained(folder, local_files_only=True)
                network, info = _Network.from_pretrained(
                    folder, dtype=torch.float32, local_files_only=True, output_loading_info=True
                )
        except (OSError, RuntimeError, TypeError) as error:
            raise CheckpointError(f"{folder} cannot be loaded ({error}); fetch it again") from error
        require_all(folder, info)
        self.sample_rate: int = config.sampling_rate
        self.language: str = tokenizer.language or ""
        self.is_phonetic: bool = tokenizer.phonemize
        self.is_roman: bool = tokenizer.is_uroman
        self.alphabet: dict[str, int] = dict(tokenizer.encoder)
        self._tokenizer = tokenizer
        self._network = network.to(device).eval().requires_grad_(False)
        self._device = device
        self._speaker = speaker if config.num_speakers > 1 else None
        self._rate = rate or None

    def lowered(self, text: str) -> str:
        """As the folder wants letters, before they become phonemes or Latin ones."""
        found: str = self._tokenizer.normalize_text(text) if self._tokenizer.normalize else text
        return found

    def known(self, signs: str) -> str:
        """What of the signs is in the alphabet."""
        return "".join(sign for sign in signs if sign in self.alphabet).strip()

    @torch.inference_mode()
    def say(self, signs: str, seed: int = 0) -> Pcm:
        """(n,) samples of signs of the alphabet. The same ones always sound alike; nobody else's chance is touched."""
        ids = [self.alphabet[sign] for sign in signs]
        if self._tokenizer.add_blank:
            ids = [0 if at % 2 == 0 else ids[at // 2] for at in range(2 * len(ids) + 1)]
        cuda = [self._device] if self._device.type == "cuda" else []
        with torch.random.fork_rng(devices=cuda):
            torch.manual_seed(seed)
            found = self._network(
                input_ids=torch.tensor([ids], device=self._device), speaker_id=self._speaker, speaking_rate=self._rate
            )
        wave = found.waveform[0].float().clamp(-1, 1).cpu().numpy()
        pcm: Pcm = np.round(wave * 32_767).astype(np.int16)
        return pcm
