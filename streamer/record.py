"""What a replay leaves on disk while it runs: answers, key frames, the reply's sound, the journal of events.

Owns the files of one folder and the shape of a line of answers.jsonl. Decides nothing about turns or times.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from streamer.folder import ANSWERS, EVENTS, FRAMES, REPLY_WAV, SUMMARY, picture_name, rewrite, settle
from streamer.journal import Journal
from streamer.ledger import Draft, Turn
from streamer.playout import Playback
from streamer.reply_wav import ReplyWav
from streamer.times import seconds
from wire.messages import Evidence


@dataclass(frozen=True, slots=True)
class Row:
    """A line of answers.jsonl, and what of it lies in other files. turn: id of its question; sounds: bytes of
    reply.wav."""

    t_ns: int
    number: int
    line: str
    turn: str
    pictures: frozenset[str]
    sounds: tuple[tuple[int, int], ...]


class Recorder:
    """One run's files. Call `close` in the end, whatever happened; it may be called twice."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.journal = Journal(folder / EVENTS)
        self._answers: list[Row] = []
        self._sounds: dict[str, list[tuple[int, int]]] = {}  # of replies whose line is not written yet
        self._kept: set[str] = set()  # files of pictures that memory kept in this session
        self._answers_file = (folder / ANSWERS).open("w", encoding="utf-8")
        self._wav = ReplyWav(folder / REPLY_WAV)

    def kept(self, key_frame: str, jpeg: bytes) -> None:
        """Memory kept a key frame."""
        self._kept.add(self.picture(key_frame, jpeg))

    def picture(self, key_frame: str, jpeg: bytes) -> str:
        """Keep a key frame; its file name in frames/, "" when there is none."""
        name = picture_name(key_frame)
        path = self._folder / FRAMES / name
        if name and jpeg and not path.exists():
            path.write_bytes(jpeg)
        return name

    def sound(self, turn: str, draft: Draft, playback: Playback) -> None:
        """What was heard of the reply to a question, at its times."""
        pcm = draft.sound()
        sounds = self._sounds.setdefault(turn, [])
        for segment in playback.segments:
            start = segment.offset_ns * draft.rate_hz // 1_000_000_000
            end = (segment.offset_ns + segment.length_ns) * draft.rate_hz // 1_000_000_000
            sounds.append(self._wav.put(segment.t_ns, pcm[start:end], draft.rate_hz))

    def answer(self, turn: Turn, record: dict[str, Any]) -> None:
        """A line of answers.jsonl, at once; `close` puts the lines into the order of t_query."""
        line = json.dumps(record, ensure_ascii=False) + "\n"
        pictures = frozenset(e["key_frame"] for e in record["evidence"])
        sounds = tuple(self._sounds.pop(turn.id, ()))
        self._answers.append(Row(turn.t_ns, turn.number, line, turn.id, pictures, sounds))
        self._answers_file.write(line)
        self._answers_file.flush()

    def forget(self, gone: Callable[[dict[str, Any]], bool], turns: Container[str]) -> None:
        """Drop the lines of the journal that are gone, the answers to these questions, what was heard of them, and all
        pictures that only these name. They are off the disk when this returns. Raises OSError when the disk refuses."""
        erased = {str(line["key_frame"]) for line in self.journal.drop(gone) if line["event"] == "kept"}
        self._kept -= erased
        dropped = [row for row in self._answers if row.turn in turns]
        left = [row if row.pictures.isdisjoint(erased) else _without(row, erased) for row in self._answers]
        left = [row for row in left if row.turn not in turns]
        if left != self._answers:
            self._answers = left
            self._rewrite_answers()
        named = self._kept.union(*(row.pictures for row in left))
        self._remove((erased | set().union(*(row.pictures for row in dropped))) - named)
        sounds = [piece for row in dropped for piece in row.sounds]
        if sounds:
            self._wav.silence(sounds)

    def _remove(self, pictures: Iterable[str]) -> None:
        names = [name for name in pictures if name]
        for name in names:
            (self._folder / FRAMES / name).unlink(missing_ok=True)
        if names:
            settle(self._folder / FRAMES)

    def _rewrite_answers(self) -> None:
        was_open = not self._answers_file.closed
        self._answers_file.close()
        rows = self._answers if was_open else sorted(self._answers, key=_in_order)
        try:
            rewrite(self._folder / ANSWERS, (row.line for row in rows))
        finally:
            if was_open:
                self._answers_file = (self._folder / ANSWERS).open("a", encoding="utf-8")

    def summary(self, numbers: dict[str, Any]) -> None:
        """What clocks and counters said of the run."""
        (self._folder / SUMMARY).write_text(json.dumps(numbers, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

    def close(self, length_ns: int) -> None:
        self.journal.close()
        self._wav.close(length_ns)
        if self._answers_file.closed:
            return
        self._answers_file.close()
        self._rewrite_answers()


def _in_order(row: Row) -> tuple[int, int, str]:
    return row.t_ns, row.number, row.line


def _without(row: Row, pictures: set[str]) -> Row:
    """The line with no mention of these pictures."""
    record = json.loads(row.line)
    for line in record["evidence"]:
        line["key_frame"] = "" if line["key_frame"] in pictures else line["key_frame"]
    return replace(row, line=json.dumps(record, ensure_ascii=False) + "\n", pictures=row.pictures - pictures)


def answer_record(turn: Turn, evidence: list[dict[str, Any]], frames_dropped: int) -> dict[str, Any]:
    """A line of answers.jsonl: media times in seconds, what clocks measured in `wall_*`."""
    done, playback = turn.done, turn.playback
    return {
        "id": turn.scripted.given if turn.scripted is not None else turn.id,
        "source": turn.source,
        "question": turn.question,
        "t_query": seconds(turn.t_ns),
        "t_first_token": _seconds(playback.t_first_token_ns if playback else None),
        "t_first_audio": _seconds(playback.t_first_audio_ns if playback else None),
        "t_end": _seconds(playback.t_end_ns if playback else None),
        "text": done.text if done else "",
        "heard": playback.heard if playback else "",
        "cut": playback.cut if playback else False,
        "option": done.option if done else "",
        "evidence": evidence,
        "frames_seen": done.frames_seen if done else 0,
        "frames_dropped": frames_dropped,
        "state": done.state if done else "lost",
        "reason": done.reason if done else "a process crashed before it was answered",
        **_wall(turn),
    }


def evidence_record(evidence: Evidence, key_frame: str) -> dict[str, Any]:
    """voice: only where it is known whose said it."""
    voice = int(evidence.attrs.get("voice", "0"))
    return {
        "start": seconds(evidence.start_ns),
        "end": seconds(evidence.end_ns),
        "kind": evidence.kind,
        "text": evidence.text,
        "key_frame": key_frame,
        "score": round(evidence.score, 4),
        **({"voice": voice} if voice else {}),
    }


def _seconds(t_ns: int | None) -> float | None:
    return None if t_ns is None else seconds(t_ns)


def _wall(turn: Turn) -> dict[str, Any]:
    """Milliseconds since the question was known: since perception decided that its words were complete."""
    start_ns, draft = turn.wall_zero_ns(), turn.draft

    def since(wall_ns: int | None) -> float | None:
        return None if start_ns is None or wall_ns is None else round((wall_ns - start_ns) / 1e6, 1)

    return {
        "wall_first_token_ms": since(draft.wall_first_token_ns if draft else None),
        "wall_first_audio_ms": since(draft.wall_first_audio_ns if draft else None),
        "wall_done_ms": since(draft.wall_done_ns if draft else None),
        "wall_marks_ms": {
            f"{mark.service} {mark.stage}": since(mark.wall_ns) for mark in sorted(turn.marks, key=lambda m: m.wall_ns)
        },
    }
