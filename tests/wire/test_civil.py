"""Civil times as people write and read them, in zones whose clocks are put forward and back."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from wire.civil import civil, unix_s_of

pytestmark = pytest.mark.unit

BERLIN = ZoneInfo("Europe/Berlin")


def unix_s(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


@pytest.fixture
def in_berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_a_date_is_told_in_the_zone_and_with_it() -> None:
    assert civil(unix_s("2026-11-21 13:05:30"), BERLIN) == "2026-11-21 14:05:30 CET"
    assert civil(unix_s("2026-07-21 12:05:30"), BERLIN) == "2026-07-21 14:05:30 CEST"
    assert civil(unix_s("2026-11-21 13:05:30"), UTC) == "2026-11-21 13:05:30 UTC"


def test_the_machine_is_asked_for_its_zone(in_berlin: None) -> None:
    assert civil(unix_s("2026-11-21 13:05:30")) == "2026-11-21 14:05:30 CET"
    assert unix_s_of("2026-11-21 14:05:30") == unix_s("2026-11-21 13:05:30")
    assert unix_s_of("2026-10-25 02:30:00 CET") == unix_s("2026-10-25 01:30")


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-11-21 14:05", "2026-11-21 13:05"),
        ("2026-11-21T14:05:30", "2026-11-21 13:05:30"),
        ("2026-07-21 14:05", "2026-07-21 12:05"),
        ("2026-11-21", "2026-11-20 23:00"),
        ("2026-11-21T14:05Z", "2026-11-21 14:05"),
        ("2026-11-21 14:05 UTC", "2026-11-21 14:05"),
        ("2026-11-21 14:05 utc", "2026-11-21 14:05"),
        ("2026-11-21 14:05+09:30", "2026-11-21 04:35"),
        ("2026-11-21 14:05 -0300", "2026-11-21 17:05"),
        ("2026-11-21 14:05 CET", "2026-11-21 13:05"),
        ("2026-10-25 02:30", "2026-10-25 00:30"),  # it comes twice
        ("2026-10-25 02:30 CEST", "2026-10-25 00:30"),
        ("2026-10-25 02:30 CET", "2026-10-25 01:30"),
        ("2026-03-29 02:30", "2026-03-29 01:30"),  # it never comes: 3:30
    ],
)
def test_a_written_time_is_of_the_zone_unless_it_names_one(text: str, utc: str) -> None:
    assert unix_s_of(text, BERLIN) == unix_s(utc)


@pytest.mark.parametrize("utc", ["2026-10-25 00:30", "2026-10-25 01:30", "2026-03-29 01:30", "2026-11-21 13:05"])
def test_what_is_told_is_read_again(utc: str) -> None:
    assert unix_s_of(civil(unix_s(utc), BERLIN), BERLIN) == unix_s(utc)
    assert unix_s_of(civil(unix_s(utc), ZoneInfo("America/Sao_Paulo"))) == unix_s(utc)  # "-03"


@pytest.mark.parametrize("text", ["", "soon", "UTC", "2026-13-40", "2026-11-21 14:05 CEST", "2026-11-21 14:05 PST"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        unix_s_of(text, BERLIN)
