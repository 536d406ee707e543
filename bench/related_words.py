"""Makes memory/related_words.npz, by which recall knows that a toboggan is a sledge, out of WordNet's files.

    apt-get download wordnet-base && dpkg-deb -x wordnet-base_*.deb /tmp/wordnet
    python -m bench.related_words /tmp/wordnet/usr/share/wordnet memory/related_words.npz

Kept of WordNet 3.0 (https://wordnet.princeton.edu, format: wndb(5WN)): single words and known two-word phrases by their
stems, up to four senses of each part of speech, what is more general, what is derived or similar, and the words of
definitions. Ends with one JSON line.
"""

from __future__ import annotations

import argparse
import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from memory.terms import root
from wire.words import STOPWORDS, word_set

SENSES = 4
PARTS = {"noun": "n", "verb": "v", "adj": "a", "adv": "r"}
MORE_GENERAL = frozenset(("@", "@i"))
DERIVED = frozenset(("+", "\\", "=", "&", "<", "*", ">", "$"))
# Words that definitions are made of, whatever they define.
_DEFINING = STOPWORDS | word_set(
    "used made make cause usually often especially more most other another such form type part one someone something"
    " person people act kind only without group two having e g"
)
Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Synset:
    words: tuple[str, ...]
    general: tuple[Key, ...]
    derived: tuple[Key, ...]
    definition: str


def read_synsets(folder: Path) -> dict[Key, Synset]:
    found = {}
    for part, letter in PARTS.items():
        for line in (folder / f"data.{part}").read_text("latin-1").splitlines():
            if line.startswith(" "):
                continue
            body, _, definition = line.partition("|")
            fields = body.split()
            n_words = int(fields[3], 16)
            words = tuple(re.sub(r"\(.*\)", "", w).lower() for w in fields[4 : 4 + 2 * n_words : 2])
            at = 4 + 2 * n_words
            pointers = [fields[at + 1 + 4 * i : at + 4 + 4 * i] for i in range(int(fields[at]))]
            keyed = [(symbol, ("a" if of == "s" else of, int(offset))) for symbol, offset, of in pointers]
            found[letter, int(fields[0])] = Synset(
                words,
                tuple(key for symbol, key in keyed if symbol in MORE_GENERAL),
                tuple(key for symbol, key in keyed if symbol in DERIVED),
                definition,
            )
    return found


def read_senses(folder: Path) -> dict[str, list[tuple[Key, int]]]:
    """Word -> its senses, each with its rank among those of the same part of speech."""
    found: dict[str, list[tuple[Key, int]]] = {}
    for part, letter in PARTS.items():
        for line in (folder / f"index.{part}").read_text("latin-1").splitlines():
            if not line.startswith(" "):
                fields = line.split()
                offsets = fields[-int(fields[2]) :][:SENSES]
                found.setdefault(fields[0], []).extend(((letter, int(o)), rank) for rank, o in enumerate(offsets))
    return found


def read_forms(folder: Path) -> dict[str, str]:
    """Irregular form -> the word it is of."""
    lines = (line.split() for part in PARTS for line in (folder / f"{part}.exc").read_text("latin-1").splitlines())
    return {form: word for form, word, *_ in lines}


def read_uses(folder: Path) -> Counter[str]:
    """How often each word was met in the texts that WordNet's makers read."""
    uses: Counter[str] = Counter()
    for line in (folder / "cntlist.rev").read_text("latin-1").splitlines():
        key, _, n = line.split()
        uses[key.split("%")[0]] += int(n)
    return uses


def below(synsets: dict[Key, Synset]) -> dict[Key, int]:
    """How many more special synsets each has, itself among them."""
    under: dict[Key, list[Key]] = {}
    for key, synset in synsets.items():
        for general in synset.general:
            under.setdefault(general, []).append(key)
    counts: dict[Key, int] = {}

    def count(key: Key) -> int:
        if key not in counts:
            counts[key] = 1  # a loop ends here
            counts[key] = 1 + sum(count(k) for k in under.get(key, ()))
        return counts[key]

    for key in synsets:
        count(key)
    return counts


def rows(lists: Iterable[Iterable[int]]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """(N + 1,) beginnings and the numbers of all lists, one after the other."""
    ends, numbers = [0], list[int]()
    for some in lists:
        numbers += some
        ends.append(len(numbers))
    return np.asarray(ends, np.int32), np.asarray(numbers, np.int32)


def kept(word: str, uses: Counter[str], senses: list[tuple[Key, int]]) -> bool:
    parts = word.split("_")
    plain = all(re.fullmatch(r"[a-z]{2,}", part) for part in parts)
    phrase = len(parts) == 2 and (uses[word] > 0 or any(key[0] == "v" for key, _ in senses))
    return plain and (len(parts) == 1 or phrase)


def stems(word: str) -> str:
    return " ".join(root(part) for part in word.split("_"))


def made(folder: Path) -> dict[str, NDArray[np.generic]]:
    """The arrays of `memory.related`."""
    synsets, uses = read_synsets(folder), read_uses(folder)
    every = read_senses(folder)
    irregular = {form: every[word] for form, word in read_forms(folder).items() if word in every and form not in every}
    senses = {w: s for w, s in (every | irregular).items() if kept(w, uses, s)}
    counts = below(synsets)
    number = {key: n for n, key in enumerate(synsets)}
    names: dict[str, int] = {}
    for word in senses:
        names.setdefault(stems(word), len(names))
    of_name: dict[int, dict[int, int]] = {}
    used: Counter[int] = Counter()
    for word, some in senses.items():
        name = names[stems(word)]
        used[name] = max(used[name], uses[word])
        for key, rank in some:
            ranks = of_name.setdefault(name, {})
            ranks[number[key]] = min(rank, ranks.get(number[key], rank))
    ordered = [of_name[n] for n in range(len(names))]
    sense_ends, sense_of = rows(ordered)
    general_ends, general = rows([number[k] for k in s.general] for s in synsets.values())
    derived_ends, derived = rows([number[k] for k in s.derived] for s in synsets.values())
    told_ends, told = rows(_told(s.definition, names) for s in synsets.values())
    most = max(counts.values())
    special = [1 - math.log(counts[key]) / math.log(most) for key in synsets]
    return {
        "names": np.frombuffer("\n".join(names).encode(), np.uint8),
        "uses": np.asarray([min(used[n], 65535) for n in range(len(names))], np.uint16),
        "sense_ends": sense_ends, "senses": sense_of,
        "ranks": np.asarray([rank for ranks in ordered for rank in ranks.values()], np.uint8),
        "general_ends": general_ends, "general": general, "derived_ends": derived_ends, "derived": derived,
        "told_ends": told_ends, "told": told, "special": np.asarray(special, np.float16),
    }  # fmt: skip


def _told(definition: str, names: dict[str, int]) -> Iterator[int]:
    """The words of a definition, without its examples."""
    words = re.findall(r"[a-z]+", re.split(r'; "', definition)[0].lower())
    yield from dict.fromkeys(names[r] for w in words if w not in _DEFINING and (r := root(w)) in names)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("output", type=Path)
    arguments = parser.parse_args()
    arrays = made(arguments.folder)
    np.savez_compressed(arguments.output, **arrays)  # type: ignore[arg-type]  # its stub takes keywords for options only
    size = arguments.output.stat().st_size
    print(json.dumps({"bench": "related_words", "words": len(arrays["uses"]), "bytes": size}))


if __name__ == "__main__":
    main()
