"""Counts a StreamingBench result file as the official counter does, its quirks included.

A question that holds no reply of the model is in no denominator. A reply is right when its first character is the
letter of the answer, so "The answer is C" is wrong. Knows the structure of the files, no models and no videos.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

Task = Literal["real", "omni", "sqa", "proactive"]
Stats = dict[str, dict[str, float]]
TIME_TOLERANCE_S = 2


class EmptyReplyError(ValueError):
    """The official counter stops at an empty reply of the tasks real and omni."""


def count(task: Task, results: list[Any], model: str) -> Stats:
    """The numbers that the official counter prints for a result file, by task type.

    results: the parsed file; model: the name under which its replies stand. Raises EmptyReplyError.
    """
    answered = [question for question in questions(results) if model in question]
    if task == "proactive":
        return _proactive(answered, model)
    if task == "sqa":
        answered = [question for question in answered if question[model]]
    stats: Stats = {}
    for question in answered:
        reply = question[model]
        if not reply:
            raise EmptyReplyError(f"the reply to {question['question']!r} at {question['time_stamp']} is empty")
        right = reply[0] == question["answer"]
        names = [question["task_type"]] if task == "sqa" else [question["task_type"], "total"]
        for name in names:
            row = stats.setdefault(name, {"total": 0, "correct": 0})
            row["total"] += 1
            row["correct"] += right
    for row in stats.values():
        row["accuracy"] = row["correct"] / row["total"]
    return stats


def questions(results: list[Any]) -> Iterator[dict[str, Any]]:
    """Every question of a file; sequential ones stand one list deeper."""
    for entry in results:
        if isinstance(entry, list):
            yield from questions(entry)
        else:
            yield from entry["questions"]


def _proactive(answered: list[dict[str, Any]], model: str) -> Stats:
    """Time is right within two seconds; the words count only then, and hold the expected output."""
    stats: Stats = {}
    for question in answered:
        reply = question[model]
        row = stats.setdefault(question["task_type"], {"total": 0, "time_correct": 0, "answer_correct": 0})
        row["total"] += 1
        moment = reply["answered"]
        if moment is False or abs(moment - seconds(question["ground_truth_time_stamp"])) > TIME_TOLERANCE_S:
            continue
        row["time_correct"] += 1
        row["answer_correct"] += question["ground_truth_output"] in reply["dialog_history"][-1]["content"]
    for row in stats.values():
        row["time_accuracy"] = row["time_correct"] / row["total"]
        row["answer_accuracy"] = row["answer_correct"] / row["total"]
    return stats


def seconds(stamp: str) -> int:
    """ "00:02:58" -> 178."""
    hours, minutes, rest = (int(part) for part in stamp.split(":"))
    return 3600 * hours + 60 * minutes + rest
