"""Beam search: the same continuations as transformers' own, alone, in a left-padded batch, and cut short."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from tiny_checkpoints import random_weights
from transformers import LlamaConfig, LlamaForCausalLM

from models.beams import Row, choose
from models.generate import Sampling, generate

pytestmark = pytest.mark.models

LENGTHS = (7, 5)


@pytest.fixture(scope="module")
def network() -> Any:
    config = LlamaConfig(
        vocab_size=40, hidden_size=24, intermediate_size=32, num_hidden_layers=2, num_attention_heads=2,
        num_key_value_heads=1, max_position_embeddings=128, pad_token_id=0, bos_token_id=1, eos_token_id=2,
    )  # fmt: skip
    built: Any = LlamaForCausalLM(config)
    built.eval()
    built.load_state_dict(random_weights(built, 3))
    return built


def prompts() -> tuple[torch.Tensor, torch.Tensor]:
    """Ids (2, 7), left-padded, and their mask."""
    generator = torch.Generator().manual_seed(1)
    ids = torch.randint(3, 40, (2, max(LENGTHS)), generator=generator)
    mask = torch.ones_like(ids)
    mask[1, : LENGTHS[0] - LENGTHS[1]] = 0
    return ids, mask


def beams_of(network: Any, ids: torch.Tensor, mask: torch.Tensor, beams: int, **more: Any) -> list[list[int]]:
    sampling = Sampling(max_new_tokens=9, beams=beams, stop_ids=frozenset({2, 5}), **more)
    steps = list(generate(network, network.get_input_embeddings()(ids), sampling, attention_mask=mask))
    rows: list[list[int]] = []
    for i in range(len(ids)):
        row = [int(step.ids[i]) for step in steps]
        over = [step.finished[i] for step in steps]
        rows.append(row[: over.index(True) + 1] if True in over else row)
    return rows


@pytest.mark.parametrize("beams", [2, 3, 5])
@pytest.mark.parametrize("penalty", [1.0, 1.3])
def test_the_same_as_transformers(network: Any, beams: int, penalty: float) -> None:
    ids, mask = prompts()
    embeds = network.get_input_embeddings()(ids)
    for i, length in enumerate(LENGTHS):
        theirs = network.generate(
            inputs_embeds=embeds[i : i + 1, -length:], attention_mask=mask[i : i + 1, -length:], num_beams=beams,
            do_sample=False, max_new_tokens=9, eos_token_id=[2, 5], pad_token_id=0, repetition_penalty=penalty,
            length_penalty=1.0,
        )[0].tolist()  # fmt: skip
        while theirs and theirs[-1] == 0:
            theirs.pop()
        ours = beams_of(network, ids[i : i + 1, -length:], mask[i : i + 1, -length:], beams, repetition_penalty=penalty)
        assert ours == [theirs]


def test_a_batch_gives_what_each_gives_alone(network: Any) -> None:
    ids, mask = prompts()
    together = beams_of(network, ids, mask, 3)
    for i, length in enumerate(LENGTHS):
        assert beams_of(network, ids[i : i + 1, -length:], mask[i : i + 1, -length:], 3) == [together[i]]


def test_a_cancelled_search_says_nothing(network: Any) -> None:
    ids, _ = prompts()
    asked = 0

    def cancelled() -> bool:
        nonlocal asked
        asked += 1
        return asked > 2

    sampling = Sampling(max_new_tokens=9, beams=3)
    assert list(generate(network, network.get_input_embeddings()(ids), sampling, cancelled=cancelled)) == []
    assert asked == 3


def test_beams_do_not_go_with_temperature(network: Any) -> None:
    ids, _ = prompts()
    with pytest.raises(ValueError, match="temperature = 0"):
        next(generate(network, network.get_input_embeddings()(ids), Sampling(beams=2, temperature=0.5)))


def test_a_row_is_done_when_no_beam_can_win() -> None:
    row = Row(2)
    told = [[7], [8]]
    choose(row, [(-1.0, 0, 2), (-1.2, 1, 2), (-8.0, 0, 9), (-9.0, 1, 9)], told, frozenset({2}))
    assert row.found == [(-0.5, [7, 2]), (-0.6, [8, 2])]
    assert row.done
