"""Writes small GGUF files: any keys and tensors, or a whole tiny decoder of Llama's kind."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import torch
from numpy.typing import NDArray
from transformers import LlamaConfig, LlamaForCausalLM

F32, Q4_1, Q8_0 = 0, 3, 8
Tensor = tuple[int, tuple[int, ...], bytes]  # type, shape as numpy has it, data


def text(value: str) -> bytes:
    data = value.encode()
    return struct.pack("<Q", len(data)) + data


def value(given: Any) -> bytes:
    """With its type before it."""
    match given:
        case bool():
            return struct.pack("<I?", 7, given)
        case int():
            return struct.pack("<II", 4, given)
        case float():
            return struct.pack("<If", 6, given)
        case str():
            return struct.pack("<I", 8) + text(given)
        case [str(), *_]:
            return struct.pack("<IIQ", 9, 8, len(given)) + b"".join(text(one) for one in given)
        case _:
            return struct.pack("<IIQ", 9, 5, len(given)) + struct.pack(f"<{len(given)}i", *given)


def gguf(values: dict[str, Any], tensors: dict[str, Tensor], *, version: int = 3, alignment: int = 32) -> bytes:
    head = b"GGUF" + struct.pack("<IQQ", version, len(tensors), len(values))
    head += b"".join(text(key) + value(given) for key, given in values.items())
    body = b""
    for name, (kind, shape, data) in tensors.items():
        head += text(name) + struct.pack("<I", len(shape)) + struct.pack(f"<{len(shape)}Q", *reversed(shape))
        head += struct.pack("<IQ", kind, len(body))
        body += data + bytes(-len(data) % alignment)
    return head + bytes(-len(head) % alignment) + body


def floats(array: NDArray[Any]) -> Tensor:
    return F32, array.shape, array.astype("<f4").tobytes()


def names() -> list[str]:
    """Three signs and the letters of GPT-2's alphabet for all bytes, one pair of letters."""
    from tokenizers.pre_tokenizers import ByteLevel

    return ["<|endoftext|>", "<|im_start|>", "<|im_end|>", *sorted(ByteLevel.alphabet()), "th"]


def tiny_llama() -> LlamaForCausalLM:
    torch.manual_seed(5)
    config = LlamaConfig(
        vocab_size=len(names()), hidden_size=64, intermediate_size=96, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2,
        rope_parameters={"rope_type": "default", "rope_theta": 100_000.0},
        rms_norm_eps=1e-5, tie_word_embeddings=True, initializer_range=0.2,
    )  # fmt: skip
    llama = LlamaForCausalLM(config)
    llama.train(False)
    return llama


def write_llama(path: Path, llama: LlamaForCausalLM, **changed: Any) -> None:
    """As llama.cpp's converter does. changed: values by what follows their last dot."""
    state = {name: tensor.numpy() for name, tensor in llama.state_dict().items()}
    tensors = {
        "token_embd.weight": floats(state["model.embed_tokens.weight"]),
        "output_norm.weight": floats(state["model.norm.weight"]),
    }
    theirs = {
        "attn_norm": "input_layernorm", "attn_output": "self_attn.o_proj", "attn_v": "self_attn.v_proj",
        "ffn_norm": "post_attention_layernorm", "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj",
        "ffn_down": "mlp.down_proj",
    }  # fmt: skip
    config = llama.config
    for number in range(config.num_hidden_layers):
        for ours, name in theirs.items():
            tensors[f"blk.{number}.{ours}.weight"] = floats(state[f"model.layers.{number}.{name}.weight"])
        for part, n_heads in (("q", config.num_attention_heads), ("k", config.num_key_value_heads)):
            array = state[f"model.layers.{number}.self_attn.{part}_proj.weight"]
            turned = array.reshape(n_heads, 2, -1, array.shape[1]).swapaxes(1, 2).reshape(array.shape)
            tensors[f"blk.{number}.attn_{part}.weight"] = floats(turned)
    values: dict[str, Any] = {
        "general.architecture": "llama", "llama.block_count": config.num_hidden_layers,
        "llama.attention.head_count": config.num_attention_heads,
        "llama.attention.head_count_kv": config.num_key_value_heads, "llama.rope.freq_base": 100_000.0,
        "llama.attention.layer_norm_rms_epsilon": 1e-5, "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": "smollm", "tokenizer.ggml.tokens": names(), "tokenizer.ggml.merges": ["t h"],
        "tokenizer.ggml.eos_token_id": 2, "tokenizer.ggml.unknown_token_id": 0,
    }  # fmt: skip
    values = {key: changed.get(key.rpartition(".")[2], given) for key, given in values.items()}
    path.write_bytes(gguf({key: given for key, given in values.items() if given is not None}, tensors))
