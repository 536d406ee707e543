"""Makes a decoder of Llama's kind in a GGUF file one that CTranslate2 runs."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Tokenizer, models, pre_tokenizers

from perception.gguf_file import GgufFile

TOKENIZER = "tokenizer.json"


def convert(source: GgufFile, folder: Path, quantization: str = "int8") -> None:
    """Writes model.bin, config.json, vocabulary.json and TOKENIZER into a folder.

    quantization: of the weights, by CTranslate2's names. Raises ValueError where the file holds another kind of model,
    or not all of it; OSError where there is no room.
    """
    kinds = [source.values.get(key) for key in ("general.architecture", "tokenizer.ggml.model", "tokenizer.ggml.pre")]
    if kinds != ["llama", "gpt2", "smollm"]:
        raise ValueError(f"the model is of the kind {kinds}; only llama with the tokenizer of SmolLM is converted")
    try:
        spec = _spec(source)
        tokenizer = _tokenizer(source.values["tokenizer.ggml.tokens"], source.values["tokenizer.ggml.merges"])
    except KeyError as error:
        raise ValueError(f"the model's file lacks the value {error}; fetch it again") from error
    (folder / TOKENIZER).write_text(tokenizer.to_str(), encoding="utf-8")
    spec.validate()
    spec.optimize(quantization=quantization)
    spec.save(str(folder))


def _spec(source: GgufFile) -> Any:
    from ctranslate2.specs import common_spec, transformer_spec  # brings torch with it

    values = source.values
    spec = transformer_spec.TransformerDecoderModelSpec.from_config(
        values["llama.block_count"],
        values["llama.attention.head_count"],
        activation=common_spec.Activation.SWISH,
        pre_norm=True,
        ffn_glu=True,
        rms_norm=True,
        rotary_dim=0,  # the whole head
        rotary_interleave=True,  # the order in which GGUF keeps queries and keys
        rotary_base=values["llama.rope.freq_base"],
        num_heads_kv=values["llama.attention.head_count_kv"],
    )
    decoder = spec.decoder
    decoder.scale_embeddings = False
    decoder.embeddings.weight = _weight(source, ["token_embd"])
    decoder.layer_norm.gamma = source.tensor("output_norm.weight")
    is_tied = "output.weight" not in source
    decoder.projection.weight = decoder.embeddings.weight if is_tied else _weight(source, ["output"])
    for number, layer in enumerate(decoder.layer):
        block = f"blk.{number}."
        attention, network = layer.self_attention, layer.ffn
        attention.layer_norm.gamma = source.tensor(f"{block}attn_norm.weight")
        attention.linear[0].weight = _weight(source, [f"{block}attn_{part}" for part in "qkv"])
        attention.linear[1].weight = _weight(source, [f"{block}attn_output"])
        network.layer_norm.gamma = source.tensor(f"{block}ffn_norm.weight")
        network.linear_0.weight = _weight(source, [f"{block}ffn_gate"])
        network.linear_0_noact.weight = _weight(source, [f"{block}ffn_up"])
        network.linear_1.weight = _weight(source, [f"{block}ffn_down"])
    names = values["tokenizer.ggml.tokens"]
    spec.register_vocabulary(names)
    spec.config.bos_token = spec.config.eos_token = names[values["tokenizer.ggml.eos_token_id"]]
    spec.config.unk_token = names[values["tokenizer.ggml.unknown_token_id"]]
    spec.config.layer_norm_epsilon = values["llama.attention.layer_norm_rms_epsilon"]
    return spec


def _weight(source: GgufFile, names: Iterable[str]) -> np.ndarray[Any, np.dtype[np.float16]]:
    """Matrices one below the other. In 16 bits, which is finer than what they were kept in and halves the need."""
    return np.concatenate([source.tensor(f"{name}.weight").astype(np.float16) for name in names])


def _tokenizer(names: list[str], merges: list[str]) -> Tokenizer:
    pairs = [(left, right) for left, _, right in (merge.partition(" ") for merge in merges)]
    made = Tokenizer(models.BPE({name: at for at, name in enumerate(names)}, pairs))
    made.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    return made
