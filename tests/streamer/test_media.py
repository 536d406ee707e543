"""Any file becomes pictures at the ticks and PCM on the grid, in the order of media time, from 0 on."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from made_media import Audio, Video, every, write

from streamer.decoding import Trouble
from streamer.media import Item, MediaReader, Picture, read_pcm
from streamer.probe import probe
from streamer.sound import Chunk
from streamer.times import seconds

pytestmark = pytest.mark.unit

RED, GREEN, BLUE = (230, 20, 20), (20, 230, 20), (20, 20, 230)


def read(path: Path, fps: float = 1.0, longest_side_px: int = 1280) -> list[Item]:
    reader = MediaReader(probe(path), fps=fps, longest_side_px=longest_side_px, chunk_ms=100)
    try:
        return list(reader.items())
    finally:
        reader.close()


def pictures(items: list[Item]) -> list[Picture]:
    return [item for item in items if isinstance(item, Picture)]


def chunks(items: list[Item]) -> list[Chunk]:
    return [item for item in items if isinstance(item, Chunk)]


def times(items: list[Item]) -> list[float]:
    return [seconds(picture.t_ns) for picture in pictures(items)]


def shown(picture: Picture) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.frombuffer(picture.pixels.rgb, np.uint8).reshape(picture.pixels.height, picture.pixels.width, 3)


def colour(picture: Picture) -> str:
    return ("red", "green", "blue")[int(shown(picture).mean((0, 1)).argmax())]


@pytest.mark.parametrize(
    ("suffix", "vcodec", "acodec", "rate_hz"),
    [
        (".mp4", "libx264", "aac", 44_100),
        (".mkv", "libx264", "libopus", 48_000),
        (".webm", "libvpx", "libopus", 48_000),
    ],
)
def test_containers(tmp_path: Path, suffix: str, vcodec: str, acodec: str, rate_hz: int) -> None:
    film = write(tmp_path / f"a{suffix}", Video(every(100, 3200), codec=vcodec), Audio([(0, 3200)], acodec, rate_hz))
    items = read(film)
    assert times(items) == [0.0, 1.0, 2.0, 3.0]
    heard = chunks(items)
    assert sum(len(c.pcm) for c in heard) / 32_000 == pytest.approx(3.2, abs=0.05)
    assert not any(c.gap_ns for c in heard)
    assert max(len(c.pcm) for c in heard) == 3200
    assert [i.end_ns for i in items if not isinstance(i, Trouble)] == sorted(
        i.end_ns for i in items if not isinstance(i, Trouble)
    )


@pytest.mark.parametrize(("suffix", "codec"), [(".mp3", "libmp3lame"), (".wav", "pcm_s16le"), (".flac", "flac")])
def test_sound_without_pictures(tmp_path: Path, suffix: str, codec: str) -> None:
    items = read(write(tmp_path / f"a{suffix}", None, Audio([(0, 1500)], codec)))
    assert not pictures(items)
    assert sum(len(c.pcm) for c in chunks(items)) / 32_000 == pytest.approx(1.5, abs=0.06)


def test_a_still_video_gives_a_picture_each_second(tmp_path: Path) -> None:
    film = write(tmp_path / "vfr.mkv", Video([(0, RED), (200, GREEN), (7300, BLUE), (7400, RED)]))
    items = read(film)
    assert times(items) == [0, 1, 2, 3, 4, 5, 6, 7]
    assert [colour(p) for p in pictures(items)] == ["red"] + ["green"] * 7


def test_more_frames_a_second(tmp_path: Path) -> None:
    film = write(tmp_path / "a.mkv", Video(every(40, 1000)))
    assert times(read(film, fps=4)) == [0, 0.25, 0.5, 0.75]


def test_a_picture_is_never_later_than_its_tick(tmp_path: Path) -> None:
    film = write(tmp_path / "a.mkv", Video([*every(100, 1000, RED), (1001, GREEN), (1500, BLUE), (2000, GREEN)]))
    assert [colour(p) for p in pictures(read(film))] == ["red", "red", "green"]


def test_rotated_video_is_upright(tmp_path: Path) -> None:
    halves = np.zeros((48, 64, 3), np.uint8)
    halves[:, :32] = RED
    halves[:, 32:] = BLUE
    for rotation, expected in ((90, "left at the bottom"), (270, "left at the top"), (180, "left at the right")):
        film = write(tmp_path / f"{rotation}.mp4", Video([(0, halves), (100, halves)], rotation=rotation))
        picture = shown(pictures(read(film))[0])
        if rotation == 180:
            assert picture.shape == (48, 64, 3)
            assert picture[24, 60, 0] > 150, expected
        else:
            assert picture.shape == (64, 48, 3)
            row = 60 if rotation == 90 else 4
            assert picture[row, 24, 0] > 150, expected


def test_odd_formats_sizes_and_wide_pixels(tmp_path: Path) -> None:
    gray = write(tmp_path / "g.mkv", Video(every(100, 300), (127, 65), codec="ffv1", pix_fmt="gray16le"))
    assert shown(pictures(read(gray))[0]).shape == (65, 127, 3)
    wide = write(tmp_path / "w.mp4", Video(every(100, 300), (72, 48), aspect=Fraction(2)))
    assert shown(pictures(read(wide))[0]).shape == (48, 144, 3)
    assert shown(pictures(read(wide, longest_side_px=72))[0]).shape == (24, 72, 3)


def test_time_starts_at_the_first_stamp_even_below_zero(tmp_path: Path) -> None:
    film = write(tmp_path / "n.nut", Video([(t - 700, RED) for t in range(0, 3000, 100)]), Audio([(0, 2500)], "flac"))
    items = read(film)
    assert times(items) == [0.0, 1.0, 2.0]
    assert seconds(chunks(items)[0].t_ns) == pytest.approx(0.7, abs=0.01)
    assert not [i for i in items if isinstance(i, Trouble)]


def test_missing_sound_is_marked_and_told(tmp_path: Path) -> None:
    items = read(write(tmp_path / "gap.mkv", None, Audio([(0, 1000), (3000, 1000)], "flac")))
    gaps = [c for c in chunks(items) if c.gap_ns]
    assert [round(c.gap_ns / 1e9, 1) for c in gaps] == [2.0]
    assert seconds(gaps[0].t_ns) == pytest.approx(3.0, abs=0.05)
    assert ["no sound from 1.0 s to 3.0 s" in i.sentence for i in items if isinstance(i, Trouble)] == [True]


def test_chunks_end_on_the_grid(tmp_path: Path) -> None:
    items = read(write(tmp_path / "off.mkv", Video(every(100, 3000)), Audio([(1337, 1000)], "flac")))
    ends = [c.end_ns for c in chunks(items)]
    assert [round(end / 1e6) for end in ends[:3]] == [1400, 1500, 1600]
    assert all(end % 100_000_000 == 0 or end % 100_000_000 > 99_900_000 for end in ends[:-1])


def test_damage_in_the_middle_is_left_out_and_told_once(tmp_path: Path) -> None:
    whole = write(tmp_path / "whole.mp4", Video(every(40, 8000), (320, 240), options={"g": "50", "crf": "20"}))
    data = bytearray(whole.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 40] = b"\x55" * 40
    damaged = tmp_path / "damaged.mp4"
    damaged.write_bytes(data)
    items = read(damaged)
    assert len([i for i in items if isinstance(i, Trouble)]) <= 1
    assert 0.0 in times(items)
    assert 7.0 in times(items)


def test_a_film_damaged_for_good_is_used_as_far_as_it_decodes(media: Path) -> None:
    items = read(media / "bad_corrupted.mp4")
    assert times(items) == [0.0, 1.0, 2.0]
    assert ["damaged at 0:03" in i.sentence for i in items if isinstance(i, Trouble)] == [True]


def test_recordings_at_hand(media: Path) -> None:
    assert len(pictures(read(media / "bottles.mp4", longest_side_px=64))) == 40
    assert sum(len(c.pcm) for c in chunks(read(media / "jfk.flac"))) == 11 * 32_000
    assert len(read_pcm(probe(media / "english.mp3"), most_s=60)) == pytest.approx(1.296 * 32_000, abs=100)
