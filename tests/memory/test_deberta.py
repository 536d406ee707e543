"""The reranker against transformers: its network with any weights, and with those that are shipped."""

from __future__ import annotations

import importlib.util
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
import pytest
import torch
from numpy.typing import NDArray
from transformers import DebertaV2ForSequenceClassification

from bench.reranker_network import Network, config_of
from memory.backends import deberta, deberta_graph
from memory.backends.deberta import Deberta, DebertaOptions
from memory.backends.deberta_files import INSTALL, PACKAGE
from memory.backends.deberta_graph import FARTHEST, PAIRS, positions_of
from wire.onnx_session import session_options

pytestmark = pytest.mark.models

installed = pytest.mark.skipif(
    importlib.util.find_spec(PACKAGE) is None, reason=f"the reranker is not installed: {INSTALL}"
)
QUESTION = "Who stitches up the patients?"
SENTENCES = [
    "Doctor Weiss does the operations",
    "The patients eat at noon",
    "",
    " ".join(["A long sentence goes on and on about harbours and trains."] * 12),
    'Someone said: "The museum opens at nine o\'clock — café, naïve, 東京."',
]


def test_the_network_is_that_of_transformers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deberta_graph, "LAYERS", 2)
    torch.manual_seed(4)
    theirs = DebertaV2ForSequenceClassification(config_of(50, layers=2)).train(False)
    with torch.no_grad():
        for name, parameter in theirs.named_parameters():
            if "embeddings" in name or parameter.ndim == 1:
                parameter += 0.3 * torch.randn_like(parameter)
    tensors = {name.removeprefix("deberta."): t.numpy() for name, t in theirs.state_dict().items()}
    words = tensors["embeddings.word_embeddings.weight"]
    pairs = [torch.randint(0, 50, (n,)) for n in (7, 62, 1)]
    largest = {name: np.full(tensors[f"{name}.weight"].shape[1], 3.0, np.float32) for name in _layers(tensors)}
    with torch.no_grad():
        expected = [float(theirs(input_ids=ids.unsqueeze(0)).logits) for ids in pairs]
    exact = _outcome(_in_full(monkeypatch, tensors, largest), words, [ids.numpy() for ids in pairs])
    np.testing.assert_allclose(exact, expected, atol=2e-5)
    monkeypatch.undo()
    monkeypatch.setattr(deberta_graph, "LAYERS", 2)
    short = _outcome(deberta_graph.network(tensors, largest), words, [ids.numpy() for ids in pairs])
    np.testing.assert_allclose(short, expected, atol=0.05)


def _layers(tensors: dict[str, Any]) -> list[str]:
    return [n[: -len(".weight")] for n in tensors if n.startswith("encoder.layer.") and tensors[n].ndim == 2]


def _in_full(monkeypatch: pytest.MonkeyPatch, tensors: dict[str, Any], largest: dict[str, Any]) -> bytes:
    """The network with linear layers that are not in 8 bits."""

    def linear(self: Any, states: str, *names: str) -> tuple[str, ...]:
        graph = self.graph
        return tuple(
            graph.node(
                "Add",
                graph.node("MatMul", states, graph.constant(np.ascontiguousarray(tensors[f"{name}.weight"].T))),
                graph.constant(tensors[f"{name}.bias"]),
            )
            for name in names
        )

    monkeypatch.setattr(deberta_graph._Builder, "_linear", linear)
    return deberta_graph.network(tensors, largest)


def _outcome(model: bytes, words: NDArray[np.float32], pairs: list[Any]) -> NDArray[np.float32]:
    session = ort.InferenceSession(model, session_options(), providers=["CPUExecutionProvider"])
    lengths = np.asarray([len(ids) for ids in pairs], np.int64)
    assert len(pairs) == PAIRS
    given: dict[str, Any] = {
        "embedded": words[np.concatenate(pairs)], "lengths": lengths, "starts": lengths.cumsum() - lengths,
    }  # fmt: skip
    for n, length in enumerate(lengths.tolist()):
        given[f"near_{n}"] = positions_of(length)
        given[f"first_{n}"], given[f"past_{n}"] = np.asarray([FARTHEST - length]), np.asarray([FARTHEST + length])
    found: NDArray[np.float32] = session.run(None, given)[0][:, 0]
    return found


@pytest.fixture(scope="module")
def reranker() -> Deberta:
    return Deberta(DebertaOptions())


@installed
def test_odds_are_near_those_in_full_precision(reranker: Deberta) -> None:
    exact = Network(deberta.DELTAS)
    with torch.no_grad():
        theirs = exact([QUESTION] * len(SENTENCES), SENTENCES).numpy()
    np.testing.assert_allclose(reranker.read(QUESTION, SENTENCES), theirs, atol=1.0)


@installed
def test_company_and_threads_do_not_change_the_odds(reranker: Deberta) -> None:
    alone = {sentence: reranker.read(QUESTION, [sentence])[0] for sentence in SENTENCES}
    for together in permutations(SENTENCES, 3):
        found = reranker.read(QUESTION, list(together))
        assert [alone[sentence] for sentence in together] == found.tolist()
    assert reranker.read(QUESTION, []).shape == (0,)
    helped = Deberta(DebertaOptions(threads=2))
    assert helped.read(QUESTION, SENTENCES).tolist() == [alone[sentence] for sentence in SENTENCES]


@installed
@pytest.mark.parametrize(
    ("question", "answer", "others"),
    [
        ("What is the opera going to do with the vase?", "at the opera they will put roses into the vase",
         ["the tall vase is promised to the opera", "the opera sent two tickets"]),
        ("How long will the gate stay shut?", "The gate is closed until Friday", ["The gate was painted blue"]),
        ("Who has the key to the shed?", "martha took the shed key home", ["the shed has a new key", "martha is ill"]),
    ],
)  # fmt: skip
def test_an_answer_is_told_from_what_is_about_the_same(
    reranker: Deberta, question: str, answer: str, others: list[str]
) -> None:
    answers, *do_not = reranker.read(question, [answer, *others])
    assert answers > max(do_not) + 2.0
    assert max(do_not) < 0.0


@installed
def test_what_is_learned_goes_on_where_it_stood(tmp_path: Path) -> None:
    network = Network(deberta.DELTAS)
    network.save(tmp_path / "again.npz")
    with torch.no_grad():
        was = network([QUESTION] * 2, SENTENCES[:2])
        again = Network(tmp_path / "again.npz")([QUESTION] * 2, SENTENCES[:2])
    torch.testing.assert_close(again, was, atol=0.5, rtol=0)  # rounded to levels once more


@installed
def test_what_goes_into_every_layer_is_known() -> None:
    with np.load(deberta.RANGES) as ranges, np.load(deberta.DELTAS) as learned:
        layers = {name[: -len(".weight.levels")] for name in learned.files if name.endswith(".levels")}
        assert {*ranges.files} == {name for name in layers if not name.endswith(("key_proj", "value_proj"))}
