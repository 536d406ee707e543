"""Training recall's adapter: its text, what is chosen from, one step of it, and the file it makes."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
import torch

from bench.memory_needles import NAMES, made
from bench.recall_text import Choice, choices, seen_sentences, training_worlds
from memory.backends.minilm import ADAPTER, RANGES, MiniLm, MiniLmOptions
from wire.low_rank import load_adapter, save_adapter

pytestmark = pytest.mark.lite


def test_the_text_is_whole_and_of_other_things_than_the_days_that_are_asked() -> None:
    worlds = training_worlds()
    facts = {fact.text.lower() for world in worlds for fact in world.facts}
    questions = {question for world in worlds for fact in world.facts for question in fact.questions}
    assert len(worlds) > 400
    assert len(facts) > 10_000
    assert len(questions) > 20_000
    for name in NAMES:
        day = made(name, 1, 1)
        assert not questions & {planted.fact.question for planted in day.planted}
        assert not facts & {planted.fact.content.lower() for planted in day.planted}


@pytest.mark.parametrize(("text", "match"), [("# Exit\n", "no question to"), ("- what\n", "begins with '-'")])
def test_a_line_that_is_none_is_named(tmp_path: Path, text: str, match: str) -> None:
    (tmp_path / "text.txt").write_text(f"[world]\n{text}")
    with pytest.raises(ValueError, match=match):
        training_worlds(tmp_path / "text.txt")


def test_a_fact_may_have_several_questions_that_it_does_not_answer(tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text("[pond]\n# Deep water | How deep? | Safe to wade? ! Which fish? | How wide?\n")
    (fact,) = training_worlds(tmp_path / "text.txt")[0].facts
    assert (fact.questions, fact.near) == (("How deep?", "Safe to wade?"), ("Which fish?", "How wide?"))


def test_choices_name_the_fact_that_answers() -> None:
    worlds = training_worlds()[:9]
    answers = {question: fact.text for world in worlds for fact in world.facts for question in fact.questions}
    unanswered = absent = 0
    for choice, _ in zip(choices(worlds, random.Random(1)), range(20), strict=False):
        assert len(set(choice.facts)) == len(choice.facts)
        for question, right in zip(choice.questions, choice.right, strict=True):
            if right is None:
                unanswered += 1
                assert answers.get(question) not in choice.facts
                absent += question in answers
            elif question in answers:
                assert answers[question] == choice.facts[right]
    assert unanswered > 100
    assert absent > 50


def test_what_is_seen_is_told_in_many_sentences() -> None:
    found = seen_sentences()
    assert len(found) == len(set(found)) > 150


def test_steps_bring_answers_nearer_and_the_file_says_the_same(tmp_path: Path) -> None:
    from bench.recall_adapter import KEPT, KEPT_SEEN, Kept, one_step  # needs the library
    from bench.recall_encoder import Averaged, Encoder

    torch.manual_seed(1)
    encoder = Encoder()
    kept = Kept([f"Where is gate {n}?" for n in range(KEPT)], seen_sentences()[:KEPT_SEEN])
    averaged = Averaged(encoder)
    choice = Choice(
        ["the goldfish died last night", "gate 12 is closed"],
        ["What happened to the pet in the bowl?", "Where may nobody board?", "Who painted the fence?"],
        [0, 1, None],
    )
    optimizer = torch.optim.AdamW([*encoder.matrices(), encoder.nothing, encoder.of_question], lr=2e-3)
    paid, drifts = [], []
    for _ in range(6):
        loss, drift = one_step(encoder, choice, kept, random.Random(1))
        drifts.append(drift.item())
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]  # torch has no types for it
        optimizer.step()
        averaged.add()
        paid.append(loss.item())
    assert paid[-1] < paid[0]
    assert drifts[0] == pytest.approx(0.0, abs=1e-10)
    assert drifts[-1] > 1e-6
    assert encoder.of_question.abs().max() > 0
    plain = MiniLm(MiniLmOptions(adapter=False, int8=False)).encode(list(choice.facts))
    np.testing.assert_allclose(encoder.unchanged(choice.facts).numpy(), plain, atol=1e-5)  # in their own order
    several = [f"gate {n} {' is closed' * n}" for n in (3, 0, 7, 1, 5, 2, 6, 4, 8)]  # more than there are passes
    together = encoder(several).detach()
    apart = torch.cat([encoder([one]) for one in several]).detach()
    torch.testing.assert_close(together, apart, atol=1e-5, rtol=0.0)
    averaged.put_in()
    moved = (encoder(several).detach() - encoder.unchanged(several)).norm()
    assert 0 < moved < (together - encoder.unchanged(several)).norm()  # the mean is nearer to where it began
    encoder.save(tmp_path / "adapter.npz")
    assert load_adapter(tmp_path / "adapter.npz").keys() == load_adapter(ADAPTER).keys()


def test_one_begins_with_the_mean_of_others(tmp_path: Path) -> None:
    from bench.recall_encoder import Encoder

    sentences = ["the goldfish died last night", "gate 12 is closed"]
    found = load_adapter(ADAPTER)
    save_adapter(tmp_path / "opposite.npz", {name: (a, -b) for name, (a, b) in found.items()})
    encoder = Encoder()
    encoder.start([ADAPTER])
    expected = MiniLm(MiniLmOptions(int8=False)).encode(sentences)
    np.testing.assert_allclose(encoder(sentences).detach().numpy(), expected, atol=1e-3)
    encoder.start([ADAPTER, tmp_path / "opposite.npz"])
    torch.testing.assert_close(encoder(sentences).detach(), encoder.unchanged(sentences))
    half = Encoder(bf16=True)
    half.start([ADAPTER])
    np.testing.assert_allclose(half(sentences).detach().numpy(), expected, atol=2e-2)
    ranges, in_half = encoder.ranges(sentences), half.ranges(sentences)
    assert ranges.keys() == in_half.keys() == np.load(RANGES).keys()
    lower = {name: (a[:3], b[:, :3]) for name, (a, b) in found.items()}
    save_adapter(tmp_path / "lower.npz", lower)
    with pytest.raises(ValueError, match="must be of one"):
        encoder.start([ADAPTER, tmp_path / "lower.npz"])
    encoder.start([tmp_path / "lower.npz"])
    (tmp_path / "none.npz").write_bytes(b"x")
    with pytest.raises(ValueError, match="is no low-rank adapter"):
        encoder.start([tmp_path / "none.npz"])


def test_the_one_at_hand_is_whole() -> None:
    found = load_adapter(ADAPTER)
    assert len(found) == 6 * 6  # six layers of six matrices
    for a, b in found.values():
        assert a.dtype == b.dtype == np.float16
        assert a.shape[0] == b.shape[1]
        assert np.isfinite(a).all()
        assert np.abs(b).max() > 0
