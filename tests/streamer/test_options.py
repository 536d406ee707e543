"""The words of the command are understood or refused before anything starts."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest
import typer
from made_media import Video, every, write
from typer.testing import CliRunner

from streamer.cli import replay
from streamer.folder import check_folder, picture_name, prepare_folder
from streamer.options import check_config, parse_listen, parse_memory, parse_speed, parse_start
from streamer.probe import BadInput
from wire.config import StreamerConfig

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(("text", "speed"), [("max", None), ("1x", 1.0), ("2.5x", 2.5), ("8", 8.0), (" MAX ", None)])
def test_speeds(text: str, speed: float | None) -> None:
    assert parse_speed(text) == speed


@pytest.mark.parametrize("text", ["", "fast", "0x", "-1x", "1e9x", "nan", "x"])
def test_speeds_that_are_none(text: str) -> None:
    with pytest.raises(BadInput, match="--speed"):
        parse_speed(text)


def test_whose_speech_asks() -> None:
    assert parse_listen("user", 400).listen == "user"
    assert parse_listen("ambient", 400).listen == "ambient"
    wake = parse_listen('wake:"hey  omni"', 250)
    assert (wake.mode, wake.listen, wake.wake_phrase, wake.reply_delay_ms) == ("replay", "wake", "hey omni", 250)


@pytest.mark.parametrize("text", ["", "wake", "wake:", 'wake:""', "user:x", "everybody"])
def test_words_that_name_nobody(text: str) -> None:
    with pytest.raises(BadInput, match="--listen"):
        parse_listen(text, 400)


def test_values_no_replay_can_work_with() -> None:
    check_config(StreamerConfig())
    for bad in (StreamerConfig(fps=0), StreamerConfig(audio_chunk_ms=0), StreamerConfig(watermark_every_s=-1)):
        with pytest.raises(BadInput, match="streamer"):
            check_config(bad)


def test_a_memory_is_a_folder_or_a_name_among_the_users_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert parse_memory("walks") == Path("walks")
    assert parse_memory(Path("@walks")) == tmp_path / "omnilive/memories/walks"


def test_only_an_empty_folder_or_an_earlier_replay_is_written_to(tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    (photos / "a.jpg").write_bytes(b"x")
    with pytest.raises(BadInput, match="holds other things"):
        check_folder(photos)
    with pytest.raises(BadInput, match="is a file"):
        check_folder(photos / "a.jpg")
    with pytest.raises(BadInput, match="is a file"):
        check_folder(photos / "a.jpg" / "out")
    out = tmp_path / "new" / "out"
    prepare_folder(out, keep_memory=False)
    for name in ("answers.jsonl", "frames/1.jpg", "memory/memory.sqlite", "notes.txt"):
        (out / name).parent.mkdir(exist_ok=True)
        (out / name).write_text("old")
    prepare_folder(out, keep_memory=True)
    assert (out / "memory/memory.sqlite").exists()
    prepare_folder(out, keep_memory=False)
    assert sorted(p.name for p in out.rglob("*")) == ["events.jsonl", "frames", "notes.txt"]


def test_a_key_frame_name_stays_in_its_folder() -> None:
    assert picture_name("") == ""
    assert picture_name("f/../../etc/passwd") == "f_.._.._etc_passwd.jpg"
    assert picture_name("../a.jpg") == "_a.jpg"
    assert picture_name("000012.jpg") == "000012.jpg"


def command(*arguments: object) -> tuple[int, str]:
    app = typer.Typer()
    app.command()(replay)
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    return result.exit_code, result.stderr


def test_bad_input_ends_with_two_and_one_sentence(tmp_path: Path) -> None:
    film = write(tmp_path / "film.mp4", Video(every(100, 500)))
    broken = tmp_path / "q.jsonl"
    broken.write_text(json.dumps({"id": "a", "t": 1, "text": "?"}) + "\n{oops\n")
    text = tmp_path / "text.mp4"
    text.write_text("no film")
    out = ("--out", tmp_path / "out")
    for arguments, says in (
        ((tmp_path / "none.mp4",), "does not exist"),
        ((tmp_path,), "is a directory"),
        ((text,), "cannot be opened"),
        ((film, "--questions", broken), "line 2"),
        ((film, "--ask", "soon: what?"), "--ask"),
        ((film, "--speed", "fast"), "--speed"),
        ((film, "--listen", "wake:"), "--listen"),
        ((film, "--profile", "lit"), "did you mean 'lite'"),
        ((film, "--set", "streamer.fsp=2"), "streamer.fsp"),
        ((film, "--set", "streamer.fps=0.0"), "streamer.fps"),
        ((film, "--memory", text), "--memory"),
        ((film, "--memory", "@../work"), "--memory '@../work' is no name of a memory"),
        ((film, "--out", text), "--out"),
    ):
        code, error = command(*arguments, *(() if "--out" in arguments else out))
        assert code == 2, arguments
        assert says in error
        assert error.count("\n") == 1
        assert "Traceback" not in error
    assert not (tmp_path / "out").exists()


def test_a_start_is_a_date_and_time_here_or_in_its_zone() -> None:
    assert parse_start("2026-11-21T14:05:00+01:00") == 1795266300.0
    assert parse_start(" 2026-11-21 14:05 ") == datetime(2026, 11, 21, 14, 5).timestamp()


@pytest.mark.parametrize("text", ["", "14:05", "yesterday", "1969-01-01 10:00", "99999-01-01"])
def test_what_is_no_start_is_told(text: str) -> None:
    with pytest.raises(BadInput, match="write it as 2026-11-21 14:05"):
        parse_start(text)
