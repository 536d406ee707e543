"""Days and clock times in words where clocks are put forward and back: all of them are those of one zone."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from memory.cli import app
from memory.keeper import Keeper
from memory.timeline import Step
from memory.times import moment_ns
from memory.timewords import S, find
from wire.words import tokens

pytestmark = pytest.mark.unit

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def in_zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Puts this process into a zone."""

    def put(zone: str) -> None:
        monkeypatch.setenv("TZ", zone)
        time.tzset()

    yield put
    monkeypatch.undo()
    time.tzset()


def utc(text: str) -> float:
    return datetime.fromisoformat(f"{text}+00:00").timestamp()


def named(text: str, start: str, asked: str) -> tuple[str, str]:
    """From, to (UTC) of a question asked at `asked` in a stream that began at `start` (both UTC)."""
    found = find(tokens(text), round((utc(asked) - utc(start)) * S), utc(start), zone=BERLIN)
    assert found.spanned
    at = [datetime.fromtimestamp(utc(start) + ns / S, ZoneInfo("UTC")) for ns in (found.start_ns, found.end_ns)]
    return f"{at[0]:%Y-%m-%d %H:%M}", f"{at[1]:%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("what did you see at 14:05", "2026-11-21 13:04", "2026-11-21 13:06"),
        ("what did you see this morning", "2026-11-21 04:00", "2026-11-21 11:00"),
        ("what happened yesterday", "2026-11-19 23:00", "2026-11-20 23:00"),
        ("what happened yesterday at 3 pm", "2026-11-20 13:59", "2026-11-20 14:01"),
        ("what was said on 2026-11-20 at 02:05 CET", "2026-11-20 01:04", "2026-11-20 01:06"),
        ("what was said on 2026-11-20 at 15:00 CET", "2026-11-20 13:59", "2026-11-20 14:01"),
        ("what was said at 15:00 CET on 2026-11-20", "2026-11-20 13:59", "2026-11-20 14:01"),
    ],
)
def test_times_in_words_are_of_the_zone(text: str, first: str, last: str) -> None:
    assert named(text, "2026-11-21 12:00", "2026-11-21 13:40") == (first, last)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("what happened yesterday", "2026-10-24 22:00", "2026-10-25 23:00"),  # 25 hours
        ("what happened yesterday morning", "2026-10-25 04:00", "2026-10-25 11:00"),
        ("what happened the day before yesterday", "2026-10-23 22:00", "2026-10-24 22:00"),
        ("what happened yesterday at 2:30 am", "2026-10-25 01:29", "2026-10-25 01:31"),  # the last of both
        ("what happened yesterday between 1 am and 4 am", "2026-10-24 23:00", "2026-10-25 03:00"),
        ("what happened from 10 pm on the 24th to 6 am", "2026-10-24 20:00", "2026-10-25 05:00"),
    ],
)
def test_a_day_on_which_clocks_were_put_back(text: str, first: str, last: str) -> None:
    assert named(text, "2026-10-26 08:00", "2026-10-26 09:00") == (first, last)


def test_of_an_hour_that_comes_twice_the_one_that_has_been_is_meant() -> None:
    assert named("what happened at 2:30 am", "2026-10-25 00:00", "2026-10-25 00:45")[0] == "2026-10-25 00:29"
    assert named("what happened at 2:30 am", "2026-10-25 00:00", "2026-10-25 01:45")[0] == "2026-10-25 01:29"


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("what happened yesterday", "2026-03-28 23:00", "2026-03-29 22:00"),  # 23 hours
        ("what happened yesterday at 2:30 am", "2026-03-29 01:29", "2026-03-29 01:31"),  # there was no such time
        ("what happened yesterday at noon", "2026-03-29 09:59", "2026-03-29 10:01"),
    ],
)
def test_a_day_on_which_clocks_were_put_forward(text: str, first: str, last: str) -> None:
    assert named(text, "2026-03-30 08:00", "2026-03-30 09:00") == (first, last)


def test_a_civil_time_to_forget_is_of_the_zone_unless_it_names_one() -> None:
    start = utc("2026-11-21 12:00")
    assert moment_ns("2026-11-21 14:05", start, BERLIN) == 3900 * S
    assert moment_ns("2026-11-21 14:05 UTC", start, BERLIN) == moment_ns("2026-11-21T14:05Z", start, BERLIN) == 7500 * S
    assert moment_ns("2026-11-21 14:05+02:00", start, BERLIN) == 300 * S
    assert moment_ns("90", start, BERLIN) == 90 * S


@pytest.mark.parametrize(
    ("zone", "told"), [("Europe/Berlin", "2026-11-21 14:05:00 CET"), ("UTC", "2026-11-21 13:05:00 UTC")]
)
def test_sessions_are_listed_in_the_zone_of_the_machine(
    tmp_path: Path, in_zone: Callable[[str], None], zone: str, told: str
) -> None:
    keeper = Keeper(str(tmp_path), 8, 8)
    row = keeper.open_session("s", "live", utc("2026-11-21 13:05"), resume=False).row
    keeper.write(row, Step(()), utc("2026-11-21 13:05"))
    keeper.close()
    in_zone(zone)
    assert told in CliRunner().invoke(app, ["ls", str(tmp_path)]).stdout
