"""Captured decode steps, what stays resident between replies, and what leaves it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, cast

import pytest
import torch
from tiny_checkpoints import write_internvl, write_ixc
from torch import Tensor, nn

from models import decoder as decoding
from models.decoder import Stepping, choose_stepping, rotation_limit, window_of
from models.generate import Sampling, Step, generate
from models.internvl_chat import InternVlChat
from models.kv_cache import FixedCache
from models.resident import Resident

pytestmark = pytest.mark.models

torch.set_num_threads(1)
FAMILIES = ("internlm2", "phi3", "llama", "qwen2")
EAGER = Stepping("eager", "a test")
NEW = Sampling(max_new_tokens=12)


@pytest.fixture(scope="module")
def networks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, InternVlChat]:
    return {family: write_internvl(tmp_path_factory.mktemp(family), family, seed=5) for family in FAMILIES}


def embeds_of(network: InternVlChat, ids: list[int]) -> Tensor:
    with torch.inference_mode():
        return network.embed(torch.tensor([ids]), None, -1)


def told(steps: Any) -> tuple[list[int], Tensor]:
    found: list[Step] = list(steps)
    return [int(step.ids[0]) for step in found], torch.stack([step.logits[0] for step in found])


def alike(ours: tuple[list[int], Tensor], theirs: tuple[list[int], Tensor]) -> bool:
    return ours[0] == theirs[0] and torch.allclose(ours[1], theirs[1], rtol=1e-4, atol=1e-5)


LONG = list(range(20, 60))


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("mode", ["graph", "compile"])
def test_captured_steps_say_the_same(
    networks: dict[str, InternVlChat], family: str, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over two borders of windows; compiled steps must be whole graphs, or capturing them would fail."""
    monkeypatch.setattr(decoding, "SMALLEST_WINDOW", 22)
    monkeypatch.setattr(decoding, "SMALLEST_FUSED", 22)
    monkeypatch.setattr(torch, "compile", partial(torch.compile, backend="eager"))
    network = networks[family]
    plain = told(generate(network.lm, embeds_of(network, LONG), NEW))
    stepping = choose_stepping(network.language_model, mode)
    assert stepping.mode == mode
    resident = Resident(network.lm, 88, stepping)
    assert alike(told(generate(network.lm, embeds_of(network, LONG), NEW, resident=resident)), plain)
    assert sorted(resident._steps) == [44, 88]


def like_a_graph(run: Callable[[], Tensor]) -> Callable[[], Tensor]:
    """Runs twice before, and gives its result in the same place each time, as `decoder.capture` does on a GPU."""
    run()
    place = run()

    def replay() -> Tensor:
        return place.copy_(run())

    return replay


@pytest.mark.parametrize("family", FAMILIES)
def test_steps_bear_capturing(networks: dict[str, InternVlChat], family: str) -> None:
    network = networks[family]
    resident = Resident(network.lm, 100, Stepping("graph", "a test"))
    resident._capture = like_a_graph
    ours = told(generate(network.lm, embeds_of(network, LONG), NEW, resident=resident))
    assert alike(ours, told(generate(network.lm, embeds_of(network, LONG), NEW)))


