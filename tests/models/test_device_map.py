"""Which device holds which layer, by numbers; networks that are spread, on devices that stand in for GPUs."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest
import torch
from tiny_checkpoints import write_internvl, write_ixc
from torch import Tensor, nn

from models.checkpoint import read_json, stored_bytes
from models.device_map import brought, map_layers, place_layers
from models.devices import choose_devices
from models.internvl_loading import load_chat
from models.internvl_reasoner import InternVlReasoner
from models.ixc25 import Ixc25, Ixc25Config
from models.spread import load_spread
from reasoning.backends.internvl import InternVl, InternVlOptions

pytestmark = pytest.mark.models

torch.set_num_threads(1)
GB = 10**9
CPU, META = torch.device("cpu"), torch.device("meta")


@pytest.mark.parametrize(
    ("first", "layers", "memories", "counts"),
    [
        (0, [1] * 8, [10, 10], [4, 4]),
        (2, [1] * 8, [10, 10], [3, 5]),  # the ends take the place of two layers
        (8, [1] * 8, [10, 10], [0, 8]),  # nothing but the ends on the first
        (0, [1] * 9, [20, 10], [6, 3]),  # a larger one takes more
        (0, [1] * 6, [10, 0, 10], [3, 0, 3]),  # a full one takes none
        (1, [1] * 4, [100], [4]),
    ],
)
def test_layers_fill_all_devices_to_the_same_share(
    first: int, layers: list[int], memories: list[int], counts: list[int]
) -> None:
    chosen = map_layers(first * GB, [n * GB for n in layers], [n * GB for n in memories])
    assert [chosen.count(device) for device in range(len(memories))] == counts
    assert chosen == sorted(chosen)


def test_internvl2_76b_on_four_gpus_of_80_gb() -> None:
    # InternViT-6B with embedding and head, and the 80 layers of Llama-3-70B, in bfloat16.
    first, layer = 2 * (5_537_000_000 + 2 * 128_265 * 8192), 2 * 855_654_400
    chosen = map_layers(first, [layer] * 80, [79 * GB] * 4)
    counts = [chosen.count(device) for device in range(4)]
    assert sum(counts) == 80
    assert counts[0] < counts[1] <= counts[2] + 1
    loads = [first * (device == 0) + layer * count for device, count in enumerate(counts)]
    assert max(loads) < 0.9 * 79 * GB
    assert max(loads) - min(loads) < 3 * layer


def test_what_does_not_fit_is_told_with_its_sums() -> None:
    with pytest.raises(ValueError, match=r"take 22.0 GB, 2.0 GB of them on the first of 2 devices; 20.0 GB are free"):
        map_layers(2 * GB, [GB] * 20, [10 * GB, 10 * GB])
    with pytest.raises(ValueError, match=r"11.0 GB of them on the first"):
        map_layers(11 * GB, [1], [10 * GB, 100 * GB])
    map_layers(2 * GB, [GB] * 16, [10 * GB, 10 * GB])  # with a tenth of each to spare


def test_never_more_than_a_device_has() -> None:
    generator = torch.Generator().manual_seed(0)
    for _ in range(200):
        layers = torch.randint(1, 9, (12,), generator=generator).tolist()
        memories = torch.randint(5, 60, (3,), generator=generator).tolist()
        try:
            chosen = map_layers(3, layers, memories)
        except ValueError:
            continue
        assert all(a <= b for a, b in itertools.pairwise(chosen))
        for device, memory in enumerate(memories):
            load = sum(size for size, at in zip(layers, chosen, strict=True) if at == device)
            assert load + 3 * (device == 0) <= 0.9 * memory


def test_keys_go_where_their_layer_goes() -> None:
    sizes = {"tower.weight": 2, "model.embed.weight": 1, "model.layers.0.a": 4, "model.layers.1.a": 2}
    sizes |= {"model.layers.1.b": 2, "model.layers.10.a": 5, "model.layers.9.a": 4, "head.weight": 1}
    place = place_layers(sizes, "model.layers", (CPU, META), [100, 100])
    assert {key: place(key) for key in sizes} == {
        "tower.weight": CPU, "model.embed.weight": CPU, "head.weight": CPU, "model.layers.0.a": CPU,
        "model.layers.1.a": CPU, "model.layers.1.b": CPU, "model.layers.9.a": META, "model.layers.10.a": META,
    }  # fmt: skip
    assert place("model.rotary_emb.inv_freq") == CPU  # a buffer, of no size


def test_tensors_are_brought_wherever_they_are() -> None:
    one = torch.ones(2)
    found = brought({"a": (one, None), "b": [one, 3], "c": "words"}, META)
    assert found["a"][0].device == found["b"][0].device == META
    assert (found["a"][1], found["b"][1], found["c"]) == (None, 3, "words")


@torch.inference_mode()
def logits(network: nn.Module, embeds: Tensor) -> Tensor:
    language: Any = network
    output = language(
        inputs_embeds=embeds, attention_mask=None, position_ids=None, past_key_values=None, logits_to_keep=0
    )
    return output.logits  # type: ignore[no-any-return]


@pytest.mark.parametrize("family", ["internlm2", "phi3", "llama", "qwen2"])
def test_a_spread_network_says_the_same(tmp_path: Path, family: str) -> None:
    write_internvl(tmp_path, family)
    whole = load_chat(tmp_path, (CPU,), torch.float32)
    spread = load_chat(tmp_path, (CPU, CPU), torch.float32)
    embeds = torch.randn(1, 7, 24, generator=torch.Generator().manual_seed(2))
    assert torch.equal(logits(spread.language_model, embeds), logits(whole.language_model, embeds))


@pytest.mark.parametrize("family", ["internlm2", "phi3", "llama", "qwen2"])
def test_weights_lie_where_the_map_says_and_states_come_to_them(tmp_path: Path, family: str) -> None:
    """The second device is one that holds no numbers: states go there, and cannot come back."""
    write_internvl(tmp_path, family)
    sizes = stored_bytes(load_chat(tmp_path, (CPU,), torch.float32), torch.float32)
    layer = sum(size for key, size in sizes.items() if key.startswith("language_model.model.layers.1."))
    others = sum(sizes.values()) - layer
    network = load_chat(tmp_path, (CPU, META), torch.float32, free=[2 * others, 2 * layer])
    on_meta = {key for key, value in network.state_dict().items() if value.is_meta}
    assert on_meta == {key for key in network.state_dict() if key.startswith("language_model.model.layers.1.")}

    arrived: list[torch.device] = []
    second = network.get_submodule("language_model.model.layers.1")

    def note(module: nn.Module, given: Any, made: Any) -> None:
        arrived.append((made[0] if isinstance(made, tuple) else made).device)

    second.register_forward_hook(note)
    with pytest.raises(NotImplementedError, match="meta"):
        logits(network.language_model, torch.zeros(1, 3, 24))
    assert arrived == [META]


def test_partial_lora_is_spread_too(tmp_path: Path) -> None:
    network = write_ixc(tmp_path)
    with torch.device("meta"):
        spread = Ixc25(Ixc25Config.from_dict(read_json(tmp_path / "config.json")))
    load_spread(spread, tmp_path, (CPU, CPU), torch.float32, layers="model.layers", last="model.norm")
    embeds = torch.randn(1, 5, 24, generator=torch.Generator().manual_seed(2))
    mask = torch.tensor([[False, True, True, False, False]])
    with torch.inference_mode():
        assert torch.equal(spread(embeds, lora_mask=mask).logits, network(embeds, lora_mask=mask).logits)


def test_devices_are_read_from_words(monkeypatch: pytest.MonkeyPatch) -> None:
    assert choose_devices("cpu") == (CPU,)
    assert choose_devices("cpu, cpu") == (CPU, CPU)
    with pytest.raises(ValueError, match="no GPU is usable"):
        choose_devices("all")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 3)
    assert choose_devices("all") == tuple(torch.device("cuda", n) for n in range(3))
    assert choose_devices("cuda:0,cuda:2") == (torch.device("cuda:0"), torch.device("cuda:2"))


def test_the_backend_answers_spread(tmp_path: Path) -> None:
    write_internvl(tmp_path, "internlm2", seed=5)
    replies = []
    for device in ("cpu", "cpu,cpu"):
        backend = InternVl(InternVlOptions(checkpoint=str(tmp_path), device=device, max_new_tokens=6))
        reasoner: InternVlReasoner = backend._model
        replies.append("".join(reasoner.reply(reasoner.prompt("What?", []), [], backend._sampling)))
    assert replies[0] == replies[1] != ""
