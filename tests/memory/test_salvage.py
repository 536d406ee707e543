"""What is read of a table of which pages are damaged."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from memory import salvage
from memory.salvage import Salvage, cut_off

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
