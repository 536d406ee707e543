"""More of the same thing comes along with what was found of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from memory.backends.fake import FakeOptions, FakeTextEncoder
from memory.elsewhere import FOLLOWED, NEAR, of_tracks
from memory.events import Event, row_id
from memory.keeper import Keeper
from memory.query import Query
from memory.recall import LIMIT, Recalled
from memory.sentences import sentence
from memory.store import Store
from memory.timeline import Step
from wire.messages import Cues, Mention

pytestmark = pytest.mark.unit

S = 10**9
ENCODER = FakeTextEncoder(FakeOptions(dim=1024))
ASKED = "a person came in from the left"
KINDS = ("people", "entered", "left", "face")
VISITORS = 60  # each comes in and leaves


def encoded(*texts: str) -> NDArray[np.float32]:
    return ENCODER.encode(list(texts))


def passage(no: int, serial: int, kind: str, at_s: float, track: int, **attrs: str) -> Event:
    text = sentence(kind, "right" if kind == "motion" else "", 1, attrs)
    at_ns = round(at_s * S)
    return Event(
        id=row_id(no, serial), session=no, kind=kind, start_ns=at_ns, end_ns=at_ns, text=text,
        subject="right" if kind == "motion" else "", track=track, attrs=attrs,
    )  # fmt: skip


@pytest.fixture
def keeper(tmp_path: Path) -> Keeper:
    """Visitors one after the other; the tenth is in red, leaves after all the others."""
    keeper = Keeper(str(tmp_path), ENCODER.dim, ENCODER.dim)
    events = []
    for n in range(1, VISITORS):
        red = n == 10
        look = {"colour": "red" if red else "blue"}
        events.append(passage(1, 10 * n, "entered", 100 * n, n, side="left", **look))
        events.append(passage(1, 10 * n + 1, "motion", 100 * n + 5, n, shape="person", **look))
        events.append(passage(1, 10 * n + 2, "left", 9000 if red else 100 * n + 50, n, side="right", **look))
    row = keeper.open_session("s", "live", 0.0, resume=False).row
    keeper.write(row, Step(tuple(events)), 0.0)
    rows = keeper.unembedded(64)
    keeper.embedded([i for i, _ in rows], encoded(*(text for _, text in rows)))
    keeper.commit(row.no, None, 10_000 * S, 0, 1000, 1)
    return keeper


def ask(keeper: Keeper, text: str, *, session: int = 1, **cues: object) -> Recalled:
    asked = Cues(**({"kinds": KINDS} | cues))  # type: ignore[arg-type]
    vectors = encoded(text)
    return keeper.recall(Query(session=session, t_ns=10_000 * S, cues=asked, texts=(text,), vectors=vectors))


def of_track(found: Recalled, track: int) -> list[tuple[str, int]]:
    of_it = sorted((e.start_ns // S, e.kind) for e in found.evidence if e.track == track)
    return [(kind, at_s) for at_s, kind in of_it]


def test_what_the_person_did_afterwards_comes_along(keeper: Keeper) -> None:
    found = ask(keeper, ASKED, about=Mention(kind="people", colour="red"))
    assert found.evidence[0].attrs["colour"] == "red"
    assert of_track(found, 10) == [("entered", 1000), ("motion", 1005), ("left", 9000)]
    assert len(found.evidence) <= LIMIT


def test_only_what_may_be_seen_comes_along(keeper: Keeper) -> None:
    red = Mention(kind="people", colour="red")
    found = ask(keeper, ASKED, about=red, spanned=True, start_ns=900 * S, end_ns=1050 * S)
    assert of_track(found, 10) == [("entered", 1000), ("motion", 1005)]


def test_what_the_person_did_in_an_earlier_session_comes_along(keeper: Keeper) -> None:
    now = keeper.open_session("t", "live", 86_400.0, resume=False).row.no
    found = ask(keeper, "a red person moves to the right", session=now)
    red = found.evidence[0].track
    assert red not in (0, 10)
    assert of_track(found, red) == [("entered", 1000 - 86_400), ("motion", 1005 - 86_400), ("left", 9000 - 86_400)]
    assert all(e.attrs["session"] == "s" for e in found.evidence)


def test_questions_that_find_nobody_follow_nobody(keeper: Keeper, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise AssertionError("followed")

    monkeypatch.setattr(Store, "of_tracks", fail)
    ask(keeper, "quantum zebra parliament")
    with pytest.raises(AssertionError, match="followed"):
        ask(keeper, ASKED)


def test_a_number_far_away_is_another_thing(tmp_path: Path) -> None:
    """After a restart of what sees, numbers are given again."""
    store = Store(tmp_path)
    store.new_session("s", "live", 0.0)
    events = [passage(1, n, "entered", n, 1 if n in (5, 6, 2 * NEAR) else 2) for n in range(1, 3 * NEAR)]
    store.put(events, start_unix_s=0.0, recorded_at=0.0)
    hits = store.of_tracks(1, [(1, 5 * S)], 0, 10**6 * S)
    assert sorted(hit.event.start_ns // S for hit in hits) == [5, 6]
    assert store.of_tracks(1, [(1, 5 * S)], 6 * S, 8 * S)[0].event.start_ns == 6 * S
    plan = store.database.execute(f"EXPLAIN QUERY PLAN {of_tracks()}", ("[[1, 5]]", 1, 0, 9)).fetchall()
    assert sum("USING INDEX events_by_kind" in line[3] for line in plan) == 2 * len(FOLLOWED)
    assert not [line for line in plan if line[3].startswith("SCAN e")]
    store.close()
