"""Fits the weights of `memory.odds` to bench/bearing.txt, and says what they find in worlds that were not fitted to.

    python -m bench.memory_bearing --test tuning trial harbour valley school home --out memory/odds.json
    python -m bench.memory_bearing --space mpnet --out memory/odds.json    # for the larger text encoder
    python -m bench.memory_bearing --space plain --out memory/odds.json    # for encoders without an adapter

With --read the odds of what `memory.reranker` reads are fitted afterwards, to a third of the same questions.

The model is a choice among all sentences near the question and "nothing": softmax over log odds, "nothing" at 0, with a
small quadratic penalty. --out puts it in the place of that fit, with --open-odds or as many as there were. Scored by
cross-validation that leaves out worlds, and on the days named. Ends with one JSON line.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track

from bench.bearing_worlds import MEMORIES, Asking, Said, asking, said, small_worlds
from bench.memory_needles import NAMES, made
from bench.memory_world import SAID, SIGN
from memory.backends import RERANKER
from memory.backends.base import Reranker, TextEncoder
from memory.backends.minilm import MiniLm, MiniLmOptions
from memory.backends.mpnet import Mpnet, MpnetOptions
from memory.bearing import Newness, wanted
from memory.events import SPEECH
from memory.odds import MINILM, MPNET, PLAIN, SPACES, TERMS, Fit, Floats, Reading, shipped, with_products
from memory.reading import READ
from memory.recall import OF_CROWDING, background, crowding, others
from memory.shortlist import CROWD
from memory.terms import telling
from wire.messages import FrameSeen, Utterance

Array = NDArray[np.float32]
PENALTY = 3e-3
CHOSEN = 24  # sentences of a question that take part
SHARED = 0.1  # of cosine, that a shared word is worth in that choice
FOLDS = 4
QUIET = 0.9  # share of the unanswerable for which nothing is to be found
EVERY = 3  # one in so many questions is read
OPEN_READ = 0.6  # 0.2 was taken for the larger encoder
OWN = 4  # one in so many of a world's own unanswerable questions is fitted to: the others weigh more in use
Report = dict[str, dict[str, float]]


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A question with the signs of the sentences near it (N, S); the first answers it if it is answered at all. lines:
    what these say."""

    text: str
    signs: Floats
    answered: bool
    lines: tuple[str, ...] = ()
    own: bool = False  # unanswerable, though of this world

    @property
    def used(self) -> bool:
        return not self.own or sum(self.text.encode()) % OWN == 0


class Bench:
    """space: of `memory.odds`, whose vectors and signs its odds are fitted to."""

    def __init__(self, space: str = MINILM) -> None:
        of_mpnet = space == MPNET
        self._encoder: TextEncoder = (
            Mpnet(MpnetOptions()) if of_mpnet else MiniLm(MiniLmOptions(adapter=space != PLAIN))
        )
        self._others = background if space == PLAIN else others
        self._vectors: dict[str, Array] = {}

    def asked(self, memory: Asking) -> list[Asked]:
        """Every question to a memory."""
        lines = list({s.gist: s for s in (*(f for f, _ in memory.facts), *memory.around)}.values())
        vectors = self._encoded([s.gist for s in lines])
        newness = Newness(Counter(w for s in lines for w in set(s.words)), len(lines))
        at = {s.gist: i for i, s in enumerate(lines)}

        def one(text: str, right: Sequence[int], own: bool = False) -> Asked:
            signs, near = self._signs(text, right, lines, vectors, newness)
            return Asked(text, signs, bool(right), tuple(lines[n].gist for n in near), own)

        answered = [one(question, [at[fact.gist]]) for fact, question in memory.facts]
        return [*answered, *(one(q, (), own=True) for q in memory.own), *(one(q, ()) for q in memory.foreign)]

    def _signs(
        self, text: str, right: Sequence[int], lines: list[Said], vectors: Array, newness: Newness
    ) -> tuple[Floats, list[int]]:
        """And of which lines."""
        cosines = vectors @ self._encoded([text])[0]
        near = np.argsort(-cosines)[:CROWD]
        rows = list(dict.fromkeys((*right, *near.tolist())))
        crowded, far = crowding(vectors[rows]).tolist(), self._others(cosines[near].tolist())
        question, shared = wanted(text), frozenset(telling(text))
        promising = cosines[rows] - OF_CROWDING * np.asarray(crowded)
        promising += [0.0 if shared.isdisjoint(lines[i].words) else SHARED for i in rows]
        promising[: len(right)] = np.inf
        chosen = np.argsort(-promising, kind="stable")[:CHOSEN].tolist()
        found = [
            question.bears(lines[rows[n]].words, (float(cosines[rows[n]]), far, crowded[n]), newness) for n in chosen
        ]
        return np.asarray(found, np.float64), [rows[n] for n in chosen]

    def _encoded(self, texts: list[str]) -> Array:
        new = [t for t in dict.fromkeys(texts) if t not in self._vectors]
        if new:
            self._vectors.update(zip(new, self._encoder.encode(new), strict=True))
        return np.stack([self._vectors[t] for t in texts])


