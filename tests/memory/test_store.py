"""The event log on disk: what is written is read back, sentences are shared, words are found."""

from __future__ import annotations

import random
import sqlite3
from pathlib import Path

import pytest

from memory import schema
from memory.events import OPEN, Event, row_id
from memory.schema import MemoryUnusable
from memory.store import Store
from memory.terms import terms

pytestmark = pytest.mark.unit

S = 10**9


def _event(
    n: int, start_s: float, end_s: float = -1, *, kind: str = "text", text: str = "a sign", session: int = 1
) -> Event:
    return Event(
        id=row_id(session, n), session=session, kind=kind, start_ns=round(start_s * S),
        end_ns=OPEN if end_s < 0 else round(end_s * S), text=text, subject=text, attrs={"colour": "red"},
    )  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path)
    store.new_session("s", "replay", 1000.0)
    store.new_session("t", "replay", 2000.0)
    return store


def _put(store: Store, *events: Event) -> list[int]:
    return store.put(events, start_unix_s=1000.0, recorded_at=5.0)


def test_an_event_is_read_back_as_it_was(store: Store) -> None:
    event = _event(1, 2, 3)
    _put(store, event)
    assert store.event(event.id) == event


def test_of_each_sentence_with_all_words_the_last_event_or_the_first(store: Store) -> None:
    museum, town, shop = "toy museum", "the toy museum of the old town", "toy shop"
    _put(store, _event(1, 1, 2, text=museum), _event(2, 3, 4, text=shop), _event(3, 5, 6, text=town))
    _put(store, _event(4, 7, 8, text=museum), _event(5, 9, 10, text=town), _event(6, 20, 21, text=museum))
    _put(store, _event(7, 11, 12, text=museum, kind="question"), _event(1, 1, 2, text=museum, session=2))

    def found(to_s: int, *, limit: int = 9, oldest: bool = False) -> list[int]:
        words = ["toy", "museum"]
        hits = store.with_all(words, 1, 2 * S, to_s * S, ["text"], limit=limit, oldest=oldest)
        assert all(hit.words.split().count("museum") for hit in hits)
        return [hit.event.id - row_id(1, 0) for hit in hits]

    assert found(15) == [5, 4]
    assert found(8) == [4, 3]
    assert found(15, limit=1) == [5]
    assert found(15, oldest=True) == [1, 3]
    assert store.with_all([], 1, 0, 9 * S, ["text"], limit=9) == []
    assert store.with_all(["toy", "train"], 1, 0, 9 * S, ["text"], limit=9) == []


def test_what_was_committed_is_there_after_the_end(store: Store, tmp_path: Path) -> None:
    _put(store, _event(1, 2, 3))
    store.commit()
    _put(store, _event(2, 4, 5))
    store.database.close()
    again = Store(tmp_path)
    assert [f.event.id for f in again.overlapping(1, 0, 10 * S, (), limit=9)] == [row_id(1, 1)]


@pytest.mark.parametrize(
    ("from_s", "to_s", "expected"),
    [(0, 1000, [1, 2, 4, 3]), (200, 300, [1, 4]), (10, 12, [1, 2]), (450, 460, [1, 3]), (0, 0.5, [])],
)
def test_overlapping_finds_what_touches_a_span(store: Store, from_s: float, to_s: float, expected: list[int]) -> None:
    _put(store, _event(1, 1, 900), _event(2, 10, 20), _event(3, 440), _event(4, 250, 250))
    found = store.overlapping(1, round(from_s * S), round(to_s * S), (), limit=9)
    assert [f.event.id & 0xFF for f in found] == expected


def test_overlapping_keeps_the_newest_or_the_oldest(store: Store) -> None:
    _put(store, *(_event(n, n, n + 0.5) for n in range(1, 7)), _event(7, 0, 100, kind="light"))
    assert [f.event.id & 0xFF for f in store.overlapping(1, 0, 50 * S, ("text",), limit=2)] == [5, 6]
    oldest = store.overlapping(1, 0, 50 * S, ("text",), limit=2, oldest=True)
    assert [f.event.id & 0xFF for f in oldest] == [1, 2]


@pytest.mark.parametrize("kinds", [(), ("text",), ("text", "light")])
@pytest.mark.parametrize("oldest", [False, True])
def test_overlapping_is_what_looking_at_every_event_finds(store: Store, kinds: tuple[str, ...], oldest: bool) -> None:
    rng = random.Random(7)
    lasting = (0, 5, 59, 61, 300, 599, 700, 5000, 7000, 40_000, -(10**9))  # of every class, and still there
    events = []
    for n in range(400):
        start = rng.uniform(0, 50_000)
        events.append(
            _event(n + 1, start, start + rng.choice(lasting), kind=rng.choice(("text", "light", "sound")), text=f"{n}")
        )
    _put(store, *events)
    for _ in range(60):
        from_s = rng.uniform(-100, 55_000)
        from_ns, to_ns = round(from_s * S), round((from_s + rng.choice((0, 20, 900, 60_000))) * S)
        there = [e for e in events if e.start_ns <= to_ns and e.end_ns >= from_ns and (not kinds or e.kind in kinds)]
        there.sort(key=lambda e: (e.start_ns, e.id))
        expected = there[:25] if oldest else there[-25:]
        found = store.overlapping(1, from_ns, to_ns, kinds, limit=25, oldest=oldest)
        assert [f.event.id for f in found] == [e.id for e in expected]


