"""Questions that a replay asks: a JSON line each in a file, or words given on the command line.

A line is {"id": ..., "t": seconds, "text": "..."} or, spoken, {"id": ..., "t": seconds, "audio": "file"}, with
"options": [...] for multiple choice. A sound file's path is relative to the question file. A question whose t lies
behind the end of the stream is asked at its end, with a warning. Expected answers have no place here.
"""

from __future__ import annotations

import difflib
import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from streamer.media import read_pcm
from streamer.probe import BadInput, probe
from streamer.times import parse_clock, to_ns

_KEYS = ("id", "t", "text", "audio", "options")
_LONGEST_SPOKEN_S = 60.0
_MOST_OPTIONS = 26  # they are named by letters
_SPOKEN_ID = "turn-"  # ids of questions asked aloud in the stream


@dataclass(frozen=True)
class Scripted:
    """One question of the script. given: its id as it stands in the file; audio: PCM at AUDIO_HZ, or b""."""

    given: str | int
    t_ns: int
    text: str = ""
    audio: bytes = b""
    options: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return str(self.given)


def read_questions(path: Path) -> list[Scripted]:
    """All questions of a file, in its order. Raises BadInput naming the line."""
    try:
        lines = path.read_bytes().splitlines()
    except FileNotFoundError as error:
        raise BadInput(f"the question file {path} does not exist; check the path") from error
    except OSError as error:
        raise BadInput(f"the question file {path} cannot be read ({(error.strerror or '').lower()})") from error
    found: list[Scripted] = []
    line_of: dict[str, int] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip(b" \t\r\xef\xbb\xbf"):
            continue
        where = f"{path}, line {number}"
        question = _question(line, where, path.parent)
        if question.id in line_of:
            raise BadInput(f"{where}: line {line_of[question.id]} has the id {question.id!r} too; give it another")
        line_of[question.id] = number
        found.append(question)
    if not found:
        raise BadInput(f"the question file {path} holds no question; write one JSON object a line")
    return found


def parse_asks(asks: Iterable[str], taken: Iterable[str] = ()) -> list[Scripted]:
    """Questions of the form "00:42 What does the sign say?" as ask-1, ask-2, ... Raises BadInput."""
    used = set(taken)
    found: list[Scripted] = []
    n = 0
    for ask in asks:
        clock, _, words = ask.strip().partition(" ")
        try:
            t_s = parse_clock(clock)
        except ValueError as error:
            raise BadInput(f'--ask {ask!r} does not begin with a time; write it as "00:42 What is it?"') from error
        if not words.strip():
            raise BadInput(f'--ask {ask!r} holds no question after the time; write it as "00:42 What is it?"')
        n += 1
        while f"ask-{n}" in used:
            n += 1
        found.append(Scripted(f"ask-{n}", to_ns(t_s), " ".join(words.split())))
    return found


def _question(line: bytes, where: str, folder: Path) -> Scripted:
    record = _object(line, where)
    for key in record:
        close = difflib.get_close_matches(key, _KEYS, n=1, cutoff=0.75)
        if key not in _KEYS and close and close[0] not in record:
            raise BadInput(f"{where}: unknown key {key!r}; did you mean {close[0]!r}?")
    given, t_s, options = record.get("id"), record.get("t"), record.get("options", [])
    if isinstance(given, bool) or not isinstance(given, str | int) or given == "":
        raise BadInput(f'{where}: "id" must be a string or a whole number, not {given!r}')
    if str(given).startswith(_SPOKEN_ID):
        raise BadInput(f"{where}: ids that begin with {_SPOKEN_ID!r} are kept for questions of the stream itself")
    if isinstance(t_s, bool) or not isinstance(t_s, int | float) or not math.isfinite(t_s) or t_s < 0:
        raise BadInput(f'{where}: "t" must be the seconds from the start of the stream, not {t_s!r}')
    if not isinstance(options, list) or not all(isinstance(o, str) and o.strip() for o in options):
        raise BadInput(f'{where}: "options" must be a list of strings, not {options!r}')
    if len(options) == 1 or len(options) > _MOST_OPTIONS:
        raise BadInput(f'{where}: "options" must hold 2 to {_MOST_OPTIONS} strings, not {len(options)}')
    text, audio = record.get("text"), record.get("audio")
    if (text is None) == (audio is None):
        raise BadInput(f'{where}: give either "text" or "audio"')
    if text is not None:
        if not isinstance(text, str) or not text.strip():
            raise BadInput(f'{where}: "text" must be the words of a question, not {text!r}')
        return Scripted(given, to_ns(t_s), text, b"", tuple(options))
    if not isinstance(audio, str) or not audio.strip():
        raise BadInput(f'{where}: "audio" must be the path of a sound file, not {audio!r}')
    return Scripted(given, to_ns(t_s), "", _speech(folder / audio, where), tuple(options))


def _object(line: bytes, where: str) -> dict[str, Any]:
    try:
        record = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise BadInput(f"{where}: the line is not UTF-8 text") from error
    except json.JSONDecodeError as error:
        raise BadInput(f"{where}: the line is not JSON ({error.msg}, column {error.colno})") from error
    except RecursionError as error:
        raise BadInput(f"{where}: the line is nested too deeply") from error
    if not isinstance(record, dict):
        raise BadInput(f"{where}: expected one JSON object a line, found a {type(record).__name__}")
    return record


def _speech(path: Path, where: str) -> bytes:
    try:
        info = probe(path)
    except BadInput as error:
        raise BadInput(f"{where}: {error}") from error
    if info.audio is None:
        raise BadInput(f"{where}: {path} holds no sound")
    if info.duration_ns > to_ns(_LONGEST_SPOKEN_S):
        raise BadInput(f"{where}: {path} is longer than {_LONGEST_SPOKEN_S:g} s, which no spoken question is")
    return read_pcm(info, _LONGEST_SPOKEN_S)
