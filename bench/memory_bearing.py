"""Fits the weights of `memory.bearing` on made-up days, and says what they find in a day that was not fitted on.

    python -m bench.memory_bearing tuning trial harbour valley school

Facts of each world are asked about among its own distraction and that of the others. The model is a choice among all
sentences near the question and "nothing": softmax over log odds, "nothing" at 0, with a small quadratic penalty. Each
world is also scored with weights fitted without it. Ends with one JSON line.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from bench.memory_needles import NAMES, made
from bench.memory_world import SAID, SIGN
from memory.backends.minilm import MiniLm, MiniLmOptions
from memory.bearing import Signs, Wanted
from memory.events import SPEECH, Event
from memory.recall import background, crowding
from memory.related import load
from memory.sentences import sentence
from memory.shortlist import CROWD
from memory.terms import terms
from wire.messages import FrameSeen, Utterance

Array = NDArray[np.float32]
PENALTY = 3e-3
CHOSEN = 64  # sentences of a question that take part in the fit


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence of a world: what is embedded of it, and its words."""

    gist: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A question with the signs of the sentences near it (N, S), and which of them answer it."""

    text: str
    signs: Array
    right: Sequence[int]
    gists: Sequence[str]


def sentences(name: str, seed: int) -> tuple[list[Said], list[tuple[Said, str]], tuple[str, ...]]:
    """(distraction, facts in words with their questions, unanswerable questions) of an hour of a world."""
    stream = made(name, 1, seed)
    facts = [p.fact for p in stream.planted if p.fact.kind in (SIGN, SAID)]
    by_text: dict[str, Event] = {}
    for message in stream.messages("w", 0, 3600):
        if isinstance(message, FrameSeen):
            told = [(o.kind, o.text) for o in message.observations if o.kind == "text"]
        else:
            told = [(SPEECH, message.text)] if isinstance(message, Utterance) else []
        for kind, text in told:
            line = sentence(kind, text)
            by_text[line] = Event(id=1, session=1, kind=kind, start_ns=0, end_ns=0, text=line, subject=text)
    planted: dict[str, str] = {}
    for fact in facts:
        planted |= {line: fact.question for line, e in by_text.items() if fact.content in e.subject}
    around = [_said(e) for line, e in by_text.items() if line not in planted]
    return around, [(_said(by_text[line]), question) for line, question in planted.items()], stream.unanswerable


def _said(event: Event) -> Said:
    return Said(event.gist, terms(event.text))


class Bench:
    def __init__(self) -> None:
        self._encoder = MiniLm(MiniLmOptions())
        self._vectors: dict[str, Array] = {}
        self._related = load()

    def asked(self, facts: list[tuple[Said, str]], around: list[Said], nothing: Sequence[str]) -> list[Asked]:
        """Every question to a memory of these sentences."""
        lines = list({s.gist: s for s in (*(f for f, _ in facts), *around)}.values())
        vectors = self._encoded([s.gist for s in lines])
        occurrences = Counter(w for s in lines for w in set(s.words))
        at = {s.gist: i for i, s in enumerate(lines)}
        questions = [(q, (at[f.gist],)) for f, q in facts] + [(q, ()) for q in nothing]
        return [self._one(q, right, lines, vectors, occurrences) for q, right in questions]

    def _one(
        self, text: str, right: tuple[int, ...], lines: list[Said], vectors: Array, occurrences: Counter[str]
    ) -> Asked:
        cosines = vectors @ self._encoded([text])[0]
        near = np.argsort(-cosines)[:CROWD]
        rows = list(dict.fromkeys((*near.tolist(), *right)))
        crowded = crowding(vectors[rows])
        crowd = background(cosines[near].tolist())
        wanted = Wanted(text, self._related)
        signs = []
        for i, alike in zip(rows, crowded.tolist(), strict=True):
            near_by = (float(cosines[i]), crowd, alike)
            signs.append(wanted.bears(lines[i].words, near_by, occurrences, len(lines)))
        place = [rows.index(i) for i in right]
        return Asked(text, np.asarray(signs, np.float32), place, [lines[i].gist for i in rows])

    def _encoded(self, texts: list[str]) -> Array:
        new = [t for t in dict.fromkeys(texts) if t not in self._vectors]
        if new:
            self._vectors.update(zip(new, self._encoder.encode(new), strict=True))
        return np.stack([self._vectors[t] for t in texts])


def fit(asked: Sequence[Asked]) -> Array:
    """(S + 1,) weights and bias."""
    n_signs = asked[0].signs.shape[1]
    table = np.zeros((len(asked), CHOSEN, n_signs + 1), np.float32)
    there = np.zeros((len(asked), CHOSEN + 1), bool)
    right = np.zeros_like(there)
    there[:, CHOSEN] = True
    for n, question in enumerate(asked):
        promising = question.signs[:, 0] + 0.3 * question.signs[:, 3] + 0.3 * question.signs[:, 6]
        chosen = list(dict.fromkeys((*question.right, *np.argsort(-promising).tolist())))[:CHOSEN]
        table[n, : len(chosen), :n_signs] = question.signs[chosen]
        table[n, : len(chosen), n_signs] = 1.0
        there[n, : len(chosen)] = True
        right[n, : len(question.right) or CHOSEN] = bool(question.right)
        right[n, CHOSEN] = not question.right
    signs, present, correct = torch.from_numpy(table), torch.from_numpy(there), torch.from_numpy(right)
    spread = signs[present[:, :CHOSEN]].std(0)
    spread[-1] = 1.0
    weights = torch.zeros(n_signs + 1, requires_grad=True)
    optimiser = torch.optim.LBFGS([weights], max_iter=200, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimiser.zero_grad()
        odds = torch.cat([signs @ (weights / spread), torch.zeros(len(asked), 1)], 1)
        every = odds.masked_fill(~present, -1e9).logsumexp(1)
        value = (every - odds.masked_fill(~correct, -1e9).logsumexp(1)).mean() + PENALTY * (weights[:-1] ** 2).sum()
        value.backward()  # type: ignore[no-untyped-call]  # torch has no types for it
        return value

    optimiser.step(loss)  # type: ignore[no-untyped-call]  # torch has no types for it
    found: Array = (weights / spread).detach().numpy()
    return found


def scored(asked: Sequence[Asked], weights: Array, show: bool = False) -> dict[str, float]:
    """Shares of questions: the right sentence among five; that and something found; nothing found where there is an
    answer, and where there is none; and the first two if nothing were found for 90 % of the unanswerable."""
    among, best, quiet = [], [], []
    for question in asked:
        odds = question.signs @ weights[:-1] + weights[-1]
        order = np.argsort(-odds)
        if not question.right:
            quiet.append(float(odds.max()))
            continue
        among.append(bool(set(order[:5].tolist()) & set(question.right)))
        best.append(float(odds.max()))
    level = float(np.quantile(quiet, 0.9))
    inside, top = np.asarray(among), np.asarray(best)
    return {
        "among_five": float(inside.mean()), "found": float((inside & (top > 0)).mean()),
        "empty": float((top <= 0).mean()), "quiet": float((np.asarray(quiet) <= 0).mean()),
        "found_at_90": float((inside & (top > level)).mean()), "level_of_90": level,
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("worlds", nargs="+", choices=NAMES)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    bench, worlds = Bench(), {name: sentences(name, arguments.seed) for name in arguments.worlds}
    mixed: dict[tuple[str, str], list[Asked]] = {}
    for n, (name, (around, facts, nothing)) in enumerate(worlds.items()):
        mixed[name, name] = bench.asked(facts, around, nothing)
        for step in (1, 2):
            other = arguments.worlds[(n + step) % len(worlds)]
            if other != name:
                mixed[name, other] = bench.asked(facts, worlds[other][0], nothing)
    report: dict[str, Any] = {"bench": "memory_bearing", "left_out": {}}
    for name in worlds:
        rest = [a for key, asked in mixed.items() if name not in key for a in asked]
        if rest:
            report["left_out"][name] = {k: round(v, 3) for k, v in scored(mixed[name, name], fit(rest)).items()}
            print(name, report["left_out"][name], flush=True)
    weights = fit([a for asked in mixed.values() for a in asked])
    named = [*Signs._fields, "bias"]
    report["weights"] = {k: round(float(w), 2) for k, w in zip(named, weights, strict=True)}
    print(json.dumps(report))


if __name__ == "__main__":
    main()
