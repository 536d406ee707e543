"""How likely English words follow each other, for choosing among the readings of a recogniser.

Two models mixed: the trigrams that PocketSphinx carries, made of general text, and an n-gram model of the sentences
that people are expected to say here (`perception.expected_talk`). A number in figures counts as a rare word.
"""

from __future__ import annotations

import math
import re
from pathlib import Path

from pocketsphinx import Config, LogMath, NGramModel, get_model_path

from perception.expected_talk import sentences
from perception.ngram import Ngram

_ORDER = 3
_BASE = 1.0001  # of the library's logarithms
_EXPECTED = 0.35  # share of the expected sentences
_UNKNOWN = 1e-7  # of a word that the general model lacks
_FIGURES = math.exp(-8.0)  # of a number in figures, which both models lack
_START, _END = "<s>", "</s>"
_AMERICAN = (
    ("colour", "color"), ("harbour", "harbor"), ("centre", "center"), ("theatre", "theater"), ("metre", "meter"),
    ("grey", "gray"), ("favourite", "favorite"), ("programme", "program"),
)  # fmt: skip


class LanguageModel:
    """English words, about 35 MB; a sentence takes well below a millisecond."""

    def __init__(self) -> None:
        """Raises ValueError where the package lacks its model."""
        path = Path(get_model_path("en-us")) / "en-us.lm.bin"
        if not path.is_file():
            raise ValueError(f"{path} is missing; install pocketsphinx again")
        self._general = NGramModel(Config(), LogMath(_BASE), str(path))
        expected = [words_of(sentence) for sentence in sentences()]
        self._ids = {word: i for i, word in enumerate(dict.fromkeys(w for words in expected for w in words), 2)}
        self._expected = Ngram(_ORDER, len(self._ids) + 2)
        self._expected.learn([0, 0, *(self._ids[word] for word in words), 1] for words in expected)

    def log_probability(self, text: str) -> float:
        """Natural logarithm for all words of a sentence and its end; capitals and marks do not matter."""
        words = words_of(text)
        return sum(math.log(self._probability(words[:at], word)) for at, word in enumerate((*words, _END)))

    def _probability(self, before: list[str], word: str) -> float:
        if any(c.isdigit() for c in word):
            return _FIGURES
        history = [_START, *before][:-_ORDER:-1]  # the nearest first, as the library wants it
        known = math.exp(max(self._general.prob([word, *history]) * math.log(_BASE), math.log(_UNKNOWN)))
        ids = [0, 0, *(self._ids.get(w, -1) for w in before)]
        token = 1 if word == _END else self._ids.get(word, -1)
        foreseen = float(self._expected.probabilities(ids, [token])[0])
        return (1 - _EXPECTED) * known + _EXPECTED * foreseen


def words_of(text: str) -> list[str]:
    """Lower case, without marks, spelled as in America."""
    lower = text.lower()
    for british, american in _AMERICAN:
        lower = lower.replace(british, american)
    return [word for word in re.sub(r"[^a-z0-9' ]+", " ", lower).split() if word.strip("'")]
