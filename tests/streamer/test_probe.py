"""Bad input ends in one sentence that names the cause and the fix."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from made_media import Audio, Video, every, write

from streamer.probe import BadInput, probe

pytestmark = pytest.mark.unit


def refused(path: Path) -> str:
    with pytest.raises(BadInput) as caught:
        probe(path)
    sentence = str(caught.value)
    assert "\n" not in sentence
    return sentence


def test_missing_directory_empty_text_and_device_are_refused(tmp_path: Path) -> None:
    text = tmp_path / "notes.mp4"
    text.write_text("these are words, not a film\n" * 40)
    empty = tmp_path / "empty.mkv"
    empty.touch()
    assert "does not exist" in refused(tmp_path / "nothing.mp4")
    assert "is a directory" in refused(tmp_path)
    assert "is empty (0 bytes)" in refused(empty)
    assert "cannot be opened as a recording" in refused(text)
    assert "not a regular file" in refused(Path(os.devnull))
    assert "address" in refused(Path("https://example.org/a.mp4"))


def test_a_playlist_may_not_open_other_files(tmp_path: Path) -> None:
    film = write(tmp_path / "film.mp4", Video(every(100, 500)))
    playlist = tmp_path / "list.mp4"
    playlist.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{film}\n#EXT-X-ENDLIST\n")
    assert str(playlist) in refused(playlist)


def test_a_file_without_one_sample_is_refused(tmp_path: Path) -> None:
    header_only = tmp_path / "header.wav"
    header_only.write_bytes(write(tmp_path / "full.wav", None, Audio([(0, 100)], "pcm_s16le")).read_bytes()[:78])
    assert "not one frame or sample" in refused(header_only)


def test_an_absurd_sample_rate_is_named(tmp_path: Path) -> None:
    wav = bytearray(write(tmp_path / "a.wav", None, Audio([(0, 500)], "pcm_s16le")).read_bytes())
    wav[24:28] = (1_092_676).to_bytes(4, "little")
    path = tmp_path / "awful.wav"
    path.write_bytes(wav)
    assert "1092676 Hz" in refused(path)


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_stamps_that_jump_by_hours_are_named(tmp_path: Path, suffix: str) -> None:
    pictures = every(100, 2000) + [(36_000_000 + t, (0, 0, 0)) for t in range(0, 500, 100)]
    sentence = refused(write(tmp_path / f"gap{suffix}", Video(pictures)))
    assert "jump from 0:01 to 10:00:00" in sentence


def test_a_still_of_more_than_an_hour_under_continuous_sound_is_no_jump(tmp_path: Path) -> None:
    video = Video([(0, (1, 2, 3)), (3_700_000, (3, 2, 1))], size=(16, 16))
    sound = Audio([(0, 3_700_000)], "pcm_u8", rate_hz=1000, layout="mono")
    info = probe(write(tmp_path / "still.mkv", video, sound))
    assert info.duration_ns >= 3_700_000_000_000


def test_length_tracks_and_warnings(tmp_path: Path) -> None:
    whole = write(tmp_path / "whole.mkv", Video(every(40, 6000)), Audio([(0, 6000)], "flac"))
    info = probe(whole)
    assert info.video is not None
    assert info.audio is not None
    assert info.warnings == ()
    assert abs(info.duration_ns - 6_000_000_000) < 100_000_000
    assert "64x48" in info.describe()
    cut = tmp_path / "cut.mkv"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 3])
    assert ["was cut off" in w for w in probe(cut).warnings] == [True]


def test_recordings_that_are_broken_on_purpose(media: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for name in ("bad_awful.wav", "bad_bad.wav", "bad_evil.wav", "bad_null.wav", "README.md"):
        assert name in refused(media / name)
    assert probe(media / "bad_corrupted.mp4").video is not None
    assert capfd.readouterr().err == ""
