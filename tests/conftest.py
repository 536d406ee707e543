"""What all tests share: the categories, and the folder of recordings. Knows nothing of what is tested."""

from __future__ import annotations

import os
import shutil
from collections import defaultdict
from pathlib import Path

import pytest

CATEGORIES = ("unit", "socket", "rtc", "process", "lite", "models", "browser", "sound", "gpu")
NO_MEDIA = "OMNILIVE_MEDIA names no folder of recordings"
NO_BROWSER = "no Chromium is installed"

_category: dict[str, str] = {}  # of each test, by its id
_seconds: defaultdict[str, float] = defaultdict(float)


def category_of(marks: object) -> str:
    """The one category that a module's `pytestmark` declares. Raises UsageError for none or several."""
    declared = marks if isinstance(marks, list | tuple) else [marks]
    names = [name for mark in declared if (name := getattr(mark, "name", "")) in CATEGORIES]
    if len(names) != 1:
        found = ", ".join(names) or "none"
        raise pytest.UsageError(f"a test module declares exactly one of {', '.join(CATEGORIES)}; found {found}")
    return names[0]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse a module without exactly one category; the quick categories run first."""
    for item in items:
        module = item.getparent(pytest.Module)
        if module is None:
            continue
        try:
            _category[item.nodeid] = category_of(getattr(module.obj, "pytestmark", ()))
        except pytest.UsageError as error:
            raise pytest.UsageError(f"{module.nodeid}: {error}") from None
    items.sort(key=lambda item: CATEGORIES.index(_category.get(item.nodeid, CATEGORIES[0])))


@pytest.fixture(scope="session")
def media() -> Path:
    """The folder of recordings that OMNILIVE_MEDIA names; the test is skipped, and says so, without it."""
    folder = Path(os.environ.get("OMNILIVE_MEDIA", ""))
    if not os.environ.get("OMNILIVE_MEDIA") or not folder.is_dir():
        pytest.skip(NO_MEDIA)
    return folder


@pytest.fixture(scope="session")
def chromium() -> str:
    """The program of a headless Chromium; the test is skipped, and says so, without one."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        pytest.skip(NO_BROWSER)
    return found


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if name := _category.get(report.nodeid):
        _seconds[name] += report.duration


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The time each category took, and how many tests had nothing to run on."""
    skipped = terminalreporter.stats.get("skipped", [])
    for reason, fix in (
        (NO_MEDIA, "set it to try what real recordings give"),
        (NO_BROWSER, "install it to try what pages look like"),
    ):
        without = sum(reason in str(report.longrepr) for report in skipped)
        if without:
            line = f"!!! {without} tests did NOT run: {reason}; {fix}"
            terminalreporter.write_line(line, red=True, bold=True)
    if _seconds:
        terminalreporter.write_line("seconds: " + " · ".join(f"{k} {v:.1f}" for k, v in _seconds.items()))
