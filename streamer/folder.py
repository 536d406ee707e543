"""The folder that a replay writes: what is in it, when it may be written, and what an earlier replay left there."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from streamer.probe import BadInput

EVENTS, ANSWERS, REPLY_WAV, REPORT, SUMMARY = (
    "events.jsonl",
    "answers.jsonl",
    "reply.wav",
    "report.html",
    "summary.json",
)
FRAMES, MEMORY = "frames", "memory"  # folders
_FILES = (EVENTS, ANSWERS, REPLY_WAV, REPORT, SUMMARY)


def check_folder(folder: Path) -> None:
    """Raises BadInput unless the folder is new, empty or that of an earlier replay."""
    if not folder.exists():
        parent = next(p for p in folder.resolve().parents if p.exists())
        if not parent.is_dir():
            raise BadInput(f"the output folder {folder} cannot be made, {parent} is a file; give another --out")
        return
    if not folder.is_dir():
        raise BadInput(f"the output {folder} is a file; give a folder as --out")
    present = {entry.name for entry in folder.iterdir()}
    if present and EVENTS not in present:
        raise BadInput(
            f"the output folder {folder} holds other things than an earlier replay; give an empty one as --out"
        )


def prepare_folder(folder: Path, *, keep_memory: bool) -> None:
    """Make the folder, and remove what an earlier replay wrote there, file by file. Raises BadInput when the disk
    refuses."""
    check_folder(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in _FILES:
            (folder / name).unlink(missing_ok=True)
            _part(folder / name).unlink(missing_ok=True)
        _remove_pictures((folder / FRAMES).glob("*.jpg"))
        if not keep_memory and (folder / MEMORY).is_dir():
            shutil.rmtree(folder / MEMORY)
        (folder / FRAMES).mkdir(exist_ok=True)
        (folder / EVENTS).touch()
    except OSError as error:
        cause = (error.strerror or str(error)).lower()
        raise BadInput(f"the output folder {folder} cannot be written ({cause}); give another --out") from error


def _remove_pictures(pictures: Iterable[Path]) -> None:
    for picture in pictures:
        picture.unlink()


def rewrite(path: Path, lines: Iterable[str]) -> None:
    """Give a file other content: all of it or, if the process ends before, none, and on disk when this returns."""
    part = _part(path)
    with part.open("w", encoding="utf-8") as file:
        file.writelines(lines)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    settle(path.parent)


def settle(folder: Path) -> None:
    """What was renamed or removed in a folder is so on disk when this returns."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _part(path: Path) -> Path:
    return path.with_name(f"{path.name}.part")


def picture_name(key_frame: str) -> str:
    """The file name of a key frame: a plain name ending in .jpg, "" for none."""
    if not key_frame:
        return ""
    plain = "".join(c if c.isalnum() or c in "._-" else "_" for c in key_frame).lstrip(".")
    return plain if plain.endswith((".jpg", ".jpeg")) else f"{plain}.jpg"
