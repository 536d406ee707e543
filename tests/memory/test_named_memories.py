"""Memories by name lie among the user's data, and every command takes them."""

from __future__ import annotations

from pathlib import Path

import pytest
from desk_tools import memory, sign
from typer.testing import CliRunner, Result

from memory.cli import app
from wire.memories import home, memory_folder, memory_names

pytestmark = pytest.mark.unit


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path / "data"


def run(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def test_a_name_is_a_folder_among_the_users_data(data: Path) -> None:
    assert data in home().parents
    assert memory_folder("@work") == home() / "work"
    assert memory_folder("@") == home() / "default"
    assert memory_folder(Path("@day-1.0")) == home() / "day-1.0"


@pytest.mark.parametrize("word", ["work", "./@work", "a/@b", "/tmp/x"])
def test_any_other_word_is_a_folder_as_it_is(word: str) -> None:
    assert memory_folder(word) == Path(word)


@pytest.mark.parametrize("word", ["@a/b", "@..", "@.hidden", "@a b", "@/etc", "@" + "x" * 65])
def test_what_is_no_name_is_refused(word: str) -> None:
    with pytest.raises(ValueError, match="no name of a memory"):
        memory_folder(word)
    ran = run("stats", word)
    assert ran.exit_code == 2
    assert ran.stderr.startswith(f"memory: {word!r} is no name of a memory")
    assert ran.stderr.count("\n") == 1


async def test_commands_take_a_name_and_ls_lists_them() -> None:
    nothing = run("ls")
    assert nothing.exit_code == 0
    assert "no memory has a name yet" in nothing.stderr
    async with memory() as m:
        await m.open(memory_folder("@work"), session="walk")
        await m.see(1, sign("Placard"), session="walk")
        await m.mark(2, session="walk")
    (home() / "broken").mkdir()
    (home() / "broken/memory.db").write_bytes(b"no database, though it is long enough to be one" * 99)
    assert memory_names() == ["@broken", "@work"]
    broken, work = run("ls").output.splitlines()
    assert broken.startswith("@broken  ")
    assert work == f"@work  1 session  {home() / 'work'}"
    assert run("ls", "@work").output.endswith("walk\n")
    assert run("verify", "@work").exit_code == 0
    assert run("forget", "@work", "--all", "--yes").exit_code == 0
    assert run("search", "@work", "placard").stdout == ""
