"""Training the reranker: what it learns from, what a step pays, and that it learns."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from itertools import cycle, islice
from typing import Any, cast

import pytest
import torch
from torch import Tensor, nn

from bench.recall_text import Fact, TrainingWorld, training_worlds
from bench.reranker import learn, paid
from bench.reranker_network import Network
from bench.reranker_text import SENTENCES, Pairing, Pairings
from memory.backends.fake import FakeOptions, FakeTextEncoder

pytestmark = pytest.mark.lite

WORLDS = training_worlds()[:60]
ENCODE = FakeTextEncoder(FakeOptions()).encode


def test_pairings_name_the_sentence_that_answers() -> None:
    asked = Counter(q.lower() for world in WORLDS for fact in world.facts for q in (*fact.questions, *fact.near))
    answers = {q.lower(): f.text for w in WORLDS for f in w.facts for q in f.questions if asked[q.lower()] == 1}
    near = {q.lower(): f.text for w in WORLDS for f in w.facts for q in f.near if asked[q.lower()] == 1}
    kinds = {"answered": 0, "away": 0, "near": 0, "about its fact": 0}
    for one in islice(Pairings(WORLDS, ENCODE).stream(random.Random(2)), 1500):
        question = one.question.lower()
        assert len(set(one.sentences)) == SENTENCES
        if one.right is not None and question in answers:
            kinds["answered"] += 1
            assert one.sentences[one.right] == answers[question]
        elif one.right is None and question in answers:
            kinds["away"] += 1
            assert answers[question] not in one.sentences
        elif question in near:
            kinds["near"] += 1
            kinds["about its fact"] += near[question] in one.sentences
            assert one.right is None
    assert min(kinds.values()) > 80


def test_what_is_near_is_what_shares_words() -> None:
    facts = [Fact("the kettle is blue", ("which colour has the kettle",)), Fact("the kettle leaks", ("what leaks",))]
    others = [Fact(f"harbour {n} opens", (f"when opens harbour {n}",)) for n in range(4)]
    pairings = Pairings([TrainingWorld("kitchen", facts), TrainingWorld("harbour", others)], ENCODE)
    found = [one for one in islice(pairings.stream(random.Random(1)), 60) if one.question.startswith("which colour")]
    assert {one.sentences for one in found if one.right == 0} == {("the kettle is blue", "the kettle leaks")}


class Lengths(nn.Module):
    """In the place of the network: log odds by how long a sentence is."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1))

    def forward(self, questions: Sequence[str], sentences: Sequence[str]) -> Tensor:
        return self.weight * torch.tensor([float(len(sentence)) for sentence in sentences])

    def learned(self) -> dict[str, Any]:
        return {"classifier.weight": self.weight, "inner": nn.Parameter(torch.zeros(1))}


def test_a_step_pays_for_the_wrong_choice_and_less_is_paid_in_time() -> None:
    some = [Pairing("a question", ("longer", "s"), 0), Pairing("another", ("longest", "t"), 0)]
    network = Lengths()
    as_network = cast("Network", network)
    assert paid(as_network, some).item() == pytest.approx(torch.log(torch.tensor(3.0)).item())  # all alike
    none = [Pairing("a question", ("longer", "s"), None)]
    network.weight.data += 1.0
    assert paid(as_network, none).item() > 5.0 > 0.1 > paid(as_network, some).item()
    network.weight.data -= 1.0
    kept: list[float] = []
    steps = learn(as_network, cycle(some), 0.02, lambda: kept.append(network.weight.item()))
    assert len(steps) > 3
    assert steps[-1] < steps[0]
    assert kept[-1] > 0.0
    assert kept[-1] < network.weight.item()  # a mean over the steps is kept
    assert not network.training


def test_what_is_learned_is_kept_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.reranker.SAVED", 0.0)
    network, kept = Lengths(), []
    some = [Pairing("a question", ("longer", "s"), 0)]
    steps = learn(cast("Network", network), cycle(some), 0.005, lambda: kept.append(network.weight.item()))
    assert len(kept) == len(steps) + 1
    assert kept == sorted(kept)  # each time further, and what is learned on is not what was kept