def test_no_search_by_time_reads_a_whole_table(store: Store) -> None:
    asked: list[str] = []
    store.database.set_trace_callback(asked.append)
    for kinds in ((), ("text",), ("text", "light", "sound")):
        store.overlapping(1, 10 * S, 20 * S, kinds, limit=5)
    store.open_events(1)
    store.database.set_trace_callback(None)
    for statement in asked:
        plan = [str(row[3]) for row in store.database.execute(f"EXPLAIN QUERY PLAN {statement}")]
        assert not [step for step in plan if step.startswith("SCAN") and step.split()[1] not in ("c", "j")], plan
        assert not [step for step in plan if "TEMP B-TREE" in step], plan


def test_events_of_several_sentences_come_at_once(store: Store) -> None:
    _put(store, *(_event(n, n, n + 0.5, text="ab"[n % 2]) for n in range(1, 9)), _event(9, 9, 9, text="c"))
    found = store.of_phrases([1, 2], 1, 0, 7 * S, limit=2)
    assert sorted(f.event.id & 0xFF for f in found) == [4, 5, 6, 7]
    assert sorted(f.event.id & 0xFF for f in store.of_phrases([1], 1, 0, 99 * S, limit=3, oldest=True)) == [1, 3, 5]


def test_a_log_tells_what_is_true_however_often_it_was_told(store: Store) -> None:
    def told(t_s: float) -> list[tuple[int, str, float]]:
        rows = store.witnessed(1, 0, 99 * S, ("text",), round(t_s * S), limit=9)
        return [(i & 0xFF, e.text, e.end_ns / S) for i, e in rows]

    _put(store, _event(1, 1, 2, text="a"), _event(2, 3, 8, text="b"))
    for _ in range(2):
        assert told(5) == [(1, "a", 2.0), (2, "b", 5.0)]  # the second went on
    for _ in range(2):
        assert told(9) == [(1, "a", 2.0), (2, "b", 8.0)]
    assert told(5)[1] == (2, "b", 5.0)
    _put(store, _event(1, 1, 4, text="c"))
    assert told(9) == [(1, "c", 4.0), (2, "b", 8.0)]
    store.drop([row_id(1, 1)])
    assert told(9) == [(2, "b", 8.0)]


