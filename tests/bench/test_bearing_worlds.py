"""The small worlds that bearing is fitted to hold what they should, and the fit finds what tells."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bench.bearing_worlds import MEMORIES, asking, small_worlds
from bench.memory_bearing import Asked, fit, odds, scored
from memory.odds import Signs

pytestmark = pytest.mark.unit


def test_every_world_has_facts_questions_and_chatter() -> None:
    worlds = small_worlds()
    assert len({world.name for world in worlds}) == len(worlds) > 50
    for world in worlds:
        assert len(world.facts) >= 10
        assert len(world.unanswerable) >= 5
        assert min(len(world.signs), len(world.talk), len(world.things), len(world.names) - 1) >= 2
        assert all(question.endswith("?") for fact in world.facts for question in fact.questions)
        assert all(question.endswith("?") for question in world.unanswerable)
    assert sum(len(world.facts) for world in worlds) > 900


def test_a_memory_holds_the_facts_that_are_asked_about_and_not_the_others() -> None:
    worlds = small_worlds()
    memories = asking(worlds, 3)
    assert tuple(memories) == MEMORIES
    for memory in memories.values():
        held = {line.gist for line in memory.around} | {fact.gist for fact, _ in memory.facts}
        answered = {q: fact.said.gist for world in worlds for fact in world.facts for q in fact.questions}
        assert held.isdisjoint(answered[question] for question in memory.foreign if question in answered)
    assert asking(worlds, 3) == memories  # the same each time


def test_a_line_of_no_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "worlds.txt"
    path.write_text("[a]\n* what is this\n")
    with pytest.raises(ValueError, match="begins with '\\*'"):
        small_worlds(path)


def test_the_fit_finds_the_sign_that_tells_and_finds_nothing_where_nothing_is() -> None:
    rng = np.random.default_rng(1)
    questions = []
    for n in range(80):
        signs = rng.uniform(0, 1, (6, len(Signs._fields)))
        signs[:, 0] *= 0.4
        if n % 2:
            signs[0, 0] = 0.9
        questions.append(Asked("q", signs, answered=bool(n % 2)))
    weights = fit(questions)
    assert all((odds(q, weights).max() > 0) == q.answered for q in questions)
    score = scored(((q.answered, odds(q, weights)) for q in questions), open_odds=0.0)
    assert (score["among_five"], score["found_at_90"], score["empty_at_90"]) == (1.0, 1.0, 0.0)
