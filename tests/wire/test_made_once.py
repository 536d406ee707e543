"""What is made once: kept, mended, left to another process, made each time where nothing can be kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from wire.made_once import made_once

pytestmark = pytest.mark.unit


class Making:
    """Makes a file that says that it is whole, and opens it only then."""

    def __init__(self) -> None:
        self.made = 0

    def make(self, fresh: Path) -> None:
        self.made += 1
        (fresh / "network").write_text("whole")

    def opened(self, folder: Path) -> str:
        path = folder / "network"
        if not path.is_file() or path.read_text() != "whole":
            raise ValueError("not whole")
        return "opened"

    def once(self, kept: Path) -> str:
        return made_once("thing", kept, self.make, self.opened)


def test_what_was_made_is_kept_used_and_mended(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    making, kept = Making(), tmp_path / "cache" / "thing"
    assert [making.once(kept) for _ in range(2)] == ["opened"] * 2
    assert making.made == 1
    (kept / "network").write_text("half")
    assert making.once(kept) == "opened"
    assert making.made == 2
    assert "is broken (not whole); it is made again" in caplog.text
    assert (kept / "network").read_text() == "whole"
    assert [path.name for path in kept.parent.iterdir()] == ["thing"]


def test_one_that_another_process_made_meanwhile_stays(tmp_path: Path) -> None:
    making, kept = Making(), tmp_path / "thing"

    def make(fresh: Path) -> None:
        making.make(fresh)
        (tmp_path / "of another").mkdir()
        making.make(tmp_path / "of another")
        (tmp_path / "of another").rename(kept)
        (kept / "theirs").touch()

    assert made_once("thing", kept, make, making.opened) == "opened"
    assert (kept / "theirs").exists()


def test_where_nothing_can_be_kept_it_is_made_each_time(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    making = Making()
    (tmp_path / "a file").touch()
    for _ in range(2):
        assert making.once(tmp_path / "a file" / "thing") == "opened"
    assert making.made == 2
    assert "cannot be kept" in caplog.text


def test_what_cannot_be_made_leaves_nothing(tmp_path: Path) -> None:
    def make(fresh: Path) -> None:
        raise ValueError("the weights are not as published")

    with pytest.raises(ValueError, match="not as published"):
        made_once("thing", tmp_path / "cache" / "thing", make, Making().opened)
    assert not list((tmp_path / "cache").iterdir())
