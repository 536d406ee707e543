"""Compares answers with expected facts: python -m bench.sample.check EXPECTED ANSWERS [--least 0.9].

An expectation names words, a number, a time, yes or no, an option, or that nothing can be known; any wording that
carries the fact is right. What was not asked and is answered all the same counts as wrong.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.sample import reading

Record = dict[str, Any]

SPOKEN_EARLY_S, SPOKEN_LATE_S = 0.3, 3.5  # an answer's t_query against the end of the spoken question
MAX_WORDS, MAX_SUMMARY_WORDS = 60, 140  # who says everything says nothing
MAX_TIMES, MAX_COLOURS = 5, 4


@dataclass(frozen=True)
class Verdict:
    """fault: why the answer is wrong, "" if it is right."""

    expected: Record
    answer: Record | None
    fault: str

    @property
    def right(self) -> bool:
        return not self.fault


@dataclass(frozen=True)
class Score:
    verdicts: tuple[Verdict, ...]
    unasked: tuple[Record, ...]  # answers to what was no question

    @property
    def n_right(self) -> int:
        return sum(v.right for v in self.verdicts)

    @property
    def n_counted(self) -> int:
        return len(self.verdicts) + len(self.unasked)

    @property
    def share(self) -> float:
        return self.n_right / max(1, self.n_counted)


def score(expected: list[Record], answers: list[Record]) -> Score:
    """Match answers to questions, by id or (spoken ones) by time, and judge each."""
    left = [a for a in answers if a.get("text", "").strip() or a.get("option")]
    verdicts = []
    for record in sorted(expected, key=lambda r: float(r["t"])):
        answer = _matching(record, left)
        if answer is not None:
            left.remove(answer)
        verdicts.append(Verdict(record, answer, judge(record, answer) if answer else "no answer"))
    return Score(tuple(verdicts), tuple(left))


def _matching(record: Record, answers: list[Record]) -> Record | None:
    if record.get("id"):
        return next((a for a in answers if a["id"] == record["id"]), None)
    late = [(a["t_query"] - record["t"], a) for a in answers if a.get("source") == "spoken"]
    near = [(abs(d), i) for i, (d, _) in enumerate(late) if -SPOKEN_EARLY_S <= d <= SPOKEN_LATE_S]
    return late[min(near)[1]][1] if near else None


def judge(record: Record, answer: Record) -> str:
    """What is wrong with an answer, "" if nothing."""
    text = str(answer.get("text", ""))
    for item in answer.get("evidence") or ():
        if item["end"] > answer["t_query"] + 0.001 or item["start"] > item["end"]:
            return f"its evidence {item['start']}-{item['end']} lies after the question"
    limit = MAX_SUMMARY_WORDS if record["kind"] == "summary" else MAX_WORDS
    if len(text.split()) > limit:
        return f"{len(text.split())} words"
    if record["kind"] != "summary" and len(named := reading.colours(text)) > MAX_COLOURS:
        return f"names {len(named)} colours"
    if record.get("abstain"):
        return "" if reading.abstains(text) else "claims to know what cannot be known"
    denial_is_right = record.get("yes") is False or record.get("number", [1])[0] == 0
    if reading.abstains(text) and not denial_is_right:
        return "says that it does not know"
    for name, check in CHECKS.items():
        if name in record and (fault := check(record, answer)):
            return fault
    return ""


def _words(record: Record, alternatives: list[str], text: str) -> bool:
    return any(reading.says(text, a, misheard=bool(record.get("heard"))) >= 0 for a in alternatives)


def _check_all(record: Record, answer: Record) -> str:
    for alternatives in record["all"]:
        if not _words(record, alternatives, answer["text"]):
            return f"does not say {' or '.join(alternatives)}"
    return ""


def _check_any(record: Record, answer: Record) -> str:
    said = sum(_words(record, alternatives, answer["text"]) for alternatives in record["any"])
    return "" if said >= record["at_least"] else f"says {said} of {record['at_least']} expected things"


def _check_none(record: Record, answer: Record) -> str:
    return next((f"says {w}" for w in record["none"] if reading.says(answer["text"], w) >= 0), "")


def _check_colour(record: Record, answer: Record) -> str:
    named = reading.colours(answer["text"])
    return "" if named and named[0] in record["colour"] else f"does not say {' or '.join(record['colour'])} first"


def _check_number(record: Record, answer: Record) -> str:
    least, most = record["number"]
    found = reading.numbers(answer["text"])
    if not found and least == 0 and reading.denies(answer["text"]):
        return ""
    if not found:
        return "names no number"
    return "" if least <= found[0] <= most else f"says {found[0]:g}, not {least} to {most}"


def _check_yes(record: Record, answer: Record) -> str:
    return (
        "" if reading.yes_or_no(answer["text"]) == record["yes"] else f"does not say {'yes' if record['yes'] else 'no'}"
    )


def _check_direction(record: Record, answer: Record) -> str:
    got = reading.direction(answer["text"])
    return "" if got == record["direction"] else f"says {got or 'no direction'}, not {record['direction']}"


def _check_option(record: Record, answer: Record) -> str:
    got = str(answer.get("option", ""))
    return "" if got == record["option"] else f"chose {got or 'nothing'}, not {record['option']}"


def _check_when(record: Record, answer: Record) -> str:
    """The first time named is the one meant; "ago" counts back from the question."""
    named = reading.times(answer["text"])
    if not named or len(named) > MAX_TIMES:
        return f"names {len(named)} times"
    t_query = answer["t_query"]
    moments = [t_query - t.seconds if t.sort == "ago" else t.seconds for t in named if t.sort != "for"]
    return _within(record, "when", moments[:1])


def _check_during(record: Record, answer: Record) -> str:
    """A time that is named though nobody asked for it."""
    named = [t for t in reading.times(answer["text"]) if t.sort in ("at", "ago")]
    moments = [answer["t_query"] - t.seconds if t.sort == "ago" else t.seconds for t in named]
    return _within(record, "during", moments[:1]) if moments else ""


def _check_ago(record: Record, answer: Record) -> str:
    named = [t for t in reading.times(answer["text"]) if t.sort in ("ago", "plain")]
    if not named or len(named) > MAX_TIMES:
        return f"names {len(named)} lengths of time"
    return _within(record, "ago", [answer["t_query"] - named[0].seconds])


def _within(record: Record, field: str, moments: list[float]) -> str:
    (start, end), tolerance = record[field], record["within"]
    if any(start - tolerance <= m <= end + tolerance for m in moments):
        return ""
    return f"means {', '.join(f'{m:.1f}' for m in moments) or 'no moment'}, not {start} to {end}"


_ORDER_WORDS = ("first", "before", "after", "then", "earlier", "later", "followed")


def _check_order(record: Record, answer: Record) -> str:
    """order: [alternatives of the earlier thing, alternatives of the later one]."""
    text = answer["text"]
    places = []
    for alternatives in record["order"]:
        found = [p for a in alternatives if (p := reading.says(text, a, misheard=bool(record.get("heard")))) >= 0]
        places.append(min(found, default=-1))
    earlier, later = places
    if earlier < 0:
        return f"does not say {' or '.join(record['order'][0])}"
    if later < 0:
        return ""
    words = reading.tokens(text)
    if not any(w in words for w in _ORDER_WORDS):
        return "names both without an order"
    second = max(earlier, later)
    is_reversed = "after" in words[max(0, second - 3) : second]
    return "" if (earlier < later) != is_reversed else "has the order the wrong way round"


CHECKS: dict[str, Callable[[Record, Record], str]] = {
    "all": _check_all,
    "any": _check_any,
    "none": _check_none,
    "colour": _check_colour,
    "number": _check_number,
    "yes": _check_yes,
    "direction": _check_direction,
    "option": _check_option,
    "when": _check_when,
    "ago": _check_ago,
    "during": _check_during,
    "order": _check_order,
}


def read_lines(path: Path) -> list[Record]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def table(result: Score) -> str:
    """One block a question, then the score."""
    lines = []
    for verdict in result.verdicts:
        asked = verdict.expected
        mark = "right" if verdict.right else "WRONG"
        lines.append(f"{mark} {asked['t']:7.1f} s [{asked['kind']}, {asked['source']}] {asked['question']}")
        lines.append(f"      {verdict.answer['text'] if verdict.answer else '-'}")
        if verdict.fault:
            lines.append(f"      ({verdict.fault})")
    lines += [f"WRONG {a['t_query']:7.1f} s answered without a question: {a['text']}" for a in result.unasked]
    lines.append(f"{result.n_right} of {result.n_counted} right ({100 * result.share:.0f} %)")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.sample.check", description=__doc__)
    parser.add_argument("expected", type=Path)
    parser.add_argument("answers", type=Path)
    parser.add_argument("--least", type=float, default=0.0, help="exit with 1 below this share of right answers")
    arguments = parser.parse_args()
    result = score(read_lines(arguments.expected), read_lines(arguments.answers))
    print(table(result))
    return 0 if result.share >= arguments.least else 1


if __name__ == "__main__":
    sys.exit(main())