def test_a_log_holds_only_so_much_of_what_was_told(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("memory.store.KEPT", 4)
    _put(store, *(_event(n, n, n + 0.5, text=str(n)) for n in range(1, 20)))
    for from_s in (0, 5, 9, 2):
        found = store.witnessed(1, from_s * S, 99 * S, (), 99 * S, limit=9, oldest=True)
        assert [e.text for _, e in found] == [str(n) for n in range(max(1, from_s), max(1, from_s) + 9)]
        assert len(store._over) == 4
    store.forget()
    assert not store._over


def test_counted_words_stay_counted(store: Store) -> None:
    _put(store, _event(1, 1, text="the ferry leaves"))
    word = terms("ferry")[0]
    assert store.occurrences([word]) == {word: 1}
    _put(store, _event(2, 2, text="a ferry"), _event(3, 3, text="another ferry"))
    assert store.occurrences([word]) == {word: 3}
    store.drop([row_id(1, 1)])
    assert store.occurrences([word]) == {word: 2}
    store.forget()
    assert store.occurrences([word]) == {word: 2}


def test_an_older_memory_gets_the_words_of_its_sentences(store: Store, tmp_path: Path) -> None:
    _put(store, _event(1, 1, text="the ferry leaves"))
    store.commit()
    store.database.execute("INSERT INTO phrase_words (rowid, words) VALUES (1, 'otherwise')")  # by other rules
    store.database.executescript("ALTER TABLE phrases DROP COLUMN words; PRAGMA user_version = 3;")
    store.close()
    again = Store(tmp_path)
    (found,) = again.of_phrases([1], 1, 0, 9 * S, limit=1)
    assert found.words.split() == list(terms("the ferry leaves"))
    assert again.search(["otherwise"], 5) == []
    again.drop([row_id(1, 1)])
    assert again.database.execute("SELECT count(*) FROM phrase_vocabulary").fetchone() == (0,)


def test_sessions_are_apart(store: Store) -> None:
    _put(store, _event(1, 1, 2), _event(1, 1, 2, session=2))
    assert [f.event.session for f in store.overlapping(2, 0, 5 * S, (), limit=9)] == [2]


def test_a_sentence_is_stored_once_and_goes_with_its_last_event(store: Store) -> None:
    _put(store, _event(1, 1, 2), _event(2, 5, 6))
    assert [text for _, text in store.unembedded(9)] == ["a sign"]
    assert store.drop([row_id(1, 1)]) == []
    (orphan,) = store.drop([row_id(1, 2)])
    assert orphan == 1
    assert store.unembedded(9) == []
    assert store.search(["sign"], 5) == []


def test_a_changed_sentence_leaves_nothing_behind(store: Store) -> None:
    _put(store, _event(1, 1, text="a sgin"))
    assert _put(store, _event(1, 1, 2, text="a sign")) == [1]
    assert [text for _, text in store.search(["sign"], 5)] == ["a sign"]
    assert store.search(["sgin"], 5) == []


def test_words_are_found_by_stem_and_rarity(store: Store) -> None:
    _put(
        store,
        _event(1, 1, text="the ferry leaves at noon"),
        _event(2, 2, text="the bus leaves"),
        _event(3, 3, text="x"),
    )
    words = terms("the ferry left")[1:]
    found = store.search(words, 5)
    assert [text for _, text in found] == ["the ferry leaves at noon", "the bus leaves"]
    assert store.occurrences([*words, "plane"]) == {words[0]: 1, words[1]: 2, "plane": 0}


@pytest.mark.parametrize("words", [['"'], ['a"b'], ["*"], ["NEAR"], [""], ["é"]])
def test_any_words_may_be_searched(store: Store, words: list[str]) -> None:
    _put(store, _event(1, 1, text="near the café"))
    store.search(words, 5)


def test_civil_times_go_with_events(store: Store) -> None:
    _put(store, _event(1, 2, 3), _event(2, 4))
    rows = store.database.execute("SELECT valid_from, valid_to, recorded_at FROM events ORDER BY id").fetchall()
    assert rows == [(1002.0, 1003.0, 5.0), (1004.0, None, 5.0)]


def test_a_newer_memory_is_refused(store: Store, tmp_path: Path) -> None:
    store.database.execute("PRAGMA user_version = 99")
    store.close()
    with pytest.raises(MemoryUnusable, match="version 99"):
        Store(tmp_path)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "memory.db").write_bytes(b"this is no database, but it is long enough to look like one" * 99)
    with pytest.raises(MemoryUnusable, match="not a database"):
        Store(tmp_path)


def test_a_migration_that_fails_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Store(tmp_path).close()
    broken = (*schema.MIGRATIONS, ("CREATE TABLE half (x)", "THIS IS NO SQL"))
    monkeypatch.setattr(schema, "MIGRATIONS", broken)
    monkeypatch.setattr(schema, "VERSION", len(broken))
    with pytest.raises(MemoryUnusable):
        Store(tmp_path)
    database = sqlite3.connect(tmp_path / "memory.db")
    assert database.execute("PRAGMA user_version").fetchone() == (len(broken) - 1,)
    assert database.execute("SELECT count(*) FROM sqlite_master WHERE name = 'half'").fetchone() == (0,)


def test_sentences_with_any_of_the_words_bring_all_of_theirs(store: Store) -> None:
    _put(
        store,
        _event(1, 1, 2, text="a red sign"),
        _event(2, 3, 4, text="two red red doors"),
        _event(3, 5, 6, text="rain"),
    )
    numbers = {text: number for word in ("red", "rain") for number, text in store.search([word], 5)}
    found = store.worded(["red", "sign"], 5)
    assert list(found) == [number for number, _ in store.search(["red", "sign"], 5)]
    assert found == store.words_of([numbers["a red sign"], numbers["two red red doors"], 999])
    assert set(found[numbers["a red sign"]].split()) >= {"red", "sign"}
    assert store.worded([], 5) == store.words_of([]) == {}


@pytest.mark.parametrize(
    ("from_s", "to_s", "session", "there"),
    [(0, 100, 1, True), (4, 5, 1, True), (6, 100, 1, False), (0, 1, 1, False), (0, 100, 2, False)],
)
def test_whether_a_sentence_was_true_in_a_span(store: Store, from_s: int, to_s: int, session: int, there: bool) -> None:
    _put(store, _event(1, 2, 5, text="a red sign"), _event(2, 50, 60, text="rain"))
    ((number, _),) = store.search(["sign"], 5)
    assert store.any_of_phrases([number, 999], session, from_s * S, to_s * S) is there
    assert not store.any_of_phrases([], session, from_s * S, to_s * S)