def test_steps_that_cannot_be_captured_run_as_they_are(
    networks: dict[str, InternVlChat], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(run: Callable[[], Tensor]) -> Callable[[], Tensor]:
        raise RuntimeError("operation not permitted when stream is capturing")

    monkeypatch.setattr(torch, "compile", lambda step, **how: partial(pytest.fail, "it is compiled, and was to fail"))
    network = networks["qwen2"]
    resident = Resident(network.lm, 100, Stepping("compile", "a test"))
    resident._capture = fails
    ours = told(generate(network.lm, embeds_of(network, LONG), NEW, resident=resident))
    assert alike(ours, told(generate(network.lm, embeds_of(network, LONG), NEW)))
    assert "cannot be captured" in caplog.text
    assert resident.stepping.mode == "eager"
    resident.warm_up()


@pytest.mark.parametrize("family", FAMILIES)
def test_a_prompt_that_begins_alike_is_read_from_there(networks: dict[str, InternVlChat], family: str) -> None:
    network = networks[family]
    resident = Resident(network.lm, 100, EAGER)
    prompts = [[*LONG, 7, 8, 9], [*LONG, 7, 70, 71, 72], LONG[:10], [*LONG[:9], 80, *LONG], [*LONG[:9], 80, *LONG]]
    reused = []
    for prompt in prompts:
        embeds = embeds_of(network, prompt)
        ours = told(generate(network.lm, embeds, NEW, resident=resident))
        assert alike(ours, told(generate(network.lm, embeds, NEW)))
        reused.append(resident.reused)
    assert reused == [0, 41, 9, 9, 49]


def test_what_was_prepared_is_not_read_again(networks: dict[str, InternVlChat]) -> None:
    network = networks["qwen2"]
    resident = Resident(network.lm, 100, EAGER)
    read: list[int] = []
    network.language_model.register_forward_pre_hook(
        lambda module, args, named: read.append(named["inputs_embeds"].shape[1]), with_kwargs=True
    )
    resident.prepare(embeds_of(network, LONG))
    resident.prepare(embeds_of(network, LONG))
    list(generate(network.lm, embeds_of(network, [*LONG, 7, 8]), Sampling(max_new_tokens=1), resident=resident))
    assert read == [40, 2]


def test_a_cancelled_reading_leaves_what_it_read(
    networks: dict[str, InternVlChat], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoding, "CHUNK", 16)
    network = networks["llama"]
    resident = Resident(network.lm, 100, EAGER)
    looks: list[int] = []

    def cancelled() -> bool:
        looks.append(1)
        return len(looks) > 2

    embeds = embeds_of(network, LONG)
    assert list(generate(network.lm, embeds, NEW, resident=resident, cancelled=cancelled)) == []
    assert resident.length == 32
    ours = told(generate(network.lm, embeds, NEW, resident=resident))
    assert resident.reused == 32
    assert alike(ours, told(generate(network.lm, embeds, NEW)))


@pytest.mark.parametrize("family", ["internlm2", "phi3"])
def test_nothing_is_reused_where_the_rotation_depends_on_the_length(
    networks: dict[str, InternVlChat], family: str
) -> None:
    network = networks[family]
    assert rotation_limit(network.language_model.config) == {"internlm2": 2048, "phi3": 1024}[family]
    resident = Resident(network.lm, 100, EAGER)
    resident.limit = 41  # as if it were trained for so many
    short, long = embeds_of(network, LONG), embeds_of(network, [*LONG, 7, 8])
    list(generate(network.lm, short, NEW, resident=resident))
    assert resident.length == 40
    list(generate(network.lm, long, NEW, resident=resident))
    assert (resident.reused, resident.length) == (0, 0)
    list(generate(network.lm, long, NEW, resident=resident))
    assert resident.reused == 0


def test_the_positions_of_the_partial_lora_are_compared(tmp_path: Path) -> None:
    network = write_ixc(tmp_path)
    with torch.inference_mode():
        embeds = network.model.tok_embeddings(torch.tensor([LONG]))
    masks = [torch.zeros(1, 40, dtype=torch.bool) for _ in range(2)]
    masks[1][0, 10:] = True
    resident = Resident(network, 100, EAGER)
    for mask in masks:
        ours = told(generate(network, embeds, NEW, lora_mask=mask, resident=resident))
        assert alike(ours, told(generate(network, embeds, NEW, lora_mask=mask)))
    assert resident.reused == 10


def test_what_is_forgotten_is_nowhere(networks: dict[str, InternVlChat]) -> None:
    network = networks["qwen2"]
    resident = Resident(network.lm, 100, Stepping("graph", "a test"))
    embeds = embeds_of(network, LONG)
    before = told(generate(network.lm, embeds, NEW, resident=resident))
    assert any(bool(layer.keys.any()) for layer in resident.cache._own if layer.keys is not None)
    resident.forget()
    held = [t for layer in resident.cache._own for t in (layer.keys, layer.values)]
    held += [value for value in vars(resident).values() if isinstance(value, Tensor) and value is not resident._at]
    assert not any(bool(t.any()) for t in held if t is not None)
    assert resident.common(embeds) == 0
    assert alike(told(generate(network.lm, embeds, NEW, resident=resident)), before)


def test_a_prompt_that_does_not_fit_gets_a_cache_of_its_own(networks: dict[str, InternVlChat]) -> None:
    network = networks["qwen2"]
    resident = Resident(network.lm, 45, EAGER)
    embeds = embeds_of(network, LONG)
    assert alike(told(generate(network.lm, embeds, NEW, resident=resident)), told(generate(network.lm, embeds, NEW)))
    assert resident.length == 0
    resident.prepare(embeds_of(network, LONG * 2))
    assert resident.length == 0


def test_warming_up_makes_all_windows(networks: dict[str, InternVlChat], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "SMALLEST_WINDOW", 8)
    network = networks["qwen2"]
    resident = Resident(network.lm, 40, Stepping("graph", "a test"))
    prompt = embeds_of(network, LONG[:30])
    resident.prepare(prompt)
    resident.warm_up()
    assert sorted(resident._steps) == [8, 16, 32, 40]
    sampling = Sampling(max_new_tokens=8)  # what was resident before does not count
    ours = told(generate(network.lm, prompt, sampling, resident=resident))
    assert alike(ours, told(generate(network.lm, prompt, sampling)))
    Resident(network.lm, 40, EAGER).warm_up()


def test_windows() -> None:
    assert [window_of(n, 3000, 512) for n in (1, 512, 513, 2000, 2049, 3000)] == [512, 512, 1024, 2048, 3000, 3000]
    assert [window_of(n, 8192, 2048) for n in (1, 2048, 2049, 8192)] == [2048, 2048, 4096, 8192]


def test_a_cache_refuses_what_does_not_fit() -> None:
    with pytest.raises(ValueError, match="9 positions do not fit into a cache of 8"):
        FixedCache(2, 8).aim(torch.arange(9), 9)


class Elsewhere(nn.Module):
    """A layer whose weights are packed by a library."""


def test_how_steps_run_and_why(networks: dict[str, InternVlChat]) -> None:
    network = networks["qwen2"].language_model
    assert choose_stepping(network).reason == "no GPU"
    assert choose_stepping(network, "graph").mode == "graph"
    assert choose_stepping(network, "eager").mode == "eager"
    with pytest.raises(ValueError, match="decode 'fast' is unknown"):
        choose_stepping(network, "fast")
    split = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2, device="meta"))
    assert "2 devices" in choose_stepping(split).reason
    packed = nn.Sequential(nn.Linear(2, 2), Elsewhere())
    Elsewhere.__module__ = "bitsandbytes.nn"
    assert "packed" in choose_stepping(packed, "graph").reason
    sliding = cast(Any, nn.Linear(2, 2))
    sliding.config = type("Config", (), {"sliding_window": 100, "max_position_embeddings": 4096})
    assert "see 100 tokens back" in choose_stepping(sliding, "graph").reason
    rotated = cast(Any, nn.Linear(2, 2))
    rotated.config = type("Config", (), {"rope_parameters": {"rope_type": "dynamic"}})
    assert choose_stepping(rotated, "graph").mode == "eager"
