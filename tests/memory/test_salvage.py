"""What is read of a table of which pages are damaged."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from memory import salvage
from memory.events import Event, row_id
from memory.keeper import Keeper
from memory.salvage import Salvage, cut_off
from memory.schema import MemoryUnusable
from memory.store import Store

pytestmark = pytest.mark.unit

PAGE = 4096


def _table(path: Path, numbers: list[int]) -> dict[int, int]:
    """A table with a long text in each row. Returns the page of each row."""
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE told (id INTEGER PRIMARY KEY, text TEXT)")
    database.execute("CREATE INDEX by_text ON told (substr(text, 1, 9))")
    database.executemany("INSERT INTO told VALUES (?, ?)", [(n, f"<{n:020d}>" + "x" * 900) for n in numbers])
    database.commit()
    database.close()
    content = path.read_bytes()
    return {n: content.index(f"<{n:020d}>xxx".encode()) // PAGE for n in numbers}


def _damage(path: Path, *pages: int) -> None:
    content = bytearray(path.read_bytes())
    for page in pages:
        content[page * PAGE : (page + 1) * PAGE] = b"\xa5" * PAGE
    path.write_bytes(content)


def _read(path: Path) -> tuple[list[int], Salvage]:
    reader = Salvage(sqlite3.connect(path), "told", "id, text")
    return [number for number, _ in reader.rows()], reader


@pytest.mark.parametrize("apart", [1, 1 << 32])
def test_all_but_the_damaged_pages_is_read(tmp_path: Path, apart: int) -> None:
    path, numbers = tmp_path / "m.db", [apart * n for n in range(1, 60)]
    page_of = _table(path, numbers)
    bad = {page_of[numbers[10]], page_of[numbers[40]]}
    _damage(path, *bad)
    read, reader = _read(path)
    kept = [n for n in numbers if page_of[n] not in bad]
    assert read == kept
    assert len(reader.gaps) == 2
    assert all(any(a <= n <= b for a, b in reader.gaps) for n in numbers if page_of[n] in bad)
    assert reader.told().startswith(f"told: {len(kept)} of 59 rows could be read; damaged: ")


def test_of_a_file_that_is_cut_off_the_pages_that_are_there_are_read(tmp_path: Path) -> None:
    path, numbers = tmp_path / "m.db", [*range(1, 60)]
    page_of = _table(path, numbers)
    assert cut_off(path) == ""
    n_pages = path.stat().st_size // PAGE
    path.write_bytes(path.read_bytes()[: page_of[40] * PAGE + 99])
    n_left = page_of[40]
    lost = f"{100 * (n_pages - n_left) / n_pages:.0f} % are lost"
    assert cut_off(path) == f"m.db: the file is cut off, {n_left} of its {n_pages} pages are there and {lost}"
    database = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
    database.execute("PRAGMA writable_schema = 1")
    reader = Salvage(database, "told", "id, text")
    assert [n for n, _ in reader.rows()] == [n for n in numbers if page_of[n] < n_left]
    assert "and later" in reader.told()


def test_a_whole_table_is_read_whole(tmp_path: Path) -> None:
    _table(tmp_path / "m.db", [1, 2, 30])
    read, reader = _read(tmp_path / "m.db")
    assert read == [1, 2, 30]
    assert reader.told() == ""


def test_of_nothing_readable_nothing_is_read(tmp_path: Path) -> None:
    path = tmp_path / "m.db"
    _table(path, [*range(1, 40)])
    _damage(path, *range(1, path.stat().st_size // PAGE))
    read, reader = _read(path)
    assert read == []
    assert "0 rows could be read" in reader.told()


def test_it_gives_up_after_many_stretches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(salvage, "MOST", 2)
    path, numbers = tmp_path / "m.db", [*range(1, 60)]
    page_of = _table(path, numbers)
    bad = {page_of[n] for n in (8, 20, 32, 44)}
    _damage(path, *bad)
    read, reader = _read(path)
    assert read == [n for n in range(1, 32) if page_of[n] not in bad]
    assert reader.gaps[-1][1] == salvage.LAST


@pytest.mark.parametrize("missing", [99, PAGE, 9 * PAGE])
def test_nothing_is_written_into_a_memory_that_is_cut_off(tmp_path: Path, missing: int) -> None:
    store = Store(tmp_path)
    row = store.new_session("s", "live", 1000.0)
    told = [
        Event(id=row_id(row.no, n), session=row.no, kind="text", start_ns=n, end_ns=n, text=f"{n} " * 99)
        for n in range(400)
    ]
    store.put(told, start_unix_s=1000.0, recorded_at=1000.0)
    store.close()
    left = store.path.read_bytes()[:-missing]
    store.path.write_bytes(left)
    with pytest.raises(
        MemoryUnusable, match=r"the file is cut off, .* save what can be read with omnilive memory export"
    ):
        Store(tmp_path)
    assert store.path.read_bytes() == left


def test_a_memory_of_which_nothing_is_left_is_said_to_be_empty(tmp_path: Path) -> None:
    (tmp_path / "memory.db").write_bytes(b"")
    (tmp_path / "memory.db-wal").write_bytes(b"log" * 99)
    for read_only in (True, False):
        with pytest.raises(MemoryUnusable, match=r"is empty: .* begin a new memory in another folder"):
            Store(tmp_path, read_only=read_only)
    assert (tmp_path / "memory.db-wal").read_bytes() == b"log" * 99
    (tmp_path / "memory.db-wal").unlink()
    Store(tmp_path).close()  # one that was being made


def test_of_a_damaged_memory_it_is_said_how_to_save_what_is_left(tmp_path: Path) -> None:
    Keeper(str(tmp_path), 4, 4).close()
    database = tmp_path / "memory.db"
    with sqlite3.connect(database) as db:
        pages = [page for (page,) in db.execute("SELECT rootpage FROM sqlite_master WHERE tbl_name = 'phrases'")]
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    _damage(database, *(page - 1 for page in pages if page))
    with pytest.raises(MemoryUnusable, match=r"is damaged: .* omnilive memory export"):
        Keeper(str(tmp_path), 4, 4)
