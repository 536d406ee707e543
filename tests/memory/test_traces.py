"""Whether bytes hold words: many strings in one pass, and a person's pattern however it is written."""

from __future__ import annotations

import random
from pathlib import Path
from unicodedata import normalize

import pytest

from memory import traces
from memory.erase import find_traces
from memory.traces import FEW, TEXT, Needles, Pattern, folded

pytestmark = pytest.mark.unit

NOISE = random.Random(5).randbytes(60_000)


@pytest.mark.parametrize("n", [FEW // 2, 40 * FEW])
@pytest.mark.parametrize("text", ["Exit", "王小", "a remark of many words", 'he said "no"'])
def test_a_string_is_found_among_few_and_many(n: int, text: str) -> None:
    needles = Needles([*(f"nothing like it {i}" for i in range(n // 2)), *(f"no{i}" for i in range(n // 2)), text])
    for place in (0, 7, 30_001, len(NOISE)):
        assert set(needles.found(NOISE[:place] + text.encode() + NOISE[place:])) == {text}
    assert not needles.any_in(NOISE)
    assert not needles.any_in(b"")


def test_strings_with_one_beginning_are_told_apart() -> None:
    needles = Needles(f"Signboard number {n:03d}" for n in range(100))
    assert set(needles.found(b"Signboard number 007, Signboard number 100")) == {"Signboard number 007"}


def test_a_quotation_in_json_is_found() -> None:
    assert Needles(['he said "no"']).any_in(b'["he said \\"no\\""]')


def test_borders_of_chunks_hide_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(traces, "CHUNK", 64)
    needles = Needles(f"Signboard number {n:03d}" for n in range(100))
    for place in range(130):
        content = b"." * place + b"signs: Signboard number 042"
        assert set(needles.found(content)) == {"Signboard number 042"}
        assert Pattern("signboard NUMBER 042").is_in(content)


@pytest.mark.parametrize(
    ("pattern", "written"),
    [
        ("call bob AT once", "Call Bob at once"),
        ("café größe", "CAFÉ Größe"),
        ("CAFÉ", normalize("NFD", "café")),
        (normalize("NFD", "Café"), "CAFÉ"),
        ("ПРИМЕР", "Пример"),
        ("王小明", "王小明"),
        ('say "no"', 'say \\"No\\"'),
        ("a+b (c)", "A+B (C)"),
    ],
)
def test_a_pattern_is_found_however_it_is_written(pattern: str, written: str) -> None:
    assert Pattern(pattern).is_in(NOISE + written.encode() + NOISE)
    assert not Pattern(pattern).is_in(NOISE)


def test_a_short_pattern_counts_in_text_only() -> None:
    assert Pattern("Bob").is_in(b'\x00\x01Someone said: "bob"\x00')
    assert Pattern("王").is_in("\x00\x01Someone said: 王小明\x00".encode())
    assert not Pattern("Bob").is_in(b"\x00\xffbOb\xff\x00" * 100)
    assert not Pattern("Bob").is_in(b"\x00" + b"x" * (TEXT - 4) + b"bob\x00")


@pytest.mark.parametrize("n", [1, 40 * FEW])
@pytest.mark.parametrize("text", ["GATE", "小明", "Lobby"])
def test_a_short_string_is_told_from_bytes_that_are_like_it(n: int, text: str) -> None:
    needles = Needles([text, *(f"no{i}" for i in range(1, n))])
    chance = b"\x00\xff" + text.encode() + b"\x00\xff"
    assert needles.any_in(NOISE + chance + NOISE)
    assert not needles.told_in(NOISE + chance + NOISE)
    assert needles.told_in(NOISE + chance + f'\x00A sign reads "{text}".\x00'.encode() + NOISE)


def test_a_short_string_is_no_trace_in_pictures_and_vectors(tmp_path: Path) -> None:
    for name in ("1.jpg", "clips.index", "memory.db"):
        (tmp_path / name).write_bytes(NOISE + b"\xff456789:CDEFGHIJSTUVWXYZcdefghijstuvwxyz\xff")
    assert find_traces(tmp_path, ["6789"], []) == ["memory.db"]
    assert find_traces(tmp_path, ["CDEFGHIJ"], []) == ["1.jpg", "clips.index", "memory.db"]
    (tmp_path / "memory.db").write_bytes(NOISE + b"\xff6789\xff")
    assert find_traces(tmp_path, ["6789"], []) == []


def test_the_layout_of_a_file_is_no_text() -> None:
    layout = "CREATE TABLE clips (start_ns INTEGER) -- civil time"
    held = b"\x00\x07" + layout.encode() + b"\x00"
    for pattern in ("clips", "Tim", "start_ns", "table"):
        assert not Pattern(pattern, layout).is_in(held)
        assert Pattern(pattern, layout).is_in(held + f'A sign reads "{pattern}".'.encode())


def test_text_is_compared_without_case_and_form() -> None:
    assert folded("CAFÉ Größe") == folded(normalize("NFD", "café grösse"))
    assert folded("Straße".encode()) == "strasse"
    assert folded(None) == ""
