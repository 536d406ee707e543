"""The generation loop: sampling rules, stop ids, batches, cancelling, static cache."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from tiny_checkpoints import write_internvl, write_ixc
from torch import Tensor

from models.decoder import Stepping
from models.generate import Sampling, Step, generate, pick
from models.internvl_chat import InternVlChat
from models.resident import Resident

pytestmark = pytest.mark.models

torch.set_num_threads(1)


def draw(logits: Tensor, sampling: Sampling, seen: list[int] | None = None, n: int = 200) -> set[int]:
    generator = torch.Generator().manual_seed(1)
    ids = torch.tensor([seen or []], dtype=torch.long)
    return {int(pick(logits[None], ids, sampling, generator)) for _ in range(n)}


LOGITS = torch.tensor([1.0, 3.0, 2.9, 0.0])


@pytest.mark.parametrize(
    ("sampling", "seen", "drawn"),
    [
        (Sampling(), [], {1}),
        (Sampling(repetition_penalty=1.5), [1], {2}),
        (Sampling(temperature=1.0, top_k=1), [], {1}),
        (Sampling(temperature=1.0, top_k=2), [], {1, 2}),
        (Sampling(temperature=1.0, top_p=0.3), [], {1}),
        (Sampling(temperature=1.0, top_p=0.8), [], {1, 2}),
        (Sampling(temperature=0.001), [], {1}),
        (Sampling(temperature=2.0), [], {0, 1, 2, 3}),
    ],
)
def test_sampling_rules(sampling: Sampling, seen: list[int], drawn: set[int]) -> None:
    assert draw(LOGITS, sampling, seen) == drawn


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> InternVlChat:
    return write_internvl(tmp_path_factory.mktemp("internvl"), "internlm2")


def ids_of(steps: list[Step]) -> Tensor:
    return torch.stack([step.ids for step in steps], 1)


def prompt(network: InternVlChat, rows: list[list[int]]) -> tuple[Tensor, Tensor]:
    """Left-padded."""
    length = max(map(len, rows))
    ids = torch.tensor([[0] * (length - len(row)) + row for row in rows])
    mask = torch.tensor([[0] * (length - len(row)) + [1] * len(row) for row in rows])
    with torch.inference_mode():
        return network.embed(ids, None, -1), mask


def test_rows_of_a_batch_answer_as_they_do_alone(network: InternVlChat) -> None:
    rows = [[5, 9, 30, 41], [7, 8]]
    embeds, mask = prompt(network, rows)
    together = ids_of(list(generate(network.lm, embeds, Sampling(max_new_tokens=6), attention_mask=mask)))
    for row, expected in zip(rows, together, strict=True):
        alone, _ = prompt(network, [row])
        assert torch.equal(ids_of(list(generate(network.lm, alone, Sampling(max_new_tokens=6))))[0], expected)


def test_what_is_resident_changes_nothing(network: InternVlChat) -> None:
    sampling = Sampling(max_new_tokens=8, temperature=0.7, top_p=0.9, seed=3)
    resident = Resident(network.lm, 64, Stepping("graph", "a test"))
    for ids in ([5, 9, 30, 41], [5, 9, 30, 17, 6], [5, 9, 30, 17, 6]):
        embeds, _ = prompt(network, [ids])
        plain = generate(network.lm, embeds, sampling)
        assert torch.equal(ids_of(list(plain)), ids_of(list(generate(network.lm, embeds, sampling, resident=resident))))
    assert resident.reused == 4


def test_random_numbers_may_be_given(network: InternVlChat) -> None:
    embeds, _ = prompt(network, [[5, 9, 30, 41]])

    def drawn(seed: int, given: int) -> list[int]:
        sampling = Sampling(max_new_tokens=8, temperature=2.0, seed=seed)
        generator = torch.Generator().manual_seed(given) if given else None
        ids: list[int] = ids_of(list(generate(network.lm, embeds, sampling, generator=generator)))[0].tolist()
        return ids

    assert drawn(1, 5) == drawn(2, 5) == drawn(5, 0)
    assert drawn(1, 5) != drawn(1, 0)


def test_it_ends_when_every_row_met_a_stop(network: InternVlChat) -> None:
    embeds, _ = prompt(network, [[5, 9, 30, 41]])
    free = ids_of(list(generate(network.lm, embeds, Sampling(max_new_tokens=8))))[0].tolist()
    stop = free[3]
    steps = list(generate(network.lm, embeds, Sampling(max_new_tokens=8, stop_ids=frozenset({stop}))))
    assert len(steps) == free.index(stop) + 1
    assert steps[-1].finished == (True,)


def test_cancelling_takes_effect_within_one_token(network: InternVlChat) -> None:
    embeds, _ = prompt(network, [[5, 9, 30, 41]])
    told: list[Step] = []
    for step in generate(network.lm, embeds, Sampling(max_new_tokens=50), cancelled=lambda: len(told) >= 3):
        told.append(step)
    assert len(told) == 3


def test_the_partial_lora_works_on_the_prompt_only(tmp_path: Path) -> None:
    network = write_ixc(tmp_path)
    with torch.inference_mode():
        embeds = network.model.tok_embeddings(torch.tensor([[5, 9, 30, 41]]))
    masks = [None, torch.zeros(1, 4, dtype=torch.bool), torch.ones(1, 4, dtype=torch.bool)]
    first, second, third = (
        list(generate(network, embeds, Sampling(max_new_tokens=3), lora_mask=mask)) for mask in masks
    )
    assert torch.allclose(first[-1].logits, second[-1].logits)
    assert not torch.allclose(first[0].logits, third[0].logits)
