"""Language models whose layers are kept in 8 or 4 bits say nearly what they say in full, and take less memory."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest
import torch
from tiny_checkpoints import write_internvl, write_ixc
from torch import Tensor, nn

from models.checkpoint import read_json, stored_bytes
from models.internvl_chat import InternVlChat, InternVlConfig
from models.internvl_loading import load_chat
from models.ixc25 import Ixc25, Ixc25Config
from models.quantised import PackedLinear, pack_layers
from models.spread import load_spread
from reasoning.backends import LLM
from wire.registry import BackendError

pytestmark = pytest.mark.models

torch.set_num_threads(1)
CPU = torch.device("cpu")
FAMILIES = ("internlm2", "phi3", "llama", "qwen2")


@torch.inference_mode()
def logits(network: InternVlChat) -> Tensor:
    embeds = torch.randn(1, 7, 24, generator=torch.Generator().manual_seed(2))
    output = network.lm(
        inputs_embeds=embeds, attention_mask=None, position_ids=None, past_key_values=None, logits_to_keep=0
    )
    return output.logits


def error(found: Tensor, wanted: Tensor) -> float:
    return float((found - wanted).norm() / wanted.norm())


@pytest.mark.parametrize("family", FAMILIES)
def test_packed_layers_say_nearly_the_same(tmp_path: Path, family: str) -> None:
    write_internvl(tmp_path, family)
    whole = logits(load_chat(tmp_path, (CPU,), torch.float32))
    errors = {bits: error(logits(load_chat(tmp_path, (CPU,), torch.float32, bits=bits)), whole) for bits in (8, 4)}
    assert 0 < errors[8] < 0.05
    assert errors[8] < errors[4] < 0.5


@pytest.mark.parametrize("bits", [8, 4])
def test_only_layers_are_packed_and_they_are_smaller(tmp_path: Path, bits: int) -> None:
    write_internvl(tmp_path, "internlm2")
    network = load_chat(tmp_path, (CPU, CPU), torch.float32, bits=bits)
    packed = {path for path, module in network.named_modules() if isinstance(module, PackedLinear)}
    assert packed == {
        f"language_model.model.layers.{n}.{name}"
        for n in (0, 1)
        for name in ("attention.wqkv", "attention.wo", "feed_forward.w1", "feed_forward.w2", "feed_forward.w3")
    }
    one: Any = network.get_submodule("language_model.model.layers.1.feed_forward.w2")
    assert one.inner.weight.dtype == (torch.int8 if bits == 8 else torch.uint8)
    assert one.inner.weight.numel() == 24 * 32 * bits // 8
    assert one.weight is None


def test_sizes_are_known_before_anything_is_loaded(tmp_path: Path) -> None:
    write_internvl(tmp_path, "qwen2")
    config = InternVlConfig.from_dict(read_json(tmp_path / "config.json"))
    key = "language_model.model.layers.0.mlp.up_proj.weight"
    sizes = {}
    for bits in (0, 8, 4):
        with torch.device("meta"):
            network = InternVlChat(config)
        pack_layers(network.get_submodule("language_model.model.layers"), bits)
        sizes[bits] = stored_bytes(network, torch.bfloat16)[key]
    assert sizes == {0: 2 * 24 * 32, 8: 24 * 32 + 4 * 32, 4: 24 * 32 // 2 + 4 * (24 * 32 // 64)}


def test_partial_lora_stays_as_it_is(tmp_path: Path) -> None:
    network = write_ixc(tmp_path)
    with torch.device("meta"):
        packed = Ixc25(Ixc25Config.from_dict(read_json(tmp_path / "config.json")))
    load_spread(packed, tmp_path, (CPU,), torch.float32, layers="model.layers", last="model.norm", bits=8)
    x = torch.randn(1, 5, 24, generator=torch.Generator().manual_seed(3))
    mask = torch.tensor([[False, True, True, False, False]])
    own: Any = network.get_submodule("model.layers.0.attention.wqkv")
    other: nn.Module = packed.get_submodule("model.layers.0.attention.wqkv")
    with torch.inference_mode():
        added = own(x, mask) - own(x)
        assert added[mask].abs().min() > 0
        torch.testing.assert_close(other(x, mask) - other(x), added, rtol=1e-4, atol=1e-4)
        assert error(packed(x, lora_mask=mask).logits, network(x, lora_mask=mask).logits) < 0.05


def test_without_the_library_the_fix_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_internvl(tmp_path, "qwen2")
    real = importlib.import_module

    def without(name: str, package: str | None = None) -> Any:
        if name == "bitsandbytes":
            raise ModuleNotFoundError("No module named 'bitsandbytes'", name="bitsandbytes")
        return real(name, package)

    monkeypatch.setattr(importlib, "import_module", without)
    with pytest.raises(BackendError, match=r"need bitsandbytes.*pip install 'omnilive\[quantised\]'"):
        LLM.create("internvl", {"checkpoint": str(tmp_path), "device": "cpu", "bits": 4})


def test_other_numbers_of_bits_are_refused(tmp_path: Path) -> None:
    write_internvl(tmp_path, "qwen2")
    with pytest.raises(BackendError, match="bits = 3 is unknown; choose from 0, 4, 8"):
        LLM.create("internvl", {"checkpoint": str(tmp_path), "device": "cpu", "bits": 3})


@pytest.mark.parametrize("bits", [8, 4])
def test_the_backend_answers(tmp_path: Path, bits: int) -> None:
    write_internvl(tmp_path, "internlm2", seed=5)
    backend = LLM.create(
        "internvl",
        {"checkpoint": str(tmp_path), "device": "cpu", "bits": bits, "max_new_tokens": 6, "temperature": 1.0},
    )
    model = backend._model
    assert any(isinstance(module, PackedLinear) for module in model._network.modules())
    prompt = model.prompt("What?", [])
    assert "".join(model.reply(prompt, [], backend._sampling)) == "".join(model.reply(prompt, [], backend._sampling))
