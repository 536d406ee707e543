"""The vocabulary of a recogniser that writes pieces of words: bytes of text to token ids and back. Pure.

Its file is a run of entries, each a length (one byte, or two from 128 on: low seven bits, then the rest) and that many
bytes of UTF-8. An entry's place is its id, and, since the vocabulary was grown by joining pairs (byte pair encoding,
Sennrich et al. 2016), also its rank: of two pairs that could be joined the one with the lower id is joined first.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from functools import lru_cache

SPACE = "\u2581"  # how a vocabulary of SentencePiece writes the space before a word
START, END = 1, 2  # <s> and </s>


class Subwords:
    def __init__(self, entries: Sequence[bytes]) -> None:
        self._entries = entries
        self._ids: dict[bytes, int] = {}
        for number, entry in enumerate(entries):
            if entry:
                self._ids.setdefault(entry, number)
        self._word_ids = lru_cache(maxsize=20_000)(self._join)

    @classmethod
    def parse(cls, data: bytes) -> Subwords:
        """Raises ValueError where the file ends within an entry."""
        entries: list[bytes] = []
        at = 0
        while at < len(data):
            length, at = data[at], at + 1
            if length >= 128:
                if at >= len(data):
                    raise ValueError(f"the vocabulary ends within entry {len(entries)}")
                length, at = length - 128 + data[at] * 128, at + 1
            if at + length > len(data):
                raise ValueError(f"the vocabulary ends within entry {len(entries)}")
            entries.append(data[at : at + length])
            at += length
        return cls(entries)

    def __len__(self) -> int:
        return len(self._entries)

    def text(self, ids: Iterable[int]) -> str:
        joined = b"".join(self._entries[i] for i in ids).decode("utf-8", "replace")
        return joined.replace(SPACE, " ").strip()

    def ids(self, text: str) -> list[int]:
        """Raises KeyError for a character that the vocabulary lacks."""
        return [i for word in text.split() for i in self._word_ids(word)]

    def _join(self, word: str) -> tuple[int, ...]:
        pieces = [character.encode() for character in SPACE + word]
        while True:
            ranks = [(self._ids.get(a + b), n) for n, (a, b) in enumerate(itertools.pairwise(pieces))]
            known = [(rank, n) for rank, n in ranks if rank is not None]
            if not known:
                return tuple(self._ids[piece] for piece in pieces)
            n = min(known)[1]
            pieces[n : n + 2] = [pieces[n] + pieces[n + 1]]
