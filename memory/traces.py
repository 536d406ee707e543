"""Whether bytes hold words: erased ones that must be gone, or any that a person asks about.

A memory keeps text as UTF-8, in JSON with its quotation marks escaped. Reads only.
"""

from __future__ import annotations

import json
import mmap
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from unicodedata import normalize

import numpy as np
from numpy.typing import NDArray

Bytes = bytes | mmap.mmap
FEW = 16  # strings that are sought one by one
CHUNK = 4 << 20  # bytes that are looked at together
SHORT = 5  # bytes: fewer occur by chance in pictures and vectors, so that they count in text only
CERTAIN = 7  # bytes: an exact string of so many is not there by chance, however much is looked at
TEXT = 16  # characters or bytes of text, the words included, that chance does not write
_AROUND = 32  # bytes beside a place that are looked at
_SPREAD = 0x9E3779B97F4A7C15
_CHARACTER = rb"(?:[\t\n\r\x20-\x7e]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3})"
_BEGINNING, _END = re.compile(_CHARACTER + rb"*"), re.compile(_CHARACTER + rb"*\Z")


def folded(text: object) -> str:
    """Text for comparing where neither case counts nor how an accent is written."""
    known = text.decode("utf-8", "ignore") if isinstance(text, bytes) else "" if text is None else str(text)
    return normalize("NFC", normalize("NFC", known).casefold())


def in_json(text: str) -> str:
    """Text as it stands inside of a JSON string of a memory."""
    return json.dumps(text, ensure_ascii=False)[1:-1]


def files_where(folder: Path, holds: Callable[[mmap.mmap], bool], *, but: tuple[str, ...] = ()) -> list[str]:
    """Names of files under `folder` whose content is so. but: endings of names of files that are not looked at."""
    found = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and not p.name.endswith(but)):
        try:
            with path.open("rb") as file:
                if path.stat().st_size == 0:
                    continue
                with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
                    held = holds(content)
        except OSError:  # removed while we looked
            continue
        if held:
            found.append(str(path.relative_to(folder)))
    return found


class Needles:
    """Any number of strings that are sought in one pass, as they are written."""

    def __init__(self, strings: Iterable[str]) -> None:
        forms = {form.encode(): text for text in strings if text for form in (text, in_json(text))}
        few = len(forms) <= FEW
        self._single = {form: text for form, text in forms.items() if few or len(form) < 4}
        rest = {form: text for form, text in forms.items() if form not in self._single}
        long = {form: text for form, text in rest.items() if len(form) >= 8}
        short = {form: text for form, text in rest.items() if len(form) < 8}
        self._heads = [_Heads(forms, size) for forms, size in ((long, 8), (short, 4)) if forms]

    def found(self, content: Bytes) -> Iterator[str]:
        """Those of the strings that the content holds, some of them more than once."""
        yield from (text for form, text in self._single.items() if content.find(form) >= 0)
        for heads in self._heads:
            yield from (text for _, _, text in heads.places(content))

    def any_in(self, content: Bytes) -> bool:
        return next(self.found(content), None) is not None

    def told_in(self, content: Bytes) -> bool:
        """Whether one of them stands in text, longer than chance writes it."""
        return any(_told(content, start, end) for start, end in self._places(content))

    def _places(self, content: Bytes) -> Iterator[tuple[int, int]]:
        for form in self._single:
            at = content.find(form)
            while at >= 0:
                yield at, at + len(form)
                at = content.find(form, at + 1)
        for heads in self._heads:
            yield from ((start, end) for start, end, _ in heads.places(content))


class _Heads:
    """Strings that are found by their first 4 or 8 bytes: all places of a chunk are looked up at once."""

    def __init__(self, forms: Mapping[bytes, str], size: int) -> None:
        self._forms = forms
        self._size = size
        self._lengths: dict[bytes, set[int]] = {}
        for form in forms:
            self._lengths.setdefault(form[:size], set()).add(len(form))
        self._bits = min(24, max(16, 6 + len(self._lengths).bit_length()))
        self._known = np.sort(np.frombuffer(b"".join(self._lengths), f"<u{size}"))
        self._table = np.zeros(1 << self._bits, bool)
        self._table[self._slots(self._known)] = True

    def _slots(self, words: NDArray[np.unsignedinteger]) -> NDArray[np.uint64]:
        return (words.astype(np.uint64) * np.uint64(_SPREAD)) >> np.uint64(64 - self._bits)

    def places(self, content: Bytes) -> Iterator[tuple[int, int, str]]:
        size = self._size
        for start in range(0, len(content), CHUNK):
            chunk = content[start : start + CHUNK + size - 1]
            for offset in range(min(size, len(chunk) - size + 1)):
                words = np.frombuffer(chunk, f"<u{size}", (len(chunk) - offset) // size, offset)
                at = np.flatnonzero(self._table[self._slots(words)])
                nearest = np.searchsorted(self._known, words[at]).clip(max=self._known.size - 1)
                at = at[self._known[nearest] == words[at]] * size + (start + offset)
                for place in at.tolist():
                    for length in self._lengths[content[place : place + size]]:
                        text = self._forms.get(content[place : place + length])
                        if text is not None:
                            yield place, place + length, text


class Pattern:
    """Words that a person asks about, whatever their case and however their accents are written. layout: text that
    files hold by their nature, such as names of tables, which does not count."""

    def __init__(self, text: str, layout: str = "") -> None:
        written = normalize("NFC", text)
        self._short = len(written.encode()) < SHORT
        self._layout = layout.encode().lower()
        self._form = re.compile(b"".join(map(_spellings, written)))
        self._reach = 16 * len(written) + _AROUND

    def is_in(self, content: Bytes) -> bool:
        for start in range(0, len(content), CHUNK):
            first = max(0, start - _AROUND)
            chunk = content[first : start + CHUNK + self._reach].lower()
            for hit in self._form.finditer(chunk):
                if self._counts(chunk, *hit.span()):
                    return True
        return False

    def _counts(self, chunk: bytes, start: int, end: int) -> bool:
        (left, right), hit = _beside(chunk, start, end), chunk[start:end]
        beside = [left[-8:] + hit] * (len(left) >= 4) + [hit + right[:8]] * (len(right) >= 4)
        if any(text in self._layout for text in beside):
            return False
        return not self._short or len((left + hit + right).decode("utf-8", "ignore")) >= TEXT


def _beside(content: Bytes, start: int, end: int) -> tuple[bytes, bytes]:
    """The text right before and right after a place."""
    before = _END.search(content[max(0, start - _AROUND) : start])
    after = _BEGINNING.match(content[end : end + _AROUND])
    return before[0] if before else b"", after[0] if after else b""


def _told(content: Bytes, start: int, end: int) -> bool:
    left, right = _beside(content, start, end)
    return len(left) + end - start + len(right) >= TEXT


def _spellings(character: str) -> bytes:
    """How one character may stand in text whose ASCII letters are small, as a regular expression."""
    if character in '"\\':
        return rb"\\?" + re.escape(character.encode())
    cases = {character, character.lower(), character.upper(), character.title(), character.casefold()}
    forms = {normalize(how, case).encode().lower() for case in cases for how in ("NFC", "NFD")}
    return b"(?:" + b"|".join(re.escape(form) for form in sorted(forms, key=lambda f: (-len(f), f))) + b")"
