"""What is planted, said and shown on a day of `bench.memory_day`: a TOML file, most of them in bench/days.

notes, told: a fact a line, seen or said once, with the question that asks for it in other words, "fact | question";
unanswerable: a question a line that nothing answers; screen, adverts, labels, asked, answered, radio: templates of what
goes on around them, filled from [fillers] ({person2} and {object2}: another one) and with {n}, 10 to 99, and {m}, 1 to
11; tints: colours that the background has once; alike_shown, alike_told: what comes three
times, and with what is said how it is asked for; markers: titles, one for each of those, in between.
"""

from __future__ import annotations

import string
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from memory.lexicon import COLOURS

DAYS = Path(__file__).with_name("days")
GLOW = ("blue", "white", "grey", "black", "brown")  # colours that the background usually has
TEMPLATES = ("screen", "adverts", "labels", "asked", "answered", "radio")
MOST_FACTS = 200  # those of an hour are 15 seconds apart
NUMBERS, OTHERS = ("n", "m"), ("person", "object")
Row = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class DayWords:
    """notes, told: (fact, question); alike_told: (what is said, how it is asked for)."""

    name: str
    notes: tuple[Row, ...]
    told: tuple[Row, ...]
    unanswerable: tuple[str, ...]
    screen: tuple[str, ...]
    adverts: tuple[str, ...]
    labels: tuple[str, ...]
    asked: tuple[str, ...]
    answered: tuple[str, ...]
    radio: tuple[str, ...]
    tints: tuple[str, ...]
    alike_shown: tuple[str, ...]
    alike_told: tuple[Row, ...]
    markers: tuple[str, ...]
    fillers: dict[str, tuple[str, ...]]


def day_names() -> tuple[str, ...]:
    """Of the days in bench/days."""
    return tuple(sorted(path.stem for path in DAYS.glob("*.toml")))


def day_file(name: str) -> Path:
    """The file of a day of bench/days, or the one that is named."""
    return Path(name) if name.endswith(".toml") else DAYS / f"{name}.toml"


def read_day(path: Path) -> DayWords:
    """Raises ValueError for a file that is no day, with what is wrong with it; OSError if it cannot be read."""
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:  # neither UTF-8 nor TOML
        raise ValueError(f"{path} is no TOML: {error}") from None
    try:
        return _day(path.stem, given)
    except KeyError as error:
        raise ValueError(f"{path} has no {error.args[0]}; bench/days has days to compare it with") from None
    except (ValueError, TypeError, AttributeError) as error:
        raise ValueError(f"{path}: {error}") from None


def _day(name: str, given: dict[str, Any]) -> DayWords:
    lists = {key: _listed(key, given[key]) for key in (*TEMPLATES, "tints", "alike_shown", "markers")}
    words = DayWords(
        name=name,
        notes=_rows(given["notes"]),
        told=_rows(given["told"]),
        unanswerable=_lines(given["unanswerable"]),
        **lists,
        alike_told=tuple((said, named) for said, named in given["alike_told"]),
        fillers={key: _listed(key, values) for key, values in given["fillers"].items()},
    )
    _check(words, lists)
    return words


def _check(words: DayWords, lists: dict[str, tuple[str, ...]]) -> None:
    """Raises ValueError for words of which no day can be made."""
    known = {*words.fillers, *NUMBERS, *(f"{key}2" for key in OTHERS if key in words.fillers)}
    for key in TEMPLATES:
        for template in lists[key]:
            if strange := {field for _, field, _, _ in string.Formatter().parse(template) if field is not None} - known:
                raise ValueError(f"{template!r} wants {', '.join(sorted(strange))}; name it under [fillers]")
    if empty := [key for key in (*TEMPLATES, *words.fillers) if not lists.get(key, words.fillers.get(key))]:
        raise ValueError(f"{', '.join(empty)} must not be empty")
    if len(words.labels) < 2:
        raise ValueError("there must be two labels at least: so many are seen at a time")
    if len(words.notes) + len(words.told) > MOST_FACTS:
        raise ValueError(f"it has more than {MOST_FACTS} facts, and they would not fit into an hour")
    for tint in words.tints:
        if COLOURS.get(tint, GLOW[0]) in GLOW:
            raise ValueError(f"the tint {tint!r} must be a colour that memory knows, and none of {', '.join(GLOW)}")
    if len({COLOURS[tint] for tint in words.tints}) < len(words.tints):
        raise ValueError(f"perception cannot tell the tints {' and '.join(words.tints)} apart")
    if len(words.markers) != len(words.alike_shown) + len(words.alike_told):
        raise ValueError("there must be as many markers as things that come three times")


def _listed(key: str, given: Any) -> tuple[str, ...]:
    if not isinstance(given, list) or not all(isinstance(one, str) for one in given):
        raise ValueError(f"{key} must be a list of texts")
    return tuple(given)


def _lines(given: str) -> tuple[str, ...]:
    return tuple(filter(None, map(str.strip, given.splitlines())))


def _rows(lines: str) -> tuple[Row, ...]:
    rows = [line.split(" | ") for line in _lines(lines)]
    for row in rows:
        if len(row) != 2:
            raise ValueError(f"{' | '.join(row)!r} must be a fact and a question, with ' | ' between them")
    return tuple((fact, question) for fact, question in rows)
