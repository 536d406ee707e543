"""Fits the classifier of questions to the phrasings in bench/asking.txt.

    python -m bench.asking --out memory/asking.npz
    python -m bench.asking --encoder mpnet --out memory/asking_mpnet.npz

Prints one JSON line: how many of the phrasings a classifier names that was fitted without them, how often it is right
where it is that sure, and how many of those in --unseen are understood, by patterns and classifier together.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

from memory import timewords
from memory.asking import Array, Classifier, Encode, fitted
from memory.backends import TEXT_ENCODER
from memory.lexicon import repair
from memory.question import understand
from memory.rewording import plain, reworded
from wire.words import tokens

PHRASINGS = Path(__file__).with_name("asking.txt")
LEAST, DECAY, STEPS = 4, 3e-4, 150  # found by cross-validation
FOLDS = 3
T_NS = 200 * timewords.S
BANDS = (0.0, 0.35, 0.6, 0.8, 0.9, 0.95, 1.01)  # of probability


def phrasings(path: Path = PHRASINGS) -> list[tuple[str, str]]:
    """(kind, question) of a file in which [kind] stands above its questions."""
    found, kind = [], ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            kind = line.strip("[]")
        elif line.strip():
            found.append((kind, line.strip()))
    return found


def core_of(question: str) -> str:
    """Its words as they are classified: without greetings and times."""
    rest = timewords.find(plain(repair(tokens(question))), T_NS, 0.0).rest
    return reworded(" ".join(plain(list(rest))))


def remembering(encode: Encode) -> Encode:
    """`encode`, each sentence once."""
    known: dict[str, Array] = {}

    def encode_new(sentences: list[str]) -> Array:
        new = [s for s in dict.fromkeys(sentences) if s not in known]
        known.update(zip(new, encode(new), strict=True))
        return np.stack([known[s] for s in sentences])

    return encode_new


def fit(rows: Sequence[tuple[str, str]], encode: Encode) -> Classifier:
    asked = [question for _, question in rows]
    cores = [core_of(question) for question in asked]
    return fitted(cores, asked, [ask for ask, _ in rows], encode, least=LEAST, decay=DECAY, steps=STEPS)


def cross_validated(rows: Sequence[tuple[str, str]], encode: Encode) -> list[tuple[bool, float, bool]]:
    """(right, probability, right by words alone) of each row, by a classifier that was fitted without it."""
    out = []
    for held in np.array_split(np.random.default_rng(1).permutation(len(rows)), FOLDS):
        classifier = fit([rows[i] for i in np.setdiff1d(np.arange(len(rows)), held)], encode)
        for ask, question in (rows[i] for i in held):
            core = core_of(question)
            found, share = next(iter(classifier.probabilities(core, encode([question])[0]).items()))
            out.append((found == ask, share, next(iter(classifier.probabilities(core))) == ask))
    return out


def misunderstood(rows: Sequence[tuple[str, str]], encode: Encode | None) -> list[tuple[str, str, str]]:
    """(kind, what was understood, question) of the rows that are not understood as what they are."""
    read = [(ask, understand(question, t_ns=T_NS, encode=encode).ask, question) for ask, question in rows]
    return [(ask, found, question) for ask, found, question in read if ask != found.replace("sound", "heard")]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--out", type=Path, help="where the weights go; without it nothing is written")
    parser.add_argument("--unseen", type=Path, nargs="*", default=[], help="files of the same form, not fitted to")
    parser.add_argument("--encoder", default="minilm", help="the text encoder that the vectors are of")
    parser.add_argument("--show", action="store_true", help="print what of --unseen is misunderstood")
    options = parser.parse_args(arguments)
    encode = remembering(TEXT_ENCODER.create(options.encoder, {}).encode)
    rows = phrasings()
    if options.out:
        fit(rows, encode).save(options.out)
    judged = cross_validated(rows, encode)
    bands = {
        f"{low:.2f}": {"n": len(right), "right": round(float(np.mean(right)), 3)}
        for low, high in pairwise(BANDS)
        if (right := [ok for ok, share, _ in judged if low <= share < high])
    }
    report: dict[str, object] = {
        "phrasings": len(rows),
        "cross_validated": round(float(np.mean([ok for ok, _, _ in judged])), 3),
        "words_alone": round(float(np.mean([ok for _, _, ok in judged])), 3),
        "sure": bands,
    }
    for path in options.unseen:
        unseen = phrasings(path)
        wrong = misunderstood(unseen, encode)
        without = misunderstood(unseen, None)
        report[path.name] = {"n": len(unseen), "wrong": len(wrong), "wrong_by_patterns_alone": len(without)}
        if options.show:
            print(*(" | ".join(row) for row in wrong), sep="\n")
    print(json.dumps(report))


if __name__ == "__main__":
    main()
