"""A question file is understood as a whole, or refused with the number of its line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from made_media import Audio, write

from streamer.probe import BadInput
from streamer.questions import Scripted, parse_asks, read_questions

pytestmark = pytest.mark.unit

GOOD = {"id": "a", "t": 1, "text": "What is it?"}


def written(tmp_path: Path, *lines: object) -> Path:
    path = tmp_path / "q.jsonl"
    path.write_text("".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines))
    return path


def test_all_forms(tmp_path: Path) -> None:
    write(tmp_path / "q.wav", None, Audio([(0, 300)], "pcm_s16le"))
    path = written(
        tmp_path,
        {"id": "a", "t": 2.5, "text": "Was weiß man?", "options": ["red", "blue"]},
        "",
        {"id": 7, "t": 1, "audio": "q.wav", "kind": "colour"},
    )
    first, second = read_questions(path)
    assert first == Scripted("a", 2_500_000_000, "Was weiß man?", b"", ("red", "blue"))
    assert (second.given, second.id, second.t_ns) == (7, "7", 1_000_000_000)
    assert len(second.audio) / 32_000 == pytest.approx(0.3, abs=0.03)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{broken", "not JSON"),
        ("[1, 2]", "one JSON object a line"),
        ("\udcff\udcfe", "not UTF-8"),
        ("[" * 100_000, "line 2"),
        (GOOD, "line 1 has the id 'a' too"),
        (GOOD | {"id": None}, '"id" must be'),
        (GOOD | {"id": True}, '"id" must be'),
        (GOOD | {"id": "turn-4"}, "kept for questions of the stream"),
        ({"id": "b", "text": "?"}, '"t" must be the seconds'),
        (GOOD | {"id": "b", "t": "0:10"}, '"t" must be the seconds'),
        (GOOD | {"id": "b", "t": -1}, '"t" must be the seconds'),
        ('{"id": "b", "t": NaN, "text": "?"}', '"t" must be the seconds'),
        ({"id": "b", "t": 1}, 'either "text" or "audio"'),
        (GOOD | {"id": "b", "audio": "x.wav"}, 'either "text" or "audio"'),
        (GOOD | {"id": "b", "text": " "}, '"text" must be'),
        (GOOD | {"id": "b", "options": "red"}, '"options" must be a list'),
        (GOOD | {"id": "b", "options": ["red"]}, "2 to 26"),
        (GOOD | {"id": "b", "option": ["red", "blue"]}, "did you mean 'options'"),
        ({"id": "b", "t": 1, "audio": "nowhere.wav"}, "does not exist"),
        ({"id": "b", "t": 1, "audio": 3}, '"audio" must be'),
    ],
)
def test_a_broken_line_is_named(tmp_path: Path, line: object, says: str) -> None:
    path = tmp_path / "q.jsonl"
    text = line if isinstance(line, str) else json.dumps(line)
    path.write_bytes(f"{json.dumps(GOOD)}\n{text}\n".encode(errors="surrogateescape"))
    with pytest.raises(BadInput, match="line 2") as caught:
        read_questions(path)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_no_file_and_no_question(tmp_path: Path) -> None:
    for path in (tmp_path / "none.jsonl", tmp_path, written(tmp_path, "", " ")):
        with pytest.raises(BadInput, match="question file"):
            read_questions(path)


def test_asks_on_the_command_line() -> None:
    asks = ["00:42 What does the  sign say?", "7.5 Who?", "1:02:03 When?"]
    assert parse_asks(asks, taken=["ask-2"]) == [
        Scripted("ask-1", 42_000_000_000, "What does the sign say?"),
        Scripted("ask-3", 7_500_000_000, "Who?"),
        Scripted("ask-4", 3_723_000_000_000, "When?"),
    ]


@pytest.mark.parametrize(
    "ask", ["", "What?", "00:42", "0:99 What?", "1:2:3:4 What?", "-1 What?", "1e3 What?", "nan What?"]
)
def test_asks_that_cannot_be_understood(ask: str) -> None:
    with pytest.raises(BadInput, match="--ask"):
        parse_asks([ask])
