"""What is recalled is the same whether a part of it was read ahead of the question's vectors or not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from numpy.typing import NDArray

from memory.backends.fake import FakeOptions, FakeTextEncoder
from memory.earlier import LOG_LIMIT
from memory.events import QUESTION, Event, row_id
from memory.keeper import Keeper
from memory.query import Query
from memory.timeline import Step
from wire.messages import Cues, Mention

pytestmark = pytest.mark.unit

S = 10**9
ENCODER = FakeTextEncoder(FakeOptions(dim=4096))
N = 3 * LOG_LIMIT  # more than a log holds


@pytest.fixture(scope="module")
def keeper(tmp_path_factory: pytest.TempPathFactory) -> Keeper:
    keeper = Keeper(str(tmp_path_factory.mktemp("memory")), ENCODER.dim, ENCODER.dim)
    row = keeper.open_session("s", "replay", 0.0, resume=False).row
    keeper.write(row, Step(tuple(sign(n) for n in range(1, N))), 0.0)
    numbers, texts = zip(*keeper.unembedded(N), strict=True)
    keeper.embedded(numbers, encoded(*texts))
    return keeper


def sign(n: int) -> Event:
    at, text = n * S, f"gate {n}"
    return Event(id=row_id(1, n), session=1, kind="text", start_ns=at, end_ns=at, text=text, subject=text)


def encoded(*texts: str) -> NDArray[np.float32]:
    return ENCODER.encode(list(texts))


def query(cues: Cues) -> Query:
    """Before the question is encoded."""
    anchor = encoded(cues.anchor) if cues.anchor else None
    return Query(session=1, t_ns=(N + 5) * S, cues=cues, anchor=anchor)


CASES = {
    "newest": Cues(ask="text", kinds=("text",)),
    "oldest": Cues(ask="text", kinds=("text",), order="first"),
    "anchored": Cues(ask="text", kinds=("text",), relation="after", anchor="gate 300"),
    "anchored at nothing": Cues(ask="text", kinds=("text",), relation="before", anchor="unheard of"),
    "a fact told with its anchor": Cues(ask="fact", kinds=("text",), relation="before", anchor="gate 5"),
    "in a span": Cues(ask="text", kinds=("text",), start_ns=10 * S, end_ns=20 * S, spanned=True),
    "in no span": Cues(ask="text", kinds=("text",), start_ns=20 * S, end_ns=10 * S, spanned=True),
    "all of it": Cues(ask="summary", kinds=("text",)),
    "no kinds": Cues(),
}


@pytest.mark.parametrize("cues", CASES.values(), ids=CASES.keys())
def test_reading_ahead_changes_nothing(keeper: Keeper, cues: Cues) -> None:
    before = query(cues)
    ahead = keeper.search.ahead(before)
    whole = replace(before, texts=("gate 70",), vectors=encoded("gate 70"))
    assert keeper.recall(whole, ahead) == keeper.recall(whole)


def test_the_anchor_and_the_log_around_it_are_found_ahead(keeper: Keeper) -> None:
    ahead = keeper.search.ahead(query(CASES["anchored"]))
    assert ahead.anchor_ns == 300 * S
    assert ahead.truncated
    assert ahead.log[0].start_ns < 300 * S < ahead.log[-1].start_ns


def test_a_log_read_ahead_is_taken_up(keeper: Keeper) -> None:
    before = query(CASES["newest"])
    ahead = keeper.search.ahead(before)
    assert len(ahead.log) == LOG_LIMIT
    recalled = keeper.recall(replace(before, texts=("gate 70",), vectors=encoded("gate 70")), ahead)
    assert recalled.log is ahead.log
    assert recalled.evidence[0].text == "gate 70"


def test_an_anchor_that_turns_out_to_be_told_is_dropped_from_the_log_too(keeper: Keeper) -> None:
    before = query(CASES["a fact told with its anchor"])
    ahead = keeper.search.ahead(before)
    recalled = keeper.recall(replace(before, texts=("gate 70",), vectors=encoded("gate 70")), ahead)
    assert ahead.anchor_ns == 5 * S
    assert recalled.cues.anchor == ""
    assert recalled.log != ahead.log


@pytest.mark.parametrize("cues", CASES.values(), ids=CASES.keys())
def test_what_the_question_turns_out_not_to_ask_is_read_again(keeper: Keeper, cues: Cues) -> None:
    drafts = [keeper.search.ahead(query(other)) for other in CASES.values()]
    whole = replace(query(cues), texts=("gate 70",), vectors=encoded("gate 70"))
    alone = keeper.recall(whole)
    assert all(keeper.recall(whole, draft) == alone for draft in drafts)


def unencoded(anchor: str, relation: Literal["before", "after"] = "before") -> Query:
    return replace(query(Cues(ask="text", kinds=("text",), relation=relation, anchor=anchor)), anchor=None)


def test_an_anchor_in_the_very_words_of_one_sentence_needs_no_vector(keeper: Keeper) -> None:
    ahead = keeper.search.ahead(unencoded("gate 300"))
    assert (ahead.anchor_ns, ahead.wants_anchor) == (300 * S, False)
    by_vector = keeper.search._anchor(query(unencoded("gate 300").cues), {})
    assert by_vector is not None
    assert by_vector.start_ns == ahead.anchor_ns


@pytest.mark.parametrize(
    "anchor",
    ["gate", "unheard of", "gate 300 was opened by Ann with a great noise of bells", "the people talked"],
)
def test_an_anchor_that_is_not_named_waits_for_its_vector(keeper: Keeper, anchor: str) -> None:
    before = unencoded(anchor)
    ahead = keeper.search.ahead(before)
    assert ahead.wants_anchor
    assert ahead.log == ()
    assert not ahead.holds_for(before.cues)
    encoded_too = replace(before, anchor=encoded(anchor))
    assert keeper.search.ahead(encoded_too, ahead.worded) == keeper.search.ahead(encoded_too)


def test_what_was_judged_before_its_anchor_was_found_is_taken_up(keeper: Keeper) -> None:
    whole = replace(query(CASES["anchored"]), texts=("gate 301",), vectors=encoded("gate 301"))
    ahead = keeper.search.ahead(whole)
    assert keeper.recall(whole, ahead, keeper.search.judge(whole, ahead.worded)) == keeper.recall(whole)


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (("toy museum", "pet shop", "toy museum", "the toy museum of the old town opens at nine"), [3, 1]),
        (("toy museum 70", "pet shop", "toy museum 12", "the toy museum of the old town opens at nine"), [3, 1]),
        (("toy museum", *(f"the toy museum of the old town opens at {n}" for n in range(30))), [1, 1]),
    ],
)
def test_of_a_name_that_is_seen_again_the_last_is_before_and_the_first_is_after(
    tmp_path: Path, texts: tuple[str, ...], expected: list[int]
) -> None:
    keeper = Keeper(str(tmp_path), ENCODER.dim, ENCODER.dim)
    row = keeper.open_session("s", "replay", 0.0, resume=False).row
    last = len(texts) + 1
    told = [replace(sign(n), text=f'A sign reads "{t}".', subject=t) for n, t in enumerate(texts, start=1)]
    asked = replace(sign(last), kind=QUESTION, text='Someone asked "toy museum?"', subject="toy museum?")
    keeper.write(row, Step((*told, asked)), 0.0)
    found = [keeper.search.ahead(unencoded("the toy museum", relation)).anchor_ns for relation in ("before", "after")]
    assert found == [n * S for n in expected]
    keeper.close()


def test_a_fact_that_is_far_more_surely_told_elsewhere_is_not_looked_for_beside_its_anchor(keeper: Keeper) -> None:
    cues = Cues(ask="fact", kinds=("text",), relation="before", anchor="gate 60")
    elsewhere, beside = (replace(query(cues), texts=(text,), vectors=encoded(text)) for text in ("gate 70", "gate 50"))
    assert keeper.recall(elsewhere).evidence[0].text == "gate 70"
    assert keeper.recall(elsewhere).cues.anchor == ""
    assert keeper.recall(beside).evidence[0].text == "gate 50"
    assert keeper.recall(beside).cues.anchor == "gate 60"
    as_text = replace(elsewhere, cues=replace(cues, ask="text"))
    assert all(told.start_ns < 60 * S for told in keeper.recall(as_text).evidence)


@pytest.mark.parametrize(
    "about", [Mention(deed="say"), Mention(deed="vanish"), Mention(kind="people")], ids=["said", "gone", "a person"]
)
def test_a_sign_with_the_words_of_an_anchor_that_is_no_sign_does_not_name_it(keeper: Keeper, about: Mention) -> None:
    before = unencoded("gate 300")
    assert keeper.search.ahead(replace(before, cues=replace(before.cues, anchor_about=about))).wants_anchor


def test_an_anchor_that_nobody_encoded_leaves_the_log_complete(keeper: Keeper) -> None:
    before = unencoded("unheard of")
    recalled = keeper.recall(before, keeper.search.ahead(before))
    assert recalled.cues.anchor_ns == -1
    assert recalled.log == keeper.search.ahead(query(CASES["newest"])).log
