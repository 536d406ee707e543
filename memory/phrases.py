"""The sentences of a memory: each stored, embedded and indexed once, however often it is true.

Works in the transaction of the event log, of which it is a part.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from memory.events import Event
from memory.terms import words_of

Array = NDArray[np.float32]


class Sentences:
    """Sentences in a database, with their vectors and their words."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self.database = database
        self._occurrences: dict[str, int] | None = None

    def begin(self) -> None:
        if not self.database.in_transaction:
            self.database.execute("BEGIN IMMEDIATE")

    def rollback(self) -> None:
        """Take back all since the last commit."""
        if self.database.in_transaction:
            self.database.execute("ROLLBACK")
        self.forget()

    def phrase(self, event: Event) -> int:
        """Number of its sentence, which is stored if it is new."""
        text, words = event.text, words_of(event.text)
        row = self.database.execute("SELECT id FROM phrases WHERE text = ?", (text,)).fetchone()
        if row is not None:
            return int(row[0])
        insert = "INSERT INTO phrases (text, gist, words) VALUES (?, ?, ?)"
        identity = int(self.database.execute(insert, (text, event.gist, words)).lastrowid or 0)
        self.database.execute("INSERT INTO phrase_words (rowid, words) VALUES (?, ?)", (identity, words))
        self._count(words, 1)
        return identity

    def unembedded(self, limit: int) -> list[tuple[int, str]]:
        """(sentence, what to embed of it) of those that have no vector yet, oldest first."""
        rows = self.database.execute("SELECT id, gist FROM phrases WHERE vector IS NULL ORDER BY id LIMIT ?", (limit,))
        return [(int(i), str(text)) for i, text in rows]

    def gists(self, ids: Sequence[int]) -> dict[int, str]:
        """What is embedded of these sentences, in their order."""
        marks = ",".join("?" * len(ids))
        rows = dict(self.database.execute(f"SELECT id, gist FROM phrases WHERE id IN ({marks})", tuple(ids)))
        return {i: str(rows[i]) for i in ids if i in rows}

    def set_vectors(self, ids: Sequence[int], vectors: Array) -> None:
        self.begin()
        self.database.executemany(
            "UPDATE phrases SET vector = ? WHERE id = ?",
            [(half(v), i) for i, v in zip(ids, vectors, strict=True)],
        )

    def vectors(self) -> Iterator[tuple[int, bytes]]:
        """(sentence, float16 vector) of all that have one, in order of id."""
        yield from self.database.execute("SELECT id, vector FROM phrases WHERE vector IS NOT NULL ORDER BY id")

    def occurrences(self, words: Sequence[str]) -> dict[str, int]:
        """In how many sentences each of these words occurs."""
        every = self.vocabulary()
        return {word: every.get(word, 0) for word in words}

    def vocabulary(self) -> Mapping[str, int]:
        """Each word with how many sentences it occurs in. Counted once, then kept up to date: counting reads every
        place."""
        if self._occurrences is None:
            self._occurrences = dict(self.database.execute("SELECT term, doc FROM phrase_vocabulary"))
        return self._occurrences

    def _count(self, words: str, change: int) -> None:
        if self._occurrences is None:
            return
        for word in set(words.split()):
            n = self._occurrences.get(word, 0) + change
            if n > 0:
                self._occurrences[word] = n
            else:
                self._occurrences.pop(word, None)

    def forget(self) -> None:
        """Drop the words that are held in memory."""
        self._occurrences = None

    def search(self, words: Sequence[str], limit: int) -> list[tuple[int, str]]:
        """(sentence, text) that hold any of the words, the best by BM25 first."""
        return self._holding(words, limit, "text")

    def worded(self, words: Sequence[str], limit: int) -> dict[int, str]:
        """The same sentences, each with all the words by which it is found; in no order if there are no more."""
        every = self.vocabulary()
        return dict(self._holding(words, limit, "words", ranked=sum(every.get(word, 0) for word in words) > limit))

    def _holding(self, words: Sequence[str], limit: int, column: str, *, ranked: bool = True) -> list[tuple[int, str]]:
        if not words:
            return []
        query = matching(words, " OR ")
        found = "FROM phrase_words WHERE phrase_words MATCH ?"
        columns, order = ("rowid, rank", "ORDER BY rank, rowid") if ranked else ("rowid", "")
        chosen = f"SELECT {columns} {found} {order} LIMIT ?"
        order = "ORDER BY w.rank, w.rowid" if ranked else ""
        statement = f"SELECT w.rowid, p.{column} FROM ({chosen}) w JOIN phrases p ON p.id = w.rowid {order}"
        return [(int(i), str(text)) for i, text in self.database.execute(statement, (query, limit))]

    def words_of(self, ids: Sequence[int]) -> dict[int, str]:
        """The words by which these sentences are found."""
        query = "SELECT id, words FROM phrases WHERE id IN (SELECT value FROM json_each(?))"
        return dict(self.database.execute(query, (json.dumps(ids),)).fetchall())

    def drop_unused(self, phrases: Iterable[int]) -> list[int]:
        """Delete those that no event has any more. Returns them."""
        unused = []
        for phrase in dict.fromkeys(phrases):
            if self.database.execute("SELECT 1 FROM events WHERE phrase = ? LIMIT 1", (phrase,)).fetchone() is None:
                delete = "DELETE FROM phrases WHERE id = ? RETURNING words"
                (words,) = self.database.execute(delete, (phrase,)).fetchone()
                self.database.execute(  # with the very words that were inserted, else they stay
                    "INSERT INTO phrase_words (phrase_words, rowid, words) VALUES ('delete', ?, ?)", (phrase, words)
                )
                self._count(words, -1)
                unused.append(phrase)
        return unused


def matching(words: Iterable[str], joined: str) -> str:
    """These words as full text is asked for them."""
    return joined.join('"' + word.replace('"', '""') + '"' for word in dict.fromkeys(words))


def half(vector: Array) -> bytes:
    return vector.astype(np.float16).tobytes()


def whole(blob: bytes) -> Array:
    return np.frombuffer(blob, np.float16).astype(np.float32)
