"""Makes wire/homophones.txt, by which an answer knows that the muscles it heard were mussels.

    python -m bench.homophones wire/homophones.txt

Out of the CMU Pronouncing Dictionary and the word list of the language model, which the package pocketsphinx carries:
words of three letters and more that are pronounced alike, without stress. Ends with one JSON line.
"""

from __future__ import annotations

import argparse
import json
import math
import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from pocketsphinx import Config, LogMath, NGramModel, get_model_path

KNOWN = -50.0  # log-probability from which a word stands in the language model
LETTERS = 3


def pronunciations(lines: Iterable[str]) -> dict[str, set[str]]:
    """Word to phonemes, of a dictionary in Sphinx's format: "read R EH D", "read(2) R IY D"."""
    found: dict[str, set[str]] = defaultdict(set)
    for line in lines:
        word, _, phonemes = line.strip().partition(" ")
        word = re.sub(r"\(\d+\)$", "", word)
        if word.isalpha() and word.isascii() and len(word) >= LETTERS and phonemes:
            found[word.lower()].add(phonemes)
    return found


def homophones(said: dict[str, set[str]]) -> list[tuple[str, ...]]:
    """Groups of words with one pronunciation in common, each group once, in order."""
    by_sound: dict[str, set[str]] = defaultdict(set)
    for word, ways in said.items():
        for way in ways:
            by_sound[way].add(word)
    return sorted({tuple(sorted(words)) for words in by_sound.values() if len(words) > 1})


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("out", type=Path)
    out: Path = parser.parse_args().out
    model = Path(get_model_path("en-us"))
    general = NGramModel(Config(), LogMath(1.0001), str(model / "en-us.lm.bin"))
    with (model / "cmudict-en-us.dict").open(encoding="utf-8") as lines:
        said = pronunciations(lines)
    known = {word: ways for word, ways in said.items() if general.prob([word]) * math.log(1.0001) > KNOWN}
    groups = homophones(known)
    out.write_text("".join(" ".join(group) + "\n" for group in groups), encoding="utf-8")
    print(json.dumps({"bench": "homophones", "words": len(known), "groups": len(groups)}))


if __name__ == "__main__":
    main()
