"""Facts asked for in other words are found among what is said all the time, and what was not said is not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from memory.backends.minilm import MiniLm, MiniLmOptions
from memory.events import Event, row_id
from memory.index import VectorIndex
from memory.recall import FOUND
from memory.shortlist import Shortlist
from memory.store import Store

pytestmark = pytest.mark.lite

FACTS = (
    "the dinghy belongs to the notary",
    "my nephew is learning to be a blacksmith",
    "the lift in the tower stopped because of a squirrel",
    "you should water the ferns on Sundays only",
    "the vicar keeps his savings in a violin case",
)
THINGS = ("ladle", "carpet", "candle", "bucket", "ribbon", "stool", "kettle", "saddle")
CHATTER = tuple(
    line
    for n, thing in enumerate(THINGS)
    for line in (
        f"mind the {thing} over there",
        f"somebody left the {thing} beside the {THINGS[n - 1]}",
        f"I would like {n + 2} of those please",
        f"the {thing} is older than the {THINGS[n - 2]}",
        f"have you seen my {thing}",
    )
)


@pytest.fixture(scope="module")
def encoder() -> Iterator[MiniLm]:
    encoder = MiniLm(MiniLmOptions())
    yield encoder
    encoder.close()


@pytest.fixture(scope="module")
def shortlist(encoder: MiniLm, tmp_path_factory: pytest.TempPathFactory) -> tuple[Shortlist, dict[int, str]]:
    folder: Path = tmp_path_factory.mktemp("memory")
    store = Store(folder)
    store.new_session("s", "replay", 0.0)
    events = [
        Event(id=row_id(1, n), session=1, kind="speech", start_ns=n, end_ns=n, text=f'Someone said: "{t}"', subject=t)
        for n, t in enumerate((*CHATTER, *FACTS), 1)
    ]
    store.put(events, start_unix_s=0.0, recorded_at=0.0)
    index, rows = VectorIndex(encoder.dim), store.unembedded(999)
    index.add([number for number, _ in rows], encoder.encode([text for _, text in rows]))
    return Shortlist(store, index), dict(rows)


@pytest.mark.parametrize(
    ("question", "fact"),
    [
        ("Which trade does the young relative learn?", 1),
        ("Which animal brought the elevator to a halt?", 2),
        ("On which day do the plants need a drink?", 3),
        ("Where does the clergyman have his money?", 4),
    ],
)
def test_a_fact_is_found_in_other_words(
    shortlist: tuple[Shortlist, dict[int, str]], encoder: MiniLm, question: str, fact: int
) -> None:
    known = shortlist[0].judge((question,), encoder.encode([question]))
    best = max(known.bears, key=lambda number: known.bears[number])
    assert shortlist[1][best] == FACTS[fact]
    assert known.bears[best] >= FOUND


@pytest.mark.parametrize(
    "question",
    [
        "Who won the rugby match?",
        "How deep is the Pacific?",
        "Did they mention a comet?",
        "What is the dentist called?",
    ],
)
def test_what_was_not_said_is_not_found(
    shortlist: tuple[Shortlist, dict[int, str]], encoder: MiniLm, question: str
) -> None:
    known = shortlist[0].judge((question,), encoder.encode([question]))
    assert known.looked_at  # a sentence that is too far to be weighed has no strength at all
    assert all(known.bears.get(number, 0.0) < FOUND for number in known.looked_at)
