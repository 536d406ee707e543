"""Tiny listeners with random weights, in the published layouts, for the tests of the backends that load them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from tiny_checkpoints import random_weights, write_tokenizer
from transformers import (
    GenerationConfig,
    MoonshineConfig,
    MoonshineForConditionalGeneration,
    Qwen2AudioConfig,
    Qwen2AudioForConditionalGeneration,
    Qwen2AudioProcessor,
    VitsConfig,
    VitsModel,
    VitsTokenizer,
    Wav2Vec2FeatureExtractor,
    WhisperConfig,
    WhisperFeatureExtractor,
    WhisperForConditionalGeneration,
)

# Their types say less than they do.
Config: Any = GenerationConfig
Mels: Any = WhisperFeatureExtractor
Waves: Any = Wav2Vec2FeatureExtractor
Processor: Any = Qwen2AudioProcessor
Voice: Any = VitsTokenizer

AUDIO_SPECIAL = ("<|AUDIO|>", "<|audio_bos|>", "<|audio_eos|>", "<|im_start|>", "<|im_end|>")
WHISPER_SPECIAL = (
    "<|endoftext|>", "<|startoftranscript|>", "<|en|>", "<|zh|>", "<|translate|>", "<|transcribe|>",
    "<|startoflm|>", "<|startofprev|>", "<|nospeech|>", "<|notimestamps|>",
)  # fmt: skip
MELS = 8


def _save(network: Any, folder: Path, seed: int) -> None:
    network.train(False)
    network.load_state_dict(random_weights(network, seed), strict=False)
    network.save_pretrained(folder)


def write_qwen2_audio(folder: Path, *, seed: int = 0) -> None:
    """An audio tower of one layer over 30 s, a Qwen2 of two."""
    tokenizer: Any = write_tokenizer(folder, AUDIO_SPECIAL)
    audio = {
        "model_type": "qwen2_audio_encoder", "d_model": 16, "encoder_attention_heads": 2, "encoder_ffn_dim": 24,
        "encoder_layers": 1, "num_mel_bins": MELS, "max_source_positions": 1500,
    }  # fmt: skip
    text = {
        "model_type": "qwen2", "vocab_size": len(tokenizer), "hidden_size": 24, "intermediate_size": 32,
        "num_hidden_layers": 2, "num_attention_heads": 2, "num_key_value_heads": 1, "max_position_embeddings": 2048,
        "tie_word_embeddings": False, "pad_token_id": 2,
    }  # fmt: skip
    config = Qwen2AudioConfig(
        audio_config=audio, text_config=text, audio_token_index=tokenizer.convert_tokens_to_ids("<|AUDIO|>")
    )
    network = Qwen2AudioForConditionalGeneration(config)
    network.generation_config = Config(eos_token_id=[2], pad_token_id=2)
    _save(network, folder, seed)
    Processor(Mels(feature_size=MELS), tokenizer).save_pretrained(folder)


def write_whisper(folder: Path, *, seed: int = 0, multilingual: bool = True) -> None:
    tokenizer: Any = write_tokenizer(folder, WHISPER_SPECIAL)
    ids = dict(zip(WHISPER_SPECIAL, tokenizer.convert_tokens_to_ids(list(WHISPER_SPECIAL)), strict=True))
    end, start = ids["<|endoftext|>"], ids["<|startoftranscript|>"]
    config = WhisperConfig(
        vocab_size=len(tokenizer), num_mel_bins=MELS, encoder_layers=1, decoder_layers=1, d_model=16,
        encoder_attention_heads=2, decoder_attention_heads=2, encoder_ffn_dim=24, decoder_ffn_dim=24,
        max_source_positions=1500, max_target_positions=64, decoder_start_token_id=start, bos_token_id=end,
        eos_token_id=end, pad_token_id=end, suppress_tokens=None, begin_suppress_tokens=None,
    )  # fmt: skip
    network = WhisperForConditionalGeneration(config)
    network.generation_config = Config(
        decoder_start_token_id=start, bos_token_id=end, eos_token_id=end, pad_token_id=end,
        no_timestamps_token_id=ids["<|notimestamps|>"], prev_sot_token_id=ids["<|startofprev|>"],
        is_multilingual=multilingual, max_length=64, begin_suppress_tokens=[], suppress_tokens=[],
        **({"lang_to_id": {"<|en|>": ids["<|en|>"], "<|zh|>": ids["<|zh|>"]},
            "task_to_id": {"translate": ids["<|translate|>"], "transcribe": ids["<|transcribe|>"]}}
           if multilingual else {}),
    )  # fmt: skip
    _save(network, folder, seed)
    Mels(feature_size=MELS).save_pretrained(folder)


def write_moonshine(folder: Path, *, seed: int = 0) -> None:
    tokenizer = write_tokenizer(folder)
    config = MoonshineConfig(
        vocab_size=len(tokenizer), hidden_size=16, intermediate_size=24, encoder_num_hidden_layers=1,
        decoder_num_hidden_layers=1, encoder_num_attention_heads=2, decoder_num_attention_heads=2, pad_token_id=2,
    )  # fmt: skip
    _save(MoonshineForConditionalGeneration(config), folder, seed)
    Waves(feature_size=1, return_attention_mask=True).save_pretrained(folder)


torch.set_num_threads(1)


def write_vits(folder: Path, alphabet: str = " abcdefghijklmnopqrstuvwxyz'", *, seed: int = 0, **more: Any) -> None:
    """A voice of few channels at 16 kHz. more: fields of the tokenizer, and num_speakers of the network."""
    folder.mkdir(parents=True, exist_ok=True)
    speakers = more.pop("num_speakers", 1)
    vocabulary = {"_": 0} | {sign: at for at, sign in enumerate(alphabet, start=1)}
    (folder / "vocab.json").write_text(json.dumps(vocabulary), encoding="utf-8")
    fields = {"phonemize": False, "is_uroman": False, "language": "eng", "pad_token": "_", "unk_token": "_", **more}
    tokenizer: Any = Voice(str(folder / "vocab.json"), **fields)
    tokenizer.save_pretrained(folder)
    config = VitsConfig(
        vocab_size=len(vocabulary), hidden_size=8, num_hidden_layers=1, num_attention_heads=2, ffn_dim=12, flow_size=8,
        spectrogram_bins=9, duration_predictor_filter_channels=8, upsample_initial_channel=16, upsample_rates=[16, 16],
        upsample_kernel_sizes=[32, 32], resblock_kernel_sizes=[3], resblock_dilation_sizes=[[1]],
        posterior_encoder_num_wavenet_layers=1, prior_encoder_num_wavenet_layers=1, prior_encoder_num_flows=2,
        duration_predictor_num_flows=2, num_speakers=speakers, speaker_embedding_size=4 if speakers > 1 else 0,
    )  # fmt: skip
    torch.manual_seed(seed)
    network = VitsModel(config)
    network.train(False)
    network.save_pretrained(folder)
