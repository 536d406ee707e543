"""The words by which a sentence is found in full text: stems and digits, as questions and sentences share them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise

from memory.chinese_words import pairs
from wire import words as wire_words
from wire.words import STOPWORDS, content, stem, tokens, with_digits


@lru_cache(maxsize=8192)
def root(word: str) -> str:
    """By what a word is found. The stem of a stem: "left" becomes "leave" and must meet what "leave" itself becomes."""
    return stem(stem(word))


# Words of the wording of events and questions: they say how something was noticed, not what it was.
COMMON = frozenset(
    root(word)
    for word in (
        "sign", "read", "someone", "say", "visible", "see", "show", "picture", "happen", "video", "stream", "hear",
        "mention", "speak", "talk", "person", "people", "thing", "something", "anything", "colour", "tell", "remember",
        "moment", "time", "before", "after", "during", "while", "first", "last", "when", "appear", "written", "write",
        "many", "much", "there", "now", "letter", "word", "text", "question", "answer", "scene", "background",
    )
)  # fmt: skip


_SAY_NOTHING = COMMON | frozenset(root(word) for word in STOPWORDS)


def own(stems: Iterable[str]) -> list[str]:
    """Those of the stems of a sentence that say what it is about, each once, in order."""
    return [word for word in dict.fromkeys(stems) if word not in _SAY_NOTHING]


@lru_cache(maxsize=512)
def terms(text: str) -> tuple[str, ...]:
    """Stems of all words, numbers as digits, in order."""
    return tuple(root(term) for word in with_digits(tokens(text)) for term in pairs(word))


def words_of(text: str) -> str:
    """The terms as they stand in full text."""
    return " ".join(terms(text))


@lru_cache(maxsize=1024)
def telling(text: str) -> tuple[str, ...]:
    """The stems that carry what a question is about, each once; common ones only if there is nothing else."""
    words = [root(t) for word in with_digits(content(tokens(text))) if word not in STOPWORDS for t in pairs(word)]
    rare = [word for word in words if word not in COMMON]
    return tuple(dict.fromkeys(rare or words))


def pairs_of(text: str) -> tuple[str, ...]:
    """Stems of words that stand side by side, with a space between."""
    words = terms(text)
    return tuple(f"{a} {b}" for a, b in pairwise(words))


def forget() -> None:
    """Drop the words and sentences that are kept."""
    for kept in (root, terms, telling, pairs):
        kept.cache_clear()
    wire_words.forget()