def day(name: str, seed: int) -> Asking:
    """An hour of one of the days of `bench.memory_needles`."""
    stream = made(name, 1, seed)
    heard: dict[str, Said] = {}
    for message in stream.messages("w", 0, 3600):
        if isinstance(message, FrameSeen):
            told = [(o.kind, o.text) for o in message.observations if o.kind == "text"]
        else:
            told = [(SPEECH, message.text)] if isinstance(message, Utterance) else []
        heard |= {text: said(kind, text) for kind, text in told}
    planted = {
        text: fact.question
        for fact in (p.fact for p in stream.planted) if fact.kind in (SIGN, SAID)
        for text in heard if fact.content in text
    }  # fmt: skip
    around = [line for text, line in heard.items() if text not in planted]
    return Asking([(heard[text], question) for text, question in planted.items()], around, (), stream.unanswerable)


def fit(asked: Sequence[Asked]) -> Floats:
    """(len(TERMS) + 1,) weights and bias."""
    n_terms = len(TERMS)
    table = np.zeros((len(asked), CHOSEN, n_terms + 1), np.float32)
    there = np.zeros((len(asked), CHOSEN + 1), bool)
    there[:, CHOSEN] = True
    right = np.zeros(len(asked), np.int64)
    for n, question in enumerate(asked):
        table[n, : len(question.signs), :n_terms] = with_products(question.signs)
        table[n, : len(question.signs), n_terms] = 1.0
        there[n, : len(question.signs)] = True
        right[n] = 0 if question.answered else CHOSEN
    signs, present, correct = torch.from_numpy(table), torch.from_numpy(there), torch.from_numpy(right)
    spread = signs[present[:, :CHOSEN]].std(0)
    spread[-1] = 1.0
    weights = torch.zeros(n_terms + 1, requires_grad=True)
    optimiser = torch.optim.LBFGS([weights], max_iter=150, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimiser.zero_grad()
        odds = torch.cat([signs @ (weights / spread), torch.zeros(len(asked), 1)], 1).masked_fill(~present, -1e9)
        value = torch.nn.functional.cross_entropy(odds, correct) + PENALTY * (weights[:-1] ** 2).sum()
        value.backward()  # type: ignore[no-untyped-call]  # torch has no types for it
        return value

    optimiser.step(loss)  # type: ignore[no-untyped-call]  # torch has no types for it
    found: Floats = (weights / spread).detach().numpy().astype(np.float64)
    return found


def fit_reading(asked: Sequence[Asked], fitted: Fit, reranker: Reranker, open_odds: float) -> Reading:
    """What reading counts beside the signs: a choice among the sentences that are read, and "nothing". open_odds: that
    count in favour of a sentence afterwards."""
    table = np.zeros((len(asked), READ, len(Reading._fields)), np.float32)
    right = np.full(len(asked), READ, np.int64)
    for n, question in enumerate(track(asked, "reading", console=Console(stderr=True))):
        signs = fitted.log_odds(question.signs)
        best = np.argsort(-signs, kind="stable")[:READ]
        table[n, : len(best), 0] = signs[best]
        table[n, : len(best), 1] = reranker.read(question.text, [question.lines[i] for i in best])
        table[n, : len(best), 2] = 1.0
        if question.answered and 0 in best:
            right[n] = best.tolist().index(0)
    features, correct = torch.from_numpy(table), torch.from_numpy(right)
    weights = torch.tensor([0.5, 0.5, 0.0], requires_grad=True)
    optimiser = torch.optim.LBFGS([weights], max_iter=150, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimiser.zero_grad()
        of_each = (features @ weights).masked_fill(features[:, :, 2] == 0, -1e9)  # there may be fewer sentences
        of_each = torch.cat([of_each, torch.zeros(len(asked), 1)], 1)
        value = torch.nn.functional.cross_entropy(of_each, correct)
        value.backward()  # type: ignore[no-untyped-call]  # torch has no types for it
        return value

    optimiser.step(loss)  # type: ignore[no-untyped-call]  # torch has no types for it
    of_signs, of_read, bias = weights.detach().tolist()
    return Reading(of_signs, of_read, bias + open_odds)


def odds(question: Asked, weights: Floats) -> Floats:
    return Fit(float(weights[-1]), weights[:-1], 0.0).log_odds(question.signs)


def scored(rows: Iterable[tuple[bool, Floats]], open_odds: float) -> dict[str, float]:
    """Of (answered, log odds) of questions, shares: the right sentence among five; that, and something found; nothing
    found where there is an answer, and where there is none; the second and the third if nothing were found above the
    level that nine in ten of the unanswerable do not exceed."""
    rows = list(rows)
    level = float(np.quantile([o.max() for answered, o in rows if not answered], QUIET))
    inside = np.asarray([bool((o > o[0]).sum() < 5) for answered, o in rows if answered])
    best = np.asarray([o.max() for answered, o in rows if answered])
    quiet = np.asarray([o.max() <= -open_odds for answered, o in rows if not answered])
    found = best > -open_odds
    return {
        "among_five": round(float(inside.mean()), 3), "found": round(float((inside & found).mean()), 3),
        "empty": round(float((~found).mean()), 3), "quiet": round(float(quiet.mean()), 3),
        "found_at_90": round(float((inside & (best > level)).mean()), 3),
        "empty_at_90": round(float((best <= level).mean()), 3), "level_of_90": round(level, 2),
    }  # fmt: skip


def cross_validated(worlds: Sequence[dict[str, list[Asked]]], open_odds: float) -> Report:
    """By memory, with the unanswerable questions of other worlds and with those of this one."""
    rows: dict[str, list[tuple[bool, Floats]]] = defaultdict(list)
    for fold in range(FOLDS):
        weights = fit(
            [a for n, w in enumerate(worlds) if n % FOLDS != fold for some in w.values() for a in some if a.used]
        )
        for world in worlds[fold::FOLDS]:
            for name, some in world.items():
                for a in some:
                    row = (a.answered, odds(a, weights))
                    for kind in ("foreign", "own") if a.answered else ("own" if a.own else "foreign",):
                        rows[f"{name}, {kind}"].append(row)
                        if kind == "foreign":
                            rows["all, foreign"].append(row)
    return {name: scored(some, open_odds) for name, some in rows.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--test", nargs="*", choices=NAMES, default=[])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--space", choices=SPACES, default=MINILM, help="that of an encoder; plain: without an adapter")
    parser.add_argument("--out", type=Path, help="the file of odds to change")
    parser.add_argument("--open-odds", type=float, help="that count in favour of a sentence")
    parser.add_argument("--read", action="store_true", help="fit what the reranker's reading counts, too")
    parser.add_argument("--open-read", type=float, default=OPEN_READ, help="log odds in favour of what was read")
    arguments = parser.parse_args()
    if arguments.out is not None and not arguments.out.parent.is_dir():
        parser.error(f"the folder {arguments.out.parent} does not exist; make it, or name another")
    if arguments.read and arguments.out is None:
        parser.error("--read changes the file of odds; name it with --out")
    torch.set_num_threads(1)
    name = arguments.space
    bench, small = Bench(name), small_worlds()
    fits = json.loads(arguments.out.read_text(encoding="utf-8")) if arguments.out and arguments.out.exists() else {}
    open_odds = arguments.open_odds
    if open_odds is None:
        open_odds = fits[name]["open_odds"] if name in fits else shipped(name).open_odds
    worlds = [{name: bench.asked(memory) for name, memory in asking(small, n).items()} for n in range(len(small))]
    report: dict[str, object] = {
        "bench": "memory_bearing", "space": name, "worlds": len(small), "memories": MEMORIES,
    }  # fmt: skip
    report["cross_validated"] = cross_validated(worlds, open_odds)
    weights = fit([a for w in worlds for some in w.values() for a in some if a.used])
    days: Report = {}
    for of in arguments.test:
        asked = bench.asked(day(of, arguments.seed))
        days[of] = scored([(a.answered, odds(a, weights)) for a in asked], open_odds)
    report["days"] = days
    if arguments.out is not None:
        fitted = Fit(float(weights[-1]), weights[:-1], open_odds, shipped(name).reading)
        if arguments.read:
            used = [a for w in worlds for some in w.values() for a in some if a.used][::EVERY]
            reader = RERANKER.create("deberta", {})
            fitted = replace(fitted, reading=fit_reading(used, fitted, reader, arguments.open_read))
            report["reading"] = fitted.reading._asdict()
        fits[name] = fitted.packed()
        arguments.out.write_text(json.dumps(fits, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(report))


if __name__ == "__main__":
    main()
